"""Hand-overs: somebody leaves, everything they have in hand is split to successors, who sign; then they sign, and the head closes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.harness.crash.acts.desk import Desk
from tests.harness.crash.browser import Answer, Browser, Gone
from tests.harness.crash.journal import GOOD, Act
from tests.harness.crash.scene import LEAVERS_FROM, leaver_name

MOST, MOST_LOOKS = 3, 80
SUCCESSORS = {"xuniansheng": "许念笙", "luozijin": "罗子今", "lujiahe": "陆嘉禾", "chengyu": "程屿"}
HEAD = "韩启明"


@dataclass(slots=True)
class Folder:
    """A hand-over of this desk. ``next``: what comes now. ``asked``: successors who have their part and have not answered."""

    pk: int
    leaver: int
    next: str = "split"
    asked: list[str] = field(default_factory=list)
    met: list[str] = field(default_factory=list)
    signatures: int = 0
    looks: int = 0


class LeavingDesk(Desk):
    """The head of a department; leavers and successors sign in browsers of their own.

    After an answer that did not come the folder is cancelled, with a reason that is a token: what was sent stays in the journal, and the
    person may leave another day.
    """

    username = LEAVERS_FROM

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.folders: list[Folder] = []
        self.people: list[int] | None = None

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        if self.people is None:
            return [(1, self.count_people)]
        some: list[tuple[int, Callable[[], None]]] = [(1, self.look)]
        if len(self.folders) < MOST and self.people:
            some.append((3, self.open))
        if self.folders:
            some.append((12, self.go_on))
        return some

    def count_people(self) -> None:
        """Who is there to leave."""
        words = [words for _key, words in self.page("/handovers/new/", self.me()).options("person")]
        self.people = [int(found.group(1)) for one in words if (found := re.search(r"将离(\d{3})", one))]
        self.chance.shuffle(self.people)

    def look(self) -> None:
        self.pace.stopped.wait(0.2)
        self.page("/handovers/", self.me())

    def me(self) -> Browser:
        """The head, who proved lately who they are."""
        return self.another(self.username)

    def open(self) -> None:
        assert self.people
        number, me = self.people[0], self.me()
        path = "/handovers/new/"
        page = self.page(path, me)
        key = next((value for value, words in page.options("person") if f"将离{number:03d}" in words), "")
        if not key:
            self.people.remove(number)  # left, though nobody was told
            return
        head = next(value for value, words in page.options("supervisor") if HEAD in words)
        form = page.form("last_day")
        typed = {"person": key, "kind": "leave", "last_day": "2027-01-31", "supervisor": head}
        act, answer = self.do(
            "handover.open", path, lambda token: form.filled(reason=token, **typed), by=me, username=leaver_name(number)
        )
        self.people.remove(number)
        if answer is not None and act.state == GOOD:
            self.folders.append(Folder(int(answer.location.rstrip("/").rpartition("/")[2]), number))

    def go_on(self) -> None:
        folder = self.chance.choice(self.folders)
        if self.chance.random() < 0.02:
            folder.next = "cancel"
        getattr(self, folder.next)(folder)

    def folder_page(self, folder: Folder, by: Browser) -> Answer:
        return self.page(f"/handovers/{folder.pk}/", by)

    def act(
        self, folder: Folder, verb: str, by: Browser, typed: Callable[[str], list[tuple[str, str]]], **facts: Any
    ) -> Act:
        """One of the buttons of the folder."""
        path = f"/handovers/{folder.pk}/{verb}/act/"
        act, _answer = self.do(f"handover.{verb}", path, typed, by=by, handover=folder.pk, **facts)
        if act.state != GOOD:
            folder.next = "cancel"
        return act

    def split(self, folder: Folder) -> None:
        """What nobody has yet: all to one, or a part of it."""
        me = self.me()
        page = self.folder_page(folder, me)
        lines = re.findall(r'name="line" value="(\d+)"', page.text)
        free = [line for line in lines if self.is_free(page.text, line)]
        names = [name for name in SUCCESSORS if name not in folder.met]
        if not free:
            folder.next = "answer" if folder.asked else "sign"
            return
        if not names:
            folder.next = "cancel"
            return
        name = self.chance.choice(names)
        chosen = free if len(free) == 1 or self.chance.random() < 0.5 else free[: len(free) // 2]
        key = next(value for value, words in page.options("successor") if SUCCESSORS[name] in words)
        fields = [("successor", key), ("which", "picked"), *(("line", line) for line in chosen)]
        folder.met.append(name)
        act = self.act(
            folder,
            "split",
            me,
            lambda _token: fields,
            to=name,
            name=SUCCESSORS[name],
            lines=[int(one) for one in chosen],
        )
        if act.state == GOOD:
            folder.asked.append(name)

    def is_free(self, page: str, line: str) -> bool:
        """Nobody's yet, or declined, or stuck on its way."""
        row = page.partition(f'name="line" value="{line}"')[2].partition("</tr>")[0]
        return ">未分配</span>" in row or ">未能交接</span>" in row

    def answer(self, folder: Folder) -> None:
        """A successor signs for their part, or does not take it."""
        if not folder.asked:
            folder.next = "split"
            return
        name = folder.asked.pop(0)
        by, facts = self.another(name), {"to": name, "name": SUCCESSORS[name]}
        if self.chance.random() < 0.2:
            self.act(folder, "decline", by, lambda token: [("reason", token)], **facts)
            if folder.next != "cancel":
                folder.next = "split"
            return
        self.act(folder, "accept", by, lambda _token: [("typed_name", SUCCESSORS[name])], **facts)

    def sign(self, folder: Folder) -> None:
        """The leaver, once everything has passed; the worker may still be at it."""
        by = self.another(leaver_name(folder.leaver))
        if f"/handovers/{folder.pk}/sign/act/" not in self.folder_page(folder, by).text:
            folder.looks += 1
            self.pace.stopped.wait(0.1)
            if folder.looks > MOST_LOOKS:
                folder.next = "cancel"
            return
        folder.signatures += 1
        name = f"将离{folder.leaver:03d}"
        act = self.act(folder, "sign", by, lambda _token: [("typed_name", name)], turn=folder.signatures)
        if act.state == GOOD:
            folder.next = "unsign" if self.chance.random() < 0.2 else "close"

    def unsign(self, folder: Folder) -> None:
        """Something turned up."""
        act = self.act(folder, "unsign", self.me(), lambda token: [("reason", token)])
        if act.state == GOOD:
            folder.next = "sign"

    def close(self, folder: Folder) -> None:
        """The third signature: rights end, the account is switched off."""
        act = self.act(
            folder, "close", self.me(), lambda _token: [("typed_name", HEAD)], username=leaver_name(folder.leaver)
        )
        if act.state == GOOD:
            self.folders.remove(folder)

    def cancel(self, folder: Folder) -> None:
        """They stay; it may have been closed already."""
        path, me = f"/handovers/{folder.pk}/", self.me()
        page = me.get(path)
        if page.status >= 500:
            raise Gone(f"{path}: {page.status}")
        if f"{path}cancel/act/" not in page.text:
            self.folders.remove(folder)
            return
        act = self.act(folder, "cancel", me, lambda token: [("reason", token)])
        if act.state == GOOD:
            self.folders.remove(folder)
            assert self.people is not None
            self.people.append(folder.leaver)
