"""The loan desk: asked for, fetched, handed over, signed for, renewed, called back, looked through page by page, struck off."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.harness.crash.acts.desk import Desk
from tests.harness.crash.browser import Browser, Gone
from tests.harness.crash.journal import GOOD, REFUSED, Act

MOST, MOST_THINGS = 6, 10
READERS = ("liangsiyuan", "guqinghe")
"""People who ask for themselves, in browsers of their own."""


@dataclass(slots=True)
class Thing:
    """A volume or a single item, as the register of loans addresses it."""

    kind: str
    pk: int


@dataclass(slots=True)
class Lent:
    """A loan of this desk. ``tried``: what carries no token is done once to each loan, whatever came of it."""

    pk: int
    thing: Thing
    reader: str
    place: str
    state: str = "reserved"
    is_typed: bool = False
    tried: set[str] = field(default_factory=set)


class LoanDesk(Desk):
    """An archivist at the loan desk; readers ask, sign and renew by themselves."""

    username = "yezhen"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.things: list[Thing] = []
        self.loans: list[Lent] = []

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        if not self.things:
            return [(1, self.find_things)]
        some: list[tuple[int, Callable[[], None]]] = []
        if len(self.loans) < MOST:
            some.append((3, self.reserve))
        if self.loans:
            some.append((9, self.go_on))
        return some

    def find_things(self) -> None:
        """Papers and volumes that lie in the store when the run begins."""
        for kind, path in (("item", "archive/items"), ("volume", "volumes")):
            page = self.page(f"/{path}/?carrier=paper&state={'filed' if kind == 'item' else 'shelved'}").text
            keys = dict.fromkeys(re.findall(rf'href="/{path}/(\d+)/"', page))
            self.things += [Thing(kind, int(key)) for key in list(keys)[:MOST_THINGS]]
        self.chance.shuffle(self.things)

    def reserve(self) -> None:
        """At the desk for somebody, or by the reader."""
        thing, reader = self.chance.choice(self.things), self.chance.choice(READERS)
        by = self.another(reader) if self.chance.random() < 0.5 else None
        place = self.chance.choice(["away", "away", "room"])
        path = f"/loans/new/{thing.kind}/{thing.pk}/"
        form = self.page(path, by).form("reason")
        typed = {"place": place}
        if by is None:
            names = {"liangsiyuan": "梁思原", "guqinghe": "顾清和"}
            page = self.page(path)
            typed["borrower"] = next(key for key, words in page.options("borrower") if names[reader] in words)
        act, answer = self.do(
            "loan.reserve",
            path,
            lambda token: form.filled(reason=token, **typed),
            by=by,
            noun=thing.kind,
            thing=thing.pk,
        )
        if act.state == REFUSED and "登记借阅" not in act.answer["why"]:
            self.things.remove(thing)  # no paper, or a volume that is still open
        if answer is not None and act.state == GOOD:
            self.loans.append(Lent(int(answer.location.rstrip("/").rpartition("/")[2]), thing, reader, place))

    def go_on(self) -> None:
        """What may be done with one of the loans now."""
        loan = self.chance.choice(self.loans)
        ways: dict[str, list[tuple[int, str]]] = {
            "reserved": [(6, "fetch"), (2, "issue"), (1, "cancel")], "prepared": [(6, "issue"), (1, "cancel")],
            "issued": [(3, "renew"), (2, "recall"), (2, "sign"), (4, "give_back")], "recalled": [(1, "give_back")],
            "returned": [(1, "close")],
        }  # fmt: skip
        some = [(weight, name) for weight, name in ways[loan.state] if self.is_possible(loan, name)]
        weights, names = zip(*some, strict=True)
        name = self.chance.choices(names, weights)[0]
        act = getattr(self, name)(loan)
        if act is None or (
            act.state == REFUSED and name != "renew"
        ):  # a loan that somebody waits for is not renewed, and goes on
            self.loans.remove(loan)
        elif act.state not in (GOOD, REFUSED):
            self.look(loan)

    def is_possible(self, loan: Lent, name: str) -> bool:
        if (name == "sign" and loan.is_typed) or (name == "renew" and loan.place == "room"):
            return False
        return not (name in loan.tried or (name == "issue" and loan.state == "reserved" and "fetch" in loan.tried))

    def look(self, loan: Lent) -> None:
        """Nobody knows what came of it: the loan's page says where it stands."""
        page = self.page(f"/loans/{loan.pk}/").text
        marks = {"return": "issued", "issue": "reserved", "close": "returned"}
        loan.state = next((state for mark, state in marks.items() if f"/loans/{loan.pk}/{mark}/" in page), "")
        if loan.state == "reserved" and f"/loans/{loan.pk}/fetch/" not in page:
            loan.state = "prepared"
        if loan.state == "issued" and f"/loans/{loan.pk}/recall/" not in page:
            loan.state = "recalled"
        if not loan.state:
            self.loans.remove(loan)

    # Verbs without words

    def once(self, loan: Lent, verb: str, then: str, by: Browser | None = None) -> Act | None:
        loan.tried.add(verb)
        path = f"/loans/{loan.pk}/{verb}/"
        page = (by or self.browser).get(path)
        if page.status >= 500:
            raise Gone(f"{path}: {page.status}")
        if page.status != 200:
            return None
        form = page.form("csrfmiddlewaretoken")
        act, _answer = self.do(f"loan.{verb}", path, lambda _token: form.filled(), by=by, loan=loan.pk)
        if act.state == GOOD:
            loan.state = then
        return act

    def fetch(self, loan: Lent) -> Act | None:
        return self.once(loan, "fetch", "prepared")

    def sign(self, loan: Lent) -> Act | None:
        return self.once(loan, "sign", loan.state, self.another(loan.reader))

    def renew(self, loan: Lent) -> Act | None:
        """By the reader or the desk."""
        return self.once(loan, "renew", loan.state, self.another(loan.reader) if self.chance.random() < 0.5 else None)

    # Verbs with words

    def said(self, loan: Lent, verb: str, then: str, field: str = "reason", **typed: str | None) -> Act | None:
        """``typed``: what else is filled in; None stands for the token."""
        path = f"/loans/{loan.pk}/{verb}/"
        page = self.browser.get(path)
        if page.status >= 500:
            raise Gone(f"{path}: {page.status}")
        if page.status != 200:
            return None
        form = page.form(field)
        act, _answer = self.do(
            f"loan.{verb}", path, lambda token: form.filled(**{field: token}, **{k: token if v is None else v for k, v in typed.items()}),
            loan=loan.pk, faults=int("fault-0-kind" in typed),
        )  # fmt: skip
        if act.state == GOOD:
            loan.state = then
        return act

    def cancel(self, loan: Lent) -> Act | None:
        act = self.said(loan, "cancel", "reserved")
        if act is not None and act.state == GOOD:
            self.loans.remove(loan)
        return act

    def issue(self, loan: Lent) -> Act | None:
        """Counted as the catalogue says; signed for at the desk, or later by the reader."""
        loan.is_typed = self.chance.random() < 0.5
        faults = {"fault-0-kind": "damaged", "fault-0-first": "1"} if self.chance.random() < 0.15 else {}
        return self.said(loan, "issue", "issued", "note", signed_how="typed" if loan.is_typed else "", **faults)

    def recall(self, loan: Lent) -> Act | None:
        return self.said(loan, "recall", "recalled")

    def give_back(self, loan: Lent) -> Act | None:
        """Counted against what was handed over; now and then a page is torn or gone, which opens a finding and keeps the loan open."""
        told = re.search(r"交出 (\d+) 页", self.page(f"/loans/{loan.pk}/return/").text)
        if told is None:
            return None
        pages, faults = int(told.group(1)), dict[str, str | None]()
        if pages > 1 and self.chance.random() < 0.35:
            kind = self.chance.choice(["damaged", "missing"])
            faults = {"fault-0-kind": kind, "fault-0-first": "1", "fault-0-text": None}
            pages -= kind == "missing"
        act = self.said(loan, "return", "returned", "note", pages=str(pages), **faults)
        if act is not None and act.state == GOOD and not faults:
            self.loans.remove(loan)
        return act

    def close(self, loan: Lent) -> Act | None:
        act = self.said(loan, "close", "returned")
        if act is not None and act.state == GOOD:
            self.loans.remove(loan)
        return act
