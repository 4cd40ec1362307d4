"""Sets of whole numbers as text: ``1-1000,1003,1007-1010``."""

from collections.abc import Iterable, Iterator

Range = tuple[int, int]


def ranges_of(numbers: Iterable[int]) -> list[Range]:
    """Runs of ascending numbers."""
    found: list[Range] = []
    first = last = None
    for number in numbers:
        if last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            found.append((first, last))
        first = last = number
    if first is not None and last is not None:
        found.append((first, last))
    return found


def pack(ranges: Iterable[Range]) -> str:
    """As text."""
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges)


def unpack(text: str) -> list[Range]:
    """From text; ValueError unless it is ascending and well formed."""
    found: list[Range] = []
    for piece in text.split(",") if text else ():
        first, dash, last = piece.partition("-")
        pair = (int(first), int(last) if dash else int(first))
        if pair[1] < pair[0] or (found and pair[0] <= found[-1][1]) or pack([pair]) != piece:
            raise ValueError(f"not a set of numbers: {text[:80]!r}")
        found.append(pair)
    return found


def numbers(ranges: Iterable[Range]) -> Iterator[int]:
    """Every number."""
    for first, last in ranges:
        yield from range(first, last + 1)


def size(ranges: Iterable[Range]) -> int:
    """How many numbers."""
    return sum(last - first + 1 for first, last in ranges)


def minus(whole: Range, taken: Iterable[Range]) -> list[Range]:
    """What is left of a range without others (ascending)."""
    left, start = [], whole[0]
    for first, last in taken:
        if last < start:
            continue
        if first > whole[1]:
            break
        if first > start:
            left.append((start, first - 1))
        start = last + 1
    if start <= whole[1]:
        left.append((start, whole[1]))
    return left
