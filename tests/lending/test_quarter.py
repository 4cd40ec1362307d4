"""A quarter of use, told as a story with the clock moved: six people ask, decide, read, borrow, are late, work at night, and one leaves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kedang.business.customers.services import customer_change
from kedang.business.governance.models import Handover
from kedang.business.governance.services.taking_over import handover_close, handover_sign, part_accept
from kedang.business.holdings.models import Finding, Volume, VolumeNote
from kedang.business.lending.models import Loan, UseFeedback
from kedang.business.lending.services.faults import Fault
from kedang.business.lending.services.feedback import feedback_due
from kedang.business.lending.services.fetching import loan_fetch
from kedang.business.lending.services.issuing import loan_issue
from kedang.business.lending.services.matching import candidates, wanted_match, wanted_refuse
from kedang.business.lending.services.reminding import daily as lending_daily
from kedang.business.lending.services.returning import loan_close, loan_return
from kedang.foundation.access.models import Person, RecordGrant
from kedang.foundation.access.policies import can
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.services import deciding, owning
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import OutOfScope, Refused
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.governance.making import given_to, leaving
from tests.lending.making import paper_in, shelved
from tests.lending.using import ask, fresh

pytestmark = pytest.mark.django_db
ZONE, BEGIN = ZoneInfo("Asia/Shanghai"), datetime(2026, 8, 24, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@contextmanager
def day(number: int, hour: int = 9) -> Iterator[None]:
    """A moment of the quarter."""
    with clock.frozen(BEGIN + timedelta(days=number, hours=hour - 9)):
        yield


def agree(case: Any, *people: Person, **more: Any) -> Case:
    """One after the other agrees; the case as it is then."""
    for person in people:
        deciding.case_approve(actor=fresh(person), case=case, **more)
    found: Case = Case.objects.get(pk=case if isinstance(case, int) else case.pk)
    return found


def sees(person: Person, thing: Any, action: str = "holdings.view") -> bool:
    """Whether the thing is there for a person now, asked as another request would."""
    return can(fresh(person), action, type(thing).objects.get(pk=thing.pk))


def test_a_quarter_of_use(cast: Cast) -> None:
    ensure_flows(cast.fonds)
    with day(0):
        volume, other = shelved(cast, 2, department=cast.service)
        contract = paper_in(volume, department=cast.service)
        dossiers = [
            make_customer(cast.archivist, name=f"青山{n}号精密机械有限公司", responsible=cast.salesperson.pk)
            for n in range(12)
        ]

    # 查档, the plain way: refused for one thing, granted for another, open for its days and not longer.
    with day(1):
        assert not sees(cast.reader, volume) and not sees(cast.colleague, volume)
        reading = ask(cast, typed=[volume.reference_code, "QH·无此档号"], by=cast.reader, days=3)
    with day(1, 11):
        known, unknown = reading.wanted.order_by("pk")
        wanted_match(actor=cast.archivist, wanted=known, thing=candidates(cast.archivist, known)[0])
        wanted_refuse(actor=cast.archivist, wanted=unknown)
        assert agree(reading.case_id, cast.head, cast.archivist).state == "approved"
        assert sees(cast.reader, volume) and sees(cast.reader, contract) and not sees(cast.reader, other)
        assert not sees(cast.reader, contract, "holdings.read"), "reading leaf by leaf is no download"
    grant = RecordGrant.objects.filter(person=cast.reader).order_by("-valid_until").first()
    assert grant is not None
    with clock.frozen(grant.valid_until - timedelta(seconds=1)):
        assert sees(cast.reader, volume)
    with clock.frozen(grant.valid_until):
        assert not sees(cast.reader, volume) and not sees(cast.reader, contract)

    # 借档: approved, fetched, handed over, late up the ladder, back with a page torn and one missing.
    with day(10):
        loan = borrow(cast, other)
        assert Volume.objects.get(pk=other.pk).whereabouts == "issued"
        with pytest.raises(Refused):
            borrow(cast, other, by=cast.colleague)
    due = loan.due_on
    assert due is not None
    for late in (1, 3, 7):
        with clock.frozen(datetime.combine(due, datetime.min.time(), ZONE) + timedelta(days=late, hours=9)):
            lending_daily()
    loan.refresh_from_db()
    assert loan.rung >= 3, "overdue went up the hierarchy"
    with clock.frozen(datetime.combine(due, datetime.min.time(), ZONE) + timedelta(days=8, hours=10)):
        pages = loan.issued_pages or 0
        faults = [Fault("missing", pages, text="末页缺"), Fault("damaged", 1, text="撕裂两厘米")]
        loan_return(
            actor=cast.archivist,
            loan=loan,
            pages=pages - 1,
            condition="poor",
            note="缺一页、破损一页",
            faults=faults,
        )
        notes = VolumeNote.objects.filter(volume=other, kind__in=["missing", "damage"]).values_list("text", flat=True)
        assert len(notes) == 2 and Finding.objects.filter(fonds=cast.fonds, source="loan").exists()
        assert Volume.objects.get(pk=other.pk).whereabouts == "in_store"
        loan_close(actor=cast.archivist, loan=loan, reason="借阅人赔礼并补复印件一页")
    assert Loan.objects.get(pk=loan.pk).state == "closed"

    # An emergency at night: open at once, and shut when the head refuses to confirm in the morning.
    with day(40, 23):
        night = ask(
            cast, typed=[volume.reference_code], by=cast.reader, urgent_reason="客户明早八时开标，须当场出示原件信息"
        )
        only = night.wanted.get()
        wanted_match(actor=cast.archivist, wanted=only, thing=candidates(cast.archivist, only)[0])
        assert agree(night.case_id, cast.manager).state == "confirming" and sees(cast.reader, volume)
    with day(41):
        deciding.case_reject(actor=fresh(cast.head), case=night.case_id, opinion="开标并不需要此卷，不予补批")
        assert Case.objects.get(pk=night.case_id).state == "rejected" and not sees(cast.reader, volume)

    # Awkward paths: sent back and completed, taken back, and nobody decides on their own.
    with day(50):
        back = ask(cast, Volume.objects.get(pk=other.pk), by=cast.head, sort="copy", copies=2)
        with pytest.raises(Refused, match="不能审批自己的申请"):
            deciding.case_approve(actor=fresh(cast.head), case=back.case_id)
        first = Case.objects.get(pk=back.case_id).tasks.filter(state="waiting").select_related("person")[0].person
        deciding.case_return(actor=fresh(first), case=back.case_id, opinion="请写明复制件交给谁")
        owning.case_resubmit(actor=fresh(cast.head), case=back.case_id, reason="交客户财务部王会计，用后收回")
        owning.case_withdraw(actor=fresh(cast.head), case=back.case_id, reason="客户已自有一份")
        assert (
            Case.objects.get(pk=back.case_id).state == "withdrawn"
            and not RecordGrant.objects.filter(person=cast.head).exists()
        )

    # Somebody leaves: everything goes over in one folder, three sign, the account is shut.
    with day(80):
        waiting = ask(cast, dossiers[0], sort="print", by=cast.salesperson)
        folder = leaving(cast)
        with pytest.raises((Refused, OutOfScope)):
            customer_change(
                actor=fresh(cast.salesperson),
                customer=dossiers[0],
                values={"remarks": "x"},
                version=dossiers[0].version,
            )
        part = given_to(cast, folder)
        part_accept(actor=fresh(cast.colleague), part=part, typed_name=cast.colleague.name)
    with day(85):
        folder = Handover.objects.get(pk=folder.pk)
        handover_sign(actor=fresh(cast.salesperson), handover=folder, typed_name=cast.salesperson.name)
        handover_close(actor=fresh(cast.head), handover=Handover.objects.get(pk=folder.pk), typed_name=cast.head.name)
        assert not Person.objects.get(pk=cast.salesperson.pk).is_active
        kept = {type(one).objects.get(pk=one.pk).responsible_id for one in dossiers}
        assert kept == {cast.colleague.pk}
        assert Case.objects.get(pk=waiting.case_id).copies.filter(person=cast.colleague).exists(), (
            "the successor follows it"
        )

    # What the quarter left behind: readers are asked how it was, and the trail tells who did what.
    with day(88):
        assert feedback_due() > 0
    assert UseFeedback.objects.filter(request=reading).exists()
    for code in (
        "access.record_opened",
        "loan.issued",
        "loan.returned",
        "approvals.case_effective",
        "approvals.case_withdrawn",
    ):
        assert Event.objects.filter(code=code).exists(), code


def borrow(cast: Cast, thing: Any, by: Person | None = None) -> Loan:
    """Asked, approved, fetched and handed over."""
    who = by or cast.salesperson
    Volume.objects.filter(pk=thing.pk).update(department=cast.sales_one, responsible=who)
    row = ask(cast, Volume.objects.get(pk=thing.pk), sort="loan", by=who, place="away", days=7)
    agree(row.case_id, cast.head, cast.archivist)
    loan = Loan.objects.get(request_id=row.case_id)
    loan_fetch(actor=cast.archivist, loan=loan)
    return loan_issue(
        actor=cast.archivist, loan=loan, pages=loan.expected_pages, signed_how="typed", signed_name=who.name
    )
