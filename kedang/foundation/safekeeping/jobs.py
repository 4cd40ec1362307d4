"""Backups and drills as jobs with progress and cancel, by hand and by schedule."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.models import Person
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.schedules import schedule
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.jobs.worker import JobContext
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping import services
from kedang.foundation.safekeeping.models import PRESENT, Backup, Drill

DRILL_EVERY = timedelta(days=3)
"""So often that one that did not come about is made up for before the page turns red."""
CLOCKWORK = system_actor("定时任务")


@job("safekeeping.backup", title=gettext_lazy("备份"))
def backup(ctx: JobContext) -> dict[str, Any]:
    """Make a set."""
    row = services.backup_create(actor=ctx.actor, show=ctx.progress)
    ctx.progress(
        1, 1, _("备份集 %(code)s，%(size)s MiB") % {"code": row.code, "size": round(row.size / 1048576, 1)}, force=True
    )
    return {"set": row.code, "url": _operations()}


@job("safekeeping.verify", title=gettext_lazy("验证备份集"))
def verify(ctx: JobContext, *, code: str = "") -> dict[str, Any]:
    """Look at every byte of a set."""
    row = services.backup_verify(actor=ctx.actor, code=code, show=ctx.progress)
    ctx.progress(1, 1, _("备份集 %(code)s 完好。") % {"code": row.code}, force=True)
    return {"set": row.code, "url": _operations()}


@job("safekeeping.drill", title=gettext_lazy("恢复演练"))
def drill(ctx: JobContext, *, code: str = "", backup_first: bool = False) -> dict[str, Any]:
    """Restore a set to a scratch place and compare. A drill that is not passed is a failed job, so that it is loud."""
    if backup_first:
        services.backup_create(actor=ctx.actor, show=ctx.progress)
    found = services.backup_drill(actor=ctx.actor, code=code, show=ctx.progress)
    if not found.is_passed:
        raise Refused("drill_failed", _("恢复演练未通过：%(why)s") % {"why": found.words})
    ctx.progress(1, 1, found.words, force=True)
    return {"drill": found.pk, "url": reverse("safekeeping:drill", args=[found.pk])}


def begin() -> None:
    """A system in use that has no backup at all gets one now, and its first drill."""
    if Person.objects.exists() and not Backup.objects.filter(state__in=PRESENT).exists():
        _hand_in({"backup_first": True})


def rehearse_when_due() -> None:
    """At night: a drill, if the last one that was passed is some days old."""
    passed = Drill.objects.filter(is_passed=True).order_by("-finished_at").values_list("finished_at", flat=True).first()
    if Backup.objects.filter(state__in=PRESENT).exists() and (passed is None or clock.now() - passed > DRILL_EVERY):
        _hand_in({})


def _hand_in(args: dict[str, Any]) -> None:
    with suppress(Refused):  # under way already
        enqueue(CLOCKWORK, "safekeeping.drill", args=args, key="safekeeping")


if settings.BACKUP_AT != "off":
    schedule("safekeeping.backup", daily_at=settings.BACKUP_AT)
    schedule("safekeeping.begin", every=timedelta(minutes=30), run=begin)
    schedule("safekeeping.rehearse", daily_at=settings.DRILL_AT, run=rehearse_when_due)


def _operations() -> str:
    try:
        return reverse("safekeeping:operations")
    except NoReverseMatch:
        return ""
