"""Second places for sets: a folder (another disk, a mounted share) or a bucket that speaks S3. Written once, read back, compared.

The application only adds; it removes old copies only if the setting says so, because who can break into the application must not
be able to wipe every copy. A bucket with object lock, or an account that may not delete, makes that certain.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.stores import UNFINISHED, sync_folder
from kedang.foundation.safekeeping.sets import BLOCK, MANIFEST, SET_ID, SIGNATURE, BackupSet, Step, file_digest


class Target(Protocol):
    """One second place."""

    name: str

    def put(self, found: BackupSet, step: Step | None = None) -> None:
        """Copy a set and read it back; whole or not there."""
        ...

    def names(self) -> list[str]:
        """Whole sets that lie there, newest first."""
        ...

    def fetch(self, name: str, folder: Path) -> None:
        """Bring a set into a new folder."""
        ...

    def remove(self, name: str) -> None:
        """Take a set away."""
        ...


class FolderTarget:
    """Another folder."""

    def __init__(self, root: Path) -> None:
        self.root, self.name = root, str(root)

    def put(self, found: BackupSet, step: Step | None = None) -> None:
        making = self.root / f".making-{found.id}"
        try:
            self.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            if (self.root / found.id).exists():
                return
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir(mode=0o700)
            for name in _in_order(found):
                _copy_file(found.folder / name, making / name, step)
            sync_folder(making)
            for name in _in_order(found):
                if file_digest(making / name) != file_digest(found.folder / name):
                    raise copy_differs(self.name, found.id, name)
            os.rename(making, self.root / found.id)
            sync_folder(self.root)
        except OSError as error:
            shutil.rmtree(making, ignore_errors=True)
            raise copy_failed(self.name, error.strerror or str(error)) from error

    def names(self) -> list[str]:
        if not self.root.is_dir():
            return []
        return sorted((path.name for path in self.root.iterdir() if SET_ID.fullmatch(path.name)), reverse=True)

    def fetch(self, name: str, folder: Path) -> None:
        for path in sorted((self.root / name).iterdir()):
            _copy_file(path, folder / path.name, None)

    def remove(self, name: str) -> None:
        leaving = self.root / f".removing-{name}"
        os.rename(self.root / name, leaving)
        shutil.rmtree(leaving, ignore_errors=True)


class BucketTarget:
    """A bucket of an S3-compatible store; the manifest comes last, so that a set without it is not one."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self.bucket, self.prefix = bucket, prefix.strip("/")
        self.name = f"s3://{bucket}/{self.prefix}".rstrip("/")
        where = urlsplit(settings.BACKUP_S3["endpoint"])
        if not where.netloc:
            raise Refused(
                "s3_unset", _("没有设置对象存储的地址，请设 KEDANG_BACKUP_S3_ENDPOINT，如 https://s3.example.com。")
            )
        # Loading it takes a third of the start of a process, and most installations have no bucket.
        from minio import Minio
        from minio.error import MinioException
        from urllib3.exceptions import HTTPError

        self.troubles = (MinioException, HTTPError, OSError)
        self.client = Minio(
            where.netloc,
            access_key=settings.BACKUP_S3["access_key"] or None,
            secret_key=settings.BACKUP_S3["secret_key"] or None,
            region=settings.BACKUP_S3["region"] or "us-east-1",
            secure=where.scheme == "https",
        )

    def put(self, found: BackupSet, step: Step | None = None) -> None:
        try:
            if found.id in self.names():
                return
            for name in _in_order(found):
                self.client.fput_object(self.bucket, self._key(found.id, name), str(found.folder / name))
                if self._digest(self._key(found.id, name), step) != file_digest(found.folder / name):
                    raise copy_differs(self.name, found.id, name)
        except self.troubles as error:
            raise copy_failed(self.name, str(error)[:200]) from error

    def names(self) -> list[str]:
        head = f"{self.prefix}/" if self.prefix else ""
        found = self.client.list_objects(self.bucket, prefix=head, recursive=True)
        keys = [str(item.object_name).removeprefix(head) for item in found]
        return sorted((key.split("/")[0] for key in keys if key.endswith(f"/{MANIFEST}")), reverse=True)

    def fetch(self, name: str, folder: Path) -> None:
        try:
            for item in self.client.list_objects(self.bucket, prefix=self._key(name, ""), recursive=True):
                key = str(item.object_name)
                self.client.fget_object(self.bucket, key, str(folder / key.rpartition("/")[2]))
        except self.troubles as error:
            raise copy_failed(self.name, str(error)[:200]) from error

    def remove(self, name: str) -> None:
        keys = [
            str(item.object_name)
            for item in self.client.list_objects(self.bucket, prefix=self._key(name, ""), recursive=True)
        ]
        for key in sorted(keys, key=lambda key: not key.endswith(MANIFEST)):
            self.client.remove_object(self.bucket, key)

    def _key(self, set_id: str, name: str) -> str:
        return "/".join(part for part in (self.prefix, set_id) if part) + "/" + name

    def _digest(self, key: str, step: Step | None) -> tuple[int, str]:
        answer = self.client.get_object(self.bucket, key)
        digest, size = hashlib.sha256(), 0
        try:
            for block in _stream(answer):
                digest.update(block)
                size += len(block)
                if step is not None:
                    step(len(block))
        finally:
            answer.close()
            answer.release_conn()
        return size, digest.hexdigest()


def targets() -> list[Target]:
    """The places of the setting: folders, and ``s3://bucket/prefix``."""
    found: list[Target] = []
    for place in settings.BACKUP_COPY:
        parts = urlsplit(place)
        found.append(
            BucketTarget(parts.netloc, parts.path) if parts.scheme == "s3" else FolderTarget(Path(place).expanduser())
        )
    return found


def copy_failed(place: str, why: str) -> Refused:
    """The refusal when a copy could not be written."""
    return Refused(
        "copy_failed",
        _("备份已在本机完成，但复制到“%(place)s”失败：%(why)s。请检查该处的连接、空间和权限。")
        % {"place": place, "why": why},
    )


def copy_differs(place: str, set_id: str, name: str) -> Refused:
    """The refusal when a copy read back is not what was written."""
    return Refused(
        "copy_differs",
        _("备份集 %(set)s 复制到“%(place)s”后读回的“%(name)s”与原件不同，这份副本不可用。请检查该处的磁盘。")
        % {"set": set_id, "place": place, "name": name},
    )


def _in_order(found: BackupSet) -> list[str]:
    return [*(part.name for part in found.parts), SIGNATURE, MANIFEST]


def _copy_file(source: Path, target: Path, step: Step | None) -> None:
    unfinished = target.with_name(target.name + UNFINISHED)
    with (
        source.open("rb") as file,
        open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out,
    ):
        for block in iter(lambda: file.read(BLOCK), b""):
            out.write(block)
            if step is not None:
                step(len(block))
        out.flush()
        os.fsync(out.fileno())
    os.replace(unfinished, target)


def _stream(answer: object) -> Iterator[bytes]:
    yield from answer.stream(BLOCK)  # type: ignore[attr-defined]  # urllib3's response
