"""No process of the service outlives the one that looks after it: a web process without a supervisor would hold the port for ever."""

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time

SET_PARENT_DEATH_SIGNAL = 1
LOOK_SECONDS = 0.5


def die_with_parent(parent: int | None = None) -> None:
    """Ask the kernel to end this process at once when its parent ends. Nothing is lost by it: what was not committed was not told either.

    Where the kernel knows no such order (not Linux), a thread looks twice a second.

    Args:
        parent: process id of the parent as it is known to have been; one that ended before this is asked leaves this process to a
            stranger, with which it would live on for ever.
    """
    parent = parent or os.getppid()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGKILL)
            return
    threading.Thread(target=_watch, args=(parent,), name="kedang-lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
