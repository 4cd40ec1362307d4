"""交接 (UP-04): everything in one folder, split, signed three times; its person only reads, then is gone."""

from typing import Any

import pytest

from kedang.business.customers.models import Customer
from kedang.business.customers.services import customer_change
from kedang.business.governance.choices import HandoverState, LeavingKind, LineState, PartState
from kedang.business.governance.models import Handover, HandoverLine, HandoverPart
from kedang.business.governance.printing.handover import humans_of, letter_text
from kedang.business.governance.services import taking_over as taking
from kedang.business.governance.services.handing import handover_gather, handover_open, handover_split
from kedang.foundation.access.models import Grant, Person, Role
from kedang.foundation.access.services import grant_give
from kedang.foundation.audit.models import Event
from kedang.foundation.jobs.models import Job
from kedang.foundation.jobs.worker import Worker
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.notices.models import Notice
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.governance.making import dossiers_of, given_to, leaving, security_of, text_of

pytestmark = pytest.mark.django_db


def fresh(person: Person) -> Person:
    """The person as the next request loads them."""
    found: Person = Person.objects.select_related("fonds").get(pk=person.pk)
    return found


def signed(cast: Cast, folder: Handover) -> Handover:
    """By who leaves."""
    return taking.handover_sign(actor=fresh(cast.salesperson), handover=folder, typed_name="周航")


def code_of(caught: Any) -> str:
    return str(caught.value.code)


def test_a_leaver_is_cleared_and_signed(cast: Cast) -> None:
    first, second = dossiers_of(cast)
    folder = leaving(cast)
    assert set(folder.lines.values_list("kind", "label")) >= {
        ("customers.customer", first.name), ("customers.customer", second.name), ("access.grant", "业务员"),
    }  # fmt: skip
    part = given_to(cast, folder)
    done = taking.part_accept(actor=cast.colleague, part=part, typed_name="林悦")
    assert done.state == PartState.DONE
    assert set(Customer.objects.values_list("responsible__name", flat=True)) == {"林悦"}
    told = Event.objects.filter(code="customers.changed", subject_id=first.pk).latest("id")
    assert (
        f'"responsible":[{cast.salesperson.pk},{cast.colleague.pk}]' in told.changes
        and told.reason == f"交接单 {folder.number}：周航 → 林悦"
    )
    folder = signed(cast, folder)
    assert (folder.state, len(folder.digest)) == (HandoverState.SIGNED, 64)
    closed = taking.handover_close(actor=cast.head, handover=folder, typed_name="何静")
    leaver = fresh(cast.salesperson)
    assert (closed.state, leaver.is_active, leaver.handing_since) == (HandoverState.CLOSED, False, None)
    assert not Grant.objects.filter(person=leaver, ended_at__isnull=True).exists()
    assert Event.objects.filter(code="governance.handover_closed", subject_id=folder.pk).count() == 1
    with pytest.raises(Refused) as caught:
        handover_gather(actor=cast.head, handover=folder)
    assert code_of(caught) == "handover_ended"


def test_a_letter_says_you_to_a_person_and_your_company_to_a_company(cast: Cast) -> None:
    company, _second = dossiers_of(cast)
    human = make_customer(cast.archivist, name="丁一凡", party_kind="individual", responsible=cast.salesperson)
    folder = leaving(cast)
    lines = list(folder.lines.filter(kind="customers.customer"))
    addressed = {line.subject_id for line in lines if line.pk in humans_of(lines)}
    assert addressed == {human.pk} and company.pk not in addressed
    words = {flag: "".join(letter_text(folder, lines[0], to_human=flag)) for flag in (True, False)}
    assert "贵单位" not in words[True] and "感谢您" in words[True] and "感谢贵单位" in words[False]


def test_who_hands_over_reads_and_no_more(cast: Cast) -> None:
    customer = dossiers_of(cast, 1)[0]
    leaving(cast)
    leaver = fresh(cast.salesperson)
    assert Customer.objects.visible_to(leaver).filter(pk=customer.pk).exists()
    with pytest.raises(NotAllowed):
        customer_change(actor=leaver, customer=customer, values={"remarks": "带走"}, version=None)
    taking.handover_cancel(actor=cast.head, handover=Handover.objects.get(), reason="本人留任")
    assert (
        customer_change(
            actor=fresh(cast.salesperson), customer=customer, values={"remarks": "留下"}, version=None
        ).remarks
        == "留下"
    )


def test_things_are_split_by_region_fragment_and_choice(cast: Cast) -> None:
    make_customer(cast.archivist, name="杭州甲公司", region_code="330106", responsible=cast.salesperson.pk)
    make_customer(cast.archivist, name="宁波乙公司", region_code="330203", responsible=cast.salesperson.pk)
    make_customer(cast.archivist, name="杭州丙公司", region_code="330102", responsible=cast.salesperson.pk)
    folder = leaving(cast)
    assert (
        handover_split(
            actor=cast.head, handover=folder, successor=cast.colleague, kind="customers.customer", group="杭州市"
        )
        == 2
    )
    assert handover_split(actor=cast.head, handover=folder, successor=cast.clerk, text="乙公") == 1
    assert dict(HandoverPart.objects.values_list("successor__name", "state")) == {"林悦": "waiting", "唐果": "waiting"}
    line = HandoverLine.objects.get(label="杭州丙公司")
    assert handover_split(actor=fresh(cast.salesperson), handover=folder, successor=cast.clerk, lines=[line.pk]) == 1
    assert HandoverPart.objects.get(successor=cast.clerk).lines.count() == 2
    part = HandoverPart.objects.get(successor=cast.clerk)
    taking.part_decline(actor=cast.clerk, part=part, reason="不熟悉该地区")
    assert HandoverLine.objects.filter(state=LineState.WAITING, ends=False).count() == 2
    with pytest.raises(Refused) as caught:
        signed(cast, folder)
    assert code_of(caught) == "handover_unfinished"


def test_nobody_takes_what_they_may_not_hold(cast: Cast) -> None:
    dossiers_of(cast, 1)
    folder = leaving(cast)
    with pytest.raises(Refused) as caught:
        handover_split(actor=cast.head, handover=folder, successor=cast.admin)
    assert "没有接收" in caught.value.sentence
    HandoverLine.objects.filter(kind="customers.customer").update(level=9)
    with pytest.raises(Refused) as caught:
        handover_split(actor=cast.head, handover=folder, successor=cast.colleague)
    assert "知悉等级" in caught.value.sentence
    with pytest.raises(Refused) as caught:
        handover_split(actor=cast.head, handover=folder, successor=cast.salesperson)
    assert code_of(caught) == "successor_unfit"


def test_many_things_pass_as_a_job(cast: Cast) -> None:
    dossiers_of(cast, taking.AT_ONCE + 1)
    part = given_to(cast, leaving(cast))
    taking.part_accept(actor=cast.colleague, part=part, typed_name="林悦")
    assert Job.objects.get(kind=taking.JOB).title.endswith("21 项")
    assert Worker().run_once() is True
    part.refresh_from_db()
    assert (part.state, Customer.objects.filter(responsible=cast.colleague).count()) == (PartState.DONE, 21)
    assert Job.objects.get(kind=taking.JOB).result == {"passed": 21, "stuck": 0}


def test_what_turns_up_later_must_be_handed_over_too(cast: Cast) -> None:
    dossiers_of(cast, 1)
    folder = leaving(cast)
    taking.part_accept(actor=cast.colleague, part=given_to(cast, folder), typed_name="林悦")
    make_customer(cast.archivist, name="后来建档有限公司", responsible=cast.salesperson.pk)
    with pytest.raises(Refused) as caught:
        signed(cast, folder)
    assert "后来建档" in caught.value.sentence
    handover_gather(actor=cast.head, handover=folder)
    taking.part_accept(actor=cast.clerk, part=given_to(cast, folder, cast.clerk), typed_name="唐果")
    assert signed(cast, folder).state == HandoverState.SIGNED
    with pytest.raises(Refused) as caught:
        handover_split(actor=cast.head, handover=folder, successor=cast.clerk)
    assert code_of(caught) == "handover_signed"
    assert taking.handover_unsign(actor=cast.head, handover=folder, reason="漏了一项").state == HandoverState.OPEN


def test_signatures_are_those_of_three_people(cast: Cast) -> None:
    dossiers_of(cast, 1)
    folder = leaving(cast)
    part = given_to(cast, folder)
    for actor, name, code in (
        (cast.clerk, "唐果", None),
        (cast.colleague, "林月", "name_differs"),
        (cast.head, "何静", "not_successor"),
    ):
        with pytest.raises((Refused, OutOfScope)) as caught:
            taking.part_accept(actor=actor, part=part, typed_name=name)
        assert code is None or code_of(caught) == code
    taking.part_accept(actor=cast.colleague, part=part, typed_name="林悦")
    with pytest.raises(Refused) as caught:
        taking.handover_close(actor=cast.head, handover=folder, typed_name="何静")
    assert code_of(caught) == "handover_not_signed"
    folder = signed(cast, folder)
    with pytest.raises(Refused) as caught:
        taking.handover_close(actor=cast.archivist, handover=folder, typed_name="沈砚")
    assert code_of(caught) == "not_supervisor"


def test_the_last_administrator_does_not_leave(cast: Cast) -> None:
    with pytest.raises(Refused) as caught:
        handover_open(actor=cast.manager, person=cast.admin, last_day=clock.today(), supervisor=cast.manager)
    assert code_of(caught) == "last_holder"
    assert (Handover.objects.count(), fresh(cast.admin).handing_since) == (0, None)


def test_one_folder_a_person_and_not_ones_own(cast: Cast) -> None:
    leaving(cast)
    for actor, person, supervisor, code in (
        (cast.head, cast.salesperson, cast.head, "handover_open_already"), (cast.head, cast.head, cast.archivist, "own_handover"),
        (cast.head, cast.colleague, cast.colleague, "supervisor_unfit"),
    ):  # fmt: skip
        with pytest.raises(Refused) as caught:
            handover_open(actor=actor, person=person, last_day=clock.today(), supervisor=supervisor)
        assert code_of(caught) == code
    with pytest.raises(NotAllowed):
        handover_open(actor=cast.clerk, person=cast.colleague, last_day=clock.today(), supervisor=cast.head)


def test_who_moves_works_on_elsewhere_with_no_old_rights(cast: Cast) -> None:
    text_of(cast)
    grant_give(
        actor=security_of(cast),
        person=cast.salesperson,
        role=Role.objects.get(code="reader"),
        scope="below",
        reason="临时查询",
    )
    dossiers_of(cast, 1)
    folder = leaving(cast, kind=LeavingKind.MOVE, to_department=cast.service)
    taking.part_accept(actor=cast.colleague, part=given_to(cast, folder), typed_name="林悦")
    taking.handover_close(actor=cast.head, handover=signed(cast, folder), typed_name="何静")
    person = fresh(cast.salesperson)
    assert (person.is_active, person.department, person.grants.filter(ended_at__isnull=True).count()) == (
        True,
        cast.service,
        0,
    )


def test_what_somebody_else_took_meanwhile_stays_theirs(cast: Cast) -> None:
    dossiers_of(cast, 1)
    folder = leaving(cast)
    part = given_to(cast, folder)
    line = folder.lines.get(kind="customers.customer")
    customer = Customer.objects.get()
    customer_change(actor=system_actor("test"), customer=customer, values={"responsible": cast.clerk.pk}, version=None)
    taking.part_accept(actor=cast.colleague, part=part, typed_name="林悦")
    customer.refresh_from_db()
    line.refresh_from_db()
    assert customer.responsible_id == cast.clerk.pk  # somebody was quicker: nothing is taken from them


def test_whom_it_concerns_is_told_until_it_is_done(cast: Cast) -> None:
    dossiers_of(cast, 1)
    folder = leaving(cast)
    part = given_to(cast, folder)
    given_to(cast, folder)
    open_news = Notice.objects.filter(read_at__isnull=True)
    assert set(open_news.values_list("person__name", "kind")) == {
        ("周航", "governance.handover_yours"),
        ("林悦", "governance.handover_part"),
    }
    taking.part_accept(actor=cast.colleague, part=part, typed_name="林悦")
    signed(cast, folder)
    assert set(open_news.values_list("person__name", "kind")) == {("何静", "governance.handover_supervise")}
    taking.handover_close(actor=cast.head, handover=folder, typed_name="何静")
    assert not open_news.exists()
