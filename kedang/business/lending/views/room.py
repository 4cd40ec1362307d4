"""阅览室: who sits where with what, and what was given back today."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from kedang.business.lending.choices import OUT_STATES, WAITING_STATES, Place
from kedang.business.lending.models import Loan
from kedang.business.lending.services.rules import rules_of
from kedang.business.lending.views.loans import late_tone, late_words
from kedang.foundation.kernel import clock
from kedang.foundation.web.pages import Page

MOST = 60


class ReadingRoom(Page):
    """The day in the reading room."""

    action = "lending.keep"
    template_name = "lending/room.html"
    title = gettext_lazy("阅览室")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Who is there, who is expected, what came back."""
        start = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
        rows = Loan.objects.visible_to(self.actor).filter(place=Place.ROOM).select_related("borrower", "department")
        out = list(rows.filter(state__in=OUT_STATES).order_by("seat", "issued_at")[:MOST])
        seats = rules_of(self.actor.fonds_id or 0).seats
        taken = len({one.seat for one in out if one.seat})
        context: dict[str, Any] = {
            "lines": [(one, late_words(one), late_tone(one)) for one in out],
            "expected": list(rows.filter(state__in=WAITING_STATES).order_by("held_until", "pk")[:MOST]),
            "back": list(rows.filter(returned_at__gte=start).order_by("-returned_at")[:MOST]),
            "seats": seats, "taken": taken, "free": max(0, seats - taken),
        }  # fmt: skip
        return self.draw(**context)
