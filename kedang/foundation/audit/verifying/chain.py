"""The seals in their order: none missing, each naming the one before, none sealing what had passed. Pure."""

from collections.abc import Iterable

from kedang.foundation.audit.sealing import ranges
from kedang.foundation.audit.sealing.heads import START, Head
from kedang.foundation.audit.verifying.report import Fault

Link = tuple[int, Head | None, str]
"""Number, head (None when it cannot be read), digest of the seal."""


def check_chain(links: Iterable[Link], *, first: int = 1) -> list[Fault]:
    """Faults of the chain; ``first`` is the number it must begin with."""
    faults: list[Fault] = []
    expected, before, digest = first, None, START
    for number, head, own in links:
        faults += [Fault("seal_missing", gone) for gone in range(expected, min(number, expected + 100))]
        is_next = number == expected
        if head is not None and is_next and (before is not None or number == 1):
            if head.previous != digest or not _follows(head, before):
                faults.append(Fault("seal_chain", number))
            again = _sealed_again(head, before)
            if again is not None:
                faults.append(Fault("event_twice", number, again))
        expected, before, digest = number + 1, head, own
    return faults


def _follows(head: Head, before: Head | None) -> bool:
    if before is None:
        return head.total == head.count
    return head.log == before.log and head.total == before.total + head.count and head.high >= before.high


def _sealed_again(head: Head, before: Head | None) -> int | None:
    """An id that this seal had no right to: below the mark and not open."""
    if before is None:
        return None
    for first, last in ranges.unpack(head.ids):
        low = (first, min(last, before.high))
        if low[1] < low[0]:
            continue
        left = ranges.minus(low, [(gap[0], gap[1]) for gap in before.open])
        if left:
            return left[0][0]
    return None
