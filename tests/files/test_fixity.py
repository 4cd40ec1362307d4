"""Every way a file can go wrong is found and named; an intact copy is put back and nothing worse."""

import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kedang.foundation.audit.models import Event
from kedang.foundation.files import places, standing
from kedang.foundation.files.fixity import looking, sources
from kedang.foundation.files.fixity.sources import Copy
from kedang.foundation.files.models import FaultKind, FileState, FixityFault, FixityRun, RunState, StoredFile
from kedang.foundation.files.services import file_open, file_store, files_repair, fixity_check
from kedang.foundation.files.services import fixity as service
from kedang.foundation.files.services.repairing import fault_settle
from kedang.foundation.jobs.models import Job, JobState
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.jobs.worker import JobCancelled, Worker
from kedang.foundation.kernel import clock, sealed_files
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from tests.cast import Cast

CLOCKWORK = system_actor("定时任务")
SIZE = 150_000


@pytest.fixture
def kept(cast: Cast, data_dir: Path) -> list[StoredFile]:
    """Five files of three pieces each."""
    return [file_store(actor=cast.archivist, name=f"{n}.bin", chunks=[bytes([n]) * SIZE]) for n in range(5)]


def check() -> FixityRun:
    clock_past_uploads()
    return fixity_check(actor=CLOCKWORK, is_full=True)


def clock_past_uploads() -> None:
    StoredFile.objects.update(checked_at=clock.now() - timedelta(seconds=1))


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 16]))


def cut(path: Path, size: int) -> None:
    os.truncate(path, size)


FAULTS: dict[str, tuple[Callable[[Path], object], FaultKind, str]] = {
    "missing": (lambda path: path.unlink(), FaultKind.MISSING, "没有这份文件"),
    "empty": (lambda path: cut(path, 0), FaultKind.EMPTY, "0 字节"),
    "head only": (lambda path: cut(path, 100), FaultKind.CUT, "只剩开头"),
    "at a piece": (lambda path: cut(path, 288 + 2 * (65536 + 16)), FaultKind.CUT, "少了"),
    "a byte": (lambda path: cut(path, path.stat().st_size - 1), FaultKind.CUT, "少了 1 字节"),
    "grown": (lambda path: path.write_bytes(path.read_bytes() + b"x"), FaultKind.GROWN, "多了 1 字节"),
    "content": (lambda path: flip(path, 288 + 70_000), FaultKind.ALTERED, "内容被改动"),
    "tag": (lambda path: flip(path, path.stat().st_size - 1), FaultKind.ALTERED, "内容被改动"),
    "magic": (lambda path: flip(path, 1), FaultKind.ALTERED, "文件头被改动"),
    "identity": (lambda path: flip(path, 10), FaultKind.ALTERED, "文件头被改动"),
    "key": (lambda path: flip(path, 50), FaultKind.ALTERED, "文件头被改动"),
    "padding": (lambda path: flip(path, 150), FaultKind.ALTERED, "备用部分"),
    "spare": (lambda path: flip(path, 200), FaultKind.ALTERED, "备用部分"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_and_named(kept: list[StoredFile], name: str) -> None:
    plant, kind, words = FAULTS[name]
    plant(places.path_of(kept[2].place))
    run = check()
    assert (run.state, run.file_count, run.fault_count) == (RunState.DONE, 5, 1)
    fault = run.faults.get()
    assert (fault.file_id, fault.kind) == (kept[2].pk, kind) and words in fault.words
    kept[2].refresh_from_db()
    is_open = words == "备用部分"
    assert kept[2].state == (FileState.GOOD if is_open else FileState.DAMAGED)
    event = Event.objects.get(code="files.damaged")
    assert event.subject_id == kept[2].pk and json.loads(event.meta)["kind"] == kind
    health = standing.fixity_health()
    assert health.state == "bad" and "1 份文件" in health.words
    if not is_open:
        with pytest.raises(Refused, match="已损坏"):
            file_open(kept[2])


def test_all_is_well(kept: list[StoredFile]) -> None:
    run = check()
    assert (run.file_count, run.byte_count, run.fault_count) == (5, 5 * SIZE, 0)
    assert standing.fixity_health().state == "good"
    assert [e.code for e in Event.objects.filter(code__startswith="files.fixity").order_by("pk")] == [
        "files.fixity_begun", "files.fixity_done",
    ]  # fmt: skip
    assert fixity_check(actor=CLOCKWORK, is_full=False).file_count == 0, "read yesterday"
    StoredFile.objects.filter(pk=kept[0].pk).update(checked_at=clock.now() - timedelta(days=31))
    assert fixity_check(actor=CLOCKWORK, is_full=False).file_count == 1


def test_swapped_and_foreign_files_are_named(kept: list[StoredFile]) -> None:
    one, two, three, four = (places.path_of(row.place) for row in kept[:4])
    held = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(held)
    shutil.copy(four, three)
    run = check()
    told = {fault.file_id: (fault.kind, fault.words) for fault in run.faults.all()}
    assert {kind for kind, _words in told.values()} == {FaultKind.SWAPPED} and len(told) == 3
    assert f"编号 {kept[1].pk}）" in told[kept[0].pk][1] and f"编号 {kept[0].pk}）" in told[kept[1].pk][1]
    assert f"编号 {kept[3].pk}）" in told[kept[2].pk][1]


def test_noted_digests_that_were_changed(kept: list[StoredFile]) -> None:
    StoredFile.objects.filter(pk=kept[0].pk).update(sm3="0" * 64)
    StoredFile.objects.filter(pk=kept[1].pk).update(sha256="0" * 64)
    told = {fault.file_id: fault.words for fault in check().faults.filter(kind=FaultKind.DIFFERENT)}
    assert "SM3" in told[kept[0].pk] and "SHA-256" in told[kept[1].pk]


def test_extra_files(cast: Cast, kept: list[StoredFile], data_dir: Path) -> None:
    shutil.copy(places.path_of(kept[0].place), data_dir / "files" / "zz.sealed")
    (data_dir / "files" / "notes.txt").write_text("x")
    upload = places.path_of(places.fresh())
    with sealed_files.sealed(upload, places.bound_to(upload.relative_to(data_dir).as_posix())) as out:
        out.write(b"an upload that is not committed yet")
    run = check()
    told = {fault.place: fault.words for fault in run.faults.all()}
    assert set(told) == {"files/zz.sealed", "files/notes.txt"}
    assert f"编号 {kept[0].pk} 的另一份" in told["files/zz.sealed"]
    os.utime(upload, (1, 1))
    assert check().fault_count == 3, "after a day it belongs to nobody"
    fault = FixityFault.objects.get(place="files/notes.txt", settled_at__isnull=True)
    with pytest.raises(Refused, match="还在存储中"):
        fault_settle(actor=cast.archivist, fault=fault, reason="手工放入")
    (data_dir / "files" / "notes.txt").unlink()
    with pytest.raises(OutOfScope):
        fault_settle(actor=cast.reader, fault=fault, reason="手工放入")
    assert fault_settle(actor=cast.archivist, fault=fault, reason="手工放入，已移走").settled_at
    (data_dir / "files" / "zz.sealed").unlink()
    upload.unlink()
    assert check().fault_count == 0 and not FixityFault.objects.filter(settled_at__isnull=True).exists()


def test_an_erased_file_has_no_bytes_left(kept: list[StoredFile]) -> None:
    StoredFile.objects.filter(pk=kept[0].pk).update(state=FileState.ERASED)
    old = places.path_of(kept[0].place)
    os.utime(old, (1, 1))
    run = check()
    assert [fault.place for fault in run.faults.all()] == [kept[0].place] and run.file_count == 4


@pytest.fixture
def backup(kept: list[StoredFile], monkeypatch: pytest.MonkeyPatch) -> dict[str, list[tuple[str, bytes]]]:
    """Two sets: the newer one holds damaged copies of the first file."""
    held = {row.place: [("set-1", places.path_of(row.place).read_bytes())] for row in kept}
    held[kept[0].place].insert(0, ("set-2", b"KDSF damaged"))

    def source(wanted: set[str], step: Callable[[int], None]) -> Iterator[Copy]:
        for name in ("set-2", "set-1"):
            for place, (origin, content) in [(p, c) for p, found in held.items() for c in found if c[0] == name]:
                if place in wanted:
                    step(len(content))
                    yield Copy(place, origin, iter([content[:100], content[100:]]))

    monkeypatch.setattr(sources, "_sources", [source])
    return held


def test_repair_from_the_newest_intact_copy(
    cast: Cast, kept: list[StoredFile], backup: dict[str, list[tuple[str, bytes]]]
) -> None:
    for row, plant in zip(kept, [FAULTS["missing"][0], FAULTS["content"][0], FAULTS["spare"][0]], strict=False):
        plant(places.path_of(row.place))
    held = places.path_of(kept[3].place).read_bytes()
    places.path_of(kept[3].place).write_bytes(b"x")
    backup[kept[3].place] = [("set-1", held[:-1])]
    check()
    with pytest.raises(Refused):
        files_repair(actor=cast.reader)
    assert files_repair(actor=cast.archivist) == (3, 1)
    for number, row in enumerate(kept[:3]):
        row.refresh_from_db()
        assert row.state == FileState.GOOD
        with file_open(row) as stream:
            assert stream.read() == bytes([number]) * SIZE
    assert {json.loads(e.meta)["from"] for e in Event.objects.filter(code="files.repaired")} == {"set-1"}
    kept[3].refresh_from_db()
    assert kept[3].state == FileState.DAMAGED
    assert not list(places.path_of(kept[3].place).parent.glob("*.part"))
    assert list(FixityFault.objects.filter(settled_at__isnull=True).values_list("file_id", flat=True)) == [kept[3].pk]
    assert "set-1" in FixityFault.objects.get(file=kept[0]).settlement
    run = check()
    assert run.fault_count == 1
    places.path_of(kept[3].place).write_bytes(held)
    assert check().fault_count == 0
    kept[3].refresh_from_db()
    assert kept[3].state == FileState.GOOD, "what somebody put right by hand is seen"
    assert Event.objects.filter(code="files.intact", subject_id=kept[3].pk).exists()
    assert files_repair(actor=cast.archivist) == (0, 0)


def test_repair_without_any_copy_says_why(cast: Cast, kept: list[StoredFile], monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(wanted: set[str], step: Callable[[int], None]) -> Iterator[Copy]:
        if wanted:
            raise Refused("identity_missing", "私钥不在本机。")
        yield from ()

    monkeypatch.setattr(sources, "_sources", [offline])
    places.path_of(kept[0].place).unlink()
    check()
    with pytest.raises(Refused, match="私钥不在本机") as refusal:
        files_repair(actor=cast.archivist)
    assert refusal.value.code == "repair_impossible"


def test_the_job_goes_on_where_it_stopped_and_repairs(
    kept: list[StoredFile], backup: dict[str, list[tuple[str, bytes]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock_past_uploads()
    places.path_of(kept[4].place).unlink()
    monkeypatch.setattr(service, "BATCH_FILES", 2)
    job = enqueue(CLOCKWORK, "files.fixity", args={"is_full": True})
    looks = itertools.count()
    look = looking.look_at

    def dying(*args: Any) -> Any:
        if next(looks) == 3:
            raise KeyboardInterrupt
        return look(*args)

    monkeypatch.setattr(service, "look_at", dying)
    worker = Worker()
    with pytest.raises(KeyboardInterrupt):
        worker.run_once()
    assert FixityRun.objects.get().file_count == 3
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    assert worker.run_once()
    run = FixityRun.objects.get()
    assert (run.state, run.file_count, run.fault_count) == (RunState.DONE, 5, 1)
    assert worker.run_once()
    assert Job.objects.get(kind="files.repair").result == {"repaired": 1, "left": 0}
    assert standing.fixity_health().state == "good"


def test_a_run_can_be_stopped_in_the_middle_of_a_file(kept: list[StoredFile]) -> None:
    clock_past_uploads()
    places.path_of(kept[0].place).unlink()

    def stop(done: int, total: int, words: str) -> None:
        if "已核验 2 份" in words:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        fixity_check(actor=CLOCKWORK, is_full=True, show=stop)
    run = FixityRun.objects.get()
    assert (run.state, run.file_count, run.fault_count) == (RunState.STOPPED, 2, 1)
    clock_past_uploads()

    def dismissed(done: int, total: int, words: str) -> None:
        raise Refused("standing_lost", "提交任务的人账号已停用")

    with pytest.raises(Refused, match="停用"):
        fixity_check(actor=CLOCKWORK, is_full=True, show=dismissed)
    assert FixityRun.objects.order_by("-pk")[0].fault_count == 1, "to be stopped is no fault of a file"
    assert Event.objects.filter(code="files.fixity_stopped").exists()
