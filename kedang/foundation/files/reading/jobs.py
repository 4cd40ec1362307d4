"""Reading in the background: short turns, so that nobody's export waits behind a hundred scans."""

from datetime import timedelta
from time import monotonic
from typing import Any

from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.files.models import FileReading, FileState, ReadingState, StoredFile
from kedang.foundation.files.reading.confined import recogniser
from kedang.foundation.files.reading.recognising import Recogniser, file_recognise, waiting_files
from kedang.foundation.files.reading.sentences import WITHDRAWN
from kedang.foundation.files.reading.taking import file_take_text
from kedang.foundation.files.reading.version import VERSION
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.schedules import schedule
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.jobs.worker import JobContext
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import Refused

READER = system_actor("文字提取")
TURN_SECONDS = 25.0
LOOK_BACK = 3000
"""Files before the newest one read that a quick look asks after; the long look asks after all."""
TAKE, RECOGNISE = "files.take_text", "files.recognise"


def unread(*, is_quick: bool = False) -> Any:
    """Usable files that were not read yet, not to the end, or in an older way; oldest first."""
    files = StoredFile.objects.filter(state=FileState.GOOD)
    if is_quick:
        newest = FileReading.objects.aggregate(newest=Max("file_id"))["newest"] or 0
        files = files.filter(pk__gt=newest - LOOK_BACK)
    waiting = Q(reading__isnull=True) | Q(reading__state=ReadingState.EXTRACTING) | Q(reading__version__lt=VERSION)
    return files.filter(waiting).exclude(reading__code=WITHDRAWN).order_by("pk")


@job(TAKE, title=gettext_lazy("提取文件文字"))
def take_texts(ctx: JobContext) -> dict[str, Any]:
    """Read what waits, for one turn; the next look hands in the next turn."""
    until, done = monotonic() + TURN_SECONDS, 0
    total = unread().count()
    for file in unread()[:1000]:
        if monotonic() >= until:
            break
        ctx.progress(done, total, _("已提取 %(done)s 个文件") % {"done": done})
        file_take_text(actor=READER, file=file)
        done += 1
    return {"files": done, "left": total - done}


@job(RECOGNISE, title=gettext_lazy("识别扫描件文字"))
def recognise_scans(ctx: JobContext) -> dict[str, Any]:
    """Recognise what waits, for one turn."""
    until, done, total = monotonic() + TURN_SECONDS, 0, waiting_files().count()
    with Recogniser() as reader:
        for file in waiting_files()[:1000]:
            if monotonic() >= until:
                break
            ctx.progress(done, total, _("已识别 %(done)s 个文件") % {"done": done})
            done += file_recognise(actor=READER, file=file, reader=reader, until=until)
    return {"files": done, "left": total - done}


def look(*, is_quick: bool = True) -> None:
    """Hand in the next turns where something waits; a turn under way is enough."""
    if unread(is_quick=is_quick).exists():
        _hand_in(TAKE)
    if recogniser() and waiting_files().exists():
        _hand_in(RECOGNISE)


def look_at_all() -> None:
    """The long look: also after files that a virus scan held up for long."""
    look(is_quick=False)


def _hand_in(kind: str) -> None:
    try:
        enqueue(READER, kind, key=kind)
    except Refused as refusal:
        if refusal.code != "job_running":
            raise


def declare() -> None:
    """Regular looks."""
    schedule("files.reading", every=timedelta(seconds=5), run=look)
    schedule("files.reading_all", every=timedelta(minutes=15), run=look_at_all)
