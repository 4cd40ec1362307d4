"""Taking a file in: sealed while it streams, digested, looked at, entered."""

import errno
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.db import transaction
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


def file_store(
    *, actor: Actor, name: str, chunks: Iterable[bytes] | Held, fonds: Fonds | int | None = None
) -> StoredFile:
    """Take a file in, in constant memory whatever its size. It is whole, read back and on the disk when this returns.

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
    fonds_id = _fonds_of(actor, fonds)
    _refuse_name(name)
    where = chunks.where if isinstance(chunks, Held) and not chunks.is_taken else places.fresh()
    path = places.path_of(where)
    note = scratch.promise(path)
    try:
        digests, seen = take_in(where, name, chunks)
        row = StoredFile(
            fonds_id=fonds_id, name=name, place=where, size=digests.size, sha256=digests.sha256, sm3=digests.sm3,
            media_type=seen.media_type, finding=seen.finding[:300], uploaded_at=(now := clock.now()), checked_at=now,
            uploaded_by=actor if isinstance(actor, Person) else None,
            state=FileState.WAITING if scanning.is_on() else FileState.GOOD,
        )  # fmt: skip
        with transaction.atomic():
            row.save(force_insert=True)
            record(actor, FILE_STORED, row, meta={"size": row.size, "sha256": row.sha256, "media_type": row.media_type})
            transaction.on_commit(lambda: note.unlink(missing_ok=True))
            if row.state == FileState.WAITING:
                transaction.on_commit(scanning.hand_in)
    except BaseException:
        stores.discard(path)
        note.unlink(missing_ok=True)
        raise
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
