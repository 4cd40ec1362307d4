"""Taking the text out of one file: page by page, each page saved and findable as soon as it is there, going on where it stopped."""

from django.db import transaction

from kedang.foundation.audit.record import record
from kedang.foundation.files.events.reading import TEXT_TAKEN
from kedang.foundation.files.models import FilePage, FileReading, PageSource, ReadingState, StoredFile
from kedang.foundation.files.reading.confined import Confined, FileTrouble, Frame, recogniser
from kedang.foundation.files.reading.indexing import pages_index
from kedang.foundation.files.reading.sentences import sentence
from kedang.foundation.files.reading.version import VERSION
from kedang.foundation.files.services.reading import file_open
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

AT_ONCE = 20
MOST_ATTEMPTS = 3
QUIET = {"no_text", "package", "ofd", "old_office"}
"""Not a fault of the file: there is just nothing to be had."""
PAGED = {"pdf", "picture"}
"""Kinds whose pages are those of the original."""


def file_take_text(*, actor: Actor, file: StoredFile) -> FileReading:
    """Take the text out of a file. Run again after a crash it goes on with the next page; trouble ends as a sentence, never as an error."""
    reading = _begun(file)
    if reading.attempts > MOST_ATTEMPTS:
        return _ended(actor, reading, ReadingState.FAILED, "broken")
    try:
        return _taken(actor, reading)
    except FileTrouble as trouble:
        return _ended(actor, reading, ReadingState.NONE if trouble.code in QUIET else ReadingState.FAILED, trouble.code)
    except Refused:
        return _ended(actor, reading, ReadingState.FAILED, "unreadable")


def _begun(file: StoredFile) -> FileReading:
    with transaction.atomic():
        reading: FileReading
        reading, is_new = FileReading.objects.select_for_update().get_or_create(
            file=file,
            defaults={"state": ReadingState.EXTRACTING, "begun_at": clock.now(), "attempts": 1, "version": VERSION},
        )
        if not is_new:
            if reading.version < VERSION or reading.state != ReadingState.EXTRACTING:
                reading.attempts, reading.version = 0, VERSION
            reading.state = ReadingState.EXTRACTING
            reading.attempts += 1
            reading.save(update_fields=["state", "attempts", "version"])
    return reading


def _taken(actor: Actor, reading: FileReading) -> FileReading:
    file = reading.file
    last = FilePage.objects.filter(file=file).order_by("-number").values_list("number", flat=True).first() or 0
    request = {"media_type": file.media_type, "name": file.name, "first": last + 1}
    broken, is_cut, waiting = 0, False, []
    with file_open(file) as stream, Confined("text") as process:
        frames = process.ask(request, stream, file.size)
        head, _body = next(frames)
        reading.kind, reading.pages, is_cut = head["kind"], head["pages"], head["is_cut"]
        for frame in frames:
            broken += bool(frame[0].get("is_broken"))
            waiting.append(frame)
            if len(waiting) >= AT_ONCE:
                _save(reading, waiting)
                waiting = []
    _save(reading, waiting)
    return _settled(
        actor, reading, is_partly=bool(broken) or is_cut, code="cut" if is_cut else "broken" if broken else ""
    )


def _save(reading: FileReading, frames: list[Frame]) -> None:
    """Some pages and their tokens in one transaction; a page that another worker saved first stays."""
    pages = [
        FilePage(
            file_id=reading.file_id,
            number=frame["page"],
            text=frame["text"],
            title=frame["title"],
            source=frame["source"],
        )
        for frame, _body in frames
    ]
    with transaction.atomic():
        FilePage.objects.bulk_create(pages, ignore_conflicts=True)
        numbers = [page.number for page in pages if page.text]
        pages_index(FilePage.objects.filter(file_id=reading.file_id, number__in=numbers), reading.file.fonds_id)


def _settled(actor: Actor, reading: FileReading, *, is_partly: bool, code: str) -> FileReading:
    """How a file stands whose pages were all looked at."""
    sources = set(FilePage.objects.filter(file_id=reading.file_id).values_list("source", flat=True).distinct())
    if PageSource.WAITING in sources:
        return _ended(actor, reading, ReadingState.SCANNED, "" if recogniser() else "no_recogniser")
    has_text = bool(sources & {PageSource.EXTRACTED, PageSource.RECOGNISED})
    if is_partly:
        return _ended(actor, reading, ReadingState.PARTLY, code)
    return _ended(actor, reading, ReadingState.DONE if has_text else ReadingState.NONE, "" if has_text else "no_text")


@transaction.atomic
def _ended(actor: Actor, reading: FileReading, state: ReadingState, code: str) -> FileReading:
    reading.state, reading.code, reading.ended_at = state, code, clock.now()
    reading.finding = sentence(code) if code else ""
    reading.save(update_fields=["state", "code", "finding", "kind", "pages", "ended_at"])
    file = reading.file
    if reading.kind in PAGED and file.pages != reading.pages:
        file.pages = reading.pages
        StoredFile.objects.filter(pk=file.pk).update(pages=reading.pages)
    record(
        actor, TEXT_TAKEN, file, meta={"state": str(state), "code": code, "kind": reading.kind, "pages": reading.pages}
    )
    return reading
