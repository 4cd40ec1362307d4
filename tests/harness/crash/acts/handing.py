"""Handing over: a salesperson draws up a list and signs, an archivist counts and signs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.harness.crash.acts.archive import ArchiveDesk, sign_in
from tests.harness.crash.browser import Browser, Gone
from tests.harness.crash.journal import GOOD, REFUSED

MOST = 4
PAGES = "5"


@dataclass(slots=True)
class Handing:
    """A list of this desk: what is on it, and what comes next."""

    pk: int
    item: int
    next: str = "pick"


class HandingDesk(ArchiveDesk):
    """Hands papers over; a colleague of the archive, in a browser of their own, receives them.

    What carries no token is done once to each list: after an answer that did not come it is looked at, and left where nothing can be told.
    """

    username, receiver = "lujiahe", "yezhen"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.lists: list[Handing] = []
        self.other: Browser | None = None

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        some: list[tuple[int, Callable[[], None]]] = []
        if len(self.lists) < MOST:
            some.append((3, self.draw_up))
        if self.lists:
            some.append((8, self.go_on))
        return some

    def draw_up(self) -> None:
        """A paper of one's own, and a list for it."""
        path = "/archive/items/new/"
        form = self.page(path).form()
        act, answer = self.do(
            "item.register",
            path,
            lambda token: form.filled(title=f"函{token}", pages=PAGES, copies="1", carrier="paper"),
        )
        if answer is None or act.state != GOOD:
            return
        item = int(answer.location.rstrip("/").rpartition("/")[2])
        form = self.page("/archive/transfers/new/").form()
        act, answer = self.do("transfer.draw", "/archive/transfers/new/", lambda token: form.filled(title=token))
        if answer is not None and act.state == GOOD:
            self.lists.append(Handing(int(answer.location.rstrip("/").rpartition("/")[2]), item))

    def go_on(self) -> None:
        one = self.chance.choice(self.lists)
        {"pick": self.pick, "send": self.send, "receive": self.receive}[one.next](one)

    def pick(self, one: Handing) -> None:
        path = f"/archive/transfers/{one.pk}/pick/"
        form = self.page(path).form("csrfmiddlewaretoken")
        self.settled(one, "transfer.pick", path, [*form.filled(), ("pick", f"item:{one.item}")], "send")

    def send(self, one: Handing) -> None:
        if self.chance.random() < 0.15:
            self.verb("transfer.withdraw", f"/archive/transfers/{one.pk}/withdraw/", transfer=one.pk)
            self.lists.remove(one)
            return
        path = f"/archive/transfers/{one.pk}/send/"
        page = self.browser.get(path)
        if page.status >= 500:
            raise Gone(f"{path}: {page.status}")
        if page.status != 200:
            self.lists.remove(one)
            return
        form = page.form()
        self.settled(one, "transfer.send", path, form.filled(), "receive")

    def receive(self, one: Handing) -> None:
        """Count and sign, once the worker has tested the lines."""
        if self.other is None:
            fresh = Browser(self.browser.port)
            sign_in(fresh, self.receiver)
            self.other = fresh
        path = f"/archive/transfers/{one.pk}/receive/"
        page = self.other.get(path)
        if page.status >= 500:
            raise Gone(f"{path}: {page.status}")
        at = page.text.find('name="pages-')
        if page.status != 200 or at < 0:
            self.lists.remove(one)
            return
        if not re.search(r'href="/archive/checks/\d', page.text):
            self.pace.stopped.wait(0.1)
            return
        line = page.text[at:].removeprefix('name="pages-').partition('"')[0]
        form = page.form("_version")
        choice = "accepted" if self.chance.random() < 0.7 else "rejected"
        act = self.journal.send("transfer.receive", path=path, transfer=one.pk, item=one.item, choice=choice)
        typed = form.filled(
            **{f"pages-{line}": PAGES, f"state-{line}": choice, f"reason-{line}": act.token, "_sign": "1"}
        )
        other = self.other
        self.outcome(act, lambda: other.post(path, typed))
        if act.state in (GOOD, REFUSED):
            self.lists.remove(one)

    def settled(self, one: Handing, kind: str, path: str, fields: Any, then: str) -> None:
        """Do what has no token; where nobody knows, the list is left alone."""
        act, _answer = self.do(kind, path, lambda _token: fields, transfer=one.pk, item=one.item)
        if act.state == GOOD:
            one.next = then
        else:
            self.lists.remove(one)
