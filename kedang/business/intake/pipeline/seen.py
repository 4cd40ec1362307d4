"""Which keys were met in the file before, in 12 bytes each: a file of millions of rows is compared with itself in little memory."""

from array import array

_EMPTY_SLOTS = 1 << 14


class Seen:
    """Map of 64-bit hashes to line numbers by open addressing; remembers the first line of every key."""

    def __init__(self) -> None:
        self._mask = _EMPTY_SLOTS - 1
        self._hashes = array("q", bytes(8 * _EMPTY_SLOTS))
        self._lines = array("I", bytes(4 * _EMPTY_SLOTS))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def first(self, key: object, line: int) -> int:
        """Line on which the key was met first; 0 when this is the first time, and the line is remembered."""
        hashed = hash(key) or 1
        hashes, mask = self._hashes, self._mask
        slot = hashed & mask
        while (there := hashes[slot]) != 0:
            if there == hashed:
                return self._lines[slot]
            slot = (slot + 1) & mask
        hashes[slot] = hashed
        self._lines[slot] = line
        self._count += 1
        if self._count * 4 > mask * 3:
            self._grow()
        return 0

    def line_of(self, key: object) -> int:
        """Line on which the key was met first, 0 when never; nothing is remembered."""
        hashed = hash(key) or 1
        hashes, mask = self._hashes, self._mask
        slot = hashed & mask
        while (there := hashes[slot]) != 0:
            if there == hashed:
                return self._lines[slot]
            slot = (slot + 1) & mask
        return 0

    def _grow(self) -> None:
        old_hashes, old_lines = self._hashes, self._lines
        size = (self._mask + 1) * 2
        self._mask = mask = size - 1
        self._hashes, self._lines = hashes, lines = array("q", bytes(8 * size)), array("I", bytes(4 * size))
        for hashed, line in zip(old_hashes, old_lines, strict=True):
            if hashed:
                slot = hashed & mask
                while hashes[slot]:
                    slot = (slot + 1) & mask
                hashes[slot] = hashed
                lines[slot] = line
