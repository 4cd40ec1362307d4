"""Helper processes: they clean, check and prepare while the parent reads, compares and writes.

Work goes out and comes back in order, a few pieces at a time, so that memory stays bounded. A short file never starts a process: the
same functions then run in the parent. Helpers are nicer to the machine than web requests, and leave when their parent dies.
"""

import contextlib
import gc
import multiprocessing
import os
import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, count, islice
from multiprocessing import forkserver
from typing import Any, TypeVar

from kedang.foundation.kernel import keys
from kedang.foundation.kernel.refused import Refused

A = TypeVar("A")
R = TypeVar("R")

NICENESS = 5
COLLECT_EVERY = 32
"""Pieces of work between two looks for cycles."""
SHORT = 2
"""So many pieces of work are done in the parent: starting processes would take longer."""


def helper_count() -> int:
    """Two helpers for two cores and more; the parent waits for them most of the time."""
    return max(1, min(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1))


class Helpers:
    """Helper processes of one pass. ``begin(spec)`` runs once in each before its first piece of work."""

    def __init__(self, begin: Callable[[Any], None], spec: Any, count: int | None = None) -> None:
        self._begin, self._spec = begin, spec
        self._count = helper_count() if count is None else count
        self._pool: ProcessPoolExecutor | None = None
        self._begun = False
        self._was_collecting = False

    def __enter__(self) -> "Helpers":
        self._was_collecting = gc.isenabled()
        _collect_seldom()
        return self

    def __exit__(self, *_: object) -> None:
        gc.unfreeze()
        if self._was_collecting:
            gc.enable()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def map(self, work: Callable[[A], R], pieces: Iterable[A], *, ahead: int = 4) -> Iterator[R]:
        """Results in the order of the pieces; at most ``ahead`` more than there are helpers are under way."""
        source = iter(pieces)
        first = list(islice(source, SHORT + 1))
        if len(first) <= SHORT or self._count == 0:
            self._begin_here()
            for piece in chain(first, source):
                yield _done(work, piece)
            return
        pool = self._start()
        under_way: deque[Future[R]] = deque()
        try:
            for number, piece in enumerate(chain(first, source), start=1):
                under_way.append(pool.submit(_done, work, piece))
                if len(under_way) >= self._count + ahead:
                    yield under_way.popleft().result()
                if number % COLLECT_EVERY == 0:
                    gc.collect()
            while under_way:
                yield under_way.popleft().result()
        except BrokenProcessPool as error:
            raise Refused(
                "helper_died", "导入的辅助进程意外退出（可能内存不足），已写入的内容保持完整。请稍后继续导入。"
            ) from error
        finally:
            for future in under_way:
                future.cancel()

    def _begin_here(self) -> None:
        if not self._begun:
            self._begin(self._spec)
            self._begun = True

    def _start(self) -> ProcessPoolExecutor:
        if self._pool is None:
            start = pickle.dumps((self._begin, self._spec))
            self._pool = ProcessPoolExecutor(self._count, _server(), _enter, (keys.ring().parts(), start))
        return self._pool


def warm_up() -> None:
    """Start the server process in the background, so that it is ready when the first helper is asked for."""
    _server()
    forkserver.ensure_running()


def _server() -> multiprocessing.context.BaseContext:
    """Helpers are forked from a server process of one thread, which has loaded what they need: quick to start, safe, sharing memory."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kedang.business.intake.pipeline.preload"])
    return context


def _enter(ring: dict[str, Any], start: bytes) -> None:
    """First thing in a helper. What it is to do is unpacked only after Django is ready, since it may name models."""
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    from kedang.business.intake.pipeline import preload

    preload.make_ready()
    keys.follow(ring)
    begin, spec = pickle.loads(start)  # noqa: S301  # packed by the parent process a moment ago
    begin(spec)
    _collect_seldom()


def _collect_seldom() -> None:
    """A chunk is many thousands of small lists that go when it is done: looking through them for cycles each time finds nothing."""
    gc.freeze()
    gc.disable()


_pieces_done = count(1)


def _done(work: Callable[[A], R], piece: A) -> R:
    """One piece of work; before every so many of them, while little is there, what hangs together in a circle is let go."""
    if next(_pieces_done) % COLLECT_EVERY == 0:
        gc.collect()
    return work(piece)


def _leave_with_parent() -> None:
    """A helper whose importer was killed goes too (and with the last helper the server process)."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
