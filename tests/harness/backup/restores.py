"""Restores killed at random moments: the place is as it was, or marked so that nothing works over it, or whole; the next makes it whole."""

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

from kedang.foundation.safekeeping import identities, restoring
from kedang.foundation.safekeeping.interrupted import MARKER, WORK
from kedang.foundation.safekeeping.loading import is_empty
from kedang.foundation.safekeeping.making import make_set
from kedang.foundation.safekeeping.restoring import restore
from kedang.foundation.safekeeping.sets import file_digest
from tests.safekeeping.places import database_of, digests, ended, in_place

TRIES = 5
WIDER = 0.02
"""Seconds that each step of putting things in place waits here, so that kills fall between two of them."""
MOST_SECONDS = 120.0


class Restores:
    """One set, brought back again and again into a place that is empty or holds another system."""

    def __init__(self, home: Path, chance: random.Random) -> None:
        self.home, self.chance = home, chance
        self.faults: list[str] = []
        self.states: Counter[str] = Counter()
        self.identity = identities.read_identity()
        self.older, self.before_older = make_set(), digests()
        grow()
        self.found, self.expected = make_set(), digests()
        self.files = files_of(home)
        self.span = 1.0
        self.sign, self.share = MARKER, 0.5

    def play(self, rounds: int, urls: Callable[[ExitStack], str]) -> None:
        """So many kills; ``urls`` gives an empty database for each."""
        for number in range(rounds):
            with ExitStack() as stack:
                place = self.home / "place"
                stack.callback(shutil.rmtree, place, ignore_errors=True)
                self.once(number, place, urls(stack), is_filled=bool(number % 2))
            if len(self.faults) > 10:
                return

    def once(self, number: int, place: Path, url: str, *, is_filled: bool) -> None:
        """Kill one, look, bring back, look."""
        place.mkdir()
        if is_filled and self.failed(place, url, lambda: restore(self.older, self.identity)):
            self.faults.append(f"kill {number}: the place could not be filled")
            return
        child = in_place(place, url, lambda: slowly(lambda: restore(self.found, self.identity, force=is_filled)))
        self.kill(child, place)
        status = ended(child)
        state = "done" if status == 0 else "marked" if (place / MARKER).exists() else "before"
        self.states[f"{state}, {'filled' if is_filled else 'empty'}"] += 1
        if status not in {0, -signal.SIGKILL}:
            self.faults.append(f"kill {number}: the restore failed by itself")
        if state == "before" and self.failed(place, url, lambda: self.is_untouched(place, is_filled)):
            self.faults.append(f"kill {number}: not marked, and not as it was")
        if state == "done" and self.failed(place, url, self.is_whole):
            self.faults.append(f"kill {number}: done, and not whole")
        if self.failed(place, url, lambda: restore(self.found, self.identity, force=is_filled or state == "done")):
            self.faults.append(f"kill {number} ({state}): the next restore failed")
        elif self.failed(place, url, self.is_whole) or files_of(place) != self.files:
            self.faults.append(f"kill {number} ({state}): not whole after the next restore")
        if (place / MARKER).exists() or (place / WORK).exists():
            self.faults.append(f"kill {number} ({state}): something is left lying")

    def kill(self, child: int, place: Path) -> None:
        """Every second time while things are being put in place, else at any moment."""
        begin = time.monotonic()
        if self.chance.random() < self.share:
            while not (place / self.sign).exists() and time.monotonic() - begin < MOST_SECONDS and is_running(child):
                time.sleep(0.001)
            time.sleep(self.chance.random() * WIDER * 14)
        else:
            time.sleep(self.chance.random() * self.span)
        os.kill(child, signal.SIGKILL)

    def failed(self, place: Path, url: str, act: Callable[[], Any]) -> bool:
        """Done by a child in the place; True when it ended badly."""
        return ended(in_place(place, url, act)) != 0

    def measure(self, url: str) -> None:
        """How long one takes here."""
        place = self.home / "place"
        place.mkdir()
        begin = time.monotonic()
        if self.failed(place, url, lambda: slowly(lambda: restore(self.found, self.identity))):
            self.faults.append("the first restore failed")
        self.span = time.monotonic() - begin
        shutil.rmtree(place)

    def is_untouched(self, place: Path, is_filled: bool) -> None:
        if is_filled:
            expect(digests() == self.before_older and files_of(place) == self.files, "the place has changed")
        else:
            expect(is_empty("default") and not files_of(place), "the place is not empty")

    def is_whole(self) -> None:
        expect(digests() == self.expected, "rows differ")


def kill_restores(home: Path, rounds: int, chance: random.Random, server: str) -> tuple[list[str], dict[str, int]]:
    """Faults found, and in which state the kills left the place."""
    if not rounds:
        return [], {}
    trial = Restores(home, chance)

    def urls(stack: ExitStack) -> str:
        return stack.enter_context(database_of(server)) if server else ""

    with ExitStack() as stack:
        trial.measure(urls(stack))
    trial.play(rounds, urls)
    return trial.faults, dict(trial.states)


def planted_is_noticed(home: Path, chance: random.Random, server: str) -> bool:
    """A restore that sets no marker, killed when the first files are in their place: the harness must call that half a system.

    On a busy machine a kill may come when all is done; then it is tried again.
    """
    marked = restoring._marked
    restoring._marked = lambda root, found: nullcontext()  # type: ignore[assignment,return-value]
    try:
        trial = Restores(home, chance)
        trial.sign, trial.share = "imports", 1.0
        for number in range(TRIES):
            place = home / "place"
            with database_of(server) if server else nullcontext("") as url:
                trial.once(number, place, url, is_filled=False)
            shutil.rmtree(place)
            if any("not as it was" in fault for fault in trial.faults):
                return True
    finally:
        restoring._marked = marked
    return False


def slowly(act: Callable[[], Any]) -> Any:
    """In the child: the steps of putting things in place take a little longer."""
    move = restoring._move

    def waiting(*words: Any, **named: Any) -> None:
        time.sleep(WIDER)
        move(*words, **named)
        time.sleep(WIDER)

    restoring._move = waiting
    return act()


def grow() -> None:
    """Something that tells the second set from the first."""
    from kedang.foundation.access.models import Department, Fonds

    name = f"第二个备份集才有的部门{Department.objects.count()}"
    Department.objects.create(fonds=Fonds.objects.earliest("pk"), name=name)


def files_of(place: Path) -> dict[str, str]:
    """Digests of the files of records."""
    return {path.name: file_digest(path)[1] for path in sorted((place / "imports").glob("*")) if path.is_file()}


def is_running(child: int) -> bool:
    """Not ended yet; it is not waited for."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def expect(is_so: bool, words: str) -> None:
    """Also under ``python -O``."""
    if not is_so:
        raise ValueError(words)
