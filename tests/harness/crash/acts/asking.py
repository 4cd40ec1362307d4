"""Requests: asked by a salesperson, decided by the head in a browser of their own, sent back, completed, taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.harness.crash.acts.archive import sign_in
from tests.harness.crash.acts.desk import Desk
from tests.harness.crash.browser import Browser, Gone
from tests.harness.crash.journal import GOOD

MOST = 4
ASK = "/cases/new/general/"


@dataclass(slots=True)
class Asked:
    """A request of this desk, as the person remembers it."""

    pk: int
    is_returned: bool = False


class AskingDesk(Desk):
    """Asks for this and that. After an answer that did not come the request is left alone: the journal knows what was sent."""

    username, decider = "chengyu", "mengxiaotang"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.cases: list[Asked] = []
        self.head: Browser | None = None

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        some: list[tuple[int, Callable[[], None]]] = []
        if len(self.cases) < MOST:
            some.append((4, self.ask))
        if [one for one in self.cases if not one.is_returned]:
            some += [
                (6, lambda: self.decide("approve")),
                (2, lambda: self.decide("reject")),
                (3, self.send_back),
                (1, self.take_back),
            ]
        if [one for one in self.cases if one.is_returned]:
            some.append((6, self.complete))
        return some

    def ask(self) -> None:
        form = self.page(ASK).form("reason")
        act, answer = self.do("case.ask", ASK, lambda token: form.filled(title=f"事项{token}", reason=f"理由{token}"))
        if answer is not None and act.state == GOOD:
            self.cases.append(Asked(int(answer.location.rstrip("/").rpartition("/")[2])))

    def decide(self, verb: str) -> None:
        one = self.one(is_returned=False)
        self.act(one, verb, self.boss())
        self.cases.remove(one)

    def send_back(self) -> None:
        one = self.one(is_returned=False)
        if self.act(one, "return", self.boss()):
            one.is_returned = True
        else:
            self.cases.remove(one)

    def complete(self) -> None:
        one = self.one(is_returned=True)
        if self.act(one, "resubmit", self.browser):
            one.is_returned = False
        else:
            self.cases.remove(one)

    def take_back(self) -> None:
        one = self.one(is_returned=False)
        self.act(one, "withdraw", self.browser)
        self.cases.remove(one)

    def one(self, *, is_returned: bool) -> Asked:
        return self.chance.choice([one for one in self.cases if one.is_returned == is_returned])

    def boss(self) -> Browser:
        """The head's browser, signed in at its first use."""
        if self.head is None:
            fresh = Browser(self.browser.port)
            sign_in(fresh, self.decider)
            self.head = fresh
        return self.head

    def act(self, one: Asked, verb: str, browser: Browser) -> bool:
        """One of the buttons of the request's page; whether it was done."""
        page = browser.get(f"/cases/{one.pk}/")
        if page.status >= 500:
            raise Gone(f"/cases/{one.pk}/: {page.status}")
        if page.status != 200:
            return False
        form = page.form("opinion")
        path = f"/cases/{one.pk}/{verb}/act/"
        done, _answer = self.do(
            f"case.{verb}", path, lambda token: form.filled(opinion=f"意见{token}"), by=browser, case=one.pk
        )
        return done.state == GOOD
