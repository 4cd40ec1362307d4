"""One random change after the other, each on a copy, each before both verifiers."""

import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.harness.log import changes, world
from tests.harness.log.world import Batch, World

NEIGHBOURS = 1
"""Batches read beside the touched one, so that what spills over is seen."""
CLEAN_EVERY = 100
TELL_EVERY = 1_000
"""So often a worker says how far it is: a long run that is cut off has then at least said so much."""


def run(seed: int, count: int, plant: bool, worker: int, workers: int) -> tuple[Counter[str], list[str]]:
    """This process's share of the trials, ordered by the seal they touch."""
    from kedang.foundation.audit.sealing.signing import public_keys

    world.remember(public_keys())
    if plant:
        _plant()
    whole = load()
    world.learn(whole)
    numbers = [seal.number for seal in whole.seals if seal.count > 20]
    drawn = ((random.Random(f"{seed}:{trial}").choice(numbers), trial) for trial in range(count))
    mine = sorted(pair for pair in drawn if pair[0] % workers == worker)  # each batch is read by one process
    counts: Counter[str] = Counter()
    missed: list[str] = []
    for number, trial in mine:
        if list(whole.touched) != [number]:
            whole.touched = {number: read(whole, number)}
        if trial % CLEAN_EVERY < workers:
            counts["clean"] += 1
            if world.server_faults(whole) or world.offline_faults(whole):
                missed.append(f"trial {trial}: false alarm at seal {number}: {world.server_faults(whole)[:2]}")
        told = one(whole, number, random.Random(f"{seed}:{trial}:change"), counts)
        if told:
            missed.append(f"trial {trial}, seal {number}: {told}")
        if counts["changes"] % TELL_EVERY == 0:
            said = (
                f"worker {worker}: {counts['changes']} of {len(mine)} changes, at seal {number}, missed {len(missed)}"
            )
            print(said, file=sys.stderr, flush=True)
    return counts, missed


def one(whole: World, number: int, rng: random.Random, counts: Counter[str]) -> str:
    """One change; what was missed, or nothing."""
    while True:
        spoilt = whole.copy()
        change = changes.draw(rng)
        if change(spoilt, spoilt.touched[number], rng):
            break
        rng = random.Random(rng.random())
    server, offline = world.server_faults(spoilt), world.offline_faults(spoilt)
    counts["changes"] += 1
    counts[f"by {changes.named(change)}"] += 1
    counts["server"] += bool(server)
    counts["offline"] += bool(offline)
    counts["same"] += bool({fault.seal for fault in server} & {fault[1] for fault in offline})
    if server and offline:
        return ""
    return f"{changes.named(change)} found by server: {server[:2]}, by bundle: {offline[:2]}"


def load() -> World:
    """Seals and checkpoints; entries are read when a trial touches them."""
    from django.db import connection

    from kedang.foundation.audit.models import Seal
    from kedang.foundation.audit.sealing import checkpoints
    from kedang.foundation.audit.sealing.signing import public_keys
    from kedang.foundation.audit.verifying import reading, witness

    last = Seal.objects.order_by("-number").values_list("number", flat=True)[0]
    with connection.cursor() as cursor:
        seals = list(reading.seals(cursor, 1, last))
    kept, _faults = witness.read(Path(checkpoints.places()[0]))
    return World(seals, public_keys(), kept)


def read(whole: World, number: int) -> Batch:
    """A batch from the database."""
    from django.db import connection

    from kedang.foundation.audit.sealing import ranges
    from kedang.foundation.audit.verifying import reading

    seal = next(seal for seal in whole.seals if seal.number == number)
    with connection.cursor() as cursor:
        rows: list[Any] = reading.entries(cursor, connection.vendor, ranges.unpack(world.open_head(seal).ids))
        return Batch(seal, rows, reading.blanked(cursor, number, number))


def _plant() -> None:
    """A verifier that overlooks altered entries with even ids."""
    right = world.check_entries

    def blind(*args: Any) -> list[Any]:
        return [f for f in right(*args) if f.kind != "event_altered" or f.event is None or f.event % 2]

    world.check_entries = blind
