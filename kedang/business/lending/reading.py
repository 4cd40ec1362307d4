"""Pictures of loans: looked at by who keeps the desk and by the borrower, shown on the loan's page."""

from django.urls import reverse

from kedang.business.lending.models import LoanPhoto
from kedang.foundation.access.policies import scope_q
from kedang.foundation.files.owners import register_owner


def declare() -> None:
    """Say so to the room of files."""
    register_owner(
        LoanPhoto,
        "file",
        lambda actor: scope_q(actor, "lending.view", LoanPhoto),
        title=lambda actor, row: str(row),
        url=lambda row: reverse("lending:loan-detail", args=[row.loan_id]),
        record_of=lambda row: row.loan,
        action="lending.view",
        joined=("loan",),
    )
