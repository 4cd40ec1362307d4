"""What a dead process left is told from what a living one uses, and goes."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from kedang.foundation.kernel import scratch, stores

CHILD = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"], os.environ["KEDANG_DATA_DIR"] = "kedang.project.settings", sys.argv[1]
from kedang.foundation.kernel import scratch
(scratch.here() / "copy").write_text("plain")
if sys.argv[2:]:
    from pathlib import Path
    scratch.promise(Path(sys.argv[2]))
print(scratch.here().name, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Iterator[Path]:
    before = dict(scratch._own)
    settings.DATA_DIR = tmp_path
    yield tmp_path
    scratch._own.clear()
    scratch._own.update(before)


@pytest.fixture
def child(data: Path) -> Iterator[Callable[..., tuple[str, Any]]]:
    """Another process that uses the installation, until it is killed."""
    started: list[Any] = []

    def start(*promises: str) -> tuple[str, Any]:
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(data), *promises],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process.stdout.readline().strip(), process  # type: ignore[union-attr]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_folders_of_the_living_stay_and_those_of_the_dead_go(data: Path, child: Any) -> None:
    name, process = child()
    mine = scratch.here()
    assert scratch.sweep() == [] and (scratch.root() / name / "copy").exists()
    process.kill()
    process.wait()
    assert scratch.sweep() == [name]
    assert sorted(path.name for path in scratch.root().iterdir()) == [mine.name]


def test_a_process_is_known_to_be_dead_only_on_its_own_machine(data: Path, child: Any) -> None:
    name, process = child()
    place = scratch.address().rpartition("/")[0]
    assert not scratch.is_dead(f"{place}/{name}") and not scratch.is_dead(scratch.address())
    process.kill()
    process.wait()
    assert scratch.is_dead(f"{place}/{name}")
    assert (
        not scratch.is_dead(f"elsewhere:00000000/{name}") and not scratch.is_dead("") and not scratch.is_dead("command")
    )


def test_a_promised_file_without_a_row_goes_after_its_process(
    data: Path, child: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "_named", {"things": lambda path: path.name == "named"})
    folder = data / "things"
    folder.mkdir()
    for name in ("named", "unnamed"):
        (folder / name).write_text("whole")
        _name, process = child(str(folder / name))
        process.kill()
        process.wait()
    assert stores.sweep() == [] and not list(scratch.root().glob("*/copy"))  # a commit may still be under way
    monkeypatch.setattr(scratch, "SETTLED_AFTER", 0)
    assert len(stores.sweep()) == 2
    assert [path.name for path in folder.iterdir()] == ["named"]


@pytest.mark.django_db(transaction=True)
def test_a_file_is_promised_until_its_transaction_is_committed(data: Path) -> None:
    def promises() -> int:
        return len(list(scratch.here().glob(f"{scratch.PROMISE}*")))

    (data / "things").mkdir()
    with transaction.atomic(), stores.written(data / "things" / "one") as out:
        out.write(b"1")
        assert promises() == 1
    assert promises() == 0 and (data / "things" / "one").read_bytes() == b"1"
    with transaction.atomic():
        stores.discard_on_commit(data / "things" / "one")
        assert promises() == 1 and (data / "things" / "one").exists()
    assert promises() == 0 and not (data / "things" / "one").exists()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        with stores.written(data / "things" / "two") as out:
            out.write(b"2")
        raise ZeroDivisionError
    assert promises() == 1  # asked after when this process has ended


def test_libraries_leave_their_files_where_they_are_swept(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    scratch.begin()
    assert Path(tempfile.gettempdir()) == scratch.here()
