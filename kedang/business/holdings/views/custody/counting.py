"""盘点: its page, the page that counts on a phone without network, and where the phone brings its scans."""

import json
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.request import RawPostDataException
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie

from kedang.business.holdings.choices import LocationKind, StockResult, StockState
from kedang.business.holdings.models import Location, StockLine, StockTake
from kedang.business.holdings.services.stock_closing import stock_line_settle
from kedang.business.holdings.services.stocktaking import stock_scans_take, take_of
from kedang.business.holdings.views.custody.scanning import camera_allowed
from kedang.foundation.access.policies import can, require
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import RecordDetail

MOST_LINES = 300
TONES = {
    StockResult.FOUND: "good", StockResult.MISPLACED: "warn", StockResult.MISSING: "bad", StockResult.ON_LOAN: "blue",
    StockResult.UNEXPECTED: "violet", "": "plain",
}  # fmt: skip
ORDER = (StockResult.MISPLACED, StockResult.MISSING, StockResult.UNEXPECTED, StockResult.ON_LOAN, StockResult.FOUND, "")


class TakePage(RecordDetail):
    """A stock-take: figures by result, the lines of one result, and for differences the verb that sets the books right."""

    template_name = "holdings/custody/take.html"

    def extra(self) -> dict[str, Any]:
        take: StockTake = self.obj
        counts = result_counts(take)
        asked = self.request.GET.get("result")
        chosen = (
            asked
            if asked in {*StockResult.values, "open"}
            else next((r or "open" for r in ORDER if counts.get(r)), "open")
        )
        rows = take.lines.filter(result="" if chosen == "open" else chosen).select_related("expected_at", "seen_at")
        lines = list(rows.order_by("id")[: MOST_LINES + 1])
        tabs = [
            {
                "label": StockResult(result).label if result else _("未盘"), "count": counts.get(result, 0),
                "url": f"?result={result or 'open'}", "is_current": chosen == (result or "open"),
            }
            for result in ORDER
        ]  # fmt: skip
        return {
            "take": take, "result_tabs": tabs, "lines": lines[:MOST_LINES], "has_more": len(lines) > MOST_LINES, "tones": TONES,
            "can_settle": take.state == StockState.CLOSED and can(self.actor, "custody.keep", take), "problem": None,
            "is_running": take.state == StockState.RUNNING, "chosen": chosen,
        }  # fmt: skip

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Set one line to where it was seen."""
        key = request.POST.get("line", "")
        line = StockLine.objects.filter(stock_take=self.obj, pk=int(key) if key.isdecimal() else 0).first()
        if line is None:
            raise OutOfScope
        try:
            stock_line_settle(actor=self.actor, stock_line=line, reason=request.POST.get("reason", ""))
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.draw(**self.head(), panels=self.panels(), status=422, **{**self.extra(), "problem": refusal})
        messages.success(request, _("%(code)s 的账面位置已更正。") % {"code": line.code})
        return HttpResponseRedirect(f"{request.path}?{request.GET.urlencode()}")


class Count(Page):
    """The counting page. Its own script keeps it usable without network: see ``static/holdings/count.js``."""

    action = "custody.keep"
    template_name = "holdings/custody/count.html"
    take: StockTake

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the stock-take; this page may use the camera."""
        require(self.actor, "custody.keep")
        self.take = take_of(self.actor, kwargs["pk"])
        response = super().dispatch(request, *args, **kwargs)
        response["Permissions-Policy"] = camera_allowed()
        return response

    def page_title(self) -> Any:
        return self.take.title

    @method_decorator(ensure_csrf_cookie)
    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The page."""
        return self.draw(take=self.take)


class Expected(Page):
    """What is expected where, for the phone to keep: codes and places only, no titles."""

    action = "custody.keep"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The list, with the token that an upload needs."""
        take = take_of(self.actor, pk)
        below = Location.objects.filter(fonds_id=take.fonds_id, path__startswith=take.location.path)
        holding = below.filter(kind__in=(LocationKind.SHELF, LocationKind.BOX))
        lines = take.lines.filter(expected_at__isnull=False).order_by("id")
        return JsonResponse(
            {
                "title": take.title, "state": take.state, "token": get_token(request),
                "places": list(holding.order_by("path").values_list("label", flat=True)),
                "lines": list(lines.values_list("code", "expected_at__label", "result", "seen_at__label")),
            }
        )  # fmt: skip


class Scans(Page):
    """Where the phone brings its scans, as often as it likes."""

    action = "custody.keep"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take them in; the answer says what counted."""
        take = take_of(self.actor, pk)
        try:
            given = json.loads(request.body)
            scans = [dict(one) for one in given["scans"]]
        except (ValueError, TypeError, KeyError, RawPostDataException):
            return JsonResponse({"error": _("上传的内容无法识别，请刷新页面后重试。")}, status=400)
        try:
            taken = stock_scans_take(
                actor=self.actor, stock_take=take, scans=scans, device=str(given.get("device", ""))[:40]
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            return JsonResponse({"error": refusal.sentence, "code": refusal.code}, status=409)
        return JsonResponse(
            {"new": taken.new, "known": taken.known, "refused": taken.refused, "conflicts": taken.conflicts}
        )


class Worker(Page):
    """The service worker of the counting page; it lies here because its reach is what lies below its own address."""

    action = "custody.keep"

    def get(self, request: HttpRequest) -> HttpResponse:
        """The script."""
        text = render_to_string("holdings/custody/worker.js")
        return HttpResponse(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-store"})


def result_counts(take: StockTake) -> dict[str, int]:
    """How many lines of each result."""
    return dict(take.lines.values_list("result").annotate(n=models.Count("pk")).order_by())
