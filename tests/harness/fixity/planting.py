"""Ways in which files go wrong, each with the kind under which it must be found."""

import os
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

HEAD, PIECE, TAG = 288, 1 << 16, 16


@dataclass
class Planted:
    """What must be found: place → kind; and for files under foreign names whose content lies there."""

    expected: dict[str, str] = field(default_factory=dict)
    origins: dict[str, int] = field(default_factory=dict)
    ways: dict[str, str] = field(default_factory=dict)


Way = Callable[["Planter", Any], None]


class Planter:
    """Plants faults in files nobody else has touched."""

    def __init__(self, rows: list[Any], seed: int) -> None:
        self.chance = random.Random(seed)
        self.rows = list(rows)
        self.chance.shuffle(self.rows)
        self.untouched = self.rows[-200:] if len(rows) > 1000 else self.rows[-5:]
        self.rows = self.rows[: -len(self.untouched)]
        self.done = Planted()

    def plant(self, count: int) -> Planted:
        """So many faults, every way in turn."""
        for way in cycle(WAYS):
            if len(self.done.expected) >= count:
                break
            before = set(self.done.expected)
            WAYS[way](self, self.rows.pop())
            for place in set(self.done.expected) - before:
                self.done.ways[place] = way
        return self.done

    def note(self, row: Any, kind: str, origin: Any = None) -> None:
        """What must be found of a file."""
        self.done.expected[row.place] = kind
        if origin is not None:
            self.done.origins[row.place] = origin.pk


def path_of(row: Any) -> Path:
    from kedang.foundation.files import places

    return places.path_of(row.place)


def _bit(self: Planter, row: Any, low: int, high: int) -> None:
    with path_of(row).open("r+b") as file:
        at = self.chance.randrange(low, high)
        file.seek(at)
        byte = file.read(1)[0] ^ (1 << self.chance.randrange(8))
        file.seek(at)
        file.write(bytes([byte]))


def bit_in_content(self: Planter, row: Any) -> None:
    _bit(self, row, HEAD, path_of(row).stat().st_size)
    self.note(row, "altered")


def bit_in_head(self: Planter, row: Any) -> None:
    """Anywhere in the first 24 bytes or in the wrapped key; one in the number of the key reads as a key that is not there."""
    at = self.chance.choice([(0, 24), (40, 100)])
    _bit(self, row, *at)
    self.note(row, "altered")


def bit_in_spare(self: Planter, row: Any) -> None:
    _bit(self, row, *self.chance.choice([(110, 160), (160, 288)]))
    self.note(row, "altered")


def zero_byte(self: Planter, row: Any) -> None:
    os.truncate(path_of(row), 0)
    self.note(row, "empty")


def zeroed(self: Planter, row: Any) -> None:
    """A block of the disk that came back as nothing."""
    path = path_of(row)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(HEAD)
        file.write(bytes(min(4096, size - HEAD)))
    self.note(row, "altered")


def cut(self: Planter, row: Any) -> None:
    path = path_of(row)
    size = path.stat().st_size
    os.truncate(path, self.chance.choice([size - 1, self.chance.randrange(1, size), max(1, size - PIECE - TAG)]))
    self.note(row, "cut")


def grown(self: Planter, row: Any) -> None:
    with path_of(row).open("ab") as file:
        file.write(self.chance.randbytes(self.chance.choice([1, TAG, PIECE + TAG])))
    self.note(row, "grown")


def missing(self: Planter, row: Any) -> None:
    path_of(row).unlink()
    self.note(row, "missing")


def swapped(self: Planter, row: Any) -> None:
    other = self.rows.pop()
    one, two = path_of(row), path_of(other)
    beside = one.with_name("swap.part")
    os.rename(one, beside)
    os.rename(two, one)
    os.rename(beside, two)
    self.note(row, "swapped", other)
    self.note(other, "swapped", row)


def copied_over(self: Planter, row: Any) -> None:
    """Another file's bytes lie here as well; that other one is whole."""
    origin = self.chance.choice(self.untouched)
    shutil.copy(path_of(origin), path_of(row))
    self.note(row, "swapped", origin)


def sealed_anew(self: Planter, row: Any) -> None:
    """Another content, properly sealed for this place by somebody who has the keys: as long as the true one."""
    from kedang.foundation.files import places
    from kedang.foundation.kernel import sealed_files

    path = path_of(row)
    path.unlink()
    with sealed_files.sealed(path, places.bound_to(row.place)) as out:
        out.write(self.chance.randbytes(row.size))
    self.note(row, "different")


def noted_otherwise(self: Planter, row: Any) -> None:
    """The database says something else than it said."""
    name = self.chance.choice(["sha256", "sm3"])
    type(row).objects.filter(pk=row.pk).update(**{name: self.chance.randbytes(32).hex()})
    self.note(row, "different")


def extra(self: Planter, row: Any) -> None:
    """A copy under a name of its own; the row's own file stays whole."""
    where = f"files/{row.place.split('/')[1]}/{self.chance.randbytes(16).hex()}.sealed"
    path = path_of(row).parent / where.rpartition("/")[2]
    shutil.copy(path_of(row), path)
    self.done.expected[where] = "extra"
    self.done.origins[where] = row.pk
    self.untouched.append(row)


WAYS: dict[str, Way] = {
    way.__name__: way
    for way in (
        bit_in_content, bit_in_head, bit_in_spare, zero_byte, zeroed, cut, grown, missing, swapped, copied_over, sealed_anew,
        noted_otherwise, extra,
    )
}  # fmt: skip
