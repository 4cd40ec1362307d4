"""The changes an attacker makes: who can write to the database, and at worst also holds the signing key (never the kept checkpoints)."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kedang.foundation.audit.sealing import ranges
from kedang.foundation.audit.sealing.digests import ALGORITHMS, leaf_of, tree_root
from kedang.foundation.audit.sealing.heads import Head, digest_of
from kedang.foundation.audit.sealing.signing import SEAL_CONTEXT, signer
from kedang.foundation.audit.verifying.batch import Sealed
from tests.harness.log.world import Batch, Row, World, open_head

Change = Callable[[World, Batch, random.Random], bool]
"""Spoils the world; False when the draw changed nothing, and is drawn anew."""


def flip_text(text: str, rng: random.Random) -> str:
    """One bit of one byte of a text."""
    raw = bytearray(text.encode())
    raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
    return raw.decode(errors="replace")


def flip_bytes(content: bytes, place: int, rng: random.Random) -> bytes:
    raw = bytearray(content)
    raw[place] ^= 1 << rng.randrange(8)
    return bytes(raw)


def flip_entry(world: World, batch: Batch, rng: random.Random) -> bool:
    """One bit of one column of one entry."""
    at = rng.randrange(len(batch.rows))
    row = list(batch.rows[at])
    column = rng.randrange(len(row))
    value = row[column]
    if value is None or value == "":
        row[column] = 1 if value is None else "x"
    elif isinstance(value, int):
        row[column] = value ^ (1 << rng.randrange(40))
    else:
        row[column] = flip_text(value, rng)
    if row[column] == value or (column == 0 and any(row[0] == other[0] for other in batch.rows)):
        return False
    batch.rows[at] = tuple(row)
    batch.rows.sort(key=lambda one: one[0])
    return True


def cut_entries(world: World, batch: Batch, rng: random.Random) -> bool:
    """One entry, or a run of them, taken out."""
    at, count = rng.randrange(len(batch.rows)), rng.choice((1, 1, 2, 50))
    del batch.rows[at : at + count]
    return True


def swap_entries(world: World, batch: Batch, rng: random.Random) -> bool:
    """Two entries change places."""
    one, two = rng.sample(range(len(batch.rows)), 2)
    first, second = batch.rows[one], batch.rows[two]
    batch.rows[one], batch.rows[two] = (first[0], *second[1:]), (second[0], *first[1:])
    return True


def insert_entry(world: World, batch: Batch, rng: random.Random) -> bool:
    """An entry that never was, under an id that nobody used (also a copy of a real one)."""
    head = open_head(batch.seal)
    gaps = ranges.minus((ranges.unpack(head.ids)[0][0], ranges.unpack(head.ids)[-1][1]), ranges.unpack(head.ids))
    is_open = bool(head.open)
    number = rng.choice(gaps)[0] if gaps and not is_open else -rng.randrange(1, 1 << 30)
    world.inserted.append((number, *rng.choice(batch.rows)[1:]))
    return True


def flip_seal(world: World, batch: Batch, rng: random.Random) -> bool:
    """One bit of the head or of the signature."""
    seal = batch.seal
    name = rng.choice(("head", "signature"))
    text = flip_text(getattr(seal, name), rng)
    if text == getattr(seal, name):
        return False
    _put(world, batch, replace(seal, **{name: text}))
    return True


def flip_data(world: World, batch: Batch, rng: random.Random) -> bool:
    """One bit of a salt or of a leaf (not of a salt that was destroyed: nothing depends on it)."""
    name, size = rng.choice((("salts", 16), ("leaves", 32)))
    content = getattr(batch.seal, name)
    place = rng.randrange(len(content))
    ids = list(ranges.numbers(ranges.unpack(open_head(batch.seal).ids)))
    if name == "salts" and ids[place // size] in batch.blanked:
        return False
    _put(world, batch, replace(batch.seal, **{name: flip_bytes(content, place, rng)}))
    return True


def flip_checkpoint(world: World, batch: Batch, rng: random.Random) -> bool:
    """One character of a kept checkpoint."""
    at = rng.randrange(len(world.checkpoints))
    entry = dict(world.checkpoints[at])
    name = rng.choice(("head", "root", "signature", "at", "log", "key"))
    entry[name] = flip_text(entry[name], rng)
    if entry[name] == world.checkpoints[at][name]:
        return False
    world.checkpoints[at] = entry
    return True


def cut_seals(world: World, batch: Batch, rng: random.Random) -> bool:
    """Seals in the middle taken out with what they cover."""
    at = _place(world, batch)
    if at == len(world.seals) - 1:
        return False
    gone = world.seals[at : at + rng.choice((1, 1, 3))]
    for seal in gone:
        world.seals.remove(seal)
        world.touched.pop(seal.number, None)
    return True


def swap_seals(world: World, batch: Batch, rng: random.Random) -> bool:
    """Two seals exchange their statements."""
    other = rng.choice(world.seals)
    if other.number == batch.seal.number:
        return False
    mine = batch.seal
    _put(world, batch, replace(mine, head=other.head, signature=other.signature, digest=other.digest))
    world.put(replace(other, head=mine.head, signature=mine.signature, digest=mine.digest))
    world.touched.pop(other.number, None)
    return True


def roll_back(world: World, batch: Batch, rng: random.Random) -> bool:
    """The whole database as it was at an earlier seal; also the tail cut off."""
    at = _place(world, batch)
    if at == len(world.seals) - 1:
        return False
    _cut_after(world, at)
    return True


def fork(world: World, batch: Batch, rng: random.Random) -> bool:
    """Rolled back, then gone on differently, properly sealed with the stolen key."""
    at = _place(world, batch)
    if at >= len(world.seals) - 1:
        return False
    before = open_head(world.seals[at])
    follower = world.seals[at + 1]
    _cut_after(world, at)
    rows = [(number, *batch.rows[0][1:]) for number in range(before.high + 1, before.high + 2 + rng.randrange(5))]
    seal = _sealed(follower, before, batch.seal.digest, rows, rng)
    world.seals.append(seal)
    world.touched[seal.number] = Batch(seal, rows, {})
    return True


def rehash(world: World, batch: Batch, rng: random.Random) -> bool:
    """An entry changed and every seal from there to the end made anew with the stolen key."""
    at = _place(world, batch)
    if not flip_entry(world, batch, rng):
        return False
    head = open_head(batch.seal)
    expected = list(ranges.numbers(ranges.unpack(head.ids)))
    if [row[0] for row in batch.rows] != expected or batch.blanked:
        return False
    digest = ALGORITHMS[head.algorithm]
    salts = batch.seal.salts
    leaves = [leaf_of(row, salts[n * 16 : n * 16 + 16], digest) for n, row in enumerate(batch.rows)]
    seal = _signed(replace(batch.seal, leaves=b"".join(leaves)), replace(head, root=tree_root(leaves, digest).hex()))
    _put(world, batch, seal)
    previous = seal.digest
    for place in range(at + 1, len(world.seals)):
        old = world.seals[place]
        fresh = _signed(old, replace(open_head(old), previous=previous))
        world.seals[place], previous = fresh, fresh.digest
        if old.number in world.touched:
            world.touched[old.number].seal = fresh
    return True


CHANGES: tuple[tuple[Change, int], ...] = (
    (flip_entry, 40), (flip_data, 8), (flip_seal, 8), (flip_checkpoint, 4), (cut_entries, 8), (swap_entries, 8), (insert_entry, 8),
    (cut_seals, 4), (swap_seals, 4), (roll_back, 5), (fork, 2), (rehash, 1),
)  # fmt: skip
"""Each kind of change and how often it is drawn, in percent."""


def draw(rng: random.Random) -> Change:
    """A kind of change."""
    return rng.choices([change for change, _weight in CHANGES], [weight for _change, weight in CHANGES])[0]


def _place(world: World, batch: Batch) -> int:
    return next(place for place, seal in enumerate(world.seals) if seal.number == batch.seal.number)


def _put(world: World, batch: Batch, seal: Sealed) -> None:
    batch.seal = seal
    world.put(seal)


def _cut_after(world: World, at: int) -> None:
    for seal in world.seals[at + 1 :]:
        world.touched.pop(seal.number, None)
    del world.seals[at + 1 :]


def _sealed(like: Sealed, before: Head, previous: str, rows: list[Row], rng: random.Random) -> Sealed:
    salts = rng.randbytes(16 * len(rows))
    digest = ALGORITHMS[before.algorithm]
    leaves = [leaf_of(row, salts[n * 16 : n * 16 + 16], digest) for n, row in enumerate(rows)]
    first, last = rows[0][0], rows[-1][0]
    head = replace(
        open_head(like), ids=ranges.pack(ranges.ranges_of(row[0] for row in rows)), count=len(rows), high=last, open=[],
        total=before.total + len(rows), root=tree_root(leaves, digest).hex(), previous=previous,
    )  # fmt: skip
    bare = replace(like, salts=salts, leaves=b"".join(leaves), first_id=first, last_id=last, count=len(rows))
    return _signed(bare, head)


def _signed(seal: Sealed, head: Head) -> Sealed:
    """A seal with a new statement, signed with the real key."""
    text = head.text
    signature = signer().sign(SEAL_CONTEXT, text.encode())
    return replace(seal, head=text, signature=signature, digest=digest_of(head, text, signature))


def named(change: Any) -> str:
    """Name of a kind of change."""
    return str(change.__name__)
