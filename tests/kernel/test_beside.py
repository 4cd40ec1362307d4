"""Work in a thread of its own: in order, bounded, and what goes wrong is told to who feeds."""

import os
import threading
import time
from pathlib import Path

import pytest

from kedang.foundation.kernel import flushing
from kedang.foundation.kernel.beside import Beside


def test_everything_is_worked_on_in_order_by_another_thread() -> None:
    seen: list[tuple[int, int]] = []
    beside = Beside[int]("test", lambda thing: seen.append((thing, threading.get_ident())))
    for number in range(100):
        beside.put(number)
    beside.finish()
    assert [thing for thing, _thread in seen] == list(range(100))
    assert {thread for _thing, thread in seen} != {threading.get_ident()}


def test_who_feeds_waits_for_the_slower_thread() -> None:
    gate, done = threading.Event(), list[int]()

    def work(thing: int) -> None:
        gate.wait()
        done.append(thing)

    def feed() -> None:
        for number in range(6):
            beside.put(number)

    beside = Beside[int]("test", work, waiting=2)
    feeder = threading.Thread(target=feed)
    feeder.start()
    feeder.join(0.2)
    assert feeder.is_alive() and not done
    gate.set()
    feeder.join()
    beside.finish()
    assert done == list(range(6))


def test_a_failure_stops_the_feeder_and_leaves_no_thread() -> None:
    def work(thing: int) -> None:
        if thing == 3:
            raise OSError(28, "No space left on device")

    beside = Beside[int]("gone", work, waiting=1)
    with pytest.raises(OSError, match="No space"):
        for number in range(10_000):
            beside.put(number)
            time.sleep(0.0005)
    beside.end()
    with pytest.raises(OSError, match="No space"):
        beside.finish()
    assert not [thread for thread in threading.enumerate() if thread.name == "kedang-gone"]


def test_a_large_file_goes_to_the_disk_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(flushing, "EVERY", 1000)
    monkeypatch.setattr(os, "fdatasync", lambda handle: asked.append(threading.current_thread().name))
    with (tmp_path / "large").open("wb") as out, flushing.Flushing(out) as watched:
        for _ in range(5):
            watched.write(bytes(600))
    assert (tmp_path / "large").stat().st_size == 3000
    assert asked == ["kedang-flush", "kedang-flush"]
