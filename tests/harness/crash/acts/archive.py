"""The archive: papers come in, go through the four steps, are arranged in volumes, closed, opened again, noted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from tests.harness.crash.acts.desk import Desk
from tests.harness.crash.browser import Answer, Browser, Gone
from tests.harness.crash.journal import GOOD, REFUSED

MOST_PAPERS, MOST_CASES = 3, 6
ENOUGH = 1
"""Items with which a volume is closed."""
STEPS = {"received": "identify", "identified": "place", "placed": "catalogue", "catalogued": "put-away"}
KIND = "合同"


@dataclass(slots=True)
class Case:
    """A volume of this desk, as the person remembers it."""

    pk: int
    code: str
    customer: str
    state: str = "open"
    inside: int = 0
    is_asking: bool = False


@dataclass(slots=True)
class Paper:
    """An item of this desk."""

    pk: int
    token: str
    customer: str
    case: Case | None = None
    files: int = 0


class ArchiveDesk(Desk):
    """What the desks of the archive have in common."""

    shared: ClassVar[list[tuple[int, str]]] = []
    """What one desk hands to another: closed volumes that are to stand on a shelf, as (key, code)."""

    def verb(
        self, act_kind: str, path: str, *, field: str = "reason", typed: dict[str, str] | None = None, **facts: Any
    ) -> bool:
        """A dialog with one text, and what else is chosen in it; whether it was done."""
        answer = self.browser.get(path)
        if answer.status >= 500:
            raise Gone(f"{path}: {answer.status}")
        if answer.status != 200:
            return False
        form = answer.form(field)
        more = typed or {}
        act, _answer = self.do(act_kind, path, lambda token: form.filled(**more, **{field: token}), **facts)
        return act.state == GOOD


class FilingDesk(ArchiveDesk):
    """An archivist who files papers of a few customers."""

    username, decider = "shenzhixing", "zhengmingqu"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.customers: list[str] = []
        self.papers: list[Paper] = []
        self.cases: list[Case] = []

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        some: list[tuple[int, Callable[[], None]]] = []
        if len(self.papers) < MOST_PAPERS:
            some += [(4, self.receive), (2, self.register)]
        if self.papers:
            some += [(24, self.go_on), (2, self.add_file), (1, self.step_back)]
        if self.full_cases():
            some.append((30, self.close))
        if [case for case in self.cases if case.state == "closed"]:
            some += [(3, self.note), (3, self.reopen), (4, self.hand_on)]
        return some

    def one_customer(self) -> str:
        if not self.customers:
            page = self.page("/customers/").text
            found = [part.partition("/")[0] for part in page.split('href="/customers/')[1:]]
            self.customers = [key for key in dict.fromkeys(found) if key.isdecimal()][:2]
        return self.chance.choice(self.customers)

    # Coming in

    def receive(self) -> None:
        """A file through the inbox."""
        customer = self.one_customer()
        path = f"/archive/inbox/?customer={customer}"
        form = self.page(path).form("source")
        act = self.journal.send("item.receive", path=path)
        name, content = f"{KIND}{act.token}.txt", written(act.token, self.chance.choice([1, 40, 3000]))
        fields = form.filled(source=act.token)
        self.outcome(act, lambda: self.browser.upload(path, fields, name, content, field="files"))
        if act.state == GOOD:
            key = self.page("/archive/inbox/").key_of("/archive/items/", act.token)
            self.papers += [Paper(key, act.token, customer, files=1)] if key else []

    def register(self) -> None:
        """A paper without a file."""
        customer = self.one_customer()
        path = f"/archive/items/new/?customer={customer}"
        form = self.page(path).form()
        act, answer = self.do(
            "item.register", path,
            lambda token: form.filled(
                title=f"{KIND}{token}", author="青山", dated_on="2026-03-01", pages="3", copies="1", carrier="paper"
            ),
        )  # fmt: skip
        if answer is not None and act.state == GOOD:
            key = answer.location.rstrip("/").rpartition("/")[2]
            self.papers.append(Paper(int(key), act.token, customer))

    def add_file(self) -> None:
        """A further file of an item that is not filed yet."""
        paper = self.chance.choice(self.papers)
        path = f"/archive/items/{paper.pk}/files/add/"
        act = self.journal.send("item.file", path=path, item=paper.pk)
        fields = [("role", "scan"), ("note", act.token)]
        content = written(act.token, 60)
        self.outcome(act, lambda: self.browser.upload(path, fields, f"补{act.token}.txt", content, field="files"))
        paper.files += act.state == GOOD

    # The four steps

    def go_on(self) -> None:
        """The next step of one of the papers, as its page offers it; what lies longest comes first as a rule."""
        paper = self.papers[0] if self.chance.random() < 0.7 else self.chance.choice(self.papers)
        path = f"/archive/items/{paper.pk}/filing/"
        page = self.page(path)
        if 'name="_state"' not in page.text:
            self.papers.remove(paper)  # filed, though nobody was told
            return
        form = page.form("_state")
        step = STEPS[dict(form.fields)["_state"]]
        typed = getattr(self, f"typed_to_{step.replace('-', '_')}")(paper, page)
        act, _answer = self.do(
            f"item.{step}",
            path,
            lambda token: form.filled(**{k: v.format(token=token) for k, v in typed.items()}),
            item=paper.pk,
        )
        if act.state != GOOD:
            if act.state == REFUSED:
                self.papers.remove(paper)
            return
        if step == "place":
            self.into_case(paper, act.token)
        if step == "put-away":
            self.papers.remove(paper)

    def typed_to_identify(self, paper: Paper, page: Answer) -> dict[str, str]:
        kinds = [value for value, words in page.options("document_type") if KIND in words and "不归档" not in words]
        return {"document_type": kinds[0], "is_kept": "yes", "reason": "{token}"}

    def typed_to_place(self, paper: Paper, page: Answer) -> dict[str, str]:
        offered = dict(page.options("volume"))
        case = next((c for c in self.cases if c.state == "open" and str(c.pk) in offered), None)
        paper.case = case
        volume = str(case.pk) if case is not None else "new"
        return {"volume": volume, "arrangement": "volume", "volume_title": "试卷{token}", "reason": "{token}"}

    def typed_to_catalogue(self, paper: Paper, page: Answer) -> dict[str, str]:
        return {"author": "青山", "dated_on": "2026-03-01", "pages": "4", "copies": "1", "remarks": "{token}"}

    def typed_to_put_away(self, paper: Paper, page: Answer) -> dict[str, str]:
        return {}

    def into_case(self, paper: Paper, token: str) -> None:
        """Which volume it went into."""
        if paper.case is None:
            key = self.page("/volumes/?view=open").key_of("/volumes/", token)
            if not key:
                self.papers.remove(paper)
                return
            paper.case = Case(key, "", paper.customer)
            self.cases = [*self.cases, paper.case][-MOST_CASES:]
        paper.case.inside += 1

    def step_back(self) -> None:
        """Back by a step; from the catalogue it leaves its volume."""
        paper = self.chance.choice(self.papers)
        if (
            self.verb("item.step-back", f"/archive/items/{paper.pk}/step-back/", item=paper.pk)
            and paper.case is not None
        ):
            paper.case.inside -= 1
            paper.case = None

    # Volumes

    def close(self) -> None:
        """Close a volume once nothing of it is on its way."""
        case = self.chance.choice(self.full_cases())
        if any(paper.case is case for paper in self.papers):
            return
        path = f"/volumes/{case.pk}/close/"
        page = self.browser.get(path)
        if page.status >= 500:
            raise Gone(f"{path}: {page.status}")
        if page.status != 200:
            self.cases.remove(case)  # an earlier try came through
            return
        people = [value for value, _words in page.options("inspector")]
        form = page.form("situation")
        act, _answer = self.do(
            "volume.close", path,
            lambda token: form.filled(inspector=people[self.chance.randrange(2)], situation=token), volume=case.pk,
        )  # fmt: skip
        if act.state == GOOD:
            case.state, case.code = "closed", code_of(self.page(f"/volumes/{case.pk}/").text)
        elif act.state == REFUSED:
            self.cases.remove(case)

    def full_cases(self) -> list[Case]:
        return [case for case in self.cases if case.state == "open" and case.inside >= ENOUGH]

    def note(self) -> None:
        case = self.one_closed()
        self.verb("volume.note", f"/volumes/{case.pk}/note/", field="text", typed={"kind": "defect"}, volume=case.pk)

    def reopen(self) -> None:
        """Ask, and have somebody else decide."""
        case = self.one_closed()
        if not case.is_asking:
            case.is_asking = self.verb("volume.reopen", f"/volumes/{case.pk}/reopen/", volume=case.pk)
            return
        boss = self.another(self.decider)
        page = boss.get(f"/volumes/{case.pk}/")
        at = page.text.find('href="/volumes/reopenings/')
        if page.status != 200 or at < 0:
            if page.status < 500:
                self.cases.remove(case)  # decided, though nobody was told
            return
        path = "/volumes/reopenings/" + page.text[at:].removeprefix('href="/volumes/reopenings/').partition('"')[0]
        page, answer = boss.get(path), "yes" if self.chance.random() < 0.7 else "no"
        if page.status == 302:  # a request in which the decider has a part is decided on its own page
            path = page.location
            page = boss.get(path)
        if page.status >= 500:
            raise Gone(f"{path}: {page.status}")
        if page.status != 200 or 'name="opinion"' not in page.text:
            self.cases.remove(case)
            return
        form = page.form("opinion")
        if path.startswith("/cases/"):
            path = f"{path}{'approve' if answer == 'yes' else 'reject'}/act/"
        act, _answer = self.do(
            "volume.decide", path, lambda token: form.filled(opinion=token, answer=answer), by=boss, volume=case.pk
        )
        case.is_asking = act.state not in (GOOD, REFUSED)
        if act.state == GOOD and answer == "yes":
            case.state = "open"

    def one_closed(self) -> Case:
        return self.chance.choice([case for case in self.cases if case.state == "closed"])

    def hand_on(self) -> None:
        """Nothing more happens to it here: it goes to its shelf."""
        case = self.one_closed()
        self.cases.remove(case)
        if case.code and not case.is_asking:
            self.shared.append((case.pk, case.code))


def written(token: str, lines: int) -> bytes:
    """A text of some lines, each with the token."""
    return "".join(f"第 {n} 行 {token}\n" for n in range(lines)).encode()


def code_of(page: str) -> str:
    """The code in the head of a record."""
    return page.partition('<span title="档号">')[2].partition("<")[0]


def sign_in(browser: Browser, username: str) -> None:
    """By another door, which may be shut at this moment."""
    try:
        browser.sign_in(username)
    except (AssertionError, LookupError) as error:
        raise Gone(str(error)[:120]) from error
