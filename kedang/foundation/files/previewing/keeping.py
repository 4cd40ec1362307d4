"""Where pictures of pages lie: sealed, ``renditions/ab/ab….sealed`` below the data folder. A cache: backups leave it out, anything may
go."""

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kedang.foundation.files.models import Rendition
from kedang.foundation.jobs.schedules import schedule
from kedang.foundation.kernel import clock, sealed_files
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sealed_places import SealedPlace, Step, place

FOLDER, SUFFIX = "renditions", ".sealed"
KEPT = timedelta(days=30)
UNNAMED_FOR = timedelta(hours=1)
AT_A_TIME = 500


def declare() -> None:
    """New keys reach the pictures, and old ones go every night."""
    place(SealedPlace("files.renditions", _("页面图像"), counts, renew))
    schedule("files.renditions", daily_at="03:40", run=tidy)


def fresh() -> str:
    """A place nobody has, its folder made."""
    name = secrets.token_hex(16)
    (root() / name[:2]).mkdir(parents=True, exist_ok=True, mode=0o700)
    return f"{FOLDER}/{name[:2]}/{name}{SUFFIX}"


def root() -> Path:
    """The folder of all pictures."""
    return Path(settings.DATA_DIR) / FOLDER


def path_of(where: str) -> Path:
    """The sealed file at a place."""
    return Path(settings.DATA_DIR) / where


def bound_to(where: str) -> str:
    """What binds a sealed picture to its place."""
    return f"files.rendition.{Path(where).stem}"


def write(where: str, content: bytes) -> None:
    """Seal a picture."""
    with sealed_files.sealed(path_of(where), bound_to(where)) as out:
        out.write(content)


def read(where: str) -> bytes | None:
    """A picture, or None where it is gone or does not open: then it is drawn anew."""
    try:
        with sealed_files.opened(path_of(where), bound_to(where)) as stream:
            return stream.read()
    except (FileNotFoundError, Refused):
        return None


def discard(where: str) -> None:
    """Remove a picture."""
    path_of(where).unlink(missing_ok=True)


def tidy() -> int:
    """Remove pictures nobody has had drawn for a month, and files without a row; how many."""
    gone = 0
    while old := list(Rendition.objects.filter(made_at__lt=clock.now() - KEPT)[:AT_A_TIME]):
        Rendition.objects.filter(pk__in=[one.pk for one in old]).delete()
        for one in old:
            discard(one.place)
        gone += len(old)
    named = set(Rendition.objects.values_list("place", flat=True))
    limit = (clock.now() - UNNAMED_FOR).timestamp()
    for path in _all():
        with suppress(FileNotFoundError):
            if path.relative_to(settings.DATA_DIR).as_posix() not in named and path.stat().st_mtime < limit:
                path.unlink()
                gone += 1
    return gone


def counts() -> "Counter[int]":
    """Pictures per data key."""
    found: Counter[int] = Counter()
    for path in _all():
        with suppress(FileNotFoundError, Refused), path.open("rb") as stream:
            found.update(sealed_files.read_head(stream).numbers)
    return found


def renew(step: Step) -> tuple[int, int]:
    """Bring the pictures under the active data key; one that does not open is thrown away and drawn again when wanted."""
    changed = 0
    for path in _all():
        try:
            changed += sealed_files.rewrap(path, bound_to(path.name))
        except FileNotFoundError:
            continue
        except Refused:
            path.unlink(missing_ok=True)
        step(1)
    return changed, 0


def _all() -> Iterator[Path]:
    yield from sorted(root().glob(f"*/*{SUFFIX}")) if root().is_dir() else []
