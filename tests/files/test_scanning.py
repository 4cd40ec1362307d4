"""A file goes out only after a real scanner called it clean; whatever else happens, it waits."""

import random
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kedang.foundation.audit.models import Event
from kedang.foundation.files import standing
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.files.scanning import clamd, queueing
from kedang.foundation.files.services import file_open, file_release, file_scan, file_store
from kedang.foundation.jobs.models import Job, JobState
from kedang.foundation.jobs.worker import Worker
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import OutOfScope, Refused
from tests.cast import Cast
from tests.files import making
from tests.files.clamd import Scanner


def store(cast: Cast, content: bytes = b"harmless", name: str = "信.txt") -> StoredFile:
    return file_store(actor=cast.archivist, name=name, chunks=[content])


def work() -> Job:
    """Scan what waits, as the minute's turn and the worker do."""
    queueing.look_after()
    assert Worker().run_once()
    return Job.objects.get(kind="files.scan")


def test_a_clean_file_opens_after_its_scan_and_not_before(cast: Cast, scanner: Scanner) -> None:
    kept = store(cast)
    assert kept.state == FileState.WAITING
    with pytest.raises(Refused, match="等待查毒"):
        file_open(kept)
    assert work().result == {"scanned": 1, "infected": 0, "unreadable": 0}
    kept.refresh_from_db()
    assert kept.state == FileState.GOOD and kept.scanned_at is not None
    assert Event.objects.get(code="files.clean").subject_id == kept.pk
    with file_open(kept) as stream:
        assert stream.read() == b"harmless"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", making.EICAR),
        ("a.zip", making.package({"x/y.txt": making.EICAR})),
        ("b.zip", making.package({"x.zip": making.package({"y.txt": making.EICAR})})),
        ("c.pdf", making.pdf() + making.EICAR),
    ],
)
def test_an_infected_file_is_shut_away(cast: Cast, scanner: Scanner, name: str, content: bytes) -> None:
    kept, other = store(cast, content, name), store(cast)
    assert work().result == {"scanned": 2, "infected": 1, "unreadable": 0}
    kept.refresh_from_db()
    assert kept.state == FileState.INFECTED and "Eicar-Test-Signature" in kept.finding
    with pytest.raises(Refused, match="查出病毒"):
        file_open(kept)
    event = Event.objects.get(code="files.infected")
    assert event.subject_id == kept.pk and "Eicar" in event.meta
    other.refresh_from_db()
    assert other.state == FileState.GOOD, "the rest goes on"


def test_a_hand_in_on_commit_scans_soon(cast: Cast, scanner: Scanner, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        kept, other = store(cast), store(cast)
    assert Job.objects.filter(kind="files.scan").count() == 1, "one job for all that waits"
    assert Worker().run_once()
    kept.refresh_from_db()
    other.refresh_from_db()
    assert kept.state == other.state == FileState.GOOD


def test_while_the_scanner_is_down_files_wait_and_the_page_says_so(cast: Cast, scanner: Scanner) -> None:
    kept = store(cast)
    scanner.stop()
    with pytest.raises(Refused, match="没有应答") as refusal:
        queueing.look_after()
    assert refusal.value.code == "scanner_down" and not Job.objects.exists()
    queueing.hand_in()
    assert Worker().run_once()
    assert Job.objects.get().state == JobState.FAILED and "clamd" in Job.objects.get().error
    kept.refresh_from_db()
    assert kept.state == FileState.WAITING
    health = standing.scanner_health()
    assert health.state == "bad" and "1 份文件在等待" in health.words and "KEDANG_CLAMD" in health.advice
    scanner.start()
    queueing.look_after()
    assert Worker().run_once()
    kept.refresh_from_db()
    assert kept.state == FileState.GOOD and standing.scanner_health().state == "good"


def test_a_file_too_large_for_the_scanner_is_never_clean(cast: Cast, scanner: Scanner) -> None:
    noise = random.Random(4).randbytes(6 << 20)
    kept = store(cast, noise, "录像.bin")
    work()
    kept.refresh_from_db()
    assert (kept.state, kept.is_too_large, kept.scanned_at) == (FileState.WAITING, True, None)
    assert not queueing.waiting().exists(), "it is not sent again and again"
    health = standing.scanner_health()
    assert health.state == "warn" and "超过查毒服务的上限" in health.words
    with pytest.raises(OutOfScope):
        file_release(actor=cast.admin, stored_file=kept, reason="可靠")
    with pytest.raises(Refused, match="理由"):
        file_release(actor=cast.archivist, stored_file=kept, reason=" ")
    file_release(actor=cast.archivist, stored_file=kept, reason="本单位自己录制")
    kept.refresh_from_db()
    assert kept.state == FileState.GOOD and kept.scanned_at is None
    event = Event.objects.get(code="files.released")
    assert event.reason == "本单位自己录制" and event.actor_name == "沈砚"
    with pytest.raises(Refused, match="只有因过大"):
        file_release(actor=cast.archivist, stored_file=kept, reason="再来")


def test_scanned_again_with_new_signatures(cast: Cast, scanner: Scanner, settings: Any) -> None:
    settings.CLAMD = "off"
    kept = store(cast, making.EICAR, "旧.txt")
    assert kept.state == FileState.GOOD and standing.scanner_health().state == "warn"
    fresh = store(cast)
    StoredFile.objects.filter(pk=fresh.pk).update(scanned_at=clock.now() - timedelta(days=29))
    settings.CLAMD = str(scanner.socket)
    queueing.look_again()
    assert Worker().run_once()
    kept.refresh_from_db()
    assert Job.objects.get().result["scanned"] == 1 and kept.state == FileState.INFECTED
    StoredFile.objects.filter(pk=fresh.pk).update(scanned_at=clock.now() - timedelta(days=31))
    assert list(queueing.stale()) == [fresh]


def test_a_damaged_file_is_not_called_clean(cast: Cast, scanner: Scanner, data_dir: Path) -> None:
    kept = store(cast)
    path = data_dir / kept.place
    path.write_bytes(path.read_bytes()[:-1])
    assert work().result == {"scanned": 0, "infected": 0, "unreadable": 1}
    kept.refresh_from_db()
    assert kept.state == FileState.WAITING


@pytest.fixture
def liar(settings: Any) -> Iterator[list[bytes]]:
    """A daemon that answers what the test says."""
    answers: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMD = f"127.0.0.1:{server.getsockname()[1]}"

        def serve() -> None:
            while answers:
                wire, _peer = server.accept()
                with wire:
                    wire.settimeout(2)
                    while not wire.recv(65536).endswith(bytes(4)):
                        pass
                    wire.sendall(answers.pop(0))

        thread = threading.Thread(target=serve, daemon=True)
        answers.extend([b"", b"stream: OK", b"OK\0", b"stream: maybe\0", b"stream: OK\0"])
        thread.start()
        yield answers
        thread.join(timeout=3)


def test_only_the_one_answer_means_clean(cast: Cast, liar: list[bytes]) -> None:
    kept = store(cast)
    with pytest.raises(Refused, match="无法理解"):
        file_scan(actor=cast.archivist, stored_file=kept)
    assert clamd.scan([b"x"]).kind == "clean", "an answer without its end sign is still that answer"
    for _ in range(2):
        with pytest.raises(Refused, match="无法理解"):
            file_scan(actor=cast.archivist, stored_file=kept)
    kept.refresh_from_db()
    assert kept.state == FileState.WAITING
    assert file_scan(actor=cast.archivist, stored_file=kept).state == FileState.GOOD


def test_without_a_setting_files_wait(cast: Cast, settings: Any) -> None:
    settings.CLAMD = ""
    kept = store(cast)
    assert kept.state == FileState.WAITING
    assert "KEDANG_CLAMD" in standing.scanner_health().advice and standing.scanner_health().state == "bad"


def test_the_real_daemon_over_its_socket(scanner: Scanner) -> None:
    assert clamd.version().words.startswith("ClamAV")
    assert clamd.scan([]).kind == "clean"
    pieces = [making.EICAR[:10], making.EICAR[10:]]
    assert clamd.scan(pieces).name.startswith("Eicar-Test-Signature")
