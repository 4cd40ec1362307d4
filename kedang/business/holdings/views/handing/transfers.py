"""移交: the list with its lines, picking what goes on it, counting and signing for it."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import ItemState, LineState, TransferState, VolumeState, Whereabouts
from kedang.business.holdings.models import Item, TransferLine, Volume
from kedang.business.holdings.services import transfer_receiving as receiving
from kedang.business.holdings.services import transfers as services
from kedang.business.holdings.views.handing.shown import LINE_TONES, VERDICT_TONES, Known
from kedang.foundation.access.models import Department
from kedang.foundation.access.policies import can, require
from kedang.foundation.jobs.models import UNFINISHED, Job
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.departments import DepartmentChoice, departments_in_order
from kedang.foundation.web.records import RecordDetail, RecordForm, RecordPage, style
from kedang.foundation.web.records.detail import note_reading
from kedang.foundation.web.records.form_fields import RecordFormBase, form_class, initial_of

MOST_OFFERED = 200
MOST_WORDS = 300


class TransferPage(RecordPage):
    """What the pages of one list share."""

    def url(self, name: str, *args: Any) -> str:
        """Address of another page of this list."""
        return reverse(f"holdings:transfer-{name}", args=[self.obj.pk, *args])

    def head(self) -> dict[str, Any]:
        """A list that was sent is changed no more."""
        made = super().head()
        return {**made, "can_change": made["can_change"] and self.obj.state == TransferState.DRAFT}

    def lines(self) -> list[dict[str, Any]]:
        """Lines in order, with the test of each and what the reader may know of it."""
        rows = list(self.obj.lines.select_related("volume", "item").order_by("position"))
        known = Known(self.actor, (row.volume_id for row in rows), (row.item_id for row in rows))
        runs = receiving.runs_of(self.obj, rows) if self.obj.state != TransferState.DRAFT else {}
        may_check = can(self.actor, "holdings.check")
        return [
            {
                "line": row, **known.words(row.volume if row.volume_id else row.item), "tone": LINE_TONES.get(row.state, ""),
                "run": runs.get(row.pk), "run_tone": VERDICT_TONES.get(runs[row.pk].verdict, "") if row.pk in runs else "",
                "run_url": reverse("holdings:check-run-detail", args=[runs[row.pk].pk]) if row.pk in runs and may_check else "",
            }
            for row in rows
        ]  # fmt: skip

    def untested(self, lines: list[dict[str, Any]]) -> dict[str, Any]:
        """How many lines still wait for their test, and whether somebody is at it."""
        left = sum(1 for line in lines if line["run"] is None) if self.obj.state == TransferState.SENT else 0
        busy = left and Job.objects.filter(
            kind="holdings.transfer_check", args__transfer_id=self.obj.pk, state__in=UNFINISHED
        ).exists()  # fmt: skip
        return {"untested": left, "is_testing": bool(busy)}


class TransferDetail(TransferPage, RecordDetail):
    """The list: facts, both signatures, lines."""

    template_name = "holdings/handing/transfer.html"

    def extra(self) -> dict[str, Any]:
        lines = self.lines()
        row = self.obj
        is_mine = row.handed_by_id == self.actor.pk
        return {
            "lines": lines, **self.untested(lines), "is_draft": row.state == TransferState.DRAFT,
            "may_pick": row.state == TransferState.DRAFT and can(self.actor, "holdings.deliver", row),
            "may_receive": row.state == TransferState.SENT and not is_mine and can(self.actor, "holdings.receive", row),
            "may_print": can(self.actor, "holdings.print", row), "is_mine": is_mine, "show_checks": row.state != TransferState.DRAFT,
        }  # fmt: skip


class TransferForm(RecordForm):
    """编制清册: for the own department unless said otherwise; everybody may name a department, whoever may look at people."""

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordFormBase:
        """The inputs, with all departments of the company."""
        made = form_class(self.pages, self.actor, self.obj)
        rows = Department.objects.filter(fonds_id=self.actor.fonds_id, is_active=True)
        field = DepartmentChoice(rows, label=_("移交部门"), error_messages={"required": _("请选择移交部门。")})
        named = ((row.pk, field.label_from_instance(row)) for row in departments_in_order(self.actor.fonds_id))
        field.choices = [("", _("请选择")), *named]
        made.base_fields["department"] = style(field)
        values = initial_of(self.pages, self.obj, made) if self.obj is not None else self.defaults()
        if self.obj is None:
            values = {"department": self.actor.department_id, **values}
        return made(data, initial={**values, **(initial or {})}, label_suffix="")


class TransferPick(TransferPage):
    """What the department could hand over; picked rows go onto the list."""

    template_name = "holdings/handing/pick.html"

    def page_title(self) -> Any:
        return _("选择移交的案卷和文件")

    def crumbs(self) -> list[Any]:
        pages = self.pages
        return [(pages.plural(), pages.url("list")), (self.obj.number, self.url("detail")), (self.page_title(), "")]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Candidates."""
        require(self.actor, "holdings.deliver", self.obj)
        note_reading(self.pages, self.actor, self.obj, tab="pick")
        return self.show()

    def show(self, *, status: int = 200, problem: str = "", picked: frozenset[str] = frozenset()) -> HttpResponse:
        """Draw the candidates."""
        volumes, items = self.offered()
        found = [("volume", one, one.page_count) for one in volumes] + [("item", one, one.pages) for one in items]
        rows = [(kind, one, pages, f"{kind}:{one.pk}" in picked) for kind, one, pages in found]
        return self.draw(
            status=status, obj=self.obj, rows=rows[:MOST_OFFERED], is_cut=len(rows) > MOST_OFFERED, most=MOST_OFFERED, problem=problem,
            q=self.request.GET.get("q", ""), back_url=self.url("detail"),
        )  # fmt: skip

    def offered(self) -> tuple[list[Volume], list[Item]]:
        """Closed volumes and loose items of the department that are on no list and not the archive's yet."""
        row, text = self.obj, self.request.GET.get("q", "").strip()
        busy = Q(is_running=True) | Q(state=LineState.ACCEPTED)
        where = Q(department_id=row.department_id, whereabouts=Whereabouts.IN_STORE)
        if text:
            where &= Q(title__icontains=text) | Q(reference_code__icontains=text)
        volumes = Volume.objects.visible_to(self.actor, "holdings.deliver").filter(where, state=VolumeState.CLOSED)
        volumes = volumes.exclude(Exists(TransferLine.objects.filter(busy, volume=OuterRef("pk")))).order_by(
            "reference_code"
        )
        loose = Item.objects.visible_to(self.actor, "holdings.deliver").filter(where, volume__isnull=True)
        loose = loose.exclude(state__in=[ItemState.OUT_OF_SCOPE, ItemState.REMOVED, ItemState.DESTROYED])
        loose = loose.exclude(Exists(TransferLine.objects.filter(busy, item=OuterRef("pk")))).order_by("-pk")
        return list(volumes[: MOST_OFFERED + 1]), list(loose[: MOST_OFFERED + 1])

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Put them on the list."""
        picked = request.POST.getlist("pick")[: services.MOST_LINES]
        volumes = Volume.objects.visible_to(self.actor).filter(pk__in=_keys(picked, "volume"))
        items = Item.objects.visible_to(self.actor).filter(pk__in=_keys(picked, "item"))
        try:
            made = services.transfer_add(actor=self.actor, transfer=self.obj, volumes=volumes, items=items)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.show(status=422, problem=refusal.sentence, picked=frozenset(picked))
        messages.success(request, _("已列入 %(n)s 条。") % {"n": len(made)})
        return HttpResponseRedirect(self.url("detail"))


def _keys(picked: list[str], kind: str) -> list[int]:
    parts = (one.partition(":") for one in picked)
    return [
        int(key) for name, _colon, key in parts if name == kind and key.isascii() and key.isdecimal() and len(key) < 18
    ]


class TransferLineRemove(TransferPage):
    """Take one line off the list."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        line = self.obj.lines.filter(pk=kwargs["line_pk"]).first() or TransferLine(pk=0)
        return self.act(
            lambda: services.transfer_remove(actor=self.actor, transfer=self.obj, line=line), _("已从清册去掉。")
        )

    def act(self, run: Any, done: str) -> HttpResponse:
        """Run, tell, go back to the list."""
        try:
            run()
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(self.request, refusal.sentence)
        else:
            messages.success(self.request, done)
        return HttpResponseRedirect(self.url("detail"))


class TransferTest(TransferLineRemove):
    """Have the tests that are still missing made now."""

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        require(self.actor, "holdings.check")
        args = {"transfer_id": self.obj.pk}
        title = _("移交检测 %(number)s") % {"number": self.obj.number}
        key = f"{self.obj.pk}.again"
        return self.act(
            lambda: enqueue(self.actor, "holdings.transfer_check", args=args, title=title, key=key),
            _("已开始检测，稍候刷新本页。"),
        )


class TransferReceive(TransferPage):
    """接收: count, accept or send back line by line, keep what was done so far, sign at the end."""

    template_name = "holdings/handing/receive.html"

    def page_title(self) -> Any:
        return _("核对与签收")

    def crumbs(self) -> list[Any]:
        pages = self.pages
        return [(pages.plural(), pages.url("list")), (self.obj.number, self.url("detail")), (self.page_title(), "")]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The lines to be counted; a list that has come to its end leads back."""
        require(self.actor, "holdings.receive", self.obj)
        if self.obj.state != TransferState.SENT:
            return HttpResponseRedirect(self.url("detail"))
        note_reading(self.pages, self.actor, self.obj, tab="receive")
        return self.show()

    def show(self, *, status: int = 200, problem: str = "", at: str = "", version: int | None = None) -> HttpResponse:
        """Draw the lines with what is kept, or with what was just typed."""
        lines = self.lines()
        for line in lines:
            row = line["line"]
            line["pages"] = self.request.POST.get(
                f"pages-{row.pk}", "" if row.pages_counted is None else row.pages_counted
            )
            line["choice"] = self.request.POST.get(f"state-{row.pk}", row.state)
            line["why"] = self.request.POST.get(f"reason-{row.pk}", row.reason)
            line["is_wrong"] = at in {f"pages-{row.pk}", f"reason-{row.pk}"}
        done = sum(1 for line in lines if line["line"].state != LineState.PENDING)
        return self.draw(
            status=status, obj=self.obj, lines=lines, problem=problem, version=self.obj.version if version is None else version,
            back_url=self.url("detail"), done=done, left=len(lines) - done, is_mine=self.obj.handed_by_id == self.actor.pk,
            **self.untested(lines),
        )  # fmt: skip

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Keep the answers; sign where asked."""
        typed = request.POST.get("_version", "")
        version = int(typed) if typed.isdecimal() and len(typed) < 10 else None
        try:
            row = receiving.transfer_count(
                actor=self.actor, transfer=self.obj, answers=self.answers(request.POST), version=version
            )
            if "_sign" in request.POST:
                row = receiving.transfer_receive(actor=self.actor, transfer=row, version=row.version)
        except NotAllowed:
            raise
        except Refused as refusal:
            self.obj.refresh_from_db()
            if refusal.code == "stale_version":
                messages.error(request, refusal.sentence)
                return HttpResponseRedirect(request.path)
            return self.show(status=422, problem=refusal.sentence, at=refusal.field or "")
        if row.state == TransferState.RECEIVED:
            messages.success(request, _("已签收清册 %(number)s。") % {"number": row.number})
            return HttpResponseRedirect(self.url("detail"))
        messages.success(request, _("核对结果已保存。"))
        return HttpResponseRedirect(request.path)

    def answers(self, data: Any) -> dict[int, receiving.Answer]:
        """What was typed, by line; counts that are no numbers are left open."""
        found = {}
        for key in self.obj.lines.values_list("pk", flat=True):
            state = data.get(f"state-{key}", LineState.PENDING)
            if state not in LineState.values:
                state = LineState.PENDING
            pages = data.get(f"pages-{key}", "").strip()
            counted = int(pages) if pages.isascii() and pages.isdecimal() and len(pages) < 7 else None
            found[key] = receiving.Answer(counted, state, data.get(f"reason-{key}", "")[:MOST_WORDS])
        return found
