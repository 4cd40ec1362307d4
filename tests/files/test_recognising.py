"""Recognising scans in the background: each page once, going on after a crash, one bad page does not stop the others; and its jobs."""

import sys
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import FilePage, FileReading, PageSource, StoredFile
from kedang.foundation.files.reading import jobs, recognising
from kedang.foundation.files.reading.child.recognising import lines_of
from kedang.foundation.files.reading.finding import find_in_files
from kedang.foundation.files.reading.forgetting import file_read_again
from kedang.foundation.files.reading.taking import file_take_text
from kedang.foundation.jobs.models import Job
from kedang.foundation.jobs.worker import Worker
from kedang.foundation.kernel.refused import NotAllowed
from tests.cast import Cast
from tests.files import papers

READER = """#!{python}
import json, os, sys
while line := sys.stdin.buffer.readline():
    size = json.loads(line)["bytes"]
    assert sys.stdin.buffer.read(size)[:3] == b"\\xff\\xd8\\xff"
    with open({counter!r}, "a") as count:
        count.write("x")
    number = os.path.getsize({counter!r})
    if number in {dies!r}:
        sys.exit(1)
    head = {{"text": "扫描所得第%d段 保证金" % number, "confidence": 93, "bytes": 0}}
    sys.stdout.write(json.dumps(head) + "\\n" + json.dumps({{"end": True, "bytes": 0}}) + "\\n")
    sys.stdout.flush()
"""


@pytest.fixture
def reader(tmp_path: Path, data_dir: Path, settings: Any) -> Any:
    """A recogniser that says how often it was asked; it dies at the requests named."""

    def made(dies: tuple[int, ...] = ()) -> Path:
        program, counter = tmp_path / "reader", tmp_path / "count"
        counter.touch()
        program.write_text(READER.format(python=sys.executable, counter=str(counter), dies=dies), encoding="utf-8")
        program.chmod(0o755)
        settings.OCR_PYTHON = str(program)
        return counter

    return made


def scanned(cast: Cast, pages: int = 3) -> StoredFile:
    file = papers.stored(cast.archivist, "扫描件.pdf", papers.scan_pdf(pages))
    papers.held_by_item(file)
    file_take_text(actor=jobs.READER, file=file)
    return file


def recognise(file: StoredFile, until: float | None = None) -> bool:
    with recognising.Recogniser() as reader:
        return recognising.file_recognise(actor=jobs.READER, file=file, reader=reader, until=until or monotonic() + 60)


def test_every_page_is_recognised_sealed_and_found(cast: Cast, reader: Any) -> None:
    reader()
    file = scanned(cast)
    reading = FileReading.objects.get()
    assert (reading.state, reading.finding) == ("scanned", "")
    assert recognise(file)
    reading.refresh_from_db()
    assert (reading.state, reading.code) == ("done", "")
    rows = list(FilePage.objects.order_by("number").values_list("text", "source", "confidence"))
    assert rows == [(f"扫描所得第{n}段 保证金", PageSource.RECOGNISED, 93) for n in (1, 2, 3)]
    hit = find_in_files(cast.archivist, "第2段").hits[0]
    assert [page.number for page in hit.pages] == [2]
    assert Event.objects.filter(code="files.text_recognised").count() == 1


def test_a_page_that_kills_the_recogniser_is_named_and_the_rest_goes_on(cast: Cast, reader: Any) -> None:
    reader(dies=(2,))
    assert recognise(scanned(cast))
    reading = FileReading.objects.get()
    assert (reading.state, reading.finding) == ("partly", "有 2 页未能识别，其余各页正常。")
    assert [page.text for page in FilePage.objects.order_by("number")] == [
        "扫描所得第1段 保证金",
        "",
        "扫描所得第3段 保证金",
    ]


def test_recognising_goes_on_where_it_stopped(cast: Cast, reader: Any) -> None:
    counter = reader()
    file = scanned(cast)
    save = recognising._page_save

    def dies(file: StoredFile, number: int, found: Any) -> None:
        if number == 2:
            raise KeyboardInterrupt
        save(file, number, found)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(recognising, "_page_save", dies)
        recognise(file)
    assert FilePage.objects.filter(source=PageSource.WAITING).count() == 2
    assert recognise(file)
    assert not FilePage.objects.filter(source=PageSource.WAITING).exists()
    assert counter.stat().st_size == 4, "page 1 once, page 2 again, page 3"
    assert not recognising.waiting_files().exists()


def test_looks_hand_in_one_turn_of_each_and_the_worker_does_them(cast: Cast, reader: Any) -> None:
    reader()
    words = papers.stored(cast.archivist, "说明.txt", "安装说明".encode())
    scan = papers.stored(cast.archivist, "扫描件.pdf", papers.scan_pdf(1))
    jobs.look()
    jobs.look()
    assert [job.kind for job in Job.objects.all()] == ["files.take_text"]
    while Worker().run_once():
        pass
    assert {one.file_id: one.state for one in FileReading.objects.all()} == {words.pk: "done", scan.pk: "scanned"}
    jobs.look_at_all()
    while Worker().run_once():
        pass
    assert FileReading.objects.get(file=scan).state == "done"
    jobs.look_at_all()
    assert [(job.kind, job.state, job.result["files"]) for job in Job.objects.order_by("id")] == [
        ("files.take_text", "done", 2), ("files.recognise", "done", 1),
    ]  # fmt: skip


def test_without_the_component_nothing_is_handed_in_and_with_it_the_wait_ends(
    cast: Cast, reader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        for module in ("taking", "recognising", "jobs"):
            patch.setattr(f"kedang.foundation.files.reading.{module}.recogniser", lambda: "")
        file = scanned(cast, 1)
        assert FileReading.objects.get().finding == "未识别文字（未安装识别组件）"
        jobs.look()
        assert not Job.objects.exists()
    reader()
    jobs.look()
    assert [job.kind for job in Job.objects.all()] == ["files.recognise"]
    assert recognise(file)


def test_reading_again_is_for_who_keeps_the_store(cast: Cast, reader: Any) -> None:
    reader()
    file = scanned(cast, 1)
    recognise(file)
    with pytest.raises(NotAllowed):
        file_read_again(actor=cast.salesperson, file=file)
    file_read_again(actor=cast.archivist, file=file)
    assert not FilePage.objects.exists() and list(jobs.unread()) == [file]
    assert Event.objects.get(code="files.text_asked").subject_id == file.pk


def test_pieces_beside_each_other_are_one_line() -> None:
    pieces = [(10.0, 30.0, 200.0, "128,000.00"), (11.0, 29.0, 5.0, "合同总价"), (50.0, 70.0, 5.0, "乙方")]
    assert lines_of(pieces) == ["合同总价  128,000.00", "乙方"]
