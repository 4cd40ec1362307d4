"""Whom to kill and when, all from the seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

WITHIN = 2.0
SHARES = {
    "sqlite": {"page": 34, "worker": 42, "web": 8, "parent": 6, "all": 10},
    "postgresql": {"page": 26, "worker": 34, "web": 6, "parent": 5, "all": 8, "backend": 11, "database": 10},
}
"""``page``: one web process. ``web``: their supervisor. ``worker``: the job worker with its helpers. ``parent``: ``kedang serve``.
``all``: everything at once. ``backend``: one connection of PostgreSQL, which makes it recover. ``database``: all of PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill of the plan."""

    target: str
    after: float
    pick: float


def plan_of(seed: int, engine: str, kills: int) -> Iterator[Kill]:
    """Kills in order. Moments lie between 0 and 2,000 ms after everything runs again, early ones more often than late ones."""
    chance = random.Random(f"{engine}-{seed}")
    names, weights = zip(*SHARES[engine].items(), strict=True)
    for _ in range(kills):
        yield Kill(chance.choices(names, weights)[0], WITHIN * chance.random() ** 2, chance.random())
