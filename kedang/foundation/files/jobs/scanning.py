"""The scan of files that wait, and again of those scanned long ago."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.scanning import clamd, queueing
from kedang.foundation.files.scanning.setting import is_on
from kedang.foundation.files.services.scanning import file_scan
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.schedules import schedule
from kedang.foundation.jobs.worker import JobContext
from kedang.foundation.kernel.refused import Refused

ROUND = 200


@job(queueing.SCAN, title=gettext_lazy("查毒"))
def scan(ctx: JobContext, *, again: bool = False, file: int | None = None) -> dict[str, Any]:
    """Files one after the other. When the scanner falls silent the rest goes on waiting; the schedule comes back to it."""
    if not is_on():
        return {"scanned": 0, "infected": 0}

    def wanted() -> QuerySet[StoredFile]:
        if file is not None:
            return StoredFile.objects.filter(pk=file).order_by("pk")
        return queueing.stale() if again else queueing.waiting()

    clamd.version()
    done, infected, unread, total, reached = 0, 0, 0, wanted().count(), 0
    while rows := list(wanted().filter(pk__gt=reached)[:ROUND]):
        for row in rows:
            reached = row.pk
            found = _scanned(ctx, row)
            done, unread = done + 1, unread + (found is None)
            infected += found is not None and found.state == "infected"
            words = _("已查 %(done)s 份，有病毒 %(infected)s 份") % {"done": f"{done:,}", "infected": infected}
            ctx.progress(done, max(total, done), words)
    words = _("共查 %(done)s 份，有病毒 %(infected)s 份，打不开 %(unread)s 份") % {
        "done": f"{done:,}", "infected": infected, "unread": unread,
    }  # fmt: skip
    ctx.progress(done, max(total, done), words, force=True)
    return {"scanned": done - unread, "infected": infected, "unreadable": unread}


def _scanned(ctx: JobContext, row: StoredFile) -> StoredFile | None:
    """The file after its scan; None where it cannot be opened, which the fixity check will name."""
    try:
        return file_scan(actor=ctx.actor, stored_file=row)
    except Refused as refusal:
        if refusal.code in {"scanner_down", "scanner_address"}:
            raise
        return None


def declare() -> None:
    """The turns of the clock."""
    schedule("files.scan_waiting", every=timedelta(minutes=1), run=queueing.look_after)
    schedule("files.scan_again", daily_at="02:10", run=queueing.look_again)
