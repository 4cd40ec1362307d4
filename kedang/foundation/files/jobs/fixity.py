"""Fixity and repair as jobs: a share of the files every night, all of them by hand."""

from contextlib import suppress
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.files.models import FixityRun, RunState
from kedang.foundation.files.services.fixity import fixity_check, fixity_stopped
from kedang.foundation.files.services.repairing import files_repair
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.schedules import schedule
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.jobs.worker import JobContext
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.kernel.refused import Refused

CHECK, REPAIR = "files.fixity", "files.repair"
REPAIRED_ALONE = 100
"""With more faults than these something larger is wrong (a disk not mounted); then somebody looks first."""


def _given_up(actor: Actor, **args: Any) -> None:
    """Runs whose workers died again and again stand as stopped."""
    for run in FixityRun.objects.filter(state=RunState.RUNNING):
        fixity_stopped(actor=actor, run=run)


@job(CHECK, title=gettext_lazy("核验文件"), given_up=_given_up)
def check(ctx: JobContext, *, is_full: bool = False) -> dict[str, Any]:
    """Read what is due. Faults that were found are handed to the repair at once, as long as they are few."""
    run = fixity_check(actor=ctx.actor, is_full=is_full, job_id=ctx.job.pk, show=ctx.progress)
    words = _("核验 %(files)s 份，发现 %(faults)s 处问题") % {"files": f"{run.file_count:,}", "faults": run.fault_count}
    ctx.progress(1, 1, words, force=True)
    if 0 < run.faults.filter(file__isnull=False).count() <= REPAIRED_ALONE:
        with suppress(Refused):
            enqueue(system_actor(_("文件修复")), REPAIR, key=REPAIR)
    return {"run": run.pk, "files": run.file_count, "faults": run.fault_count, "url": _page(run.pk)}


@job(REPAIR, title=gettext_lazy("从备份修复文件"))
def repair(ctx: JobContext) -> dict[str, Any]:
    """Put intact copies back."""
    repaired, left = files_repair(actor=ctx.actor, show=ctx.progress)
    ctx.progress(1, 1, _("修复 %(n)s 份，还有 %(left)s 份没有完好的备份") % {"n": repaired, "left": left}, force=True)
    return {"repaired": repaired, "left": left}


def declare() -> None:
    """A share every night."""
    schedule(CHECK, daily_at="04:20")


def _page(pk: int) -> str:
    with suppress(NoReverseMatch):
        return reverse("files:fixity-run", args=[pk])
    return ""
