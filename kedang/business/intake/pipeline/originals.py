"""The file as it was brought in, kept sealed below ``KEDANG_DATA_DIR/imports`` until its batch is closed."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from kedang.business.intake.models import ImportBatch
from kedang.foundation.kernel import keys, sealed_files, stores
from kedang.foundation.kernel.passing import Passing, passing
from kedang.foundation.kernel.refused import Refused

FRAME = 1 << 22
_GONE = "批次的原文件已经不在了（批次已关闭，或 imports 目录被移动），请重新上传文件。"


@dataclass(slots=True)
class Stored:
    """A file taken in: plain copy in memory for looking at it, to be forgotten soon."""

    copy: Passing
    size: int
    sha256: str

    @property
    def plain(self) -> Path:
        """Name of the plain copy."""
        return self.copy.path

    def forget(self) -> None:
        """Let the plain copy go."""
        self.copy.close()


def take_in(source: BinaryIO | Path) -> Stored:
    """Copy what comes into memory, never to a disk; refused when larger than an upload may be."""
    copy = Passing()
    try:
        if isinstance(source, Path):
            with _open(source) as stream:
                size, digest = _copy(stream, copy)
        else:
            size, digest = _copy(source, copy)
        copy.written()
    except BaseException:
        copy.close()
        raise
    return Stored(copy, size, digest)


def keep(stored: Stored, batch_id: int) -> None:
    """Seal the copy under the number of its batch; the file is whole and on the disk when this returns."""
    with stored.plain.open("rb") as stream:
        sealed_files.store(path_of(batch_id), place_of(batch_id), stream)


@contextmanager
def opened(batch: ImportBatch) -> Iterator[Path]:
    """A plain copy of the original, in memory, for as long as the block lasts."""
    sealed = path_of(batch.pk)
    if not sealed.exists():
        raise Refused("original_gone", _GONE)
    with passing(_plain(sealed, batch.pk)) as path:
        yield path


def renew(batch_id: int) -> bool:
    """Bring a sealed original under the active data key; True when it was under another."""
    path = path_of(batch_id)
    if sealed_files.is_sealed_file(path):
        return sealed_files.rewrap(path, place_of(batch_id))
    with sealed_files.sealed(path, place_of(batch_id)) as out:
        for block in _plain(path, batch_id):
            out.write(block)
    return True


def key_numbers(batch_id: int) -> set[int]:
    """Data keys that an original needs."""
    with path_of(batch_id).open("rb") as stream:
        if stream.read(4) == sealed_files.MAGIC:
            stream.seek(0)
            return sealed_files.read_head(stream).numbers
        return {keys.number_of_bytes(stream.read(2))}  # of the first frame


def forget(batch_id: int) -> None:
    """Remove the sealed original of a batch when the transaction that closes it is committed."""
    stores.discard_on_commit(path_of(batch_id))


def _open(source: Path) -> BinaryIO:
    try:
        return source.open("rb")
    except OSError as error:
        raise Refused("file_missing", f"读不到文件“{source}”，请检查路径和权限。") from error


def _copy(stream: BinaryIO, out: Passing) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while block := stream.read(FRAME):
        size += len(block)
        if size > settings.UPLOAD_MAX_BYTES:
            limit = settings.UPLOAD_MAX_BYTES >> 20
            raise Refused("file_too_large", f"文件超过 {limit} MiB 的上限，请分成几个文件，或压缩为 .csv.gz 后再导入。")
        free = shutil.disk_usage(settings.DATA_DIR).free
        if free < (64 << 20) + 2 * size:
            raise Refused("disk_full", "服务器磁盘空间不足，文件没有保存。请联系系统管理员清理磁盘后重新上传。")
        digest.update(block)
        out.write(block)
    return size, digest.hexdigest()


def _folder(*parts: str) -> Path:
    folder = settings.DATA_DIR.joinpath(*parts)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Path(folder)


def path_of(batch_id: int) -> Path:
    """Where the original of a batch lies."""
    return _folder("imports") / f"{batch_id}.sealed"


def place_of(batch_id: int) -> str:
    """What binds a sealed original to its batch."""
    return f"intake.original.{batch_id}"


def _plain(path: Path, batch_id: int) -> Iterator[bytes]:
    if sealed_files.is_sealed_file(path):
        with sealed_files.opened(path, place_of(batch_id)) as stream:
            while block := stream.read(FRAME):
                yield block
        return
    with path.open("rb") as old:  # frames as they were written before files had keys of their own
        number = 0
        while size := int.from_bytes(old.read(4), "big"):
            yield keys.decrypt_bytes(old.read(size), f"{place_of(batch_id)}.{number}")
            number += 1
        if keys.decrypt_bytes(old.read(), f"{place_of(batch_id)}.-1") != number.to_bytes(8, "big"):
            raise sealed_files.damaged()
