"""The job table."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.secrecy import FieldSecrecy


class JobState(models.TextChoices):
    """Life of a job."""

    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("失败")
    CANCELLED = "cancelled", _("已取消")


UNFINISHED = (JobState.QUEUED, JobState.RUNNING)


class Job(models.Model):
    """后台任务: one piece of work with its progress. Handlers resume where they stopped when a worker dies."""

    secrecy = FieldSecrecy(default="internal")

    fonds = models.ForeignKey(Fonds, models.PROTECT, null=True, blank=True, verbose_name=_("全宗"))
    kind = models.CharField(_("任务"), max_length=60)
    title = models.CharField(_("说明"), max_length=200, blank=True, default="")
    args: Any = models.JSONField(_("参数"), default=dict, blank=True)
    key = models.CharField(_("防重标识"), max_length=120, blank=True, default="")
    actor = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, verbose_name=_("发起人"))
    actor_name = models.CharField(_("发起人"), max_length=80)
    state = models.CharField(_("状态"), max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    done_count = models.BigIntegerField(_("已完成"), default=0)
    total_count = models.BigIntegerField(_("总数"), default=0)
    message = models.CharField(_("进展"), max_length=300, blank=True, default="")
    result: Any = models.JSONField(_("结果"), default=dict, blank=True)
    error = models.TextField(_("错误"), blank=True, default="")
    is_cancel_asked = models.BooleanField(_("已要求取消"), default=False)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    worker = models.CharField(_("执行者"), max_length=80, blank=True, default="")
    request_id = models.CharField(_("请求号"), max_length=40, blank=True, default="")
    created_at = models.DateTimeField(_("提交时间"))
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("最近心跳"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                name="job_once_unfinished",
                condition=~models.Q(key="") & models.Q(state__in=[str(state) for state in UNFINISHED]),
            )
        ]
        indexes = [models.Index(fields=["state", "id"], name="job_by_state")]

    def __str__(self) -> str:
        return self.title or self.kind

    @property
    def trace_id(self) -> str:
        """Under which its events and log lines stand: the request that handed it in, else the job itself."""
        return self.request_id or f"job-{self.pk}"

    @property
    def percent(self) -> int:
        """Progress in whole percent; 100 only when done."""
        if self.state == JobState.DONE:
            return 100
        return min(99, self.done_count * 100 // self.total_count) if self.total_count else 0

    @property
    def is_unfinished(self) -> bool:
        """Still queued or running."""
        return self.state in UNFINISHED


class Schedule(models.Model):
    """定时工作: when a declared piece of regular work is due next, and how it went last. Rows are made by the worker."""

    secrecy = FieldSecrecy(default="internal")
    is_technical = True  # the clockwork; what the work does is recorded by the work itself

    name = models.CharField(_("名称"), max_length=60, unique=True)
    plan = models.CharField(_("周期"), max_length=60)
    next_run_at = models.DateTimeField(_("下次运行"))
    last_run_at = models.DateTimeField(_("上次运行"), null=True, blank=True)
    last_good_at = models.DateTimeField(_("上次成功"), null=True, blank=True)
    failures = models.PositiveIntegerField(_("连续失败次数"), default=0)
    last_error = models.TextField(_("上次错误"), blank=True, default="")

    class Meta:
        verbose_name = _("定时工作")
        verbose_name_plural = _("定时工作")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
