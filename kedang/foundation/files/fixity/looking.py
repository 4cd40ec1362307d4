"""One stored file against what was noted when it came in: every byte is read, both digests are compared."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from kedang.foundation.files import places
from kedang.foundation.files.digesting import Digesting
from kedang.foundation.files.models import FaultKind, StoredFile
from kedang.foundation.kernel import sealed_files
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.suites import KEY_BYTES, cipher

Step = Callable[[int], None]
"""Called with the number of bytes read since the last call; may raise to stop there."""
STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong. ``is_readable``: the content is whole all the same. ``is_foreign``: no key of this place opens it."""

    kind: FaultKind
    words: str
    is_readable: bool = False
    is_foreign: bool = False


def look_at(file: StoredFile, step: Step, path: Path | None = None) -> Found | None:
    """What is wrong with a file; None when it is what it was.

    Args:
        file: what was noted.
        step: shows progress, may stop.
        path: where its bytes lie, when not at their place (a copy that is to be put back).
    """
    path = path or places.path_of(file.place)
    try:
        return _look(file, path, step)
    except FileNotFoundError:
        return Found(FaultKind.MISSING, _("存储中没有这份文件。"))
    except OSError as error:
        return Found(FaultKind.UNREADABLE, _("磁盘读取出错：%(why)s。请检查磁盘。") % {"why": error.strerror or error})


def sealed_size(size: int, suite: str) -> int:
    """Bytes on the disk of a file of so many."""
    tag = len(cipher(suite, bytes(KEY_BYTES)).seal_at(bytes(12), b"", b""))
    return sealed_files.HEAD_BYTES + size + max(1, -(-size // sealed_files.CHUNK)) * tag


def _look(file: StoredFile, path: Path, step: Step) -> Found | None:
    there = path.stat().st_size
    if there == 0:
        return Found(FaultKind.EMPTY, _("文件变成了 0 字节，原有 %(size)s 字节。") % {"size": f"{file.size:,}"})
    with path.open("rb") as stream:
        raw = stream.read(sealed_files.HEAD_BYTES)
        if len(raw) < sealed_files.HEAD_BYTES:
            return Found(FaultKind.CUT, _("文件只剩开头 %(size)s 字节。") % {"size": len(raw)})
        stream.seek(0)
        try:
            head = sealed_files.read_head(stream)
        except Refused:
            return Found(FaultKind.ALTERED, _("文件头被改动，内容打不开。"))
    bound = places.bound_to(file.place)
    try:
        head.key(bound)
    except Refused as refusal:
        if refusal.code == "key_missing":
            return Found(FaultKind.KEYLESS, refusal.sentence)
        return Found(FaultKind.ALTERED, _("文件头被改动，内容打不开。"), is_foreign=True)
    expected = sealed_size(file.size, head.suite)
    if there != expected:
        kind, words = (
            (FaultKind.CUT, _("少了 %(n)s 字节。")) if there < expected else (FaultKind.GROWN, _("多了 %(n)s 字节。"))
        )
        return Found(kind, words % {"n": f"{abs(expected - there):,}"})
    return _read(file, path, bound, step) or _spare(head, bound)


def _read(file: StoredFile, path: Path, bound: str, step: Step) -> Found | None:
    try:
        stream = sealed_files.SealedReader(path, bound)
    except Refused:
        return Found(FaultKind.ALTERED, _("结尾的内容被改动。"))
    size = 0
    with stream, Digesting() as digesting:
        chunks = stream.chunks()
        while (chunk := _next(chunks)) is None or chunk:
            if chunk is None:
                return Found(FaultKind.ALTERED, _("第 %(at)s 字节起的内容被改动。") % {"at": f"{size + 1:,}"})
            digesting.update(chunk)
            size += len(chunk)
            if size % STEP == 0:
                step(STEP)
        step(size % STEP)
        digests = digesting.finish()
    noted = {"SHA-256": (file.sha256, digests.sha256), "SM3": (file.sm3, digests.sm3)}
    wrong = [name for name, (old, new) in noted.items() if old != new]
    if wrong:
        return Found(
            FaultKind.DIFFERENT, _("内容能打开，但 %(which)s 摘要与登记的不符。") % {"which": "、".join(wrong)}
        )
    return None


def _next(chunks: Iterator[bytes]) -> bytes | None:
    """The next bytes, none at the end; None where they were altered. Nothing else is caught here: to stop is no fault of the file."""
    try:
        return next(chunks, b"")
    except Refused:
        return None


def _spare(head: sealed_files.Head, bound: str) -> Found | None:
    """The second of the two wrapped keys, and the zeros behind both: content opens without them, but they are not as they were."""
    for slot in head.slots:
        length = int.from_bytes(slot[6:8], "big")
        is_empty = slot == bytes(len(slot))
        if not is_empty and (any(slot[8 + length :]) or not sealed_files.slot_opens(head, slot, bound)):
            return Found(FaultKind.ALTERED, _("文件头的备用部分被改动，内容仍然完好。"), is_readable=True)
    return None
