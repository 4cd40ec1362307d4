"""The entries about one thing, its loans and the requests about it, read in order as a course of states: was what they tell possible?

A reading of its own: it shares neither rules nor words with the services that wrote the entries.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from kedang.foundation.audit.models import Event

NEXT_OF_LOAN = {
    "reserved": {"prepared", "cancelled"}, "prepared": {"issued", "cancelled"}, "issued": {"recalled", "returned"},
    "recalled": {"returned"}, "returned": {"closed"},
}  # fmt: skip
NEXT_OF_CASE = {"running": {"approved", "rejected", "withdrawn", "returned"}, "returned": {"running", "withdrawn"}}
OUT = {"issued", "recalled"}
MOVES = {
    "custody.issued": ("in_store", "issued"), "custody.came_back": ("issued", "in_store"),
    "custody.withdrawn": ("in_store", "withdrawn"), "custody.put_back": ("withdrawn", "in_store"),
}  # fmt: skip
EFFECTS = {
    "loan.reserved": {"approved"}, "retention.hold_in_force": {"approved"}, "retention.hold_released": {"approved"},
    "retention.hold_ended": {"rejected", "withdrawn"},
}  # fmt: skip
"""What follows from a request, and the ends of the request from which it may follow."""


@dataclass(frozen=True)
class Told:
    """One entry: what happened, to which record, from which state into which, following from the request of which number."""

    code: str
    key: int = 0
    before: str | None = None
    after: str | None = None
    case: str = ""


@dataclass
class Course:
    """Where things stand while the entries are read: the thing's whereabouts and holds, states of loans and requests by key."""

    where: str = "in_store"
    held: int = 0
    loans: dict[int, str] = field(default_factory=dict)
    cases: dict[int, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    effects: Counter[int] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)

    def read(self, entries: Iterable[Told]) -> list[str]:
        """What was impossible, in words."""
        for told in entries:
            room = told.code.split(".")[0]
            if told.code in MOVES:
                self._moved(told)
            elif told.code in ("retention.thing_held", "retention.thing_released"):
                self._held(told)
            elif room == "loan":
                self._lent(told)
            elif room == "approvals":
                self._decided(told)
            if told.code in EFFECTS and told.case:
                self._followed(told)
        for key, state in self.cases.items():
            wanted = 1 if state == "approved" else 0
            if state in ("approved", "running") and self.effects[key] != wanted:
                self.found.append(f"a request is {state}, and {self.effects[key]} effects followed")
        return self.found

    def _moved(self, told: Told) -> None:
        since, then = MOVES[told.code]
        if self.where != since:
            self.found.append(f"{told.code} while it was {self.where}")
        if told.code in ("custody.issued", "custody.withdrawn") and self.held:
            self.found.append(f"{told.code} while it was held")
        if told.code == "custody.withdrawn" and "prepared" in self.loans.values():
            self.found.append("custody.withdrawn while it lay at the desk for a reader")
        self.where = then

    def _held(self, told: Told) -> None:
        self.held += 1 if told.code == "retention.thing_held" else -1
        if self.held < 0:
            self.found.append("released more often than held")

    def _lent(self, told: Told) -> None:
        if told.code == "loan.reserved":
            self.loans[told.key] = "reserved"
        if told.after is None:
            return
        was = self.loans.get(told.key)
        if told.after not in NEXT_OF_LOAN.get(was or "", ()):
            self.found.append(f"{told.code}: a loan went from {was} to {told.after}")
        if told.before != was:
            self.found.append(f"{told.code} says it was {told.before}, it was {was}")
        self.loans[told.key] = told.after
        if told.after in OUT and sum(state in OUT for state in self.loans.values()) > 1:
            self.found.append("lent twice without a return between")
        if told.after == "issued" and self.where != "issued":
            self.found.append(f"loan.issued, and the thing was {self.where}")

    def _decided(self, told: Told) -> None:
        was = self.cases.get(told.key)
        if was not in ("running", "returned"):
            self.found.append(f"{told.code} after the request was {was}")
        if told.after is None:
            return
        if told.after not in NEXT_OF_CASE.get(was or "", ()):
            self.found.append(f"{told.code}: a request went from {was} to {told.after}")
        self.cases[told.key] = told.after

    def _followed(self, told: Told) -> None:
        key = self.numbers.get(told.case)
        state = self.cases.get(key or 0)
        if key is None or state not in EFFECTS[told.code]:
            self.found.append(f"{told.code} from a request that is {state}")
        else:
            self.effects[key] += 1
            if self.effects[key] > 1:
                self.found.append(f"{told.code} twice from one request")


def told_by(event: Event) -> Told:
    """An entry of the trail as a word of the course."""
    meta, changes = orjson.loads(event.meta or "{}"), orjson.loads(event.changes or "{}")
    before, after = changes.get("state", (None, None))
    return Told(event.code, event.subject_id or 0, before, after, str(meta.get("request") or meta.get("case") or ""))
