"""档号: scanned or typed, leading to what has or had it; its QR code; the ledger with its gaps."""

import io
from typing import Any
from urllib.parse import parse_qs, urlsplit

import segno
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import CodeState
from kedang.business.holdings.codes.ledger import ITEM_KEY, KEYS, VOLUME_KEY, tallies
from kedang.business.holdings.events.scheme import CODE_SCANNED
from kedang.business.holdings.models import Item, ReferenceCode, Volume
from kedang.business.holdings.services.codes import clean_code
from kedang.business.holdings.services.ledger import codes_reserve, gap_explain
from kedang.foundation.access.policies import can
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.numbering.models import NumberSeries
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import RecordPages

LONGEST = 200
A_PAGE = 20
MOST_SCANNED = 100_000
"""So many numbers are looked at in one search for gaps."""


def asked_code(text: str) -> str:
    """A code out of what a scanner or a person gives: itself, or the address that our QR codes carry."""
    text = text.strip()[:LONGEST]
    if text.lower().startswith(("http://", "https://")):
        text = parse_qs(urlsplit(text).query).get("code", [""])[0]
    return clean_code(text)


def address_of(row: ReferenceCode) -> str:
    """Page of the volume or item that has the code."""
    kind, key = ("holdings.volume", row.volume_id) if row.volume_id else ("holdings.item", row.item_id)
    pages = RecordPages.of_kind(kind)
    return pages.url("detail", key) if pages is not None and key else ""


class CodeFind(Page):
    """Whichever code is scanned, old or new: it leads to the object. ``stay`` shows the code itself, with its QR code and its history."""

    action = "holdings.view"
    template_name = "holdings/codes/find.html"
    title = gettext_lazy("按档号查找")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The field, the object, or why there is none."""
        code = asked_code(request.GET.get("code", ""))
        if not code:
            return self.draw(code="", row=None)
        row = (
            ReferenceCode.objects.visible_to(self.actor)
            .select_related("volume", "item", "successor")
            .filter(code=code)
            .first()
        )
        owner = self.owner(row)
        with transaction.atomic():
            record(
                self.actor,
                CODE_SCANNED,
                row,
                meta={"code": code, "found": owner is not None},
                fonds_id=self.actor.fonds_id,
            )
        url = address_of(row) if row is not None and owner is not None else ""
        if url and "stay" not in request.GET:
            if row is not None and row.state == CodeState.FORMER:
                told = _("旧档号 %(old)s 已改为 %(new)s。") % {"old": row.code, "new": owner.reference_code}
                messages.info(request, told)
            elif row is not None and row.state == CodeState.VOID:
                told = _("档号 %(old)s 已作废（%(why)s），不再使用；现档号 %(new)s。")
                now = owner.reference_code or _("尚未编定")
                messages.warning(request, told % {"old": row.code, "why": row.reason, "new": now})
            return HttpResponseRedirect(url)
        return self.draw(
            code=code, row=row, owner=owner, url=url, chain=self.chain(row) if row is not None and owner is not None else [],
            can_replace=owner is not None and can(self.actor, "holdings.scheme"), status=200 if row is not None else 404,
        )  # fmt: skip

    def owner(self, row: ReferenceCode | None) -> Any:
        """The volume or item, if it exists for the reader."""
        if row is None or not (row.volume_id or row.item_id):
            return None
        model: Any = Volume if row.volume_id else Item
        return model.objects.visible_to(self.actor).filter(pk=row.volume_id or row.item_id).first()

    @staticmethod
    def chain(row: ReferenceCode) -> list[ReferenceCode]:
        """All codes the object ever had, the present one first."""
        whose: dict[str, Any] = {"volume": row.volume_id} if row.volume_id else {"item": row.item_id}
        every = ReferenceCode.objects.filter(**whose, fonds_id=row.fonds_id)
        return list(every.order_by("-id"))


class CodeQr(Page):
    """The QR code of a 档号: an address that a phone opens and that a desk scanner types into the field."""

    action = "holdings.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        """SVG."""
        row = ReferenceCode.objects.visible_to(self.actor).filter(code=asked_code(request.GET.get("code", ""))).first()
        if row is None:
            raise OutOfScope
        made = segno.make(scan_address(request, row.code), error="m", micro=False)
        drawn = io.BytesIO()
        made.save(drawn, kind="svg", scale=4, border=2, xmldecl=False)
        answer = HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
        answer["Cache-Control"] = "private, no-store"
        return answer


def scan_address(request: HttpRequest, code: str) -> str:
    """What a printed QR code carries."""
    from django.utils.http import urlencode

    return request.build_absolute_uri(f"{reverse('holdings:code-find')}?{urlencode({'code': code})}")


class Ledger(Page):
    """档号台账 by series: used, given up, void, reserved, and the gaps; who may can explain them here."""

    action = "holdings.view"
    template_name = "holdings/codes/ledger.html"
    title = gettext_lazy("号段与空号")
    lead = gettext_lazy("档号按流水逐个发出。发出后没有登记到案卷或件的就是空号，应逐一说明原因；作废的号不再使用。")

    def get(self, request: HttpRequest, problem: Refused | None = None) -> HttpResponse:
        """One page of series, or only those with gaps."""
        every = NumberSeries.objects.filter(fonds_id=self.actor.fonds_id, key__in=KEYS).order_by("-id")
        kind, text = request.GET.get("kind", ""), clean_code(request.GET.get("prefix", ""))[:80]
        if kind in {"volume", "item"}:
            every = every.filter(key=VOLUME_KEY if kind == "volume" else ITEM_KEY)
        if text:
            every = every.filter(prefix__contains=text)
        only_gaps = "gaps" in request.GET
        shown: Any = self.with_gaps(every) if only_gaps else every
        page = Paginator(shown, A_PAGE).get_page(request.GET.get("page"))
        lines = page.object_list if only_gaps else tallies(list(page.object_list))
        asked = request.GET.copy()
        asked.pop("page", None)
        return self.draw(
            lines=lines, page=page, kind=kind, prefix=text, only_gaps=only_gaps, problem=problem, lead=self.lead,
            asked=asked.urlencode(), can_edit=can(self.actor, "holdings.scheme"), volume_key=VOLUME_KEY,
            can_arrange=can(self.actor, "holdings.arrange"),
            status=422 if problem else 200,
        )  # fmt: skip

    @staticmethod
    def with_gaps(every: Any) -> list[Any]:
        """Series that have gaps, the newest first."""
        found, looked = [], 0
        some: list[NumberSeries] = []
        for series in every.iterator(chunk_size=500):
            some.append(series)
            looked += series.last
            if len(some) == A_PAGE * 10 or looked >= MOST_SCANNED:
                found += [tally for tally in tallies(some) if tally.gaps]
                some = []
            if looked >= MOST_SCANNED:
                break
        return found + [tally for tally in tallies(some) if tally.gaps]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Explain a gap, or set numbers aside."""
        post = request.POST
        series = NumberSeries.objects.filter(pk=number(post.get("series")), fonds_id=self.actor.fonds_id).first()
        if series is None:
            raise OutOfScope
        reason = post.get("reason", "")
        try:
            if post.get("do") == "reserve":
                codes_reserve(actor=self.actor, series=series, count=number(post.get("count")), reason=reason)
                messages.success(request, _("已预留，预留号不会自动发出，立新卷或改换档号时可以选用。"))
            else:
                gap_explain(
                    actor=self.actor, series=series, first=number(post.get("first")), last=number(post.get("last")), reason=reason
                )  # fmt: skip
                messages.success(request, _("空号已说明，此号作废，不再使用。"))
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.get(request, problem=refusal)
        return HttpResponseRedirect(request.get_full_path())


def number(text: str | None) -> int:
    """A number as typed; 0 for anything else."""
    return int(text[:9]) if text and text.isascii() and text.isdecimal() else 0
