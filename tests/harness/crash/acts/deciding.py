"""Requests that do something when approved: a hold and its release, a protected field that changes, a dossier opened to a reader."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.harness.crash.acts.desk import Desk
from tests.harness.crash.browser import Gone
from tests.harness.crash.journal import GOOD, REFUSED

MOST, MOST_HOLDS = 4, 5
WAYS = {
    "hold": ["zhengmingqu"], "release": ["zhengmingqu"], "change": ["mengxiaotang", "shenzhixing"],
    "use": ["mengxiaotang", "shenzhixing"],
}  # fmt: skip
"""Who is asked, one after the other."""
ARCHIVIST, SELLER = "yezhen", "chengyu"


@dataclass(slots=True)
class Wish:
    """A request of this desk: its case, what it is for, who is still to be asked."""

    case: int
    sort: str
    subject: int
    left: list[str] = field(default_factory=list)


class DecidingDesk(Desk):
    """A salesperson and an archivist ask, heads and the general manager decide.

    After an answer that did not come a request is left alone: the journal knows what was sent.
    """

    username = SELLER

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.wishes: list[Wish] = []
        self.holds: list[int] = []
        self.customers: list[tuple[int, str]] = []
        self.asked = 0

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        if not self.customers:
            return [(1, self.find_customers)]
        some: list[tuple[int, Callable[[], None]]] = []
        if len(self.wishes) < MOST:
            some += [(2, self.hold), (3, self.change), (2, self.use)]
            some += [(3, self.release)] if self.holds else []
        if self.wishes:
            some.append((8, self.decide))
        return some

    def find_customers(self) -> None:
        page = self.page("/customers/").text
        keys = [int(key) for key in dict.fromkeys(re.findall(r'href="/customers/(\d+)/"', page))][:8]
        for key in keys:
            text = self.page(f"/customers/{key}/").text
            found = re.search(r'<div class="record-code"><span title="[^"]*">([^<]+)<', text)
            if found is not None and "待建档审核" not in text:  # what does not count yet is changed without asking
                self.customers.append((key, found.group(1).strip()))

    def hold(self) -> None:
        if len(self.holds) >= MOST_HOLDS:
            return
        key, number = self.chance.choice(self.customers)
        path, by = "/holds/ask/", self.another(ARCHIVIST)
        form = self.page(path, by).form("legal_basis")
        act, answer = self.do(
            "hold.ask", path,
            lambda token: form.filled(title=token, legal_basis="试验裁定", things=number, reason=f"理由{token}"), by=by, customer=key,
        )  # fmt: skip
        if answer is not None and act.state == GOOD:
            self.remember(
                "hold", int(answer.location.rstrip("/").rpartition("/")[2]), f"{answer.location}", by=ARCHIVIST
            )

    def release(self) -> None:
        key = self.holds.pop(self.chance.randrange(len(self.holds)))
        path, by = f"/holds/{key}/release/", self.another(ARCHIVIST)
        page = by.get(path)
        if page.status >= 500:
            raise Gone(f"{path}: {page.status}")
        if page.status != 200:
            return
        form = page.form("reason")
        act, _answer = self.do("hold.release", path, lambda token: form.filled(reason=token), by=by, hold=key)
        if act.state == GOOD:
            self.remember("release", key, f"/holds/{key}/", by=ARCHIVIST)

    def change(self) -> None:
        """The account of a customer, which changes only when two have agreed."""
        key, _number = self.chance.choice(self.customers)
        path = f"/customers/{key}/edit/"
        page = self.page(path)
        if "受保护内容已有变更在等待" in page.text:
            return
        form = page.form("bank_account")
        self.asked += 1
        account = f"6222{self.asked:012d}"
        act, answer = self.do(
            "change.ask",
            path,
            lambda token: form.filled(bank_name="试验银行", bank_account=account, reason=token),
            customer=key,
        )
        if answer is not None and act.state == GOOD:
            self.remember("change", key, f"/customers/{key}/")

    def use(self) -> None:
        """A dossier into the basket, and a request to read what is hidden in it."""
        key, _number = self.chance.choice(self.customers)
        path = f"/customers/{key}/ask-use/"
        form = self.page(path).form("csrfmiddlewaretoken")
        self.browser.post(path, form.filled())
        path = "/use/new/unmask/"
        form = self.page(path).form("reason")
        things = [*form.filled(), ("thing", f"customers.customer:{key}")]
        fields = [(name, value) for name, value in dict.fromkeys(things) if name not in ("reason", "field_classes")]
        act, answer = self.do(
            "use.ask", path, lambda token: [*fields, ("field_classes", "contact"), ("reason", token)], customer=key
        )
        if answer is not None and act.state == GOOD:
            self.remember("use", key, answer.location)

    def remember(self, sort: str, subject: int, path: str, by: str = SELLER) -> None:
        """The case that came of it, as the page of the subject names it."""
        page = self.page(path, self.another(by) if by != SELLER else None)
        found = [int(key) for key in re.findall(r'href="/cases/(\d+)/"', page.text)]
        case = int(path.strip("/").rpartition("/")[2]) if path.startswith("/cases/") else max(found, default=0)
        if case:
            self.wishes.append(Wish(case, sort, subject, list(WAYS[sort])))

    def decide(self) -> None:
        """Whose turn it is agrees, or now and then does not."""
        wish = self.chance.choice(self.wishes)
        by, path = self.another(wish.left[0]), f"/cases/{wish.case}/"
        page = by.get(path)
        if page.status >= 500:
            raise Gone(f"{path}: {page.status}")
        verb = "approve" if self.chance.random() < 0.85 else "reject"
        if page.status != 200 or f"{path}{verb}/act/" not in page.text:
            self.wishes.remove(wish)  # decided, though nobody was told
            return
        form = page.form("opinion")
        act, _answer = self.do(
            f"{wish.sort}.{verb}", f"{path}{verb}/act/", lambda token: form.filled(opinion=f"意见{token}"), by=by,
            case=wish.case, subject=wish.subject,
        )  # fmt: skip
        wish.left.pop(0)
        if act.state != GOOD or verb == "reject" or not wish.left:
            self.wishes.remove(wish)
        if wish.sort == "hold" and verb == "approve" and act.state != REFUSED:
            self.holds.append(wish.subject)
