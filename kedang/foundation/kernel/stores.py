"""Folders below ``KEDANG_DATA_DIR`` whose files belong to records, so that a backup takes them together with the database.

A room declares its folder once with :func:`store`. Two rules make one consistent set of database and files possible while
people work: a file is whole and on the disk (written under another name, then renamed, see :func:`written`) before the row
that names it is committed; and it is removed with :func:`discard` after the row is gone. A backup holds :func:`held` from
before its snapshot of the database until it has a link to every file, so that no file the snapshot names can vanish.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction
from django.utils.functional import Promise

UNFINISHED = ".part"
"""Files that end so are being written and belong to nobody yet."""


@dataclass(frozen=True, slots=True)
class Store:
    """One folder: its path below the data folder, its Chinese title, and folders in it that hold only passing copies."""

    folder: str
    title: str | Promise
    passing: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Where it lies; it may not exist yet."""
        return Path(settings.DATA_DIR) / self.folder

    def files(self) -> Iterator[str]:
        """Paths below the data folder of all whole files, in order of name."""
        if not self.path.is_dir():
            return
        for here, folders, names in os.walk(self.path):
            folders[:] = sorted(name for name in folders if not (Path(here) == self.path and name in self.passing))
            for name in sorted(names):
                path = Path(here, name)
                if not name.endswith(UNFINISHED) and path.is_file() and not path.is_symlink():
                    yield path.relative_to(settings.DATA_DIR).as_posix()


_stores: dict[str, Store] = {}
_named: dict[str, Callable[[Path], bool]] = {}
_sweepers: dict[str, Callable[[], object]] = {}


def store(folder: str, title: str | Promise, *, passing: tuple[str, ...] = ()) -> Store:
    """Declare a folder of files that belong to records."""
    _stores[folder] = Store(folder, title, passing)
    return _stores[folder]


def stores() -> list[Store]:
    """All declared stores, by folder."""
    return [_stores[folder] for folder in sorted(_stores)]


def named_by(folder: str, is_named: Callable[[Path], bool]) -> None:
    """Say who knows whether a committed row names a file of a folder; asked when a process died while writing it."""
    _named[folder] = is_named


def swept_by(name: str, sweep: Callable[[], object]) -> None:
    """Register what else is to be looked through when the worker clears away after dead processes."""
    _sweepers[name] = sweep


def settle(path: Path) -> bool:
    """Remove a file that a dead process wrote and no row names; True when nothing is left to be decided."""
    is_named = _named.get(_folder_of(path))
    if is_named is None:
        return True
    path.with_name(path.name + UNFINISHED).unlink(missing_ok=True)
    if path.exists() and not is_named(path):
        discard(path)
    return True


def _folder_of(path: Path) -> str:
    """The store a file lies in, also in a folder below it."""
    with suppress(ValueError):
        return path.relative_to(settings.DATA_DIR).parts[0]
    return path.parent.name


def sweep() -> list[str]:
    """Clear away what dead processes left: their passing copies, and files that no row names. Safe while people work."""
    from kedang.foundation.kernel import scratch

    gone = scratch.sweep(settle)
    for look in _sweepers.values():
        look()
    return gone


@contextmanager
def written(target: Path, mode: int = 0o600, *, is_promised: bool = False) -> Iterator[BinaryIO]:
    """Write a file of a store: nobody sees it under its name before it is whole and on the disk.

    Within a transaction the file goes again if the process dies before the commit, unless the caller sees to that himself.
    """
    if connection.in_atomic_block and not is_promised:
        _promised(target)
    unfinished = target.with_name(target.name + UNFINISHED)
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.replace(unfinished, target)
        sync_folder(target.parent)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def discard(path: Path) -> None:
    """Remove a file of a store, waiting for a backup that is just taking hold of the files."""
    if path.exists():
        with _locked(fcntl.LOCK_SH):
            path.unlink(missing_ok=True)


def discard_on_commit(path: Path) -> None:
    """Remove a file when the transaction under way is committed; if the process dies just then, it is removed all the same."""
    _promised(path, also=lambda: discard(path))


def _promised(path: Path, also: Callable[[], None] = lambda: None) -> None:
    from kedang.foundation.kernel import scratch

    note = scratch.promise(path)

    def keep() -> None:
        also()
        note.unlink(missing_ok=True)

    transaction.on_commit(keep)


@contextmanager
def held() -> Iterator[None]:
    """As long as the block lasts nobody discards a file."""
    with _locked(fcntl.LOCK_EX):
        yield


def sync_folder(folder: Path) -> None:
    """The names in a folder are on the disk when this returns."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _locked(how: int) -> Iterator[None]:
    path = Path(settings.DATA_DIR) / "stores.lock"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
