"""Custody: cabinets and boxes, volumes put on their shelves by scanning, boxes carried, shelves counted, findings noted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.harness.crash.acts.archive import ArchiveDesk
from tests.harness.crash.browser import Answer
from tests.harness.crash.journal import GOOD, LOST

MOST_CABINETS, ROOM_FOR = 4, 60


@dataclass(slots=True)
class Cabinet:
    """A cabinet of this desk with two shelves, as the person remembers it."""

    pk: int
    label: str
    shelves: list[tuple[int, str]]
    boxes: list[int] = field(default_factory=list)
    standing: list[str] = field(default_factory=list)


class CustodyDesk(ArchiveDesk):
    """An archivist in the store-room."""

    username = "yezhen"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.rooms: list[str] = []
        self.cabinets: list[Cabinet] = []
        self.takes: list[tuple[int, Cabinet]] = []
        self.counted: set[int] = set()
        self.known: dict[tuple[int, str], list[str]] = {}

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        some: list[tuple[int, Callable[[], None]]] = [(1, self.finding)]
        if len(self.cabinets) < MOST_CABINETS:
            some.append((4, self.cabinet))
        if self.cabinets:
            some += [(1, self.make_boxes), (3, self.begin)]
            some += [(12, self.put_away)] if self.shared else []
        if any(cabinet.boxes for cabinet in self.cabinets):
            some.append((3, self.move_box))
        if self.takes:
            some += [(6, self.count), (2, self.conclude)]
        return some

    # Places

    def cabinet(self) -> None:
        """A cabinet with two shelves, named by its token."""
        if not self.rooms:
            tree = self.page("/places/tree/").text
            found = dict.fromkeys(part.partition("/")[0] for part in tree.split('href="/places/')[1:])
            self.rooms = [key for key in found if key.isdecimal() and "/cabinet/" in self.page(f"/places/{key}/").text]
        room = self.chance.choice(self.rooms)
        path = f"/places/{room}/cabinet/"
        form = self.page(path).form("shelves")
        act, _answer = self.do(
            "place.cabinet", path,
            lambda token: form.filled(code=token, name=token, shelves="2", sides="1", capacity=str(ROOM_FOR)),
        )  # fmt: skip
        if act.state == GOOD:
            self.remember(act.token)

    def remember(self, token: str) -> None:
        listed = self.page(f"/places/?label={token}").text
        found: dict[str, str] = {}
        for part in listed.split('href="/places/')[1:]:
            key, _slash, rest = part.partition('/"')
            label = rest.partition(">")[2].partition("<")[0].strip()
            if key.isdecimal() and token in label:
                found[key] = label
        ends = {label.rpartition(token)[2]: (int(key), label) for key, label in found.items()}
        if "" in ends and len(ends) >= 3:
            pk, label = ends.pop("")
            self.cabinets.append(Cabinet(pk, label, [ends["-1"], ends["-2"]]))

    def make_boxes(self) -> None:
        cabinet = self.chance.choice(self.cabinets)
        shelf, _label = self.chance.choice(cabinet.shelves)
        path = f"/places/{shelf}/boxes/"
        form = self.page(path).form("count")
        before = set(self.boxes_on(shelf))
        act, _answer = self.do(
            "place.boxes", path, lambda token: form.filled(count="2", thickness="50"), shelf=shelf, before=len(before)
        )
        if act.state == GOOD:
            cabinet.boxes += [key for key in self.boxes_on(shelf) if key not in before]

    def boxes_on(self, shelf: int) -> list[int]:
        page = self.page(f"/places/{shelf}/").text.partition("<main")[2]
        keys = [part.partition("/")[0] for part in page.split('href="/places/')[1:]]
        mine = {shelf, *(cabinet.pk for cabinet in self.cabinets), *(int(room) for room in self.rooms)}
        return [int(key) for key in dict.fromkeys(keys) if key.isdecimal() and int(key) not in mine]

    def move_box(self) -> None:
        """To the other shelf of its cabinet; the reason is the token."""
        cabinet = self.chance.choice([cabinet for cabinet in self.cabinets if cabinet.boxes])
        box = self.chance.choice(cabinet.boxes)
        stands = self.page(f"/places/{box}/").text
        label = next((label for _key, label in cabinet.shelves if label not in stands), "")
        if not label:
            return
        path = f"/places/{box}/move/"
        answer = self.browser.get(path)
        if answer.status != 200:
            cabinet.boxes.remove(box)  # it was no box
            return
        form = answer.form("to")
        self.do("place.move", path, lambda token: form.filled(to=label, reason=token), box=box, to=label)

    def put_away(self) -> None:
        """Scan a shelf, scan a volume. A volume is sent to a shelf once, so that shelf and volume are the token."""
        pk, code = self.shared[0]
        cabinet = self.chance.choice(self.cabinets)
        free = [label for _key, label in cabinet.shelves if label not in self.known.setdefault((pk, code), [])]
        if not free or len(self.known[pk, code]) > 2:
            self.shared.remove((pk, code))
            return
        self.known[pk, code].append(free[0])
        form = self.page(f"/scan/?place={free[0]}").form("code")
        act, _answer = self.do("place.put", "/scan/", lambda token: form.filled(code=code), volume=pk, label=free[0])
        if act.state == GOOD:
            for other in self.cabinets:
                if code in other.standing:
                    other.standing.remove(code)
            cabinet.standing.append(code)

    # Counting

    def begin(self) -> None:
        cabinet = self.chance.choice(self.cabinets)
        if not (cabinet.standing or cabinet.boxes) or any(one is cabinet for _key, one in self.takes):
            return
        path = f"/places/{cabinet.pk}/count/"
        form = self.page(path).form("title")
        act, _answer = self.do("stock.begin", path, lambda token: form.filled(title=token), cabinet=cabinet.pk)
        if act.state == GOOD:
            key = self.page("/stock-takes/").key_of("/stock-takes/", act.token)
            self.takes += [(key, cabinet)] if key else []

    def count(self) -> None:
        """What a phone sends: a scan with a key of its own; the same may be sent again."""
        pk, cabinet = self.chance.choice(self.takes)
        codes = cabinet.standing or ["没有此件"]
        code, (_key, label) = self.chance.choice(codes), self.chance.choice(cabinet.shelves)
        path = f"/stock-takes/{pk}/scans/"
        act = self.journal.send("stock.scan", path=path, take=pk)
        sent = {"scans": [{"key": act.token, "code": code, "place": label}], "device": "试"}

        def told(answer: Answer) -> bool:
            return answer.status == 200 and '"refused": []' in answer.text

        self.outcome(act, lambda: self.browser.send_json(path, sent), told)
        if act.state == GOOD:
            self.counted.add(pk)
        if act.state == LOST:
            again = self.journal.send("stock.again", path=path, take=pk, key=act.token)
            self.outcome(again, lambda: self.browser.send_json(path, sent), told)

    def conclude(self) -> None:
        pk, cabinet = self.chance.choice(self.takes)
        if pk not in self.counted:
            return
        if not self.verb("stock.close", f"/stock-takes/{pk}/close/", field="conclusion", take=pk):
            return
        self.takes.remove((pk, cabinet))

    def finding(self) -> None:
        """Something that is to be mended, and at times is."""
        path = "/findings/new/"
        page = self.page(path)
        rooms = [value for value, _words in page.options("location")]
        form = page.form()
        act, answer = self.do("finding.note", path, lambda token: form.filled(text=token, location=rooms[0]))
        if answer is not None and act.state == GOOD and self.chance.random() < 0.5:
            key = answer.location.rstrip("/").rpartition("/")[2]
            if key.isdecimal():
                self.verb("finding.solve", f"/findings/{key}/solve/", finding=int(key))
