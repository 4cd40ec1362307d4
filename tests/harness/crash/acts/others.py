"""Accounts, exports by the worker, and a look at the list now and then."""

import time
from collections.abc import Callable
from typing import Any

from tests.harness.crash.acts.desk import Desk
from tests.harness.crash.browser import Browser, Gone
from tests.harness.crash.journal import GOOD

PROOF_LASTS = 10 * 60


class PeopleDesk(Desk):
    """The system administrator: accounts are made and changed."""

    username = "helijun"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.mine: list[int] = []

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        if self.mine and self.chance.random() < 0.7:
            return [(1, self.edit)]
        return [(1, self.create)]

    def create(self) -> None:
        if self.pace.stopped.wait(0.3):
            return
        form = self.page("/people/new/").form()
        act, _ = self.do(
            "person.create", "/people/new/", lambda token: form.filled(name=f"甲{token}", username=token, title=token),
            good=lambda answer: answer.status == 302 or (answer.status == 200 and "/sign-in/" not in answer.location),
        )  # fmt: skip
        if act.state == GOOD:
            listed = self.page(f"/people/?name={act.token}").text
            at = listed.find('href="/people/', listed.find("<tbody"))
            number = listed[at:].removeprefix('href="/people/').partition("/")[0] if at >= 0 else ""
            if number.isdecimal():
                self.mine = [*self.mine, int(number)][-12:]

    def edit(self) -> None:
        if self.pace.stopped.wait(0.2):
            return
        pk = self.chance.choice(self.mine)
        form = self.page(f"/people/{pk}/edit/").form()
        self.do("person.edit", f"/people/{pk}/edit/", lambda token: form.filled(title=token), pk=pk)


class BackupDesk(Desk):
    """The system administrator asks for a backup now and then; the worker makes it."""

    username = "helijun"

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        return [(1, self.backup)]

    def backup(self) -> None:
        for _ in range(60):
            if self.pace.stopped.wait(0.1) or not self.pace.go.is_set():
                return
        self.do(
            "backup.ask", "/operations/backup/", lambda token: [],
            good=lambda answer: answer.status == 302 and "/jobs/" in answer.location,
        )  # fmt: skip


class ExportDesk(Desk):
    """Lists exported by the worker, and fetched when they are ready."""

    username = "yezhen"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.waiting: list[tuple[str, str]] = []
        self.proved_at = time.monotonic()

    def sign_in_again(self) -> None:
        """By another door, so that a crash in the middle leaves the old session."""
        fresh = Browser(self.browser.port)
        try:
            fresh.sign_in(self.username)
        except (AssertionError, LookupError) as error:
            raise Gone(str(error)[:120]) from error
        self.browser, self.proved_at = fresh, time.monotonic()

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        if len(self.waiting) < 2:
            return [(1, self.export), (2, self.look)]
        return [(3, self.fetch), (1, self.look)]

    def export(self) -> None:
        if time.monotonic() - self.proved_at > PROOF_LASTS:  # who takes lists away must have shown lately who they are
            self.sign_in_again()
        form = self.chance.choice(["csv", "xlsx"])
        act, answer = self.do(
            "export.ask", "/customers/export/",
            lambda token: [("query", f"of={token}"), ("format", form), ("column", "number"), ("column", "name"), ("column", "stage")],
            format=form,
        )  # fmt: skip
        if answer is not None and act.state == GOOD and "/jobs/" in answer.location:
            self.waiting.append((answer.location.rstrip("/").rpartition("/")[2], form))

    def fetch(self) -> None:
        """A file that is offered is whole."""
        number, form = self.waiting[0]
        answer = self.browser.get(f"/exports/{number}/")
        if answer.status == 404:
            self.pace.stopped.wait(0.2)
            self.waiting.append(self.waiting.pop(0))
            return
        if answer.status >= 500:
            raise Gone(str(answer.status))
        self.waiting.pop(0)
        whole = (
            answer.body.startswith(b"PK")
            and b"[Content_Types].xml" in answer.body
            and b"PK\x05\x06" in answer.body[-64:]
        )
        if form == "csv":
            whole = answer.body.endswith(b"\n") and answer.body.startswith("\ufeff".encode())
        self.journal.note(fetched=number, status=answer.status, bytes=len(answer.body))
        if answer.status != 200 or not whole:
            self.failures.append(f"export {number}: status {answer.status}, {len(answer.body)} bytes, whole: {whole}")

    def look(self) -> None:
        self.pace.stopped.wait(0.1)
        self.page(self.chance.choice(["/customers/", "/", "/imports/", "/search/?q=shilian", "/jobs/"]))
