"""What a seal says, as the canonical JSON text that is signed."""

from dataclasses import asdict, dataclass
from typing import Any

import orjson

from kedang.foundation.audit.sealing.digests import ALGORITHMS, DIGEST_BYTES

START = "0" * (DIGEST_BYTES * 2)
"""The digest “before” the first seal."""
VERSION = 1


@dataclass(frozen=True, slots=True)
class Head:
    """Contents of a seal.

    ``ids`` are the entries it covers; ``high`` the highest id looked at so far; ``open`` the ids below it that may still be on
    their way (``[first, last, seconds since 1970 when first missed, transaction horizon]``): no other id below ``high`` can
    honestly appear later. ``total`` counts the entries of all seals up to this one.
    """

    algorithm: str
    at: str
    count: int
    first_at: str
    high: int
    ids: str
    key: str
    last_at: str
    log: str
    number: int
    open: list[list[int]]
    previous: str
    root: str
    total: int
    version: int = VERSION

    @property
    def text(self) -> str:
        """The canonical text: keys in alphabetical order, no spaces."""
        return orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS).decode()


def parse(text: str) -> Head:
    """Read a head back.

    Raises:
        ValueError: not a head, or not in canonical form.
    """
    try:
        head = Head(**orjson.loads(text))
        is_canonical = head.text == text
    except (TypeError, orjson.JSONEncodeError) as error:
        raise ValueError("not the head of a seal") from error
    if not is_canonical or head.version != VERSION or head.algorithm not in ALGORITHMS:
        raise ValueError("not the head of a seal")
    numbers: list[Any] = [head.count, head.high, head.number, head.total]
    if any(type(number) is not int or number < 0 for number in numbers):
        raise ValueError("not the head of a seal")
    return head


def digest_of(head: Head, text: str, signature: str) -> str:
    """Digest of a seal with its signature; the next seal names it as ``previous``."""
    return str(ALGORITHMS[head.algorithm](b"\4" + text.encode() + b"\n" + signature.encode()).hexdigest())
