"""Care of the store: temperatures read, devices looked after, visitors in and out, inspections done; and packages that arrive."""

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.harness.crash.acts.archive import ArchiveDesk
from tests.harness.crash.journal import GOOD

MOST = 4
FIRST = datetime(2024, 1, 1, 8, 0)


class CareDesk(ArchiveDesk):
    """An archivist who makes the round of the rooms."""

    username = "shenzhixing"

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # as every desk
        self.rooms: list[str] = []
        self.devices: list[int] = []
        self.visits: list[int] = []
        self.planned: list[int] = []
        self.turns = 0

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        some: list[tuple[int, Callable[[], None]]] = [(4, self.read), (1, self.arrive)]
        if len(self.devices) < MOST:
            some.append((2, self.add_device))
        if len(self.visits) < MOST:
            some.append((3, self.enter))
        if len(self.planned) < MOST:
            some.append((2, self.plan))
        some += [(3, self.look_after)] if self.devices else []
        some += [(3, self.leave)] if self.visits else []
        some += [(3, self.inspect)] if self.planned else []
        return some

    def read(self) -> None:
        """A reading of a moment that nobody has read yet: the moment is its token."""
        if not self.rooms:
            page = self.page("/climate/").text
            found = [part.partition("/")[0] for part in page.split('href="/climate/')[1:]]
            self.rooms = [key for key in dict.fromkeys(found) if key.isdecimal()]
        room = self.chance.choice(self.rooms)
        self.turns += 1
        at = f"{FIRST + timedelta(minutes=self.turns):%Y-%m-%d %H:%M}"
        path = f"/climate/{room}/"
        form = self.page(path).form("temperature")
        fields = form.filled(temperature="20.5", humidity="50", read_at=at, do="reading")
        self.do("climate.read", path, lambda _token: fields, room=int(room), read_at=at)

    def add_device(self) -> None:
        act, key = self.made("equipment.add", "/equipment/new/", "name", kind="fire")
        if act and key:
            self.devices.append(key)

    def look_after(self) -> None:
        key = self.chance.choice(self.devices)
        self.verb("equipment.look-after", f"/equipment/{key}/look-after/", equipment=key)

    def enter(self) -> None:
        act, key = self.made("visit.enter", "/visits/new/", "visitor", purpose="盘点")
        if act and key:
            self.visits.append(key)

    def leave(self) -> None:
        """A verb without words: the visit itself is the token, so each leaves once."""
        key = self.visits.pop(self.chance.randrange(len(self.visits)))
        path = f"/visits/{key}/leave/"
        answer = self.browser.get(path)
        if answer.status == 200:
            form = answer.form("csrfmiddlewaretoken")
            self.do("visit.leave", path, lambda _token: form.filled(), visit=key)

    def plan(self) -> None:
        """An inspection of a day that nobody has planned for yet: the day is its token."""
        self.turns += 1
        day = f"{FIRST.date() + timedelta(days=self.turns)}"
        act, key = self.made("inspection.plan", "/inspections/new/", occasion="planned", planned_on=day)
        if act and key:
            self.planned.append(key)

    def inspect(self) -> None:
        """Everything in order; the conclusion is the token."""
        key = self.planned.pop(self.chance.randrange(len(self.planned)))
        path = f"/inspections/{key}/do/"
        page = self.browser.get(path)
        if page.status != 200:
            return
        form = page.form("conclusion")
        points = dict.fromkeys((name for name, _value in form.fields if name.startswith("note-")), "")
        good = {name.replace("note-", "result-"): "good" for name in points}
        self.do("inspection.do", path, lambda token: form.filled(conclusion=token, **good), inspection=key)

    def arrive(self) -> None:
        """A package of another house, whatever is in it."""
        path = "/archive/arrivals/upload/"
        form = self.page(path).form("csrfmiddlewaretoken")
        act = self.journal.send("arrival.bring", path=path)
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as packed:
            packed.writestr("read.txt", act.token)
        self.outcome(
            act, lambda: self.browser.upload(path, form.filled(), f"{act.token}.zip", held.getvalue(), field="files")
        )

    def made(self, deed: str, path: str, field: str = "", **typed: str) -> tuple[bool, int]:
        """A form of the store with its first place chosen; whether it was done, and the key of what was made."""
        page = self.page(path)
        places = [value for value, _words in page.options("location") if value]
        if not places:
            return False, 0
        form = page.form("location")
        act, answer = self.do(
            deed,
            path,
            lambda token: form.filled(
                location=self.chance.choice(places), **({field: token} if field else {}), **typed
            ),
            given=typed,
        )
        key = answer.location.rstrip("/").rpartition("/")[2] if answer is not None else ""
        return act.state == GOOD, int(key) if key.isdecimal() else 0
