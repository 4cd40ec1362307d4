"""The three passes over a batch as jobs. Each may be run again after a crash and then goes on where it stopped."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kedang.business.intake.pipeline import abandoning
from kedang.foundation.jobs.registry import job
from kedang.foundation.kernel import stores

stores.named_by("imports", abandoning.is_original)


@job("intake.stage", title=_("核对导入文件"), given_up=abandoning.stage)
def stage(ctx: Any, *, batch_id: int) -> dict[str, Any]:
    """Read, clean, check and compare every row."""
    from kedang.business.intake.pipeline.staging import run_stage

    return run_stage(ctx, batch_id)


@job("intake.commit", title=_("导入提交"), given_up=abandoning.commit)
def commit(ctx: Any, *, batch_id: int) -> dict[str, Any]:
    """Write the checked rows, chunk by chunk."""
    from kedang.business.intake.pipeline.committing import run_commit

    return run_commit(ctx, batch_id)


@job("intake.undo", title=_("撤销导入"), given_up=abandoning.undo)
def undo(ctx: Any, *, batch_id: int, reason: str = "") -> dict[str, Any]:
    """Take a batch back, row by row."""
    from kedang.business.intake.pipeline.undoing import run_undo

    return run_undo(ctx, batch_id, reason)
