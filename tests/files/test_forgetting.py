"""What was made of a file goes with it: when it is erased, when it turns out infected, when its item leaves the archive."""

from pathlib import Path
from typing import Any

import pytest

from kedang.business.holdings.models import Item
from kedang.business.holdings.services import items as s
from kedang.foundation.audit.models import Event
from kedang.foundation.files import places
from kedang.foundation.files.fixity.extras import extra_files
from kedang.foundation.files.models import FilePage, FileReading, FileState, PageSource, StoredFile
from kedang.foundation.files.reading.finding import find_in_files
from kedang.foundation.files.reading.forgetting import derived_forget, file_read_again
from kedang.foundation.files.reading.indexing import pages_index
from kedang.foundation.files.reading.jobs import unread
from kedang.foundation.files.scanning import clamd
from kedang.foundation.files.services import file_erase, file_open, file_store
from kedang.foundation.files.services.scanning import enter_verdict
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.refused import Refused
from tests.cast import Cast
from tests.files.papers import held_by_item

WORDS = "保证金条款"


def read_file(cast: Cast, **item: Any) -> StoredFile:
    """A stored file of an item, its one page read and found."""
    file = file_store(actor=cast.archivist, name="合同.txt", chunks=[WORDS.encode()])
    FileReading.objects.create(file=file, state="done", begun_at=clock.now())
    page = FilePage.objects.create(file=file, number=1, text=WORDS, source=PageSource.EXTRACTED)
    pages_index([page], file.fonds_id)
    held_by_item(file, department=cast.sales_one, responsible=cast.salesperson, **item)
    assert find_in_files(cast.archivist, WORDS).total == 1
    return file


def test_an_erased_file_leaves_neither_bytes_nor_words(
    cast: Cast, data_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    file = read_file(cast)
    path = places.path_of(file.place)
    with pytest.raises(Refused) as told:
        file_erase(actor=cast.archivist, file=file, reason=" ")
    assert told.value.code == "reason_missing" and path.exists()
    with django_capture_on_commit_callbacks(execute=True):
        file_erase(actor=cast.archivist, file=file, reason="销毁清册 2026-03")
        assert path.exists(), "until it is committed"
    assert not path.exists() and not places.is_named(path) and not list(extra_files())
    assert find_in_files(cast.archivist, WORDS).total == 0
    assert not FilePage.objects.exists() and not unread().exists()
    file.refresh_from_db()
    assert (file.state, file.finding) == (FileState.ERASED, "销毁清册 2026-03")
    event = Event.objects.get(code="files.erased")
    assert (event.subject_id, event.reason) == (file.pk, "销毁清册 2026-03") and file.sha256 in event.meta
    with pytest.raises(Refused) as told:
        file_open(file)
    assert told.value.code == "file_erased"
    with pytest.raises(Refused) as told:
        file_erase(actor=cast.archivist, file=file, reason="再次")
    assert told.value.code == "file_erased"


def test_words_of_an_infected_file_are_found_by_nobody(cast: Cast, data_dir: Path) -> None:
    file = read_file(cast)
    enter_verdict(actor=cast.archivist, pk=file.pk, verdict=clamd.Verdict("found", "Eicar"))
    assert not FilePage.objects.exists()
    enter_verdict(actor=cast.archivist, pk=file.pk, verdict=clamd.Verdict("clean"))
    assert list(unread()) == [file], "a false alarm is read again"


def test_words_of_a_removed_item_are_found_by_nobody_and_not_read_again(cast: Cast, data_dir: Path) -> None:
    file = read_file(cast, state="identified")
    item = Item.objects.get()
    s.item_remove(actor=cast.archivist, item=item, reason="退回销售部")
    assert find_in_files(cast.archivist, WORDS).total == 0 and not FilePage.objects.exists()
    reading = FileReading.objects.get(file=file)
    assert (reading.state, reading.code) == ("none", "withdrawn") and "移出" in reading.finding
    FileReading.objects.update(version=0)
    assert not unread().exists(), "also when the way of reading becomes better"
    with pytest.raises(Refused) as told:
        file_read_again(actor=SYSTEM, file=file)
    assert told.value.code == "text_withdrawn"
    with file_open(file) as stream:
        assert stream.read() == WORDS.encode(), "the file itself stays"
    other = read_file(cast, title="另一件")
    derived_forget(other)
    assert list(unread()) == [other]
