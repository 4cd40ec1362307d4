"""One round: all clients start together; then the answers, the trail and the object must tell the same story."""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from kedang.foundation.kernel.refused import OutOfScope, Refused
from tests.cast import Cast
from tests.races.acts import Act, Ground, Group
from tests.races.drawing import Pair, met
from tests.races.trail import broken_chains

SLOWEST_ALLOWED = 5.0
KINDS_KEPT = 200


@dataclass
class Tally:
    """What rounds came to."""

    rounds: int = 0
    calls: int = 0
    won: int = 0
    meetings: Counter[Pair] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    @property
    def findings(self) -> list[str]:
        """What was found, each kind of sentence once."""
        return list(self.kinds)

    def add(self, other: "Tally") -> None:
        """Take the sums of other rounds in."""
        self.rounds, self.calls, self.won = self.rounds + other.rounds, self.calls + other.calls, self.won + other.won
        self.meetings.update(other.meetings)
        self.kinds.update(other.kinds)
        self.slowest = max(self.slowest, other.slowest)

    def found(self, where: str, sentence: str) -> None:
        """Count a finding; numbers that differ from round to round do not make another kind."""
        kind = re.sub(r"\d{6,}", "…", f"{where}: {sentence}")
        if kind in self.kinds or len(self.kinds) < KINDS_KEPT:
            self.kinds[kind] += 1


@dataclass(frozen=True)
class Answer:
    """What one client was told: ``won``, ``gone``, ``error`` or a code, with the sentence or the error, and the seconds it took."""

    act: Act
    told: str
    detail: Any
    seconds: float


class Clients:
    """Threads that stay, each with its own connection, so that every round starts at one instant."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.gate, self.end = threading.Barrier(count + 1), threading.Barrier(count + 1)
        self.work: Any = None
        self.threads = [threading.Thread(target=self._stay, args=(number,), daemon=True) for number in range(count)]
        for thread in self.threads:
            thread.start()

    def _stay(self, number: int) -> None:
        try:
            while True:
                self.gate.wait()
                if self.work is None:
                    return
                self.work(number)
                self.end.wait()
        finally:
            connections.close_all()

    def all(self, work: Any) -> None:
        """Run ``work(number)`` in every thread and wait for the last."""
        self.work = work
        self.gate.wait()
        self.end.wait()

    def close(self) -> None:
        """Send them home."""
        self.work = None
        self.gate.wait()
        for thread in self.threads:
            thread.join()


def play(group: Group, first: Act, second: Act, *, cast: Cast, clients: Clients, rounds: int) -> Tally:
    """Rounds of a pair: even clients do the one, odd ones the other, each round on a fresh object."""
    acts = tuple((first, second)[client % 2] for client in range(clients.count))
    return play_all(group, [acts] * rounds, cast=cast, clients=clients, where=f"{first.name} × {second.name}")


def play_all(
    group: Group, rounds: Iterable[Sequence[Act]], *, cast: Cast, clients: Clients, where: str = "mixed"
) -> Tally:
    """Rounds in which each client does its act, each round on a fresh object."""
    tally = Tally()
    place = f"{group.name}, {where}"
    for acts in rounds:
        ground = group.make(cast, tally.rounds)
        answers = answers_of(ground, acts, clients)
        tally.rounds += 1
        tally.calls += len(answers)
        tally.meetings.update(met(acts))
        judge(tally, place, answers)
        for sentence in [*group.check(ground), *broken_chains(ground.subjects)]:
            tally.found(place, sentence)
    return tally


def answers_of(ground: Ground, acts: Sequence[Act], clients: Clients) -> list[Answer]:
    """What every client was told in one round."""
    answers: list[Any] = [None] * clients.count

    def work(client: int) -> None:
        began = time.perf_counter()
        told, detail = answer_of(acts[client], ground, client)
        answers[client] = Answer(acts[client], told, detail, time.perf_counter() - began)

    clients.all(work)
    return answers


def answer_of(act: Act, ground: Ground, client: int) -> tuple[str, Any]:
    """What a client was answered."""
    try:
        return "won", act.run(ground, client)
    except OutOfScope:
        return "gone", None
    except Refused as refusal:
        return refusal.code, refusal.sentence
    except Exception as error:
        return "error", error


def judge(tally: Tally, where: str, answers: Sequence[Answer]) -> None:
    """Whether the answers of a round are honest."""
    won: Counter[Act] = Counter()
    for answer in answers:
        tally.slowest = max(tally.slowest, answer.seconds)
        won[answer.act] += answer.told == "won"
        if sentence := dishonest(answer):
            tally.found(where, f"{answer.act.name} {sentence}")
    for act, count in won.items():
        if act.once and count > 1:
            tally.found(where, f"{act.name} succeeded {count} times")
    tally.won += won.total()
    if not won.total() and not all(act.opened for act in won):
        tally.found(where, "nobody succeeded")


def dishonest(answer: Answer) -> str:
    """What is wrong with an answer, or nothing."""
    if answer.seconds > SLOWEST_ALLOWED:
        return f"took more than {SLOWEST_ALLOWED:.0f} s"
    if answer.told == "won":
        return ""
    if answer.told == "error":
        return f"broke with {type(answer.detail).__name__}: {str(answer.detail)[:160]}"
    if answer.told == "gone":
        return "" if answer.act.gone else "was told that the object does not exist"
    if answer.told not in answer.act.told:
        return f"was refused with {answer.told}: {answer.detail}"
    return "was refused without a sentence" if len(str(answer.detail)) < 6 else ""
