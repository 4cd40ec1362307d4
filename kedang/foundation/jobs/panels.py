"""Pages of background jobs."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.foundation.jobs.models import UNFINISHED, Job, JobState
from kedang.foundation.jobs.services import job_cancel
from kedang.foundation.jobs.views import JobDetail
from kedang.foundation.kernel.prepared import Prepared
from kedang.foundation.web.home import Block, Line, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Verb, View

TONES = {"queued": "plain", "running": "blue", "done": "good", "failed": "bad", "cancelled": "warn"}


def cancel(*, actor: Any, job: Job) -> Job:
    """Ask a job to stop."""
    return job_cancel(actor=actor, job_id=job.pk)


class JobPages(RecordPages):
    model = Job
    prefix = "jobs"
    icon = "loader"
    is_open = True
    title = _("后台任务")
    lead = _("导入、导出、重建索引等耗时的工作在这里排队和进行，关掉页面也不会中断。")
    empty_hint = _("导入客户或导出大清单时，任务会出现在这里。")
    head_name, head_tags = "title", ("state",)
    tones = {"state": TONES}
    panels = (Panel(_("经过"), ("actor_name", "created_at", "started_at", "finished_at", "attempts", "worker")),)
    columns = (
        Column("title", lead=True),
        Column("state", tones=TONES),
        Column("percent", _("进度"), text=lambda job, actor: job.percent, template="jobs/percent_cell.html"),
        "message",
        "actor_name",
        "created_at",
        "finished_at",
    )
    default_sort = ("-pk",)
    filters = ("title", Filter("state"), Filter("created_at"))
    views = (
        View("mine", _("我的"), lambda actor: Q(actor_id=actor.pk)),
        View("open", _("进行中"), lambda actor: Q(state__in=UNFINISHED)),
        View("failed", _("失败"), lambda actor: Q(state=JobState.FAILED)),
    )
    verbs = (
        Verb(
            "cancel", _("取消任务"), cancel, action="", icon="ban", danger=True, main=True,
            confirm=_("排队中的任务立即取消；进行中的任务做完当前一步后停下，已写入的部分保留。"), done=_("已要求取消。"),
            when=lambda job: job.is_unfinished and not job.is_cancel_asked,
        ),
    )  # fmt: skip
    has_export = has_history = False
    detail_view = JobDetail


_latest = Prepared(lambda actor_id: Job.objects.filter(actor_id=actor_id).order_by("-pk")[:5], actor_id=int)


def running_lines(actor: Any) -> list[Line]:
    """Own jobs under way, else the latest ones."""
    return [
        Line(
            str(job),
            JobPages.url("detail", job.pk),
            tag=job.get_state_display(),
            tone=TONES[job.state],
            percent=job.percent if job.is_unfinished else None,
        )
        for job in _latest.rows(actor_id=actor.pk)
    ]


menu.add(Entry(_("后台任务"), "jobs:job-list", icon="loader", group="work", order=90))
work_list.add_block(
    Block(
        "jobs",
        _("我的任务"),
        running_lines,
        "loader",
        "jobs:job-list",
        order=90,
        empty=_("没有进行中的任务。"),
        main=False,
    )
)
