"""Taking a file in: sealed while it streams, digested, looked at, entered."""

import errno
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.audit.record import record
from kedang.foundation.files import kinds, places, scanning
from kedang.foundation.files.digesting import BLOCK, Digesting, Digests
from kedang.foundation.files.events.storing import FILE_STORED
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.files.receiving.held import SPACE_EVERY, Held, full, refuse_full_disk
from kedang.foundation.kernel import clock, scratch, sealed_files, stores
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

LONGEST_NAME = 400


@dataclass(frozen=True, slots=True)
class SealedFile:
    """Bytes that lie in the store, sealed and digested, and that no row names yet; the note lets them be cleared away after a crash."""

    fonds_id: int
    name: str
    where: str
    digests: Digests
    seen: kinds.Look
    note: Path

    @property
    def sha256(self) -> str:
        return self.digests.sha256

    @property
    def sm3(self) -> str:
        return self.digests.sm3

    def discard(self) -> None:
        """They are not wanted after all."""
        stores.discard(places.path_of(self.where))
        self.note.unlink(missing_ok=True)


class Sealing:
    """For a caller whose record comes in the same transaction as its files: bytes are sealed before it, rows entered in it.

    A ``with`` block; when it ends badly, what was sealed in it goes again. Where only the database failed, nobody knows whether the
    commit came through: then the bytes stay until the process ends and the rows can be asked.
    """

    def __init__(self) -> None:
        self._sealed: list[SealedFile] = []

    def __enter__(self) -> "Sealing":
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None and not isinstance(error, DatabaseError):
            for one in self._sealed:
                one.discard()

    def seal(
        self, *, actor: Actor, name: str, chunks: Iterable[bytes] | Held, fonds: Fonds | int | None = None
    ) -> SealedFile:
        """Take the bytes in, in constant memory; arguments and refusals are those of :func:`file_store`. No transaction is needed."""
        fonds_id = _fonds_of(actor, fonds)
        _refuse_name(name)
        where = chunks.where if isinstance(chunks, Held) and not chunks.is_taken else places.fresh()
        path = places.path_of(where)
        note = scratch.promise(path)
        try:
            digests, seen = take_in(where, name, chunks)
        except BaseException:
            stores.discard(path)
            note.unlink(missing_ok=True)
            raise
        self._sealed.append(SealedFile(fonds_id, name, where, digests, seen, note))
        return self._sealed[-1]


def file_store(
    *, actor: Actor, name: str, chunks: Iterable[bytes] | Held, fonds: Fonds | int | None = None
) -> StoredFile:
    """Take a file in, in constant memory whatever its size. It is whole, read back and on the disk when this returns.

    Call it in the transaction that writes what the file belongs to: a file alone belongs to nothing. Where the bytes take long, they are
    sealed before the transaction, see :class:`Sealing`.

    The right to bring something in is asked by the caller, who knows where the file belongs. The bytes are never altered
    afterwards; virus scanning is queued, and the file is not readable before its end where scanning is on.

    Args:
        actor: who brings it in.
        name: as it was given, kept sign for sign.
        chunks: the bytes, in pieces of any size; or an upload that lies sealed already, and only gets its name here.
        fonds: company; the actor's when left out.

    Raises:
        Refused: ``file_name``, ``file_empty``, ``file_too_large``, ``file_executable``, ``file_bomb``, ``disk_full``. Nothing is kept.
    """
    with Sealing() as sealing:
        return file_enter(actor=actor, sealed=sealing.seal(actor=actor, name=name, chunks=chunks, fonds=fonds))


@transaction.atomic
def file_enter(*, actor: Actor, sealed: SealedFile) -> StoredFile:
    """The row of bytes that were sealed before, in the transaction that writes what they belong to."""
    now = clock.now()
    row = StoredFile(
        fonds_id=sealed.fonds_id, name=sealed.name, place=sealed.where, size=sealed.digests.size, sha256=sealed.sha256, sm3=sealed.sm3,
        media_type=sealed.seen.media_type, finding=sealed.seen.finding[:300], uploaded_at=now, checked_at=now,
        uploaded_by=actor if isinstance(actor, Person) else None,
        state=FileState.WAITING if scanning.is_on() else FileState.GOOD,
    )  # fmt: skip
    row.save(force_insert=True)
    record(actor, FILE_STORED, row, meta={"size": row.size, "sha256": row.sha256, "media_type": row.media_type})
    transaction.on_commit(lambda: sealed.note.unlink(missing_ok=True))
    if row.state == FileState.WAITING:
        transaction.on_commit(scanning.hand_in)
    return row


def take_in(where: str, name: str, chunks: Iterable[bytes] | Held) -> tuple[Digests, kinds.Look]:
    """Seal a stream at a place and look at what it is. Whoever calls this removes the file when it raises."""
    path = places.path_of(where)
    digests = (_taken(name, chunks) if isinstance(chunks, Held) else None) or _seal(path, where, name, chunks)
    with sealed_files.opened(path, places.bound_to(where)) as stream:
        return digests, kinds.look(stream, name)


def _taken(name: str, held: Held) -> Digests | None:
    """An upload that lay sealed under the same rules; None where it must be written anew."""
    if held.size > settings.FILE_MAX_BYTES:
        raise _too_large(name)
    if not held.size:
        raise _empty(name)
    try:
        return held.digests if held.take() else None
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise full(name) from error
        raise


def _seal(path: Path, where: str, name: str, chunks: Iterable[bytes]) -> Digests:
    try:
        with (
            sealed_files.sealed(path, places.bound_to(where), is_promised=True) as out,
            Digesting(sha256=False) as digesting,
        ):
            for block in _within_limits(name, chunks):
                digesting.update(block)
                out.write(block)
            digests = digesting.finish()
            if not digests.size:
                raise _empty(name)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise full(name) from error
        raise
    return Digests(digests.size, out.digest.sha256, digests.sm3)


def _within_limits(name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Blocks, as long as the file may grow and the disk has room."""
    size, looked_at = 0, -SPACE_EVERY
    for block in blocks(chunks):
        size += len(block)
        if size > settings.FILE_MAX_BYTES:
            raise _too_large(name)
        if size - looked_at >= SPACE_EVERY:
            looked_at = size
            refuse_full_disk(name)
        yield block


def blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in blocks: small pieces joined, large ones cut; one of just that size is handed on as it is."""
    held = bytearray()
    for chunk in chunks:
        view, at = memoryview(chunk), 0
        if not held and len(chunk) == BLOCK:
            yield bytes(chunk)
            continue
        while at < len(view):
            taken = min(BLOCK - len(held), len(view) - at)
            held += view[at : at + taken]
            at += taken
            if len(held) == BLOCK:
                yield bytes(held)
                held.clear()
    if held:
        yield bytes(held)


def _refuse_name(name: str) -> None:
    """A name is kept as it is, so it must be one."""
    wrong = ""
    if not name.strip():
        wrong = _("文件没有名称。")
    elif len(name) > LONGEST_NAME:
        wrong = _("文件名有 %(length)s 字，超过 %(most)s 字的上限：“%(name)s…”。") % {
            "length": len(name), "most": LONGEST_NAME, "name": name[:40]}  # fmt: skip
    elif "/" in name or any(ord(sign) < 32 or ord(sign) == 127 for sign in name):
        wrong = _("文件名“%(name)s”含有斜杠或控制字符。") % {
            "name": "".join(s if s.isprintable() else "?" for s in name[:80])
        }
    else:
        with suppress(UnicodeEncodeError):
            name.encode()
            return
        wrong = _("文件名的编码已损坏，无法保存。")
    raise Refused("file_name", wrong + _("请改名后重新上传。"), "name")


def _fonds_of(actor: Actor, fonds: Fonds | int | None) -> int:
    if fonds is not None:
        return fonds if isinstance(fonds, int) else fonds.pk
    if actor.fonds_id is None:
        raise Refused("fonds_unknown", _("没有指明文件属于哪个全宗，没有存入。"))
    return actor.fonds_id


def _empty(name: str) -> Refused:
    return Refused("file_empty", _("“%(name)s”是空文件（0 字节），没有存入。请核对原文件后重新上传。") % {"name": name})


def _too_large(name: str) -> Refused:
    return Refused(
        "file_too_large",
        _("“%(name)s”超过单个文件 %(limit)s MiB 的上限，没有存入。请拆分后上传，或请系统管理员调整上限。")
        % {"name": name, "limit": f"{settings.FILE_MAX_BYTES >> 20:,}"},
    )
