"""客户档案卡 and 客户一览表 on paper: what the reader may see, once the print is written down."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from kedang.business.customers.events import CUSTOMER_PRINTED, CUSTOMERS_PRINTED
from kedang.business.customers.models import Customer
from kedang.business.customers.printing import card_pdf, list_pdf
from kedang.business.customers.views.changes import change_events, change_rows, lines_of
from kedang.business.customers.views.lists import COUNTED, CustomerList
from kedang.business.customers.views.register import pdf
from kedang.foundation.access.grants import as_taker
from kedang.foundation.access.opened.services import opening_spend
from kedang.foundation.access.policies import at_large, require
from kedang.foundation.access.signin.quota import spend, spend_reading
from kedang.foundation.audit.disclosed import as_ranges
from kedang.foundation.audit.reading import about
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.kernel import clock
from kedang.foundation.web.pages import Page

MOST_ROWS = 2000
LATEST_CHANGES = 10


class Card(Page):
    """The card of one customer as PDF; ``purpose`` stands on every page."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The file."""
        customer = Customer.objects.select_related("responsible", "department").get_for(self.actor, pk=pk)
        require(self.actor, "customers.print", customer)
        purpose = request.GET.get("purpose", "").strip()[:60]
        with transaction.atomic():
            spend_reading(self.actor, customer)
            opening_spend(actor=self.actor, code="customers.print", obj=customer)
            record(self.actor, CUSTOMER_PRINTED, customer, reason=purpose)
        taker = as_taker(self.actor, "customers.print")
        own = change_events(customer.fonds_id).filter(about(Customer._meta.label_lower, customer.pk))
        latest = change_rows(lines_of(taker, [(event, customer) for event in own[:LATEST_CHANGES]]))
        return pdf(
            card_pdf(taker, customer, latest[: 2 * LATEST_CHANGES], purpose),
            f"{customer.number}-{customer.name}.pdf",
        )


class ListPrint(CustomerList):
    """The list as PDF, with the conditions of the address it was asked from."""

    results_only = False

    def narrowed(self) -> Q:
        """Only what counts stands on paper, unless the view asks for the others."""
        return super().narrowed() if self.view_key in ("withdrawn", "to-review") else super().narrowed() & COUNTED

    def required_action(self) -> str:
        return "customers.print"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]  # a file
        """The file; too many rows are refused with a sentence."""
        rows = self.pages.visible(self.actor).filter(at_large(self.actor, "customers.print", Customer))
        rows = rows.filter(self.query.q() & self.narrowed()).order_by(*self.ordering())
        keys = list(rows.values_list("pk", flat=True)[: MOST_ROWS + 1])
        if len(keys) > MOST_ROWS:
            told = _("一览表一次最多打印 %(most)s 户，请先用条件缩小范围，或改用导出。") % {"most": f"{MOST_ROWS:,}"}
            messages.warning(request, told)
            return HttpResponseRedirect(f"{self.list_url()}?{request.GET.urlencode()}")
        words = "；".join(condition.words for condition in self.query.conditions)
        subject = SubjectRef(Customer._meta.label_lower, None, str(self.pages.plural()), fonds_id=self.actor.fonds_id)
        with transaction.atomic():
            spend(self.actor, "export", len(keys))
            record(
                self.actor,
                CUSTOMERS_PRINTED,
                subject,
                meta={"rows": len(keys), "conditions": [words], "ids": as_ranges(keys)},
            )
        made = list_pdf(as_taker(self.actor), rows, words, len(keys))
        return pdf(made, f"{_('客户一览表')}-{clock.today():%Y%m%d}.pdf")
