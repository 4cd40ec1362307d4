"""A job's page with live progress, and the small number in the bar on top."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kedang.foundation.jobs.models import UNFINISHED, Job, JobState
from kedang.foundation.jobs.registry import is_known, kind_of
from kedang.foundation.kernel import clock
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import RecordDetail, RecordPage


def progress_of(job: Job) -> dict[str, Any]:
    """Where a job stands, in words."""
    percent: int | None = job.percent if job.total_count or not job.is_unfinished else None
    counted = f"{job.done_count:,} / {job.total_count:,}" if job.total_count else ""
    return {"job": job, "percent": percent, "counted": counted, "left": _left(job)}


def _left(job: Job) -> str:
    """About how long it will still take, once that can be said."""
    if job.state != JobState.RUNNING or job.started_at is None or not 0 < job.done_count < job.total_count:
        return ""
    seconds = (clock.now() - job.started_at).total_seconds()
    rest = int(seconds / job.done_count * (job.total_count - job.done_count))
    if rest < 60:
        return _("约剩 %(n)s 秒") % {"n": rest}
    return _("约剩 %(n)s 分钟") % {"n": rest // 60 + 1}


class JobDetail(RecordDetail):
    template_name = "jobs/detail.html"

    def extra(self) -> dict[str, Any]:
        shown = kind_of(self.obj.kind).shown if not self.obj.is_unfinished and is_known(self.obj.kind) else None
        return {**progress_of(self.obj), **(shown(self.actor, self.obj) if shown is not None else {})}


class JobProgress(RecordPage):
    """The progress region; when the job has ended the page is loaded anew."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = self.draw_part("jobs/progress.html", **progress_of(self.obj))
        if not self.obj.is_unfinished:
            response["HX-Refresh"] = "true"
        return response


class JobIndicator(Page):
    """How many of one's jobs are under way, polled by the bar on top."""

    def get(self, request: HttpRequest) -> HttpResponse:
        running = Job.objects.filter(actor_id=self.actor.pk, state__in=UNFINISHED).count()
        return self.draw_part("web/parts/indicator.html", jobs_running=running)
