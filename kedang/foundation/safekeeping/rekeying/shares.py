"""A paper share as text: a line of characters to type, a line for the QR code, and the list of wrapped keys that every share carries.

The list holds no secret: only the master key, which K shares together give, opens it. So K sheets of paper bring the whole ring back.
"""

import base64
import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kedang.foundation.kernel import shamir
from kedang.foundation.kernel.key_ring import KeyRing, mark_of, read_form, written_form
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.share_words import from_words, to_words
from kedang.foundation.kernel.suites import KEY_BYTES

TITLE, CODE, LIST = "KEDANG-KEY-SHARE-1", "KDSHARE1:", "KDRING1:"
PIECE = 500
_HEAD = 1 + 8 + 3
_CODE = re.compile(rf"{CODE}([A-Z2-7]+)")
_LIST = re.compile(rf"{LIST}(\d+)/(\d+):([A-Za-z0-9+/=]+)")
_WORDS = re.compile(r"^\s*(?:words|密字)\s*[:：]\s*(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Share:
    """One of ``count`` shares of a master key, of which ``threshold`` suffice."""

    escrow: str
    number: int
    threshold: int
    count: int
    value: bytes

    @property
    def raw(self) -> bytes:
        """Version, escrow, number, threshold, count, value."""
        return b"\1" + bytes.fromhex(self.escrow) + bytes([self.number, self.threshold, self.count]) + self.value

    @property
    def words(self) -> str:
        """To read out and to type."""
        return to_words(self.raw)

    @property
    def code(self) -> str:
        """To scan."""
        return CODE + base64.b32encode(self.raw + hashlib.sha256(self.raw).digest()[:4]).decode().rstrip("=")

    @classmethod
    def from_raw(cls, raw: bytes) -> "Share":
        """As :attr:`raw` says."""
        if len(raw) != _HEAD + KEY_BYTES or raw[0] != 1:
            raise ValueError("not a share")
        return cls(raw[1:9].hex(), raw[9], raw[10], raw[11], raw[_HEAD:])


def make(ring: KeyRing, escrow: str, count: int, threshold: int) -> list[Share]:
    """Shares of the ring's master key."""
    try:
        values = shamir.split(ring.masters[ring.master], count, threshold)
    except ValueError as error:
        raise Refused(
            "shares_wrong", _("份数应为 2 到 255，恢复所需份数应为 2 到总份数。例如 --shares 5 --threshold 3。")
        ) from error
    return [Share(escrow, number, threshold, count, value) for number, value in values.items()]


def list_codes(ring: KeyRing) -> list[str]:
    """The wrapped keys of a ring as pieces, each for one QR code."""
    content = json.dumps(written_form(ring, with_master=False), separators=(",", ":"), sort_keys=True).encode()
    text = base64.b64encode(zlib.compress(content, 9)).decode()
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    return [f"{LIST}{at}/{len(pieces)}:{piece}" for at, piece in enumerate(pieces, 1)]


def as_text(share: Share, codes: list[str], made: str) -> str:
    """The file of a share."""
    head = f"escrow {share.escrow} · share {share.number} of {share.count} · {share.threshold} needed · {made}"
    return "\n".join([TITLE, head, f"words: {share.words}", f"code: {share.code}", *codes]) + "\n"


def read(text: str, where: str) -> tuple[list[Share], dict[int, str]]:
    """Shares and pieces of the list in a text: a file of ours, what a scanner gave, or what somebody typed after ``words:``.

    Raises:
        Refused: ``share_damaged``: a line that looks like a share does not fit its check characters.
    """
    found: list[Share] = []
    try:
        for match in _CODE.finditer(text):
            body = match[1] + "=" * (-len(match[1]) % 8)
            raw = base64.b32decode(body)
            if hashlib.sha256(raw[:-4]).digest()[:4] != raw[-4:]:
                raise ValueError("check")
            found.append(Share.from_raw(raw[:-4]))
        if not found:
            found = [Share.from_raw(from_words(match[1])) for match in _WORDS.finditer(text)]
    except ValueError as error:
        raise Refused(
            "share_damaged",
            _("“%(where)s”中的份额与校验字不符，有字抄错或漏掉。请对照纸面重新录入。") % {"where": where},
        ) from error
    return found, {int(match[1]): match[3] for match in _LIST.finditer(text)}


def ring_of(shares: list[Share], pieces: dict[int, str], newer: dict[str, Any] | None = None) -> KeyRing:
    """The ring from shares and the list; ``newer`` is a later copy of the ring, for which the shares give the master key only.

    Raises:
        Refused: too few shares, shares of different escrows, the list is missing or belongs to another master key.
    """
    if not shares:
        raise Refused("no_share", _("这些文件中没有密钥份额。请给出份额文件，或扫码、录入所得的文字。"))
    if len({(one.escrow, one.threshold) for one in shares}) > 1:
        raise Refused("shares_mixed", _("这些份额不是同一次托管的，不能合在一起。请核对纸上的托管编号。"))
    known = {one.number: one.value for one in shares}
    if len(known) < shares[0].threshold:
        raise Refused(
            "shares_few",
            _("需要 %(k)s 份不同的份额，现在只有 %(n)s 份。") % {"k": shares[0].threshold, "n": len(known)},
        )
    master = shamir.combine(dict(list(known.items())[: shares[0].threshold]))
    if newer is None:
        try:
            text = "".join(pieces[at] for at in range(1, len(pieces) + 1))
            newer = json.loads(zlib.decompress(base64.b64decode(text)))
        except (KeyError, ValueError, zlib.error) as error:
            raise Refused(
                "list_missing", _("份额中的密钥清单不完整。请补齐各段，或用 --ring 给出密钥环文件。")
            ) from error
    if newer.get("format") and mark_of(master) != newer.get("master"):
        raise Refused("shares_wrong", _("份额合出的主密钥与密钥清单不符：份额有误，或密钥环后来换过主密钥。请核对。"))
    return read_form(newer, master)
