"""The question to clamd: is there a virus in these bytes? Its protocol, INSTREAM, in a few lines.

No answer, an odd one, or one that says “too large” never counts as “clean”.
"""

import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from django.conf import settings
from django.utils.translation import gettext as _

from kedang.foundation.kernel.refused import Refused

CONNECT_SECONDS, ANSWER_SECONDS = 3.0, 300.0
BLOCK = 1 << 18
LIMITS = re.compile(r"Heuristics\.Limits\.Exceeded|size limit exceeded")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scanner says: ``clean``; ``found`` with the name of the virus; ``too_large`` for it to look at."""

    kind: Literal["clean", "found", "too_large"]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """The scanner and its signatures; their date where it tells one."""

    words: str
    signed_at: datetime | None


def scan(blocks: Iterable[bytes]) -> Verdict:
    """Send bytes and read the verdict.

    Raises:
        Refused: ``scanner_down`` where it does not answer or answers something else.
    """
    try:
        with _connected() as wire:
            wire.settimeout(ANSWER_SECONDS)
            is_cut = False
            try:
                wire.sendall(b"zINSTREAM\0")
                for block in blocks:
                    for at in range(0, len(block), BLOCK):
                        piece = block[at : at + BLOCK]
                        wire.sendall(len(piece).to_bytes(4, "big") + piece)
                wire.sendall(bytes(4))
            except (BrokenPipeError, ConnectionResetError):
                is_cut = True  # it does not want more; what it said before is still to be read
            answer = _answer(wire, is_cut)
    except OSError as error:
        raise _down(error) from error
    return _verdict(answer, is_cut)


def version() -> Version:
    """Who answers, and how old its signatures are.

    Raises:
        Refused: ``scanner_down``.
    """
    try:
        with _connected() as wire:
            wire.settimeout(CONNECT_SECONDS)
            wire.sendall(b"zVERSION\0")
            words = _answer(wire, False)
    except OSError as error:
        raise _down(error) from error
    date = words.split("/")[2:3]
    signed_at = None
    with suppress(ValueError, IndexError):
        signed_at = datetime.strptime(" ".join(date[0].split()), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    return Version(words.split("/")[0][:80], signed_at)


def address() -> str | tuple[str, int]:
    """Where it listens: path of a socket, or host and port.

    Raises:
        Refused: ``scanner_address`` where the setting is empty or cannot be read.
    """
    said = settings.CLAMD.removeprefix("unix:").removeprefix("tcp://")
    if said.startswith("/"):
        return str(said)
    host, colon, port = said.rpartition(":")
    if host and colon and port.isdecimal():
        return host.strip("[]"), int(port)
    raise Refused(
        "scanner_address",
        _(
            "没有设定查毒服务，文件存入后一直等待。请把 KEDANG_CLAMD 设为 clamd 的套接字路径或“主机:端口”；确定不查毒时设为 off。"
        ),
    )


def _connected() -> socket.socket:
    where = address()
    if isinstance(where, tuple):
        return socket.create_connection(where, CONNECT_SECONDS)
    wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        wire.settimeout(CONNECT_SECONDS)
        wire.connect(where)
    except BaseException:
        wire.close()
        raise
    return wire


def _answer(wire: socket.socket, is_cut: bool) -> str:
    said = bytearray()
    try:
        while not said.endswith(b"\0") and (part := wire.recv(4096)):
            said += part
    except ConnectionResetError:
        if not is_cut:
            raise
    return said.rstrip(b"\0\n").decode("utf-8", "replace")


def _verdict(answer: str, is_cut: bool) -> Verdict:
    said = answer.removeprefix("stream: ")
    if LIMITS.search(said) or (is_cut and not said):
        return Verdict("too_large")
    if said.endswith(" FOUND"):
        return Verdict("found", said.removesuffix(" FOUND")[:200])
    if answer == "stream: OK" and not is_cut:
        return Verdict("clean")
    raise Refused(
        "scanner_down",
        _("查毒服务的回答无法理解：%(answer)s。文件继续等待，请检查 clamd 的日志。") % {"answer": answer[:120] or "—"},
    )


def _down(error: OSError) -> Refused:
    return Refused(
        "scanner_down",
        _("查毒服务没有应答（%(why)s），新文件在等待查毒，暂时打不开。请启动 clamd，并核对 KEDANG_CLAMD。")
        % {"why": error.strerror or error},
    )
