"""Vocabulary of the trail for jobs."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

JOB_QUEUED = EventType("jobs.queued", _("提交任务"), "job")
JOB_DONE = EventType("jobs.done", _("任务完成"), "job")
JOB_FAILED = EventType("jobs.failed", _("任务失败"), "job")
JOB_CANCELLED = EventType("jobs.cancelled", _("取消任务"), "job")
SCHEDULE_FAILED = EventType("jobs.schedule_failed", _("定时工作失败"), "job")
SCHEDULE_RECOVERED = EventType("jobs.schedule_recovered", _("定时工作恢复"), "job")
