"""Recognising the text of scans: one process draws the pages, another reads them, one page after the other."""

from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic
from typing import Any

from django.db import transaction

from kedang.foundation.audit.record import record
from kedang.foundation.files.events.reading import TEXT_RECOGNISED
from kedang.foundation.files.models import FilePage, FileReading, FileState, PageSource, ReadingState, StoredFile
from kedang.foundation.files.reading.confined import Confined, FileTrouble, recogniser
from kedang.foundation.files.reading.indexing import pages_index
from kedang.foundation.files.reading.sentences import sentence
from kedang.foundation.files.services.reading import file_open
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

WIDTH = 1654
"""A4 at 200 dots an inch."""
AT_ONCE = 8


def waiting_files() -> Any:
    """Files with pages to be recognised, oldest first."""
    return StoredFile.objects.filter(reading__state=ReadingState.SCANNED, state=FileState.GOOD).order_by("pk")


class Recogniser:
    """Keeps the reading process from page to page, as it loads its models once. Use as a context manager."""

    def __init__(self) -> None:
        self._python = recogniser()
        self._process: Confined | None = None

    def __enter__(self) -> "Recogniser":
        return self

    def __exit__(self, *_about: object) -> None:
        self._drop()

    def read(self, picture: bytes) -> tuple[str, int]:
        """Text and confidence of one page.

        Raises:
            FileTrouble: the page was too much; the next one gets a fresh process.
        """
        if not self._python:
            raise FileTrouble("no_recogniser")
        if self._process is None:
            self._process = Confined("recognise", python=self._python)
        try:
            frames = list(self._process.ask({}, picture, len(picture)))
        except FileTrouble:
            self._drop()
            raise
        return str(frames[0][0]["text"]), int(frames[0][0]["confidence"])

    def _drop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None


def file_recognise(*, actor: Actor, file: StoredFile, reader: Recogniser, until: float) -> bool:
    """Recognise waiting pages of a file until the moment (of the monotonic clock); True when none is left.

    Each page is saved by itself, so that a crash costs one page. A page that cannot be read is noted and the rest goes on.
    """
    while monotonic() < until:
        numbers = list(_waiting(file).order_by("number").values_list("number", flat=True)[:AT_ONCE])
        if not numbers:
            _ended(actor, file)
            return True
        try:
            for number, picture in _drawn(file, numbers):
                _page_save(file, number, _read(reader, picture))
                if monotonic() >= until:
                    break
        except FileTrouble as trouble:
            if trouble.code == "no_recogniser":
                raise
            _page_save(file, _waiting(file).order_by("number").values_list("number", flat=True).first() or 0, None)
        except Refused:
            _page_save(file, numbers[0], None)
    return False


def _waiting(file: StoredFile) -> Any:
    return FilePage.objects.filter(file=file, source=PageSource.WAITING)


def _drawn(file: StoredFile, numbers: list[int]) -> Iterator[tuple[int, bytes]]:
    with ExitStack() as open_ones:
        stream = open_ones.enter_context(file_open(file))
        process = open_ones.enter_context(Confined("pictures"))
        wanted = [{"page": number, "width": WIDTH} for number in numbers]
        for head, body in process.ask({"wanted": wanted, "quality": 92}, stream, file.size):
            yield head["page"], body


def _read(reader: Recogniser, picture: bytes) -> tuple[str, int] | None:
    if not picture:
        return None
    try:
        return reader.read(picture)
    except FileTrouble as trouble:
        if trouble.code == "no_recogniser":
            raise
        return None


@transaction.atomic
def _page_save(file: StoredFile, number: int, found: tuple[str, int] | None) -> None:
    """One page; what another worker saved in the meantime stays. ``None``: it could not be read (confidence 0, no text)."""
    page = _waiting(file).select_for_update().filter(number=number).first()
    if page is None:
        return
    text, confidence = found or ("", 0)
    page.text, page.confidence = text, confidence
    page.source = PageSource.RECOGNISED if text or found is None else PageSource.NOTHING
    page.save(update_fields=["text", "confidence", "source"])
    pages_index([page], file.fonds_id)


@transaction.atomic
def _ended(actor: Actor, file: StoredFile) -> None:
    reading = FileReading.objects.select_for_update().get(file=file)
    if reading.state != ReadingState.SCANNED:
        return
    pages = FilePage.objects.filter(file=file)
    failed = list(
        pages.filter(source=PageSource.RECOGNISED, confidence=0).order_by("number").values_list("number", flat=True)
    )
    has_text = pages.filter(source__in=[PageSource.EXTRACTED, PageSource.RECOGNISED]).exclude(text="").exists()
    reading.state = ReadingState.PARTLY if failed else ReadingState.DONE if has_text else ReadingState.NONE
    reading.code = "page_failed" if failed else "" if has_text else "no_text"
    shown = "、".join(map(str, failed[:20])) + ("…" if len(failed) > 20 else "")
    reading.finding = sentence("page_failed", pages=shown) if failed else "" if has_text else sentence("no_text")
    reading.ended_at = clock.now()
    reading.save(update_fields=["state", "code", "finding", "ended_at"])
    record(actor, TEXT_RECOGNISED, file, meta={"state": str(reading.state), "failed": len(failed)})
