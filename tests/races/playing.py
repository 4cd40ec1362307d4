"""One round: all clients start together; then the answers, the trail and the object must tell the same story."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from kedang.foundation.kernel.refused import OutOfScope, Refused
from tests.cast import Cast
from tests.races.acts import Act, Ground, Group
from tests.races.trail import broken_chain

SLOWEST_ALLOWED = 5.0
FINDINGS_KEPT = 20


@dataclass
class Tally:
    """What a pair came to."""

    calls: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    slowest: float = 0.0

    def found(self, sentence: str) -> None:
        """Keep the first findings in words."""
        if len(self.findings) < FINDINGS_KEPT:
            self.findings.append(sentence)


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
    tally = Tally()
    for number in range(rounds):
        ground = group.make(cast, number)
        answers: list[tuple[Act, str, Any]] = [None] * clients.count  # type: ignore[list-item]  # filled by the clients

        def work(client: int, ground: Ground = ground, answers: Any = answers) -> None:
            act = (first, second)[client % 2]
            began = time.perf_counter()
            answers[client] = (act, *answer_of(act, ground, client))
            tally.slowest = max(tally.slowest, time.perf_counter() - began)

        clients.all(work)
        tally.calls += clients.count
        where = f"{group.name}: {first.name} × {second.name}, round {number}"
        judge(tally, where, answers)
        for sentence in [*group.check(ground), *(s for subject in ground.subjects for s in broken_chain(subject))]:
            tally.found(f"{where}: {sentence}")
    if tally.slowest > SLOWEST_ALLOWED:
        tally.found(f"{group.name}: {first.name} × {second.name}: a call took {tally.slowest:.1f} s")
    return tally


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


def judge(tally: Tally, where: str, answers: list[tuple[Act, str, Any]]) -> None:
    """Whether the answers of a round are honest."""
    won: Counter[str] = Counter()
    for act, answer, detail in answers:
        tally.answers[f"{act.name}: {answer}"] += 1
        if answer == "won":
            won[act.name] += 1
        elif answer == "error":
            tally.found(f"{where}: {act.name} broke with {type(detail).__name__}: {str(detail)[:160]}")
        elif answer == "gone":
            if not act.gone:
                tally.found(f"{where}: {act.name} was told that the object does not exist")
        elif answer not in act.told:
            tally.found(f"{where}: {act.name} was refused with {answer}: {detail}")
        elif len(str(detail)) < 6:
            tally.found(f"{where}: {act.name} was refused without a sentence")
    for act in {act for act, _answer, _detail in answers if act.once}:
        if won[act.name] > 1:
            tally.found(f"{where}: {act.name} succeeded {won[act.name]} times")
    if not won:
        tally.found(f"{where}: nobody succeeded")
