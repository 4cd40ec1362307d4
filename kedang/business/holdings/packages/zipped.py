"""A ZIP written in a stream: nothing is held but the block on its way and the directory at the end. Files are stored, not packed."""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kedang.foundation.files.digesting import sm3


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a package: its path below the root, and its bytes. ``sha256`` is what they must come to, where it is known."""

    path: str
    content: bytes | Iterable[bytes]
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What went into the package under a path."""

    size: int
    sha256: str
    sm3: str


class Altered(Exception):
    """The bytes of a member are not those that were promised."""


class _Sink:
    """Takes what the ZIP writes and gives it away; it cannot go back, so sizes follow behind each member."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []

    def write(self, block: bytes) -> int:
        self._blocks.append(bytes(block))
        return len(block)

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> bytes:
        joined = b"".join(self._blocks)
        self._blocks.clear()
        return joined


def pieces(root: str, members: Iterable[Member], at: datetime, written: dict[str, Written]) -> Iterator[bytes]:
    """The ZIP, piece after piece. ``written`` tells of each member as soon as it is through, so that later ones may list it.

    Raises:
        Altered: a member differs from its digest.
    """
    sink: Any = _Sink()
    stamp = (max(1980, at.year), at.month, at.day, at.hour, at.minute, at.second)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED, allowZip64=True) as package:
        for member in members:
            info = zipfile.ZipInfo(f"{root}/{member.path}", stamp)
            info.external_attr = 0o644 << 16
            blocks = [member.content] if isinstance(member.content, bytes) else member.content
            size, sha256, other = 0, hashlib.sha256(), sm3()
            with package.open(info, "w", force_zip64=True) as out:
                for block in blocks:
                    out.write(block)
                    size += len(block)
                    sha256.update(block)
                    other.update(block)
                    yield sink.take()
            if member.sha256 and sha256.hexdigest() != member.sha256:
                raise Altered(member.path)
            written[member.path] = Written(size, sha256.hexdigest(), other.hexdigest())
            yield sink.take()
    yield sink.take()
