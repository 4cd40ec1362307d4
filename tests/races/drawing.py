"""Who does what in the rounds of the mixed form: drawn by a seed, until every pair of acts has met often enough."""

import random
from collections import Counter
from collections.abc import Sequence
from itertools import combinations_with_replacement

from tests.races.acts import Act, Group

Pair = tuple[str, str]
FEWEST_CLIENTS = 4


def met(acts: Sequence[Act]) -> set[Pair]:
    """Pairs of acts that meet when each client does its act of ``acts``; an act meets itself when two do it."""
    count = Counter(act.name for act in acts)
    pairs = combinations_with_replacement(sorted(count), 2)
    return {(one, other) for one, other in pairs if one != other or count[one] > 1}


def mixes(group: Group, *, least: int, clients: int, seed: int) -> list[tuple[Act, ...]]:
    """For every round the act of each client.

    A round has as many different acts as may be done by two clients each; those come first whose pairs are furthest behind.
    The list ends when every pair (each act with itself too) meets in at least ``least`` rounds.
    """
    if clients < FEWEST_CLIENTS:
        raise ValueError(f"a mix needs {FEWEST_CLIENTS} clients")
    chance = random.Random(f"{seed}/{group.name}")
    wide = min(len(group.acts), clients // 2)
    missing = dict.fromkeys(met(group.acts * 2), least)
    rounds: list[tuple[Act, ...]] = []
    while max(missing.values()) > 0:
        chosen = furthest_behind(group.acts, wide, missing, chance)
        acts = [*chosen, *chosen, *chance.choices(chosen, k=clients - 2 * wide)]
        chance.shuffle(acts)
        rounds.append(tuple(acts))
        for pair in met(acts):
            missing[pair] -= 1
    return rounds


def furthest_behind(acts: Sequence[Act], wide: int, missing: dict[Pair, int], chance: random.Random) -> list[Act]:
    """Different acts, one after the other, each that which has the most to make up with those chosen before it."""
    left, chosen = chance.sample(list(acts), len(acts)), list[Act]()
    while len(chosen) < wide:

        def lack(act: Act) -> int:
            others = chosen or acts
            return sum(max(missing[min(act.name, one.name), max(act.name, one.name)], 0) for one in {*others, act})

        best = max(left, key=lack)
        left.remove(best)
        chosen.append(best)
    return chosen
