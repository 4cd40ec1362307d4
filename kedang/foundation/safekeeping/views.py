"""The operations page, drill reports, and the plan for a disaster."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.policies import can, policy_for, require
from kedang.foundation.jobs.models import UNFINISHED, Job
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel import health
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.safekeeping import identities
from kedang.foundation.safekeeping.models import PRESENT, Backup, Drill
from kedang.foundation.safekeeping.printing import drill_pdf
from kedang.foundation.safekeeping.standing import duration
from kedang.foundation.web.pages import Page

MOST_SETS, MOST_DRILLS = 30, 8
STATE_TONES = {"made": "plain", "good": "good", "bad": "bad"}
ORDER = {"bad": 0, "warn": 1, "plain": 2, "good": 3}


class Operations(Page):
    """How the system stands at a glance, its sets and its drills."""

    action, template_name = "safekeeping.view", "safekeeping/operations.html"
    title = gettext_lazy("运行与备份")

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        answers = health.report()
        trouble = [answer for answer in answers if answer.health.state in {"bad", "warn"}]
        trouble.sort(key=lambda answer: ORDER[answer.health.state])
        may_run = can(self.actor, "safekeeping.run")
        return self.draw(
            answers=answers,
            worst=health.worst(answers),
            trouble=trouble,
            may_run=may_run,
            job=(job := self.job()),
            follows=job is not None and Job.objects.filter(policy_for(Job).scope(self.actor), pk=job.pk).exists(),
            sets=Backup.objects.filter(state__in=PRESENT).order_by("-created_at")[:MOST_SETS],
            tones=STATE_TONES,
            drills=[
                (drill, duration(drill.seconds))
                for drill in Drill.objects.order_by("-finished_at", "-pk")[:MOST_DRILLS]
            ],
            keep=settings.BACKUP_KEEP,
            places=[str(settings.BACKUP_DIR), *settings.BACKUP_COPY],
            **self.keys(),
        )

    def job(self) -> Job | None:
        """A backup or drill under way; the installation's own belong to no company and are shown to who may look at operations."""
        mine = policy_for(Job).scope(self.actor) | Q(fonds__isnull=True)
        return Job.objects.filter(mine, kind__startswith="safekeeping.", state__in=UNFINISHED).order_by("-pk").first()

    def keys(self) -> dict[str, Any]:
        """Who can open new sets, and whether the drill can."""
        try:
            found = [identities.fingerprint(one) for one in identities.recipients()]
        except Refused as refusal:
            return {"recipients": [], "key_problem": refusal.sentence, "has_identity": False}
        return {"recipients": found, "key_problem": "", "has_identity": identities.identity_path().exists()}


class RunNow(Page):
    """POST: hand in a job and show its page."""

    http_method_names = ["post"]
    action = "safekeeping.run"
    kind, done = "", gettext_lazy("已开始，进度在任务页。")

    def job_args(self) -> dict[str, Any]:
        """Arguments of the job; a set named in the form."""
        code = self.request.POST.get("code", "")
        if not code:
            return {}
        if not code.isprintable():
            raise Http404
        return {"code": get_object_or_404(Backup, code=code, state__in=PRESENT).code}

    def post(self, request: HttpRequest) -> HttpResponse:
        """Hand in."""
        try:
            job = enqueue(self.actor, self.kind, args=self.job_args(), key="safekeeping")
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.warning(request, refusal.sentence)
            return HttpResponseRedirect(reverse("safekeeping:operations"))
        messages.success(request, str(self.done))
        return HttpResponseRedirect(reverse("jobs:job-detail", args=[job.pk]))


class BackupNow(RunNow):
    """立即备份."""

    kind = "safekeeping.backup"


class VerifyNow(RunNow):
    """验证."""

    kind = "safekeeping.verify"


class DrillNow(RunNow):
    """立即演练."""

    kind = "safekeeping.drill"


class DrillReport(Page):
    """One report, kept as it was written."""

    action, template_name = "safekeeping.view", "safekeeping/drill.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page."""
        drill = self.drill(pk)
        return self.draw(drill=drill, took=duration(drill.seconds))

    def drill(self, pk: int) -> Drill:
        """The report of the address."""
        return get_object_or_404(Drill.objects.filter(policy_for(Drill).scope(self.actor)), pk=pk)

    def page_title(self) -> Any:
        return _("恢复演练报告")

    def crumbs(self) -> list[tuple[Any, str]]:
        return [(_("运行与备份"), reverse("safekeeping:operations")), (_("恢复演练报告"), "")]


class DrillPaper(DrillReport):
    """The report as PDF, with places to sign."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The file."""
        drill = self.drill(pk)
        require(self.actor, "safekeeping.view", drill)
        response = HttpResponse(drill_pdf(self.actor, drill), content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="drill-{drill.pk}.pdf"'
        return response


class Plan(Page):
    """What to do when the machine is gone: on one page that can be printed and laid beside the identity."""

    action, template_name = "safekeeping.view", "safekeeping/plan.html"
    title = gettext_lazy("灾难恢复预案")

    def crumbs(self) -> list[tuple[Any, str]]:
        return [(_("运行与备份"), reverse("safekeeping:operations")), (self.title, "")]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page."""
        last = Drill.objects.filter(is_passed=True).order_by("-finished_at").first()
        newest = Backup.objects.filter(state__in=PRESENT).order_by("-created_at").first()
        return self.draw(
            last=last, took=duration(last.seconds) if last else "", newest=newest,
            places=[str(settings.BACKUP_DIR), *settings.BACKUP_COPY], identity=str(identities.identity_path()),
        )  # fmt: skip
