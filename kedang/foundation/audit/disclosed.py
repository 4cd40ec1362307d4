"""Which records stood in a list or left in a file, kept short enough for an entry of the trail."""

from collections.abc import Iterable


def as_ranges(ids: Iterable[int]) -> str:
    """``1-200,305,307-310``."""
    parts: list[str] = []
    first = last = 0
    for key in sorted(set(ids)):
        if first and key == last + 1:
            last = key
            continue
        if first:
            parts.append(str(first) if first == last else f"{first}-{last}")
        first = last = key
    if first:
        parts.append(str(first) if first == last else f"{first}-{last}")
    return ",".join(parts)


def holds(ranges: object, key: int) -> bool:
    """Whether a key is in such a text (or in a plain list of keys)."""
    if isinstance(ranges, list):
        return key in ranges
    for part in str(ranges or "").split(","):
        first, _, last = part.partition("-")
        if first.isdecimal() and int(first) <= key <= int(last or first):
            return True
    return False
