"""Use of the archive in the house: a request with its opening, a number to be matched, an answer and a task.

The rows stand here so that every address is walked as everybody and every canary heard; who may open which is said in
tests/access/matrix_use.py, what an opening lets out in tests/lending/test_use_channels.py.
"""

from datetime import timedelta
from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import ItemFile
from kedang.business.lending import models as m
from kedang.foundation.access.models import Person, RecordGrant
from kedang.foundation.approvals.models import Case
from kedang.foundation.kernel import clock
from tests.access.harness.archive import keep
from tests.access.harness.house import House
from tests.access.harness.rules import Fact

MODELS = {
    "lending.userequest": "rows", "lending.usewanted": "rows", "lending.basketline": "rows", "lending.usefeedback": "rows",
    "lending.updatetask": "rows", "access.recordgrant": "rows",
}  # fmt: skip


def make_use(house: House) -> None:
    """Rows alone, all of them of 周航's: what services do with them is asked in tests/lending."""
    now, today, person = clock.now(), clock.today(), house.people["salesperson"]
    case: Any = Case.objects.filter(requester=person, use_request__isnull=True).order_by("id").first()
    dossier: Any = Customer.objects.filter(responsible=person).order_by("id").first()
    row: Any = m.UseRequest.objects.create(
        fonds=person.fonds,
        case=case,
        sort="read",
        reader=person,
        wanted_from=today,
        wanted_until=today + timedelta(days=3),
    )
    wanted = m.UseWanted.objects.create(request=row, position=1, text="KH-1")
    line = m.BasketLine.objects.create(
        person=person, subject_type="customers.customer", subject_id=dossier.pk, added_at=now
    )
    answer: Any = m.UseFeedback.objects.create(
        fonds=person.fonds, request=row, person=person, department=person.department, asked_at=now
    )
    task = m.UpdateTask.objects.create(
        fonds=person.fonds, feedback=answer, subject_type="customers.customer", subject_id=dossier.pk, label=dossier.number,
        maintainer=person,
        department=person.department, text="请核对", made_at=now, due_on=today,
    )  # fmt: skip
    over = RecordGrant.objects.create(
        person=person, subject_type="customers.customer", subject_id=dossier.pk, actions=["customers.view"], source=case.number,
        valid_from=now - timedelta(days=2), valid_until=now - timedelta(days=1), given_at=now - timedelta(days=2),
    )  # fmt: skip
    keep(house, None, row, wanted, line, answer, task, over)


def keys(model: Any) -> Any:
    """Fillings of an address by the rows of a model."""

    def fillings(house: House) -> list[tuple[dict[str, Any], Fact | None]]:
        found = house.rows.get(model) or dict.fromkeys(model.objects.values_list("pk", flat=True)[:12])
        return [({"pk": key}, None) for key in found]

    return fillings


def of_cases(house: House) -> list[tuple[dict[str, Any], Fact | None]]:
    """Cases that have a request for use behind them."""
    return [({"pk": key}, None) for key in m.UseRequest.objects.values_list("case_id", flat=True)]


FILLINGS = {
    "lending:use-change": of_cases, "lending:basket-drop": keys(m.BasketLine), "lending:use-match": keys(m.UseWanted),
    "lending:use-copy": keys(ItemFile),
    "lending:use-export": keys(RecordGrant), "lending:see-as": keys(Person), "lending:feedback-give": keys(m.UseFeedback),
}  # fmt: skip
