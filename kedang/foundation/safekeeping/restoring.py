"""Bringing a set back: everything is built and compared beside the system, then put in place; killed at any moment, no half system is left.

While things are being put in place a marker lies in the data folder; a server does not start over it, and the next restore clears
what the killed one had put there.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils.translation import gettext as _

from kedang.foundation.kernel import clock, keys, stores
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping import identities
from kedang.foundation.safekeeping.interrupted import MARKER, WORK
from kedang.foundation.safekeeping.loading import is_empty
from kedang.foundation.safekeeping.making import KEY_RING, Show, only_one, unheard
from kedang.foundation.safekeeping.rebuilding import (
    Rebuilding,
    complete,
    opened,
    rebuild_file,
    rebuild_rows,
    sqlite_place,
    unpack_files,
)
from kedang.foundation.safekeeping.sets import BackupSet

MADE_AT_START = {"web-secret"}
"""Keys that a program makes by itself when it first starts; nothing is lost with them."""
JUST_OPENED = 8192
"""A database file of this size holds no table of ours."""


def restore(
    found: BackupSet,
    identity: identities.Identity,
    *,
    force: bool = False,
    show: Show = unheard,
    finish: Callable[[dict[str, Any]], None] = lambda answer: None,
) -> dict[str, Any]:
    """Put a set in the place of this installation.

    Args:
        found: the set, its signature proven.
        identity: opens it.
        force: also where there is something already; that is moved aside, never deleted (tables on PostgreSQL are replaced).
        show: progress.
        finish: what is to be done in the restored system before it counts as whole; given the answer.

    Returns:
        What was restored and compared, and where what was there lies now.

    Raises:
        Refused: damaged or foreign set, wrong identity, place not empty, key ring missing, schema newer or not to be brought forward.
    """
    root = Path(settings.DATA_DIR)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with only_one(root, "-restore"):
        is_left_over = (root / MARKER).exists()
        if not force and not is_left_over:
            refuse_filled()
        work = root / WORK
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(mode=0o700)
        try:
            building = opened(found, identity, work, show)
            _refuse_without_keys(building)
            unpack_files(building)
            _refuse_other_ring(building, force or is_left_over)
            aside = root / f"replaced-{clock.now():%Y%m%dT%H%M%SZ}"
            _build_and_place(building, root, aside)
            keys.use_ring(None)
            call_command(
                "migrate", interactive=False, verbosity=0
            )  # up to date already; kinds of records are named anew
            answer = {
                "set": found.id,
                "created_at": found.manifest["created_at"],
                "engine": connection.vendor,
                "from_engine": found.manifest["engine"],
                **building.compared,
                "replaced": str(aside) if aside.exists() else "",
            }
            finish(answer)
            (root / MARKER).unlink()
            stores.sync_folder(root)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return answer


def _build_and_place(building: Rebuilding, root: Path, aside: Path) -> None:
    """Whole and up to date before anything of it is put in place; on PostgreSQL the database changes with the commit, at the end."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            rebuild_rows(building, "default")
            complete(building, "default")
            with _marked(root, building.found):
                _put_in_place(building, root, aside)
        return
    _build_sqlite(building)
    with _marked(root, building.found):
        _put_in_place(building, root, aside)
        _put_database(building, aside)


def refuse_filled() -> None:
    """Refuse a place with people, files or a key ring of its own."""
    told = _(
        "这里已经有数据（%(what)s），没有恢复。请换一个空的数据目录和空数据库；确要覆盖，请加 --force，原有内容会移到一边。"
    )
    if not is_empty("default"):
        connection.close()
        raise Refused("place_not_empty", told % {"what": _("数据库中有人员账号")})
    connection.close()
    for store in stores.stores():
        name = next(store.files(), "")
        if name:
            raise Refused("place_not_empty", told % {"what": name})


def _refuse_without_keys(building: Rebuilding) -> None:
    """All keys or nothing: without the ring the sealed fields would come back unreadable."""
    if (
        KEY_RING not in building.contents["keys"]
        and not keys.ring_path().is_file()
        and not os.environ.get("KEDANG_KEYRING")
    ):
        raise Refused(
            "keys_missing",
            _(
                "备份集 %(set)s 里没有密钥环，本机也没有（%(path)s）。缺了它，证件号、电话等加密内容永远打不开。请先放回密钥环文件，再恢复。"
            )
            % {"set": building.found.id, "path": keys.ring_path()},
        )


def _refuse_other_ring(building: Rebuilding, allowed: bool) -> None:
    """Another ring in this place means other data: not overwritten by mistake."""
    ours, theirs = keys.ring_path(), building.work / "keys" / KEY_RING
    if allowed or not ours.is_file() or not theirs.is_file() or ours.read_bytes() == theirs.read_bytes():
        return
    if connection.vendor == "sqlite" and not Path(str(connection.settings_dict["NAME"])).exists():
        return
    raise Refused(
        "other_key_ring",
        _("本机已有另一套密钥环（%(path)s），没有恢复。请换一个空的数据目录，或加 --force（原密钥环会移到一边）。")
        % {"path": ours},
    )


def _build_sqlite(building: Rebuilding) -> None:
    if building.is_file:
        rebuild_file(building)
    with sqlite_place(building.database) as alias:
        if not building.is_file:
            rebuild_rows(building, alias)
        complete(building, alias)


@contextmanager
def _marked(root: Path, found: BackupSet) -> Iterator[None]:
    (root / MARKER).write_text(found.id + "\n", encoding="ascii")
    stores.sync_folder(root)
    yield
    stores.sync_folder(root)


def _put_in_place(building: Rebuilding, root: Path, aside: Path) -> None:
    """Files and keys by renaming; what is there goes aside first."""
    for store in stores.stores():
        if store.path.exists():
            _move(store.path, aside / store.folder)
        restored = building.work / "files" / store.folder
        if restored.exists():
            _move(restored, store.path)
    for left in (building.work / "files").iterdir():  # a store of a room that this program no longer has
        _move(left, root / left.name, over=True)
    for path in sorted((building.work / "keys").iterdir()):
        target = keys.ring_path() if path.name == KEY_RING else identities.keys_folder() / path.name
        if target.exists() and path.name not in MADE_AT_START:
            _move(target, aside / "keys" / path.name)
        _move(path, target, over=True)


def _put_database(building: Rebuilding, aside: Path) -> None:
    """The database last; a write-ahead file left by the old one would spoil it, so it goes aside too."""
    connections["default"].close()
    target = Path(str(connection.settings_dict["NAME"]))
    for name in (f"{target}-wal", f"{target}-shm", f"{target}-journal", str(target)):
        if Path(name).exists() and Path(name).stat().st_size > JUST_OPENED:
            _move(Path(name), aside / Path(name).name)
        else:
            Path(name).unlink(missing_ok=True)
    _move(building.database, target)


def _move(source: Path, target: Path, *, over: bool = False) -> None:
    """Rename, also to another disk; the names are on the disk when this returns."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    move: Callable[[str, str], Any] = os.replace if over else os.rename
    try:
        move(str(source), str(target))
    except OSError:
        shutil.move(str(source), str(target))
    stores.sync_folder(target.parent)
