"""Backups killed at random moments: no earlier set is harmed, no half set is listed, the next backup clears what was left."""

import os
import random
import signal
import time
from pathlib import Path

from django.db import connections

from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping.making import make_set
from kedang.foundation.safekeeping.sets import all_sets, refuse_damaged


def kill_backups(home: Path, rounds: int, chance: random.Random) -> tuple[list[str], int]:
    """Faults found, and how many backups were killed before they were done."""
    begin = time.monotonic()
    make_set()
    span = (time.monotonic() - begin) * 1.2
    faults, killed = [], 0
    for number in range(rounds):
        connections.close_all()
        child = os.fork()
        if child == 0:
            try:
                make_set()
            finally:
                os._exit(0)
        time.sleep(chance.random() * span)
        os.kill(child, signal.SIGKILL)
        killed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        faults += look(number)
        if number % 10 == 9:
            faults += heal(home, number)
    return faults + heal(home, rounds), killed


def look(number: int) -> list[str]:
    """Every set that is listed is whole."""
    faults = []
    for name, found in all_sets():
        try:
            if isinstance(found, Refused):
                raise found
            refuse_damaged(found)
        except Refused as refusal:
            faults.append(f"kill {number}: {name}: {refusal.sentence}")
    return faults


def heal(home: Path, number: int) -> list[str]:
    """The next backup succeeds and leaves nothing of the killed ones."""
    made = make_set()
    refuse_damaged(made)
    left = [path.name for path in (home / "backups").iterdir() if path.name.startswith(".making-")]
    left += [path.name for path in (home / "safekeeping").iterdir()]
    return [f"kill {number}: left lying: {left}"] if left else []
