"""Backups and drills as jobs with progress and cancel, by hand and by schedule."""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.worker import JobContext
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping import services


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


def _operations() -> str:
    try:
        return reverse("safekeeping:operations")
    except NoReverseMatch:
        return ""
