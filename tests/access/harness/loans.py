"""Loans of the house: one in 周航's hands, one to be fetched, one that came back with a fault.

The rows stand here so that every address is walked as everybody; who may open which is said in tests/access/matrix_loans.py, whose loans
are seen by whom and what an outside reader's particulars look like in tests/lending/test_course.py.
"""

from typing import Any

from kedang.business.holdings.models import Item
from kedang.business.lending import models as m
from kedang.foundation.kernel import clock
from tests.access.harness.archive import keep
from tests.access.harness.house import House
from tests.access.harness.rules import Fact

MODELS = {
    "lending.loan": "rows", "lending.loanfault": "on the page of its loan", "lending.loanphoto": "a picture, read through its loan",
    "lending.lendingrules": "open settings of the company",
}  # fmt: skip


def make_loans(house: House) -> None:
    """Rows alone: what services do with them is asked in tests/lending."""
    now, today, person = clock.now(), clock.today(), house.people["salesperson"]
    things: Any = Item.objects.filter(fonds=person.fonds).order_by("pk")[:3]
    ways: tuple[tuple[str, dict[str, Any]], ...] = (
        ("reserved", {}), ("issued", {"issued_at": now, "due_on": today, "issued_pages": 3}),
        ("returned", {"issued_at": now, "due_on": today, "issued_pages": 3, "returned_at": now, "returned_pages": 2, "is_whole": False}),
    )  # fmt: skip
    for number, (thing, (state, more)) in enumerate(zip(things, ways, strict=False), 1):
        loan: Any = m.Loan.objects.create(
            fonds=person.fonds, number=f"JY20269{number:04}", state=state, item=thing, borrower=person, department=person.department,
            subject_code=f"JY-{number}", subject_title="借阅的文件", asked_by=person.name, asked_at=now, **more,
        )  # fmt: skip
        keep(house, None, loan)


def new_loans(house: House) -> list[tuple[dict[str, Any], Fact | None]]:
    """Things that a loan may be registered of."""
    keys = list(house.rows.get(Item) or Item.objects.values_list("pk", flat=True)[:6])
    return [({"kind": "item", "pk": key}, None) for key in keys[:6]]


NAMED: dict[str, Any] = {"lending:loan-": m.Loan}
FILLINGS = {"lending:loan-new": new_loans}
