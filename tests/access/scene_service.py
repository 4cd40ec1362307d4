"""What addresses of reports can name: one of 周航's that waits, and one that was accepted."""

from datetime import timedelta
from typing import Any

from kedang.business.service.services.reporting import report_make
from kedang.business.service.services.settling import report_accept
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.service.making import said


def arguments_of_reports(cast: Cast, customer: Any) -> dict[str, dict[str, Any]]:
    """Name of an address, or the noun it begins with → its arguments."""
    step = {"next_step": "派人检修", "next_due_on": clock.today() + timedelta(days=7), "next_person": cast.salesperson}
    waiting = report_make(actor=cast.salesperson, customer=customer, values=said(**step))
    accepted = report_make(
        actor=cast.salesperson, customer=customer, values=said(subject="合同条款谈妥", kind="contract")
    )
    report_accept(actor=cast.archivist, report=accepted)
    return {
        "service:report-create": {"customer_pk": customer.pk}, "service:report-supplement": {"pk": accepted.pk},
        **{f"service:report-{page}": {"pk": waiting.pk} for page in (
            "detail", "history", "edit", "accept", "return", "again", "step-done",
        )},
    }  # fmt: skip
