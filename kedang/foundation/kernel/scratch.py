"""A folder of one's own for every process, below ``KEDANG_DATA_DIR/tmp``: what a dead process left lying is found and cleared away.

The folder is locked for as long as its process lives; the lock goes with the process, however it ends. So a living process is told
from a dead one without clocks or process numbers, and passing copies of customers' files never outlive a crash for long.

A process also notes here, before it writes a file of a store, that the file is not named by any committed row yet
(:func:`promise`). After a crash the rooms are asked whether a row names the file; if not, it is removed.
"""

import atexit
import contextlib
import fcntl
import hashlib
import multiprocessing.util
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

PROMISE = "promise-"
FOUND = "found-dead"
SETTLED_AFTER = 3.0
"""Seconds that a database may need to finish the last commit of a process that is gone."""
_own: dict[int, tuple[Path, int]] = {}
_making = threading.Lock()


def root() -> Path:
    """Where the folders of all processes of this installation lie."""
    folder = Path(settings.DATA_DIR) / "tmp"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def here() -> Path:
    """The folder of this process."""
    with _making:
        mine = _own.get(os.getpid())
        if mine is None or not mine[0].is_dir() or mine[0].parent != root():
            with _locked(root(), fcntl.LOCK_SH):  # between making and locking it nobody takes it for a dead one's
                path = Path(tempfile.mkdtemp(prefix="p", dir=root()))
                handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
                fcntl.flock(handle, fcntl.LOCK_EX)
            mine = _own[os.getpid()] = (path, handle)
            atexit.register(_leave, os.getpid())
        return mine[0]


def begin() -> None:
    """At the start of a process of the service: clear away after the dead, and let temporary files of libraries lie here too."""
    multiprocessing.util.get_temp_dir()  # its sockets need a short path and hold nothing
    sweep()
    tempfile.tempdir = str(here())


def address() -> str:
    """A name of this process that :func:`is_dead` understands, unique among machines and installations."""
    return f"{_place()}/{here().name}"


def is_dead(name: str) -> bool:
    """Whether the process of an :func:`address` is gone. Of processes of another machine nothing is known: False."""
    place, _slash, folder = name.rpartition("/")
    if place != _place() or not folder:
        return False
    path = root() / folder
    with _locked(root(), fcntl.LOCK_SH):
        return not path.is_dir() or not _is_held(path)


def promise(path: Path) -> Path:
    """Write down that the file at ``path`` may lie there without a committed row that names it. Returns the note, to be removed when
    the commit has come through; otherwise the file is asked after when this process has ended.
    """
    handle, note = tempfile.mkstemp(prefix=PROMISE, dir=here())
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(str(path))
    return Path(note)


def sweep(settle: Callable[[Path], bool] | None = None) -> list[str]:
    """Clear away what dead processes left; names of the folders. ``settle(path)`` is asked about every promised file, True when done with.

    Without ``settle`` folders with promises stay for somebody who can ask the rooms.
    """
    gone = []
    with _locked(root(), fcntl.LOCK_EX):
        dead = [path for path in sorted(root().iterdir()) if path.is_dir() and not _is_held(path)]
    for path in dead:
        with contextlib.suppress(FileNotFoundError):  # somebody else clears the same folder
            notes = list(path.glob(f"{PROMISE}*"))
            if notes and (settle is None or not _long_dead(path)):
                _clear(path)
            elif all(settle(Path(note.read_text(encoding="utf-8"))) for note in notes if settle):
                shutil.rmtree(path, ignore_errors=True)
                gone.append(path.name)
    return gone


def _long_dead(folder: Path) -> bool:
    """Found dead some seconds ago; the first time this is only noted."""
    found = folder / FOUND
    if found.exists():
        return time.time() - found.stat().st_mtime > SETTLED_AFTER
    found.touch()
    return False


def _clear(folder: Path) -> None:
    """Everything but the promises goes at once."""
    for path in folder.iterdir():
        if not path.name.startswith((PROMISE, FOUND)):
            with contextlib.suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_held(path: Path) -> bool:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _leave(pid: int) -> None:
    """A process that ends in order takes its folder along, unless a promise is still open."""
    if os.getpid() != pid or pid not in _own:
        return
    path, handle = _own.pop(pid)
    if not any(path.glob(f"{PROMISE}*")):
        shutil.rmtree(path, ignore_errors=True)
    os.close(handle)


def _place() -> str:
    return f"{socket.gethostname()[:40]}:{hashlib.sha256(str(root().resolve()).encode()).hexdigest()[:8]}"


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
