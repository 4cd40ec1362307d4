"""借阅单, 归还单 and the register as PDF; each is written down before it leaves."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from kedang.business.lending.events import LOAN_PRINTED, REGISTER_EXPORTED
from kedang.business.lending.models import Loan
from kedang.business.lending.printing.loans import receipt, register, slip
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.printing import render_listing, render_sheet
from kedang.foundation.web.records import RecordList

MOST = 1000


class Slip(Page):
    """借阅单."""

    action = "lending.reserve"
    form = "slip"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file."""
        rows = Loan.objects.visible_to(self.actor).select_related("borrower", "department", "request")
        loan = rows.filter(pk=pk).first()
        if loan is None:
            raise OutOfScope
        require(self.actor, "lending.reserve", loan)
        made = render_sheet(self.card(loan))
        with transaction.atomic():
            record(self.actor, LOAN_PRINTED, loan, meta={"form": self.form})
        return pdf(made, f"{self.name()}-{loan.number}.pdf")

    def card(self, loan: Loan) -> Any:
        """What is printed."""
        if loan.issued_at is None:
            raise Refused(
                "loan_not_issued", _("借阅 %(number)s 还没有交接，交接后才能打印借阅单。") % {"number": loan.number}
            )
        return slip(self.actor, loan)

    def name(self) -> str:
        """Of the file."""
        return _("借阅单")


class Receipt(Slip):
    """归还单."""

    form = "receipt"

    def card(self, loan: Loan) -> Any:
        if loan.returned_at is None:
            raise Refused(
                "loan_not_returned", _("借阅 %(number)s 还没有归还，归还后才能打印归还单。") % {"number": loan.number}
            )
        return receipt(self.actor, loan)

    def name(self) -> str:
        return _("归还单")


class RegisterPrint(RecordList):
    """借阅登记簿, by the conditions of the list."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The file."""
        require(self.actor, "lending.export")
        rows = self.pages.visible(self.actor).filter(self.query.q() & self.narrowed())
        count = rows.count()
        shown = list(rows.select_related("borrower", "department").order_by("-pk")[:MOST])
        words = next((str(view.label) for view in self.pages.views if view.key == self.view_key), "")
        made = render_listing(register(self.actor, reversed(shown), words, max(0, count - MOST)))
        with transaction.atomic():
            record(self.actor, REGISTER_EXPORTED, None, meta={"form": "pdf", "rows": len(shown), "view": self.view_key})
        return pdf(made, f"{_('借阅登记簿')}.pdf")


def pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF to look at, with its name."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response
