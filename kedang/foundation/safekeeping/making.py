"""Making a set while people work: one moment of the database, a link to every file of that moment, then time to read both.

Order matters. Nobody discards files (``stores.held``) from before the snapshot until every file has a link; a file is whole
before the row that names it is committed. So every file that the snapshot names is in the set, and whole.
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.utils.translation import gettext as _

import kedang
from kedang.foundation.audit.sealing.sealer import last_seal
from kedang.foundation.kernel import clock, keys, stores
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping import identities
from kedang.foundation.safekeeping.aliases import beside
from kedang.foundation.safekeeping.loading import applied_migrations
from kedang.foundation.safekeeping.packs import PACK_BYTES, Packed, put_file
from kedang.foundation.safekeeping.rows import Rows, SQLiteRows, digest_of, open_sqlite, snapshot
from kedang.foundation.safekeeping.schema import tables_of
from kedang.foundation.safekeeping.sealing import DataKey, PartWriter
from kedang.foundation.safekeeping.sets import (
    CONTENTS,
    FORMAT,
    KEYS,
    MAKING,
    BackupSet,
    backup_folder,
    read_set,
    write_manifest,
)

DATABASE = "database.kdp"
BYTES_PER_STEP = 2000
"""So many bytes count as much as one row in the progress shown."""

Show = Callable[[int, int, str], None]
"""Progress: done, total, words. May raise to stop; what was begun is then removed."""


def unheard(done: int, total: int, words: str) -> None:
    """Progress that nobody looks at."""


@dataclass(slots=True)
class _Making:
    """A set under way."""

    id: str
    folder: Path
    work: Path
    key: DataKey
    show: Show
    total: int = 0
    done: int = 0
    words: str = ""
    parts: list[dict[str, Any]] = field(default_factory=list)
    plain: dict[str, dict[str, Any]] = field(default_factory=dict)

    def step(self, count: int) -> None:
        self.done += count
        self.show(self.done, self.total, self.words)

    @contextmanager
    def part(self, name: str) -> Iterator[PartWriter]:
        """A new part; listed once it is whole."""
        writer = PartWriter(self.folder, name, self.key)
        try:
            yield writer
        except BaseException:
            writer.abandon()
            raise
        writer.close()
        self.parts.append({"name": name, "bytes": writer.stored_bytes, "sha256": writer.stored.hexdigest()})
        self.plain[name] = {"bytes": writer.plain_bytes, "sha256": writer.plain.hexdigest()}


def make_set(show: Show = unheard) -> BackupSet:
    """Make one set of database, files and keys. It has its name only when it is whole and on the disk.

    Raises:
        Refused: another one is under way, no room on the disk, no recipient, a damaged database.
    """
    recipients = identities.recipients()
    root = backup_folder()
    with only_one(root):
        sweep(root)
        moment = clock.now()
        set_id = f"kedang-{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        making = _Making(set_id, root / (MAKING + set_id), _work_folder() / set_id, DataKey.fresh(set_id), show)
        making.folder.mkdir(mode=0o700)
        making.work.mkdir(mode=0o700)
        try:
            manifest = {
                "format": FORMAT,
                "id": set_id,
                "created_at": moment.isoformat(),
                "version": kedang.__version__,
                "signer": identities.signer_public(),
                "recipients": [making.key.wrapped_to(recipient) for recipient in recipients],
                **_fill(making),
            }
            manifest["parts"] = making.parts
            write_manifest(making.folder, manifest)
            stores.sync_folder(making.folder)
            os.rename(making.folder, root / set_id)
            stores.sync_folder(root)
        except OSError as error:
            raise Refused(
                "backup_unwritable",
                _("备份没有写成：%(why)s。请检查备份目录的空间和权限，原有备份未受影响。")
                % {"why": error.strerror or error},
            ) from error
        finally:
            shutil.rmtree(making.folder, ignore_errors=True)
            shutil.rmtree(making.work, ignore_errors=True)
    return read_set(root / set_id)


def _fill(making: _Making) -> dict[str, Any]:
    """All parts; returns what the manifest says of them in clear."""
    seal = last_seal()
    with ExitStack() as stack:
        alias = stack.enter_context(beside("snapshot"))
        vendor = connections[alias].vendor
        migrations = applied_migrations(alias)
        rows: Rows
        with stores.held():
            copy = None
            if vendor == "postgresql":
                rows = stack.enter_context(snapshot(alias))
                rows.count(tables_of(alias)[0])  # the first question fixes the moment
            else:
                copy = stack.enter_context(_moment_of_sqlite(Path(str(connections[alias].settings_dict["NAME"]))))
            linked = _link_files(making)
        tables = tables_of(alias)
        if copy is not None:
            database = making.work / "database.sqlite3"
            copy(database)
            found = SQLiteRows(database)
            stack.callback(found.close)
            rows = found
        counts = {table.name: rows.count(table) for table in tables}
        issued = rows.issued(tables)
        file_bytes = sum(path.stat().st_size for _name, path in linked)
        database_bytes = (making.work / "database.sqlite3").stat().st_size if copy is not None else 0
        _refuse_full(database_bytes + file_bytes)
        making.total = sum(counts.values()) + (file_bytes + database_bytes) // BYTES_PER_STEP
        making.words = _("正在备份数据库")
        digests = {}
        for table in tables:
            if copy is not None:
                digest = digest_of(rows, table, making.step)
                digests[table.name] = {"rows": digest.rows, "sha256": digest.sha256}
                continue
            with making.part(f"table-{table.name}.kdp") as part:
                for block in rows.blocks(table):
                    part.write(block)
                    making.step(block.count(b"\n"))
            digests[table.name] = {
                "rows": counts[table.name],
                "sha256": making.plain[f"table-{table.name}.kdp"]["sha256"],
            }
        if copy is not None:
            with making.part(DATABASE) as part, (making.work / "database.sqlite3").open("rb") as file:
                for block in iter(lambda: file.read(1 << 20), b""):
                    part.write(block)
                    making.step(len(block) // BYTES_PER_STEP)
    files = _pack_files(making, linked)
    key_names = _pack_keys(making)
    contents = {"tables": digests, "files": [one.as_json() for one in files], "keys": key_names, "plain": making.plain}
    with making.part(CONTENTS) as part:
        part.write(json.dumps(contents, ensure_ascii=False).encode())
    return {
        "engine": vendor,
        "database": "sqlite-file" if copy is not None else "rows",
        "migrations": migrations,
        "tables": [{"table": table.as_json(), "rows": counts[table.name]} for table in tables],
        "issued": issued,
        "files": {"count": len(files), "bytes": file_bytes},
        "keys": len(key_names),
        "seal": {"number": seal.number, "digest": seal.digest} if seal else None,
    }


@contextmanager
def _moment_of_sqlite(path: Path) -> Iterator[Callable[[Path], None]]:
    """Fix one moment of an embedded database; the function given copies it into a file, in one step, while others write."""
    source = open_sqlite(path)

    def copy(target: Path) -> None:
        out = open_sqlite(target)
        try:
            out.execute("PRAGMA synchronous=OFF")
            source.backup(out, pages=-1)
            source.execute("ROLLBACK")
            out.execute("PRAGMA journal_mode=DELETE")
            problems = [row[0] for row in out.execute("PRAGMA quick_check(3)")]
            if problems != ["ok"]:
                raise Refused(
                    "database_damaged",
                    _("数据库文件已损坏（%(what)s），没有备份。请立即停用系统，从最近的备份恢复。")
                    % {"what": problems[0]},
                )
        finally:
            out.close()

    try:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield copy
    finally:
        source.close()


def _link_files(making: _Making) -> list[tuple[str, Path]]:
    """A second name for every file of the stores; a copy where the place of work lies on another disk."""
    found = []
    for number, name in enumerate(name for store in stores.stores() for name in store.files()):
        source, link = Path(settings.DATA_DIR) / name, making.work / f"file-{number}"
        try:
            os.link(source, link)
        except FileNotFoundError:
            continue
        except OSError:
            shutil.copy2(source, link)
        found.append((name, link))
    return found


def _pack_files(making: _Making, linked: list[tuple[str, Path]]) -> list[Packed]:
    making.words = _("正在备份文件")
    packed: list[Packed] = []
    waiting = list(reversed(linked))
    while waiting:
        with making.part(f"files-{len(making.parts):05d}.kdp") as pack:
            while waiting and pack.plain_bytes < PACK_BYTES:
                name, path = waiting.pop()
                packed.append(put_file(pack, name, path))
                path.unlink()
                making.step(packed[-1].bytes // BYTES_PER_STEP)
    return packed


def _pack_keys(making: _Making) -> list[str]:
    """All keys but the identity that opens the set."""
    folder = identities.keys_folder()
    private = identities.identity_path().name
    found = {
        path.name: path
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name not in {private, identities.IDENTITY_FILE}
    }
    if keys.ring_path().is_file():
        found[KEY_RING] = keys.ring_path()
    with making.part(KEYS) as pack:
        for name, path in found.items():
            put_file(pack, name, path)
    return sorted(found)


KEY_RING = "keyring.json"


def sweep(root: Path) -> int:
    """Remove what an interrupted backup left; returns how many. Called under :func:`only_one`."""
    left = [path for path in root.iterdir() if path.name.startswith(MAKING)] + list(_work_folder().iterdir())
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


@contextmanager
def only_one(root: Path, what: str = "") -> Iterator[None]:
    """One process at a time makes or removes sets (or does ``what`` else); whoever dies lets go."""
    handle = os.open(root / f".lock{what}", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            told = {
                "-drill": _("另一次恢复演练正在进行，请等它结束后再试。"),
                "-restore": _("另一次恢复正在进行，请等它结束后再试。"),
            }
            raise Refused("backup_running", told.get(what, _("另一次备份正在进行，请等它结束后再试。"))) from error
        yield
    finally:
        os.close(handle)


def _work_folder() -> Path:
    """On the disk of the stores, so that links are possible."""
    folder = Path(settings.DATA_DIR) / "safekeeping"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _refuse_full(needed: int) -> None:
    free = shutil.disk_usage(backup_folder()).free
    if free < needed + (64 << 20):
        raise Refused(
            "disk_full",
            _(
                "备份目录剩余空间 %(free)s MiB，不够放下这次备份（约 %(needed)s MiB），没有备份。请清理磁盘或改用别的备份目录。"
            )
            % {"free": free >> 20, "needed": needed >> 20},
        )
