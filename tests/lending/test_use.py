"""Requests to use the archive: what they open, to whom, for how long, and how each awkward path ends."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection

from kedang.business.holdings.models import Item, Volume
from kedang.business.lending.models import BasketLine, Loan, UseRequest, UseWanted
from kedang.business.lending.services.basket import basket_add, basket_drop, basket_of
from kedang.business.lending.services.granting import open_grants, use_close, use_shorten
from kedang.business.lending.services.matching import candidates, wanted_match, wanted_refuse
from kedang.business.lending.services.openings import opening_close
from kedang.business.lending.services.requesting import use_change
from kedang.foundation.access.models import Person, RecordGrant
from kedang.foundation.access.policies import can
from kedang.foundation.access.veil import reveal, right_on
from kedang.foundation.approvals.choices import CaseState
from kedang.foundation.approvals.services.deciding import case_approve, case_reject, case_return
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.approvals.services.owning import case_resubmit
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.holdings.making import lay_defaults
from tests.holdings.volumes import a_volume, an_item
from tests.lending.making import shelved
from tests.lending.using import ask, decide, fresh, granted

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(cast: Cast) -> Cast:
    lay_defaults(cast)
    ensure_flows(cast.fonds)
    return cast


def volume_of(house: Cast, items: int = 2, **values: Any) -> Volume:
    """A volume of 周航's with items that nobody of his sees by themselves."""
    volume = a_volume(house.archivist, house.fonds, items=items, responsible=house.salesperson, **values)
    Item.objects.filter(volume=volume).update(responsible=house.archivist, department=None)
    volume.refresh_from_db()
    return volume


def keys() -> set[tuple[str, int]]:
    return set(RecordGrant.objects.filter(ended_at=None).values_list("subject_type", "subject_id"))


def test_reading_opens_exactly_what_was_granted(house: Cast) -> None:
    """A volume opens with what lies in it at that moment; the refused line stays shut, and so does what came later."""
    volume, other = volume_of(house), volume_of(house, 1)
    row = ask(house, volume, other, reader=house.colleague)
    case = row.case
    assert case.title.startswith("查档：") and "等 2 项" in case.title and case.kind == "lending.read"
    case_approve(actor=fresh(house.head), case=case)
    refused = case.lines.get(subject_id=other.pk, subject_type="holdings.volume")
    case_approve(actor=fresh(house.archivist), case=case, lines={refused.pk: False}, opinion="与事由无关")
    inside = list(Item.objects.filter(volume=volume))
    assert keys() == {("holdings.volume", volume.pk), *(("holdings.item", one.pk) for one in inside)}
    reader = fresh(house.colleague)
    assert all(can(reader, "holdings.leaf", one) and not can(reader, "holdings.read", one) for one in inside)
    later = an_item(house.fonds, volume=volume)
    assert not can(reader, "holdings.leaf", later) and not can(reader, "holdings.leaf", other.items.get())
    assert orjson.loads(Event.objects.filter(code="use.granted").get().meta)["opened"] == 3


def test_it_ends_by_the_clock(house: Cast) -> None:
    """Open until the last instant of the day that was granted, shut the next; before its first day it is shut as well."""
    volume = volume_of(house)
    row = ask(house, volume, days=5, reader=house.colleague, wanted_from=clock.today() + timedelta(days=1))
    task = row.case.tasks.get(state="waiting")
    assert task.person == house.head
    use_shorten(actor=fresh(house.head), request=row, until=clock.today() + timedelta(days=2))
    decide(house, row)
    end = clock.end_of_day(clock.today() + timedelta(days=2))
    assert not can(fresh(house.colleague), "holdings.view", volume)
    item = volume.items.first()
    for moment, is_open in ((clock.end_of_day(clock.today()) + timedelta(seconds=1), True), (end - timedelta(seconds=1), True),
                            (end + timedelta(seconds=1), False)):  # fmt: skip
        with clock.frozen(moment):
            reader = fresh(house.colleague)
            assert can(reader, "holdings.leaf", item) is is_open, moment
            assert Volume.objects.visible_to(reader).filter(pk=volume.pk).exists() is is_open


def test_each_kind_opens_its_own_acts(house: Cast) -> None:
    """Copies, prints and exports are counted; sensitive content shows for the classes asked, and nothing else does."""
    volume = volume_of(house, 1)
    dossier = make_customer(house.archivist, responsible=house.salesperson)
    granted(house, volume, sort="copy", reader=house.colleague, copies=2)
    copy = RecordGrant.objects.get(subject_type="holdings.item")
    assert copy.quota == {"holdings.copy": 2} and "holdings.read" not in copy.actions
    granted(house, dossier, sort="print", reader=house.colleague)
    assert RecordGrant.objects.get(subject_type="customers.customer").quota == {"customers.print": 1}
    RecordGrant.objects.all().delete()
    row = granted(house, dossier, sort="unmask", reader=house.colleague, field_classes=["contact"])
    reader = fresh(house.colleague)
    assert (
        reveal(reader, dossier, "phone").text == "0755-26712345"
        and str(right_on(reader, dossier, "bank_account")) == "mask"
    )
    use_close(actor=reader, request=row, reason="已用毕")
    assert not can(fresh(house.colleague), "customers.view", dossier)
    granted(house, volume, sort="export", reader=house.colleague)
    assert RecordGrant.objects.get(subject_type="holdings.item", ended_at=None).quota == {"holdings.read": 1}


def test_secret_things_go_to_the_general_manager(house: Cast) -> None:
    """机密 needs one more step; what became more secret than the approvers knew is left out and named to the archive."""
    Person.objects.filter(pk=house.salesperson.pk).update(clearance=4)
    volume = volume_of(house)
    Item.objects.filter(pk=volume.items.first().pk).update(secrecy_level=3)
    row = ask(house, volume, reader=house.colleague)
    assert row.case.secrecy_level == 3
    assert decide(house, row).state == CaseState.RUNNING and not keys()
    assert decide(house, row, house.manager).state == CaseState.APPROVED and len(keys()) == 3
    other = volume_of(house)
    row = ask(house, other, reader=house.colleague)
    raised = other.items.first()
    Item.objects.filter(pk=raised.pk).update(secrecy_level=4)
    decide(house, row)
    row.refresh_from_db()
    assert row.left_out == [raised.reference_code or str(raised.pk)]
    assert ("holdings.item", raised.pk) not in keys()


def test_urgent_then_not_confirmed(house: Cast) -> None:
    """The general manager opens at once; where the head does not confirm, it closes in the same moment."""
    volume = volume_of(house)
    row = ask(house, volume, reader=house.colleague, urgent_reason="夜间设备故障，急查安装图")
    assert decide(house, row, house.manager).state == CaseState.CONFIRMING
    item = volume.items.first()
    assert can(fresh(house.colleague), "holdings.leaf", item)
    case_reject(actor=fresh(house.head), case=row.case_id, opinion="并不紧急")
    assert not can(fresh(house.colleague), "holdings.leaf", item)
    assert {one.ended_why for one in RecordGrant.objects.all()} == {"紧急批准未获补批"}


def test_numbers_typed_by_hand(house: Cast) -> None:
    """The requester learns nothing of what lies behind a number; the archivist matches it before anything opens, or refuses it."""
    hidden = volume_of(house, 1)
    Volume.objects.filter(pk=hidden.pk).update(responsible=house.archivist, secrecy_level=3)
    row = ask(house, typed=[hidden.reference_code, "没有的号"])
    assert "合同" not in row.case.title and list(row.case.lines.all()) == []
    case_approve(actor=fresh(house.head), case=row.case_id)
    with pytest.raises(Refused, match="还没有核对"):
        case_approve(actor=fresh(house.archivist), case=row.case_id)
    first, second = row.wanted.all()
    with pytest.raises(NotAllowed):
        wanted_match(actor=fresh(house.salesperson), wanted=first, thing=hidden)
    archivist = fresh(house.archivist)
    assert candidates(archivist, first)[0] == hidden
    wanted_match(actor=archivist, wanted=first, thing=hidden)
    with pytest.raises(Refused, match="核对过"):
        wanted_refuse(actor=archivist, wanted=first)
    wanted_refuse(actor=archivist, wanted=second)
    case = decide(house, row, house.archivist)
    assert case.secrecy_level == 3 and case.state == CaseState.RUNNING, "机密 now asks the general manager as well"
    assert case.lines.get().label == f"编号 {hidden.reference_code}"
    decide(house, row, house.manager)
    assert can(fresh(house.salesperson), "holdings.view", Volume.objects.get(pk=hidden.pk))
    assert {one.state for one in UseWanted.objects.all()} == {"matched", "none"}


def test_a_loan_by_request(house: Cast) -> None:
    """借档 makes a line of the register when it is granted."""
    volume = shelved(house, responsible=house.salesperson)[0]
    row = granted(house, volume, sort="loan", reason="核对原件签章", outside_name="王工", outside_unit="华南检测所")
    loan = Loan.objects.get()
    assert (loan.volume, loan.borrower, loan.request_id, loan.state) == (
        volume,
        house.salesperson,
        row.case_id,
        "reserved",
    )
    assert loan.reader_name == "王工" and not RecordGrant.objects.exists()


def test_refusals_in_words(house: Cast) -> None:
    """What cannot be asked for says why; nothing is left behind."""
    volume, dossier = volume_of(house, 1), make_customer(house.archivist, responsible=house.salesperson)
    item = an_item(house.fonds, responsible=house.salesperson)
    for words, asked in (
        ("请先选中要利用的档案", {"things": ()}), ("不适用于", {"things": (dossier,), "sort": "loan"}),
        ("截止日期不早于", {"things": (volume,), "days": -1}), ("最长 90 天", {"things": (volume,), "days": 91}),
        ("页码“五”写法不对", {"things": (item,), "pages": "五"}), ("页码范围只能用于", {"things": (volume,), "pages": "1-3"}),
        ("请勾选需要查看的敏感内容", {"things": (dossier,), "sort": "unmask"}), ("请写明其姓名", {"things": (volume,), "outside_unit": "检测所"}),
        ("利用人已停用", {"things": (volume,), "reader": house.stranger}), ("请写明申请理由", {"things": (volume,), "reason": ""}),
    ):  # fmt: skip
        things = asked.pop("things")
        with pytest.raises(Refused) as caught:
            ask(house, *things, **asked)
        assert words in str(caught.value.details.get("problems") or caught.value.sentence)
    with pytest.raises(OutOfScope):
        ask(house, volume_of(house), by=house.colleague)
    with pytest.raises(OutOfScope):
        ask(house, volume, by=house.stranger)
    assert not UseRequest.objects.exists()


def test_the_basket(house: Cast) -> None:
    """Only what one sees, each thing once; emptied by the request that asks for it."""
    volume = volume_of(house, 1)
    me = fresh(house.salesperson)
    basket_add(actor=me, thing=volume)
    basket_add(actor=me, thing=volume)
    with pytest.raises(OutOfScope):
        basket_add(actor=me, thing=volume.items.get())
    assert [thing for _line, thing in basket_of(me)] == [volume]
    with pytest.raises(OutOfScope):
        basket_drop(actor=fresh(house.head), line=BasketLine.objects.get())
    ask(house, volume)
    assert basket_of(me) == []


def test_closing_early(house: Cast) -> None:
    """By the reader, by who agreed, by the archive; not by a colleague."""
    row = granted(house, volume_of(house), reader=house.colleague)
    with pytest.raises((NotAllowed, OutOfScope)):
        use_close(actor=fresh(house.clerk), request=row, reason="不该看")
    with pytest.raises(Refused, match="原因"):
        use_close(actor=fresh(house.head), request=row, reason="")
    one = RecordGrant.objects.first()
    assert one is not None
    opening_close(actor=fresh(house.archivist), opening=one, reason="范围过大")
    assert len(open_grants(row.case)) == 2
    assert use_close(actor=fresh(house.head), request=row, reason="事已办完") == 2
    with pytest.raises(Refused, match="没有尚在开放"):
        use_close(actor=fresh(house.head), request=row, reason="事已办完")


def test_sent_back_and_changed(house: Cast) -> None:
    """Who asked changes time and pages while it is with them, and hands it in again; nobody else, and not while it runs."""
    item = an_item(house.fonds, responsible=house.salesperson)
    row = ask(house, item)
    later = clock.today() + timedelta(days=20)
    with pytest.raises(Refused, match="退回补充"):
        use_change(actor=fresh(house.salesperson), request=row, wanted_until=later)
    case_return(actor=fresh(house.head), case=row.case_id, opinion="请写明页码")
    with pytest.raises(OutOfScope):
        use_change(actor=fresh(house.head), request=row, wanted_until=later)
    with pytest.raises(Refused, match="最长 90 天"):
        use_change(actor=fresh(house.salesperson), request=row, wanted_until=later + timedelta(days=90))
    use_change(actor=fresh(house.salesperson), request=row, wanted_until=later, pages="2-3")
    case_resubmit(actor=fresh(house.salesperson), case=row.case_id, reason="补了页码")
    decide(house, row)
    grant = RecordGrant.objects.get()
    assert grant.pages == [[2, 3]] and clock.local(grant.valid_until).date() == later


def test_particulars_of_outside_readers_pass_the_veil(house: Cast) -> None:
    """Sealed at rest; on the case's page each sees them as their role sees such content."""
    row = granted(
        house, volume_of(house), outside_name="王工", outside_paper="440305199001011234", outside_phone="13912345678"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT outside_paper, outside_phone FROM lending_userequest")
        assert not any("1391234" in text or "440305" in text for text in cursor.fetchone())
    row = UseRequest.objects.get(pk=row.pk)
    assert reveal(fresh(house.archivist), row, "outside_paper").text == "440***********1234"
    assert "13912345678" not in reveal(fresh(house.auditor), row, "outside_phone").text
