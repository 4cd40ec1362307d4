"""After use: readers are asked once, what is wrong becomes a task, use is counted; seeing as somebody shows nothing more."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kedang.business.holdings.models import Volume
from kedang.business.lending.models import BasketLine, Loan, UpdateTask, UseFeedback, UseRequest
from kedang.business.lending.services.feedback import feedback_due, feedback_give, update_dismiss, update_done
from kedang.business.lending.services.granting import use_close
from kedang.business.lending.services.statistics import statistics
from kedang.foundation.access.models import Person
from kedang.foundation.approvals.models import CaseCopy, CaseLine
from kedang.foundation.approvals.services.deciding import case_approve, case_reject
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.holdings.making import lay_defaults
from tests.holdings.volumes import a_volume
from tests.lending.making import shelved
from tests.lending.using import ask, decide, fresh, granted

pytestmark = pytest.mark.django_db
ANSWER = {
    "accuracy": "wrong",
    "problem": "开票地址已搬迁",
    "effect_kind": "avoided",
    "effect": "避免错寄",
    "amount": Decimal(3200),
}


@pytest.fixture
def house(cast: Cast) -> Cast:
    lay_defaults(cast)
    ensure_flows(cast.fonds)
    return cast


def client_of(person: object) -> Client:
    client = Client()
    client.force_login(fresh(person))  # type: ignore[arg-type]  # a person
    return client


def test_asked_when_all_is_over_and_answered_once(house: Cast) -> None:
    """While it is open nobody is asked; then once; a record found wrong is its maintainer's to mend, in words of his own."""
    dossier = make_customer(house.archivist, responsible=house.salesperson)
    row = granted(house, dossier, reader=house.colleague)
    assert feedback_due() == 0
    use_close(actor=fresh(house.colleague), request=row, reason="已用毕")
    assert feedback_due() == 1 and feedback_due() == 0
    asked = UseFeedback.objects.get()
    home = client_of(house.colleague).get(reverse("web:home")).content.decode()
    assert "请填写利用效果" in home and row.case.number in home
    for person in (house.clerk, house.head):
        with pytest.raises((NotAllowed, OutOfScope)):
            feedback_give(actor=fresh(person), feedback=asked, values=ANSWER)
    with pytest.raises(Refused) as caught:
        feedback_give(actor=fresh(house.colleague), feedback=asked, values={**ANSWER, "problem": "", "effect_kind": ""})
    assert set(caught.value.details["problems"]) == {"problem", "effect_kind"}
    answer = client_of(house.colleague).post(reverse("lending:feedback-give", args=[asked.pk]), ANSWER)
    assert answer.status_code == 302
    with pytest.raises(Refused, match="已经填写"):
        feedback_give(actor=fresh(house.colleague), feedback=asked, values=ANSWER)
    task = UpdateTask.objects.get()
    assert (task.maintainer, task.label, task.state) == (house.salesperson, dossier.number, "open")
    assert "开票地址已搬迁" in client_of(house.salesperson).get(reverse("web:home")).content.decode()
    with pytest.raises((NotAllowed, OutOfScope)):
        update_done(actor=fresh(house.clerk), update_task=task, reason="已改")
    update_done(actor=fresh(house.salesperson), update_task=task, reason="已按变更函更正")
    with pytest.raises(Refused, match="办结"):
        update_dismiss(actor=house.archivist, update_task=task, reason="无误")
    assert Event.objects.filter(code="use.update_settled").get().reason == "已按变更函更正"


def test_a_loan_that_came_back_is_asked_about_too(house: Cast) -> None:
    """Not while it is out."""
    volume = shelved(house, responsible=house.salesperson)[0]
    granted(house, volume, sort="loan")
    loan = Loan.objects.get()
    assert feedback_due() == 0
    Loan.objects.filter(pk=loan.pk).update(
        state="returned", issued_at=clock.now(), due_on=clock.today(), returned_at=clock.now(), is_whole=True
    )
    assert feedback_due() == 1 and UseFeedback.objects.get().person == house.salesperson


def test_use_is_counted_in_one_statement_a_block(house: Cast) -> None:
    """Asked, granted and refused by kind and department; a head sees those of his people; the workbook holds the same."""
    dossier = make_customer(house.archivist, responsible=house.salesperson)
    granted(house, dossier)
    case_reject(actor=fresh(house.head), case=ask(house, dossier, sort="print").case, opinion="不需要")
    ask(house, dossier, sort="print")
    since = clock.today() - timedelta(days=3)
    with CaptureQueriesContext(connection) as ran:
        blocks = {block.key: block for block in statistics(fresh(house.archivist), since, clock.today())}
    assert len(ran) <= 7 + 5, [one["sql"][:80] for one in ran]
    assert sorted(blocks["sort"].lines) == [("打印", [2, 0, 1]), ("查档", [1, 1, 0])]
    assert blocks["case__department__name"].lines == [("销售一组", [3, 1, 1])]
    assert statistics(fresh(house.clerk), since, clock.today())[0].lines == []
    page = client_of(house.archivist).get(reverse("lending:use-figures")).content.decode()
    assert "按利用方式" in page and "销售一组" in page
    assert client_of(house.archivist).get(reverse("lending:use-figures-export")).status_code == 200


def test_the_register_of_effects_on_paper(house: Cast) -> None:
    """With the reader's unit and what came of it."""
    dossier = make_customer(house.archivist, responsible=house.salesperson)
    row = granted(house, dossier, outside_name="王工", outside_unit="华南检测所")
    use_close(actor=fresh(house.salesperson), request=row, reason="已用毕")
    feedback_due()
    feedback_give(
        actor=fresh(house.salesperson),
        feedback=UseFeedback.objects.get(),
        values={**ANSWER, "accuracy": "good", "problem": ""},
    )
    answer = client_of(house.archivist).get(reverse("lending:feedback-print"))
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")
    assert Event.objects.filter(code="use.feedback_printed").count() == 1
    assert not UpdateTask.objects.exists()


def test_seeing_as_somebody_never_shows_more(house: Cast) -> None:
    """The administrator sees numbers and states; the auditor names that both see, masked as the lower right says; each page is an entry."""
    dossier = make_customer(house.archivist, responsible=house.salesperson)
    address = reverse("lending:see-as", args=[house.salesperson.pk])
    told = client_of(house.admin).get(address, {"thing": dossier.pk}).content.decode()
    assert "可见 1 条" in told and dossier.name not in told and "26712345" not in told
    told = client_of(house.auditor).get(address, {"thing": dossier.pk}).content.decode()
    assert dossier.name in told and "26712345" not in told and "按您自己的权限显示" in told
    events = Event.objects.filter(code="use.seen_as")
    assert events.count() == 2 and set(events.values_list("subject_id", flat=True)) == {house.salesperson.pk}
    assert client_of(house.archivist).get(address).status_code == 403
    assert client_of(house.auditor).get(reverse("lending:see-as", args=[house.stranger.pk])).status_code == 404


def test_from_the_basket_to_reading(house: Cast) -> None:
    """A small story in pages: put aside, asked, matched, agreed, read, closed."""
    volume = a_volume(house.archivist, house.fonds, items=1, responsible=house.salesperson)
    me = client_of(house.salesperson)
    me.post(reverse("holdings:volume-ask-use", args=[volume.pk]))
    assert BasketLine.objects.get().subject_id == volume.pk
    form = me.get(reverse("lending:use-new-read")).content.decode()
    assert f'value="holdings.volume:{volume.pk}" checked' in form
    given = {
        "thing": f"holdings.volume:{volume.pk}", "typed": "", "purpose": "work", "reason": "核对付款条件", "reader": house.salesperson.pk,
        "wanted_from": clock.today(), "wanted_until": clock.today(), "pages": "",
    }  # fmt: skip
    refused = me.post(reverse("lending:use-new-read"), {**given, "wanted_until": clock.today() - timedelta(days=2)})
    assert refused.status_code == 422 and "截止日期不早于" in refused.content.decode()
    assert me.post(reverse("lending:use-new-read"), given).status_code == 302
    row = UseRequest.objects.get()
    decide(house, row)
    page = me.get(reverse("lending:use-open")).content.decode()
    assert row.case.number in page and volume.title in page
    case_page = me.get(reverse("approvals:case-detail", args=[row.case_id])).content.decode()
    assert "去阅读" in case_page and "提前收回" in case_page
    assert me.post(reverse("lending:use-request-close", args=[row.pk]), {"reason": "已用毕"}).status_code == 302
    assert "现在没有开放给您的档案" in me.get(reverse("lending:use-open")).content.decode()
    assert Volume.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 6])
def test_queries_do_not_grow(house: Cast, rows: int) -> None:
    """The lists of requests, openings and what is open to me ask as often for one row as for many."""
    volume = a_volume(house.archivist, house.fonds, items=rows, responsible=house.salesperson)
    granted(house, volume)
    client = client_of(house.salesperson)
    most = {"lending:use-request-list": 26, "lending:opening-list": 26, "lending:use-open": 22}
    for name, limit in most.items():
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as ran:
            assert client.get(reverse(name)).status_code == 200
        assert len(ran) <= limit, (name, len(ran))


def test_the_successor_of_who_left_asks_in_their_own_name(house: Cast) -> None:
    """Nothing is opened to who has left; the successor finds the old request, asks the same anew, and gets no more than they may see."""
    dossier = make_customer(house.archivist, responsible=house.salesperson)
    own = make_customer(house.archivist, name="远山纸业有限公司", phone="", responsible=house.colleague)
    row = ask(house, dossier, copies=2, sort="print")
    CaseLine.objects.create(
        case=row.case, position=2, subject_type="customers.customer", subject_id=own.pk, label=str(own)
    )
    CaseCopy.objects.create(case=row.case, person=house.colleague, sent_at=clock.now())
    Person.objects.filter(pk=house.salesperson.pk).update(is_active=False)
    case_approve(actor=fresh(house.head), case=row.case_id)
    with pytest.raises(Refused, match=r"周航已离职或停用.*由林悦打开申请") as caught:
        case_approve(actor=fresh(house.archivist), case=row.case_id)
    assert caught.value.code == "reader_left" and row.case.number in caught.value.sentence
    client = client_of(house.colleague)
    page = client.get(reverse("approvals:case-detail", args=[row.case_id])).content.decode()
    address = f"{reverse('lending:use-new-print')}?from={row.case_id}"
    assert "以我的名义再次申请" in page and f'href="{address}"' in page and "不能再向其开放" in page
    form = client.get(address).content.decode()
    assert f'value="customers.customer:{own.pk}"' in form and f'value="customers.customer:{dossier.pk}"' not in form
    assert dossier.number in form and 'value="2"' in form and "核对付款条件" in form
    asked = {
        "thing": f"customers.customer:{own.pk}", "typed": dossier.number, "purpose": "work", "reason": "承接周航的工作", "copies": 2,
        "wanted_from": clock.today(), "wanted_until": clock.today(), "reader": house.colleague.pk,
    }  # fmt: skip
    assert client.post(address, asked).status_code == 302
    anew = UseRequest.objects.latest("pk")
    assert (anew.reader, anew.case.requester, anew.case.lines.count(), anew.wanted.count()) == (
        house.colleague,
        house.colleague,
        1,
        1,
    )
    assert (
        address not in client_of(house.head).get(reverse("approvals:case-detail", args=[row.case_id])).content.decode()
    )


def test_a_request_leads_to_its_case_and_to_what_it_opened(house: Cast) -> None:
    """Who sees the case finds the way; the reader for whom somebody else asked sees its number."""
    dossier = make_customer(house.archivist, responsible=house.salesperson)
    row = granted(house, dossier, reader=house.colleague)
    address, case = (
        reverse("lending:use-request-detail", args=[row.pk]),
        reverse("approvals:case-detail", args=[row.case_id]),
    )
    shown = client_of(house.salesperson).get(address).content.decode()
    assert f'href="{case}"' in shown and "核对付款条件" in shown
    shown = client_of(house.colleague).get(address).content.decode()
    assert row.case.number in shown and "去阅读" in shown and dossier.number in shown


def test_a_closed_volume_is_put_into_the_basket_on_its_page(house: Cast) -> None:
    """What is closed is what is lent: its page offers the basket, and the basket takes it."""
    volume = shelved(house)[0]
    client = client_of(house.head)
    assert reverse("holdings:volume-ask-use", args=[volume.pk]) in client.get(f"/volumes/{volume.pk}/").content.decode()
    assert client.post(reverse("holdings:volume-ask-use", args=[volume.pk])).status_code == 302
    assert BasketLine.objects.get(person=house.head).subject_id == volume.pk
    assert volume.reference_code in client.get(reverse("lending:use-new-loan")).content.decode()
