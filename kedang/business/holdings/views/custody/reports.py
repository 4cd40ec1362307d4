"""Reports of custody as PDF: of a stock-take, of a room's climate. Each is written down before it leaves."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import LocationKind
from kedang.business.holdings.events.custody import CUSTODY_PRINTED
from kedang.business.holdings.models import Location, StockTake
from kedang.business.holdings.printing.custody_reports import climate_card, stock_take_card
from kedang.business.holdings.views.custody.climate import Span, limit_of, values_of
from kedang.business.holdings.views.custody.counting import result_counts
from kedang.business.holdings.views.custody.inspecting import pdf
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.refused import OutOfScope
from kedang.foundation.web.pages import Page
from kedang.foundation.web.printing import render_sheet
from kedang.foundation.web.records import RecordVerb


class StockTakePrint(Page):
    """档案盘点报告."""

    action = "custody.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file."""
        take = StockTake.objects.visible_to(self.actor).select_related("location", "fonds").filter(pk=pk).first()
        if take is None:
            raise OutOfScope
        made = render_sheet(stock_take_card(self.actor, take, result_counts(take)))
        with transaction.atomic():
            record(self.actor, CUSTODY_PRINTED, take)
        return pdf(made, f"{_('档案盘点报告')}-{take.location.label}.pdf")


class ClimatePrint(Page):
    """库房温湿度记录表 of the span that the address names."""

    action = "custody.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file."""
        rooms = Location.objects.visible_to(self.actor).select_related("climate_limit", "fonds")
        room = rooms.filter(pk=pk, kind__in=(LocationKind.ROOM, LocationKind.STOREHOUSE)).first()
        if room is None:
            raise OutOfScope
        span = Span.of(request.GET.get("month", ""), request.GET.get("by", ""))
        values = values_of(room, span)
        made = render_sheet(
            climate_card(
                self.actor, room, span.words, limit_of(room), values, span.missing(values), by_month=span.is_year
            )
        )
        with transaction.atomic():
            record(self.actor, CUSTODY_PRINTED, room, meta={"form": "climate", "month": span.month})
        return pdf(made, f"{_('库房温湿度记录表')}-{room.label}-{span.month}.pdf")


class PlaceVerb(RecordVerb):
    """A verb of a place; what was begun there goes on at its own page."""

    def after_url(self) -> str:
        """To the stock-take that was just begun, else to the place."""
        if self.verb.key == "count":
            take: Any = StockTake.objects.visible_to(self.actor).filter(location=self.obj).order_by("-pk").first()
            if take is not None:
                return reverse("holdings:stock-take-detail", args=[take.pk])
        return super().after_url()
