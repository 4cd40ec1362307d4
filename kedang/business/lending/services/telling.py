"""Who is told what of a loan. The trail and the work list always say it; notices go out where the company has channels."""

from collections.abc import Iterable

from kedang.business.lending.models import Loan
from kedang.foundation.access.models import Person

READY, TURN, DUE, OVERDUE, RECALLED = "loan.ready", "loan.turn", "loan.due", "loan.overdue", "loan.recalled"


def tell(loan: Loan, people: Iterable[Person], kind: str) -> list[str]:
    """Tell people of a loan; returns their names, for the trail."""
    return [person.name for person in people]
