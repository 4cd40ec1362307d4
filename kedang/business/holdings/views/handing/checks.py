"""四性检测: a run as a report, answers of people, starting one, the trend of the departments, paper."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.checks.registry import check_by_code
from kedang.business.holdings.choices import CheckOccasion, CheckProperty, Verdict
from kedang.business.holdings.events import handing as e
from kedang.business.holdings.models import CheckRun, Item, ItemFile, Volume
from kedang.business.holdings.printing.checks import check_pdf
from kedang.business.holdings.services.check_runs import check_answer, check_run
from kedang.business.holdings.views.handing.shown import VERDICT_TONES, Known, url_of
from kedang.business.holdings.views.items.detail import ItemRecord
from kedang.business.holdings.views.volumes.record import VolumeRecord
from kedang.foundation.access.policies import can, policy_for, require
from kedang.foundation.audit.record import record
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import RecordDetail, RecordPage, RecordTab

AT_ONCE = 32 << 20
"""Bytes up to which a run is made while the reader waits."""
TREND_MONTHS = 12
ORDER = {Verdict.FAILED: 0, Verdict.PENDING: 1, Verdict.WARNED: 2, Verdict.PASSED: 3}


class CheckReport(RecordDetail):
    """One run: verdict, points by property, what to mend and where."""

    template_name = "holdings/handing/check.html"

    def page_title(self) -> Any:
        return _("四性检测报告")

    def extra(self) -> dict[str, Any]:
        run = self.obj
        known = self.known()
        return {
            "run": run, "groups": self.groups(known), "subject": known.words(run.volume or run.item),
            "tone": VERDICT_TONES.get(run.verdict, ""),
            "may_answer": can(self.actor, "holdings.check", run), "verdicts": [(v.value, v.label) for v in Verdict if v != Verdict.PENDING],
            "again_url": again_url(run), "may_again": can(self.actor, "holdings.check", run.volume or run.item),
        }  # fmt: skip

    def known(self) -> Known:
        """The record under test, and those that points name."""
        run = self.obj
        volumes, items = [run.volume_id], [run.item_id]
        self.results = list(run.results.all())
        for result in self.results:
            for kind, key, _name in result.targets:
                (volumes if kind == "volume" else items).append(key)
        return Known(self.actor, volumes, items)

    def groups(self, known: Known) -> list[dict[str, Any]]:
        """Points by property; of each what is to be mended, as links where the reader may go."""
        found = []
        for quality in CheckProperty:
            rows = [line for line in self.results if line.quality == quality]
            for row in rows:
                row.tone = VERDICT_TONES.get(row.verdict, "")
                row.is_open = row.is_manual and row.verdict == Verdict.PENDING
                row.links = [
                    (name, reverse(f"holdings:{kind}-detail", args=[key]))
                    for kind, key, name in row.targets
                    if key in (known.volumes if kind == "volume" else known.items)
                ]
                point = check_by_code(row.code)
                row.clause = point.clause if point is not None else ""
            counts = {verdict: sum(1 for row in rows if row.verdict == verdict) for verdict in ORDER}
            tally = [(Verdict(v).label, VERDICT_TONES[v], n) for v, n in counts.items() if n]
            found.append({"label": quality.label, "rows": rows, "tally": tally})
        return found


class CheckAnswer(RecordPage):
    """A person's answer to one point."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Keep it, or say why not."""
        result = self.obj.results.filter(pk=kwargs["result_pk"]).first()
        if result is None:
            raise OutOfScope
        given = {"verdict": request.POST.get("verdict", ""), "evidence": request.POST.get("evidence", "")[:500]}
        try:
            check_answer(actor=self.actor, result=result, **given)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, _("%(code)s 已记录。") % {"code": result.code})
        return HttpResponseRedirect(f"{self.pages.url('detail', self.obj.pk)}#{result.code}")


class CheckPaper(RecordPage):
    """The report as PDF, with places to sign."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The file; written down before it leaves."""
        run = self.obj
        require(self.actor, "holdings.check", run)
        subject = Known(self.actor, [run.volume_id], [run.item_id]).words(run.volume or run.item)
        with transaction.atomic():
            record(self.actor, e.CHECK_PRINTED, run, meta={"verdict": run.verdict})
        response = HttpResponse(check_pdf(self.actor, run, subject), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="four-property-test-{run.pk}.pdf"'
        return response


def again_url(run: CheckRun) -> str:
    """Where the same test is started again."""
    return start_url(run.volume or run.item)


def start_url(thing: Any) -> str:
    """Where a test of a volume or item is started."""
    return reverse(f"holdings:{'volume' if isinstance(thing, Volume) else 'item'}-check", args=[thing.pk])


class CheckStart(Page):
    """POST: test a volume or an item now; what is large is handed in as a job."""

    http_method_names = ["post"]
    action = "holdings.check"
    model: Any = Volume

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Run or hand in."""
        thing = self.model.objects.visible_to(self.actor).filter(pk=pk).first()
        if thing is None:
            raise OutOfScope
        occasion = request.POST.get("occasion", CheckOccasion.FILING)
        named: dict[str, Any] = {"volume": thing} if isinstance(thing, Volume) else {"item": thing}
        try:
            require(self.actor, "holdings.check", thing)
            if occasion in CheckOccasion.values and self.bytes_of(thing) > AT_ONCE:
                return self.hand_in(thing, occasion)
            run = check_run(actor=self.actor, occasion=occasion, **named)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(url_of(thing))
        return HttpResponseRedirect(reverse("holdings:check-run-detail", args=[run.pk]))

    def bytes_of(self, thing: Any) -> int:
        """How much will be read."""
        where = {"item__volume": thing} if isinstance(thing, Volume) else {"item": thing}
        return int(ItemFile.objects.filter(**where).aggregate(sum=Sum("file__size"))["sum"] or 0)

    def hand_in(self, thing: Any, occasion: str) -> HttpResponse:
        """For the worker."""
        kind = "volume" if isinstance(thing, Volume) else "item"
        title = _("四性检测 %(name)s") % {"name": thing.reference_code or thing.title[:40]}
        args = {f"{kind}_id": thing.pk, "occasion": occasion}
        job = enqueue(self.actor, "holdings.check", args=args, title=title, key=f"{kind}.{thing.pk}.{occasion}")
        messages.success(self.request, _("文件较大，已转为后台任务，完成后在检测记录中查看。"))
        return HttpResponseRedirect(reverse("jobs:job-detail", args=[job.pk]))


class CheckTrend(Page):
    """How the departments fare, month by month."""

    action, template_name = "holdings.check", "holdings/handing/trend.html"
    title = gettext_lazy("检测趋势")

    def crumbs(self) -> list[Any]:
        return [(_("四性检测"), reverse("holdings:check-run-list")), (self.title, "")]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Departments down, months across: share of runs without fault, and how many."""
        months = self.months()
        occasion = request.GET.get("occasion", "")
        where = Q(made_at__gte=months[-1])
        if occasion in CheckOccasion.values:
            where &= Q(occasion=occasion)
        counted = (
            CheckRun.objects.filter(policy_for(CheckRun).scope(self.actor)).filter(where)
            .annotate(month=TruncMonth("made_at"))
            .annotate(volume_department=F("volume__department__name"), item_department=F("item__department__name"))
            .values("month", "volume_department", "item_department", "verdict").annotate(count=Count("pk")).order_by()
        )  # fmt: skip
        tables: dict[str, dict[Any, dict[str, int]]] = {}
        for row in counted:
            name = row["volume_department"] or row["item_department"] or _("未定部门")
            cell = tables.setdefault(name, {}).setdefault((row["month"].year, row["month"].month), {})
            cell[row["verdict"]] = cell.get(row["verdict"], 0) + row["count"]
        lines = [self.line(name, cells, months) for name, cells in sorted(tables.items())]
        return self.draw(
            lines=lines, months=months, occasions=[("", _("全部环节")), *CheckOccasion.choices], occasion=occasion,
            faults=self.faults(where),
        )  # fmt: skip

    def months(self) -> list[Any]:
        """The last twelve, newest first, as their first moments."""
        now = clock.local(clock.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        found = []
        for back in range(TREND_MONTHS):
            at = now.year * 12 + now.month - 1 - back
            found.append(now.replace(year=at // 12, month=at % 12 + 1))
        return found

    def line(self, name: str, cells: Mapping[Any, Mapping[str, int]], months: list[Any]) -> dict[str, Any]:
        """One department."""
        shown = []
        for month in months:
            cell = cells.get((month.year, month.month), {})
            total, failed = sum(cell.values()), cell.get(Verdict.FAILED, 0)
            share = round(100 * (total - failed) / total) if total else None
            tone = "" if share is None else "good" if share >= 95 else "warn" if share >= 80 else "bad"
            shown.append({"total": total, "failed": failed, "share": share, "tone": tone, "month": month})
        total, failed = sum(one["total"] for one in shown), sum(one["failed"] for one in shown)
        return {
            "name": name,
            "cells": shown,
            "total": total,
            "failed": failed,
            "share": round(100 * (total - failed) / total) if total else 0,
        }

    def faults(self, where: Q) -> list[dict[str, Any]]:
        """The points that fail most."""
        from kedang.business.holdings.models import CheckResult

        runs = CheckRun.objects.filter(policy_for(CheckRun).scope(self.actor)).filter(where)
        rows = (
            CheckResult.objects.filter(run__in=runs, verdict__in=[Verdict.FAILED, Verdict.WARNED]).values("title", "quality")
            .annotate(failed=Count("pk", filter=Q(verdict=Verdict.FAILED)), warned=Count("pk", filter=Q(verdict=Verdict.WARNED)))
            .order_by("-failed", "-warned")[:8]
        )  # fmt: skip
        return [{**row, "label": CheckProperty(row["quality"]).label} for row in rows]


class ChecksTab(RecordTab):
    """Tests of a volume or an item, newest first; another one is started here."""

    template_name = "holdings/handing/checks_tab.html"

    def context(self) -> dict[str, Any]:
        thing = self.obj
        where = {"volume": thing} if isinstance(thing, Volume) else {"item": thing}
        may_see = can(self.actor, "holdings.check", thing)
        runs: list[Any] = (
            list(CheckRun.objects.filter(policy_for(CheckRun).scope(self.actor), **where).order_by("-pk")[:30])
            if may_see
            else []
        )
        for run in runs:
            run.tone = VERDICT_TONES.get(run.verdict, "")
        return {
            "runs": runs, "may_check": may_see, "start_url": start_url(thing),
            "occasions": [choice for choice in CheckOccasion.choices if choice[0] != CheckOccasion.TRANSFER],
        }  # fmt: skip


class VolumeChecksTab(VolumeRecord, ChecksTab):
    """Of a volume."""


class ItemChecksTab(ItemRecord, ChecksTab):
    """Of an item."""


class ItemCheckStart(CheckStart):
    """The same for an item by itself."""

    model = Item
