"""Pages of the store that are more than a declaration: runs with their faults, and the buttons that begin them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.translation import gettext_lazy

from kedang.foundation.access.policies import can, policy_for
from kedang.foundation.files.kinds import title_of
from kedang.foundation.files.models import FixityFault
from kedang.foundation.jobs.models import UNFINISHED, Job
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import RecordDetail
from kedang.foundation.web.records.cells import Cell
from kedang.foundation.web.records.list import RecordList

MOST_FAULTS = 200


class FileDetail(RecordDetail):
    """One file, with what the fixity check found of it."""

    template_name = "files/file.html"

    def fact(self, name: str, *, is_wide: bool = False) -> Cell:
        """Format and size as people say them."""
        cell = super().fact(name, is_wide=is_wide)
        if name == "media_type":
            cell.text = f"{title_of(self.obj.media_type)}（{self.obj.media_type}）"
        elif name == "size":
            cell.text = str(filesizeformat(self.obj.size))
        return cell

    def extra(self) -> dict[str, Any]:
        """What is wrong with it, newest first."""
        return {"faults": self.obj.faults.order_by("-pk")[:20]}


class FixityList(RecordList):
    """Runs, with the buttons that begin one, and what is not settled."""

    template_name = "files/fixity_list.html"

    def context(self) -> dict[str, Any]:
        """Whether anything is open or under way."""
        busy = (
            Job.objects.filter(kind__in=["files.fixity", "files.repair"], state__in=UNFINISHED).order_by("pk").first()
        )
        visible = policy_for(FixityFault).scope(self.actor)
        return {
            **super().context(),
            "may_keep": can(self.actor, "files.keep"),
            "open_faults": FixityFault.objects.filter(visible, settled_at__isnull=True).count(),
            "busy": busy,
        }


class FixityRunDetail(RecordDetail):
    """A run with the files that it found faulty."""

    template_name = "files/fixity.html"

    def extra(self) -> dict[str, Any]:
        """The faults that the reader may see, first of all those that are open."""
        visible = policy_for(FixityFault).scope(self.actor)
        faults = self.obj.faults.filter(visible).select_related("file").order_by("settled_at", "pk")
        found = list(faults[: MOST_FAULTS + 1])
        return {"faults": found[:MOST_FAULTS], "has_more": len(found) > MOST_FAULTS, "speed": self.obj.speed}


class _Begin(Page):
    """POST: hand in a job and show its page."""

    http_method_names = ["post"]
    action = "files.keep"
    kind, done = "", gettext_lazy("已开始，进度在任务页。")
    job_args: dict[str, Any] = {}

    def post(self, request: HttpRequest) -> HttpResponse:
        """Hand in."""
        try:
            job = enqueue(self.actor, self.kind, args=self.job_args, key=self.kind)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.warning(request, refusal.sentence)
            return HttpResponseRedirect(reverse("files:fixity-list"))
        messages.success(request, str(self.done))
        return HttpResponseRedirect(reverse("jobs:job-detail", args=[job.pk]))


class CheckAll(_Begin):
    """全部核验."""

    kind, job_args = "files.fixity", {"is_full": True}


class Repair(_Begin):
    """从备份修复."""

    kind = "files.repair"


URLS = [
    path("fixity/check/", CheckAll.as_view(), name="fixity-check"),
    path("fixity/repair/", Repair.as_view(), name="fixity-repair"),
]
