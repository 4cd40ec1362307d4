"""Random damage to a copy of a set; each has to be found by what runs before a restore writes anything."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping.sets import read_set, refuse_damaged

Damage = Callable[[Path, random.Random], str]


def _file(folder: Path, chance: random.Random) -> Path:
    """Any file of a set; small and large ones alike."""
    return chance.choice(sorted(folder.iterdir()))


def flip(folder: Path, chance: random.Random, part: str = "") -> str:
    """One bit, of any file or of a named one."""
    path = folder / part if part else _file(folder, chance)
    at = chance.randrange(path.stat().st_size * 8)
    with path.open("r+b") as file:
        file.seek(at // 8)
        byte = file.read(1)[0] ^ (1 << at % 8)
        file.seek(at // 8)
        file.write(bytes([byte]))
    return f"bit {at} of {path.name}"


def cut(folder: Path, chance: random.Random) -> str:
    """Shorter at the end."""
    path = _file(folder, chance)
    size = chance.randrange(path.stat().st_size)
    with path.open("r+b") as file:
        file.truncate(size)
    return f"{path.name} cut to {size}"


def grow(folder: Path, chance: random.Random) -> str:
    """Longer at the end."""
    path = _file(folder, chance)
    with path.open("ab") as file:
        file.write(chance.randbytes(chance.randint(1, 40)))
    return f"{path.name} longer"


def lose(folder: Path, chance: random.Random) -> str:
    """A file gone."""
    path = _file(folder, chance)
    path.unlink()
    return f"{path.name} gone"


def rename(folder: Path, chance: random.Random) -> str:
    """A file under another name."""
    path = _file(folder, chance)
    path.rename(folder / f"{path.name}x")
    return f"{path.name} renamed"


def swap(folder: Path, chance: random.Random) -> str:
    """Two files change names."""
    one, other = chance.sample(sorted(folder.iterdir()), 2)
    aside = folder / "aside"
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
    return f"{one.name} and {other.name} swapped"


def zero(folder: Path, chance: random.Random) -> str:
    """A stretch of zeros, as a failing disk leaves it."""
    path = _file(folder, chance)
    size = path.stat().st_size
    at = chance.randrange(size)
    with path.open("r+b") as file:
        file.seek(at)
        stretch = file.read(chance.randint(1, 512))
        file.seek(at)
        file.write(bytes(len(stretch)) if any(stretch) else bytes([1]) * len(stretch))
    return f"zeros at {at} of {path.name}"


def add(folder: Path, chance: random.Random) -> str:
    """A file too many."""
    (folder / f"files-{chance.randrange(99999):05d}.kdp").write_bytes(chance.randbytes(64))
    return "a part too many"


OTHERS: tuple[Damage, ...] = (cut, cut, cut, zero, grow, lose, rename, swap, add)


def hurt_and_look(whole: Path, work: Path, trials: int, chance: random.Random, part: str = "") -> list[str]:
    """Damage copies; returns what was not found. Every fourth damage is something else than a bit.

    Args:
        part: only bits of this part are turned; how many parts a set has then makes no odds.
    """
    missed = []
    copy = work / whole.name
    shutil.copytree(whole, copy)
    refuse_damaged(read_set(copy))
    for trial in range(trials):
        if part:
            what = flip(copy, chance, part)
        else:
            what = (flip if trial % 4 else chance.choice(OTHERS))(copy, chance)
        try:
            refuse_damaged(read_set(copy))
        except Refused:
            pass
        else:
            missed.append(what)
        shutil.rmtree(copy)
        shutil.copytree(whole, copy)
    refuse_damaged(read_set(copy))
    shutil.rmtree(copy)
    return missed
