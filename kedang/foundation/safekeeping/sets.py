"""A set on the disk: one folder with a signed manifest and sealed parts. The layout stands in ``backup-format.md``."""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping import identities
from kedang.foundation.safekeeping.schema import Table
from kedang.foundation.safekeeping.sealing import DataKey, PartReader, damaged

FORMAT = "kedang-backup/1"
MANIFEST, SIGNATURE, CONTENTS, KEYS = "manifest.json", "manifest.sig", "contents.kdp", "keys.kdp"
SIGNED = b"kedang-backup-manifest/1\n"
SET_ID = re.compile(r"kedang-\d{8}T\d{6}Z-[0-9a-f]{6}")
MAKING = ".making-"
BLOCK = 1 << 20

Step = Callable[[int], None]
"""Called with the number of bytes looked at since the last call."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a set as the manifest lists it."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupSet:
    """A set whose manifest was read and whose signature holds."""

    folder: Path
    manifest: dict[str, Any]
    signer: str

    @property
    def id(self) -> str:
        """Name of the set."""
        return str(self.manifest["id"])

    @property
    def created_at(self) -> datetime:
        """When its snapshot was taken."""
        return datetime.fromisoformat(self.manifest["created_at"])

    @property
    def parts(self) -> list[Part]:
        """All parts."""
        return [Part(**part) for part in self.manifest["parts"]]

    @property
    def tables(self) -> list[Table]:
        """Tables of the database."""
        return [Table.from_json(table["table"]) for table in self.manifest["tables"]]

    @property
    def bytes(self) -> int:
        """Size on the disk, without the manifest."""
        return sum(part.bytes for part in self.parts)

    def key(self, identity: identities.Identity) -> DataKey:
        """The data key, for who can open the set."""
        return DataKey.opened(self.id, self.manifest["recipients"], identity)

    def reader(self, name: str, key: DataKey) -> PartReader:
        """Plain content of a part."""
        return PartReader(self.folder / name, name, key)

    def contents(self, key: DataKey) -> dict[str, Any]:
        """The sealed half of the manifest: digests of plain content, list of files."""
        with self.reader(CONTENTS, key) as reader:
            raw = b"".join(iter(reader.read, b""))
        try:
            found: dict[str, Any] = json.loads(raw)
        except ValueError as error:
            raise damaged(CONTENTS) from error
        return found


def backup_folder() -> Path:
    """Where sets lie, made when missing."""
    folder = Path(settings.BACKUP_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def set_names(folder: Path | None = None) -> list[str]:
    """Names of finished sets, newest first. Only a renamed, whole folder has such a name."""
    folder = folder or Path(settings.BACKUP_DIR)
    if not folder.is_dir():
        return []
    return sorted(
        (path.name for path in folder.iterdir() if SET_ID.fullmatch(path.name) and path.is_dir()), reverse=True
    )


def folder_of(name: str) -> Path:
    """Folder of a set, named by its id or its path; empty: the newest.

    Raises:
        Refused: there is no such set.
    """
    if not name:
        names = set_names()
        if not names:
            raise Refused("no_set", _("还没有备份集。请先运行 kedang backup create。"))
        return Path(settings.BACKUP_DIR) / names[0]
    if SET_ID.fullmatch(name):
        found = Path(settings.BACKUP_DIR) / name
    else:
        found = Path(name).expanduser().resolve()
    if not found.is_dir():
        raise Refused("set_missing", _("找不到备份集“%(name)s”。请用 kedang backup list 查看有哪些。") % {"name": name})
    return found


def read_set(folder: Path, trusted: tuple[str, ...] | None = None) -> BackupSet:
    """Read the manifest of a set and prove who made it.

    Args:
        folder: the set.
        trusted: public keys of signers that are believed; empty: whoever signed; None: this installation.

    Raises:
        Refused: ``manifest_damaged``, ``set_foreign``, ``set_unknown_format``.
    """
    trusted = (identities.signer_public(),) if trusted is None else trusted
    try:
        content = (folder / MANIFEST).read_bytes()
        signature = (folder / SIGNATURE).read_bytes()
        manifest = json.loads(content)
        signer, set_id = str(manifest["signer"]), str(manifest["id"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _manifest_damaged(folder) from error
    if not identities.signature_holds(signer, signature, SIGNED + content):
        raise _manifest_damaged(folder)
    if trusted and signer not in trusted:
        raise Refused(
            "set_foreign",
            _(
                "备份集“%(name)s”的签名不是本系统的（%(who)s），不能相信它。如确实来自旧系统，请用记有其签名公钥的私钥文件。"
            )
            % {"name": folder.name, "who": identities.fingerprint(signer)},
        )
    if manifest.get("format") != FORMAT:
        raise Refused(
            "set_unknown_format",
            _("备份集“%(name)s”的格式（%(format)s）本程序不认识，请升级程序。")
            % {"name": folder.name, "format": manifest.get("format")},
        )
    if SET_ID.fullmatch(folder.name) and folder.name != set_id:
        raise Refused(
            "set_renamed",
            _("备份集目录“%(name)s”里装的是 %(id)s，名称被改过。请改回原名。") % {"name": folder.name, "id": set_id},
        )
    return BackupSet(folder, manifest, signer)


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Sign and write, on the disk when this returns."""
    content = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    for name, raw in ((MANIFEST, content), (SIGNATURE, identities.signer().sign(SIGNED + content))):
        with open(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())


def refuse_damaged(found: BackupSet, step: Step | None = None) -> int:
    """Look at every byte of a set: nothing changed, cut, missing, renamed or added. Returns the number of bytes.

    Raises:
        Refused: ``part_missing``, ``part_extra``, ``part_damaged``: names the first bad part.
    """
    listed = {part.name: part for part in found.parts}
    present = {path.name for path in found.folder.iterdir()} - {MANIFEST, SIGNATURE}
    for name in sorted(listed.keys() - present):
        raise Refused(
            "part_missing",
            _("备份集 %(set)s 缺少“%(name)s”。请从另一份副本取回，或改用另一个备份集。")
            % {"set": found.id, "name": name},
            part=name,
        )
    for name in sorted(present - listed.keys()):
        raise Refused(
            "part_extra",
            _("备份集 %(set)s 里多出“%(name)s”，不属于这次备份。请移走后再验证。") % {"set": found.id, "name": name},
            part=name,
        )
    total = 0
    for part in found.parts:
        size, digest = file_digest(found.folder / part.name, step)
        if size != part.bytes or digest != part.sha256:
            raise damaged(part.name)
        total += size
    return total


def file_digest(path: Path, step: Step | None = None) -> tuple[int, str]:
    """Size and SHA-256 of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        for block in iter(lambda: file.read(BLOCK), b""):
            digest.update(block)
            size += len(block)
            if step is not None:
                step(len(block))
    return size, digest.hexdigest()


def all_sets() -> Iterator[tuple[str, BackupSet | Refused]]:
    """Every finished set with what is wrong with its manifest, newest first."""
    for name in set_names():
        try:
            yield name, read_set(Path(settings.BACKUP_DIR) / name)
        except Refused as refusal:
            yield name, refusal


def _manifest_damaged(folder: Path) -> Refused:
    return Refused(
        "manifest_damaged",
        _("备份集“%(name)s”的清单或签名已损坏，不能使用。请改用另一份备份。") % {"name": folder.name},
    )
