"""Things that tests of the loan desk need: volumes on a shelf, papers in them, approved requests, loans at any point of their course."""

from datetime import date
from typing import Any

from kedang.business.holdings.choices import Carrier, ItemState, VolumeState
from kedang.business.holdings.models import Item, Volume
from kedang.business.lending.models import Loan
from kedang.business.lending.services.fetching import loan_fetch
from kedang.business.lending.services.issuing import loan_issue
from kedang.business.lending.services.preparing import loan_prepare
from kedang.business.lending.services.returning import loan_return
from kedang.business.lending.services.rules import rules_change
from kedang.foundation.access.models import Person
from kedang.foundation.approvals.choices import CaseState
from kedang.foundation.approvals.models import Case, Flow
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.holdings.standing import a_cabinet, closed_volumes, shelves_of


def shelved(cast: Cast, count: int = 1, **values: Any) -> list[Volume]:
    """Closed volumes of the sales group that stand on a shelf."""
    from kedang.business.holdings.models import Location

    shelf = (
        Location.objects.filter(fonds=cast.fonds, kind="shelf").order_by("pk").first() or shelves_of(a_cabinet(cast))[0]
    )
    given = {
        "department": cast.sales_one,
        "location": shelf,
        "state": VolumeState.SHELVED,
        "shelved_at": clock.now(),
        **values,
    }
    return closed_volumes(cast.fonds, count, **given)


def paper_in(volume: Volume, title: str = "销售合同", **values: Any) -> Item:
    """A paper in a volume."""
    number = volume.items.count() + 1
    given = {
        "fonds_id": volume.fonds_id, "title": title, "volume": volume, "number": number, "position": number, "pages": 8,
        "carrier": Carrier.PAPER,
        "state": ItemState.FILED, "reference_code": f"{volume.reference_code}-{number:03d}", "department": volume.department,
        "series": volume.series, "retention": volume.retention, "year": volume.year, "dated_on": date(2025, 3, 1),
        "created_at": clock.now(),
        "author": "青禾实业有限公司", **values,
    }  # fmt: skip
    made: Item = Item.objects.create(**given)
    return made


def approved(cast: Cast, requester: Person | None = None, **values: Any) -> Case:
    """A request that was approved, written as a row."""
    flow = Flow.objects.filter(fonds=cast.fonds, kind="lending.trial").first() or Flow.objects.create(
        fonds=cast.fonds, kind="lending.trial", name="试办", line=9001, made_by="测试", made_at=clock.now()
    )
    who, now = requester or cast.salesperson, clock.now()
    given = {
        "fonds": cast.fonds, "number": f"SP{Case.objects.count() + 1:05d}", "kind": "lending.trial", "title": "借档", "flow": flow,
        "state": CaseState.APPROVED, "requester": who, "department": who.department, "opened_at": now, "closed_at": now,
        "effective_at": now,
        **values,
    }  # fmt: skip
    return Case.objects.create(**given)


def a_loan(cast: Cast, thing: Any = None, borrower: Person | None = None, **values: Any) -> Loan:
    """A loan that was just approved, to be taken away."""
    who = borrower or cast.salesperson
    thing = thing or shelved(cast)[0]
    given = {"place": "away", "approved_by": "何静", "reason": "核对付款条件", **values}
    return loan_prepare(actor=cast.head, request=approved(cast, who), thing=thing, borrower=who, **given)


def issued(cast: Cast, thing: Any = None, borrower: Person | None = None, **values: Any) -> Loan:
    """A loan that is in the reader's hands."""
    loan = a_loan(cast, thing, borrower, **values)
    loan_fetch(actor=cast.archivist, loan=loan)
    return loan_issue(
        actor=cast.archivist, loan=loan, pages=loan.expected_pages, signed_how="typed", signed_name=loan.borrower.name
    )


def returned(cast: Cast, loan: Loan, **values: Any) -> Loan:
    """It came back whole, unless told otherwise."""
    given = {"pages": loan.issued_pages, **values}
    return loan_return(actor=cast.archivist, loan=loan, **given)


def rules(cast: Cast, **values: Any) -> None:
    """Other rules than the shipped ones."""
    rules_change(actor=cast.archivist, values=values)
