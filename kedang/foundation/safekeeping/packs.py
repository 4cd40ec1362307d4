"""Many files in one part: length of the path, path, length of the content, content; again and again."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from kedang.foundation.kernel.stores import sync_folder
from kedang.foundation.safekeeping.sealing import PartReader, PartWriter, damaged

BLOCK = 1 << 20
PACK_BYTES = 64 << 20
"""A pack is closed after the file that makes it this large."""


@dataclass(frozen=True, slots=True)
class Packed:
    """One file as the sealed contents list it. ``changed`` is its time of change in whole seconds."""

    path: str
    bytes: int
    sha256: str
    changed: int
    pack: str

    def as_json(self) -> dict[str, Any]:
        """As it stands in the contents."""
        return asdict(self)


def put_file(pack: PartWriter, name: str, source: Path) -> Packed:
    """Append a file under its name."""
    digest = hashlib.sha256()
    with source.open("rb") as file:
        status = os.fstat(file.fileno())
        left = status.st_size
        raw = name.encode()
        pack.write(len(raw).to_bytes(4, "big") + raw + left.to_bytes(8, "big"))
        while left:
            block = file.read(min(BLOCK, left))
            if not block:
                raise OSError(f"{name} became shorter while it was read")
            digest.update(block)
            pack.write(block)
            left -= len(block)
    return Packed(name, status.st_size, digest.hexdigest(), int(status.st_mtime), pack.name)


def entries(reader: PartReader) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Path and content of every file of a pack; the content of one has to be taken before the next."""
    while head := reader.read_exactly(4):
        name = reader.read_exactly(int.from_bytes(head, "big")).decode()
        size = int.from_bytes(reader.read_exactly(8), "big")
        yield name, _content(reader, size)


def _content(reader: PartReader, size: int) -> Iterator[bytes]:
    while size:
        block = reader.read(min(BLOCK, size))
        if not block:
            raise damaged(reader.name)
        size -= len(block)
        yield block


def safe_path(root: Path, name: str) -> Path:
    """Where a packed path lies below a folder; a path that leads out of it counts as damage."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or any(part in {"..", ".", ""} for part in parts) or "\0" in name:
        raise damaged(name)
    return root.joinpath(*parts)


def put_back(root: Path, name: str, content: Iterator[bytes], changed: int | None = None) -> tuple[int, str]:
    """Write one file below a folder, on the disk when this returns; gives size and SHA-256 of what was written."""
    target = safe_path(root, name)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    out: BinaryIO
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        for block in content:
            out.write(block)
            digest.update(block)
            size += len(block)
        out.flush()
        os.fsync(out.fileno())
    if changed is not None:
        os.utime(target, (changed, changed))
    return size, digest.hexdigest()


def sync_tree(root: Path) -> None:
    """The names of all files below a folder are on the disk when this returns."""
    for here, _folders, _names in os.walk(root):
        sync_folder(Path(here))
