"""Work on blocks of a stream in a thread of its own, in order, while the stream goes on: digests, writing to the disk.

OpenSSL and the system let other threads run while they work, so a second thread is a second processor. The queue is short: who feeds
waits where the thread is slower, and memory stays bounded.
"""

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

WAITING = 4

T = TypeVar("T")


class Beside(Generic[T]):
    """Calls ``work`` with what :meth:`put` is given. The thread starts with the first thing put; :meth:`end` must come, however it ends."""

    def __init__(self, name: str, work: Callable[[T], object], waiting: int = WAITING) -> None:
        self._things: queue.Queue[tuple[T] | None] = queue.Queue(waiting)
        self._failed: list[BaseException] = []
        self._thread = threading.Thread(
            target=_run, args=(self._things, work, self._failed), name=f"kedang-{name}", daemon=True
        )
        self._state = "new"

    def put(self, thing: T) -> None:
        """One more thing; waits while the queue is full. Raises what the work raised on an earlier one."""
        self._raise()
        if self._state == "new":
            self._thread.start()
            self._state = "running"
        self._things.put((thing,))

    def end(self) -> None:
        """Wait for the thread; what it raised stays for :meth:`finish`. Again: nothing."""
        if self._state == "running":
            self._things.put(None)
            self._thread.join()
        self._state = "ended"

    def finish(self) -> None:
        """Wait until all is worked on; raises what the work raised."""
        self.end()
        self._raise()

    def _raise(self) -> None:
        if self._failed:
            raise self._failed[0]


def _run(things: "queue.Queue[tuple[T] | None]", work: Callable[[T], object], failed: list[BaseException]) -> None:
    """After a failure the rest is taken and dropped, so that nobody waits for a full queue."""
    while (found := things.get()) is not None:
        if failed:
            continue
        try:
            work(found[0])
        except BaseException as error:  # told to who feeds
            failed.append(error)
