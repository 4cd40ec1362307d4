"""Where stored files lie: ``files/ab/ab….sealed`` below the data folder, a random place each, sealed to that place."""

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.kernel import sealed_files, stores
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sealed_places import SealedPlace, Step, place

FOLDER, SUFFIX = "files", ".sealed"


def register() -> None:
    """Backups take the folder, new keys reach it, and files that a dead process left are told from named ones."""
    stores.store(FOLDER, _("文件"))
    stores.named_by(FOLDER, is_named)
    place(SealedPlace("files.stored", _("文件"), counts, renew))


def fresh() -> str:
    """A place nobody has, its folder made."""
    name = secrets.token_hex(16)
    folder = Path(settings.DATA_DIR) / FOLDER / name[:2]
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stores.sync_folder(folder.parent)
    return f"{FOLDER}/{name[:2]}/{name}{SUFFIX}"


def path_of(where: str) -> Path:
    """The sealed file at a place."""
    return Path(settings.DATA_DIR) / where


def bound_to(where: str) -> str:
    """What binds sealed bytes to their place: a file moved elsewhere does not open."""
    return f"files.stored.{Path(where).stem}"


def is_named(path: Path) -> bool:
    """Whether a committed row names the file; one whose content was erased holds on to nothing."""
    where = path.relative_to(settings.DATA_DIR).as_posix()
    return bool(StoredFile.objects.filter(place=where).exclude(state=FileState.ERASED).exists())


def all_places() -> Iterator[str]:
    """Places of all whole files in the folder, named by a row or not."""
    return stores.Store(FOLDER, "").files()


def counts() -> "Counter[int]":
    """Stored files per data key."""
    found: Counter[int] = Counter()
    for where in all_places():
        with suppress(FileNotFoundError, Refused), path_of(where).open("rb") as stream:
            found.update(sealed_files.read_head(stream).numbers)
    return found


def renew(step: Step) -> tuple[int, int]:
    """Bring all stored files under the active data key: their heads are written anew, not the files."""
    changed = unreadable = 0
    for where in all_places():
        try:
            changed += sealed_files.rewrap(path_of(where), bound_to(where))
        except FileNotFoundError:
            continue
        except Refused:
            unreadable += 1
        step(1)
    return changed, unreadable
