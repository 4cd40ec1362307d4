"""The ring's file: made once, read strictly, replaced whole. Never overwritten by another ring."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from kedang.foundation.kernel.key_ring import (
    KeyRing,
    RingUnusable,
    fresh_ring,
    read_form,
    refuse_open_mode,
    written_form,
)
from kedang.foundation.kernel.stores import sync_folder, written

Signature = tuple[int, int, int]


def ring_path() -> Path:
    """Where the key ring lies."""
    return Path(os.environ.get("KEDANG_KEYRING_FILE") or Path(settings.DATA_DIR) / "keys" / "keyring.json")


def create_ring(path: Path, ring: KeyRing | None = None) -> bool:
    """Write a new ring unless the file exists; True when it was made. Never overwrites."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = _text(ring or fresh_ring())
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.new")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(unfinished, path)
    except FileExistsError:
        return False
    finally:
        unfinished.unlink()
    sync_folder(path.parent)
    return True


def save_ring(path: Path, ring: KeyRing) -> None:
    """Put the ring in the place of its older self: whole and on the disk when this returns, read back before."""
    content = _text(ring)
    read_form(json.loads(content), where=str(path))
    with written(path) as out:
        out.write(content)


def read_ring(path: Path) -> KeyRing:
    """The ring in a file.

    Raises:
        RingUnusable: missing, unreadable, open to others, damaged.
    """
    refuse_open_mode(path)
    try:
        content = json.loads(path.read_text(encoding="ascii"))
    except FileNotFoundError as error:
        raise RingUnusable(
            "ring_missing", f"找不到密钥环文件 {path}，而数据库中已有加密内容。请放回原文件，不要新建。"
        ) from error
    except (OSError, ValueError) as error:
        raise RingUnusable("ring_damaged", f"密钥环文件 {path} 读不出来或已损坏：{error}") from error
    return read_form(content, where=str(path))


def signature_of(path: Path) -> Signature | None:
    """By what a changed file is known; None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size


@contextmanager
def changing(path: Path) -> Iterator[Callable[[KeyRing], None]]:
    """The right to change the ring: one process at a time. Yields what saves it.

    Within the block read the ring anew before changing it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield lambda ring: save_ring(path, ring)
    finally:
        os.close(handle)


def _text(ring: KeyRing) -> bytes:
    return (json.dumps(written_form(ring), indent=1, ensure_ascii=True) + "\n").encode("ascii")
