"""Work of the trail outside a request: sealing every few seconds, verifying daily or when asked, evidence bundles.

The trail lies below the jobs; it says what is to be done, this module when and by whom.
"""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit import asking
from kedang.foundation.audit.exporting.bundle import bundle_export
from kedang.foundation.audit.sealing.sealer import seal_due
from kedang.foundation.audit.verifying.whole import verify
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.schedules import schedule
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.jobs.worker import JobContext
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused


@job("audit.verify", title=_("核验操作留痕"))
def verify_trail(ctx: JobContext) -> dict[str, Any]:
    """Look at every entry; a bad trail fails the job with the first bad place. Starting over after a crash does no harm."""
    report = verify(actor=ctx.actor, progress=lambda done, total: ctx.progress(done, total))
    if report.first is not None:
        raise Refused("audit_bad", report.first.sentence, **report.as_dict())
    return report.as_dict() | {"url": reverse("access:seals")}


@job("audit.bundle", title=_("导出留痕证据包"))
def export_bundle(ctx: JobContext, *, start: str, end: str, whole: bool = False) -> dict[str, Any]:
    """Write the bundle beside the data; who asked carries it away from the page of the seals."""
    folder = asking.bundle_folder(ctx.actor, ctx.job.pk)
    withhold = None if whole else asking.withholding(ctx.actor)
    manifest = bundle_export(
        actor=ctx.actor, folder=folder, start=date.fromisoformat(start), end=date.fromisoformat(end), withhold=withhold,
        progress=lambda done, total: ctx.progress(done, total),
    )  # fmt: skip
    file = asking.pack(folder)
    url = reverse("access:bundle", args=[ctx.job.pk])
    return {"url": url, "name": file.name, "events": manifest["events"], "withheld": manifest["withheld"]}


def hand_in(actor: Actor, kind: str, args: dict[str, Any]) -> int:
    """What the trail's pages ask for becomes a job; its number."""
    key = "one" if kind == "audit.verify" else ""
    return enqueue(actor, kind, args=args, key=key).pk


asking.handler = hand_in
schedule("audit.seal", every=timedelta(seconds=10), run=seal_due)
if settings.AUDIT_VERIFY_AT:
    schedule("audit.verify", daily_at=settings.AUDIT_VERIFY_AT)
