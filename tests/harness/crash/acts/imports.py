"""Files brought in: uploaded, mapped, checked, committed, stopped, gone on with, taken back. Every step may be the last before a crash."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.harness.crash.acts.desk import Desk
from tests.harness.crash.browser import Answer, Gone
from tests.harness.crash.journal import GOOD

AT_ONCE = 3
HEADINGS = "客户名称,简称,备注,联系人"


@dataclass(slots=True)
class Batch:
    """A batch of this desk, as the person remembers it."""

    pk: int
    token: str
    rows: int
    updates: str = ""
    commits: int = 0
    is_undone: bool = False


class ImportDesk(Desk):
    """Somebody who brings in one file after the other."""

    username = "shenzhixing"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.open: list[Batch] = []
        self.done: list[Batch] = []

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        some: list[tuple[int, Callable[[], None]]] = []
        if len(self.open) < AT_ONCE:
            some.append((3, self.upload))
        if self.open:
            some.append((12, self.go_on))
        return some

    def upload(self) -> None:
        """A new file, or an old one again with other values: then existing customers are brought up to date."""
        again = self.chance.choice(self.done) if self.done and self.chance.random() < 0.3 else None
        rows = again.rows if again else self.chance.choice([12, 20, 24, 40, 45, 60, 90, 120])
        names = again.token if again else ""
        act = self.journal.send("import.upload", rows=rows, updates=names)
        lines = [HEADINGS]
        lines += [f"批{names or act.token}第{n}有限公司,,{act.token}第{n},王{act.token}" for n in range(rows)]
        content = ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()
        answer = self.outcome(act, lambda: self.browser.upload("/imports/new/", [], f"{act.token}.csv", content))
        if answer is not None and act.state == GOOD:
            pk = int(answer.location.split("/imports/")[1].partition("/")[0])
            self.open.append(Batch(pk, act.token, rows, names))

    def go_on(self) -> None:
        """The next step of one of the open batches, as its page offers it."""
        batch = self.chance.choice(self.open)
        answer = self.browser.get(f"/imports/{batch.pk}/")
        if answer.status >= 500:
            raise Gone(str(answer.status))
        if answer.status == 302:
            self.map(batch)
        elif answer.status != 200:
            raise LookupError(f"batch {batch.pk}: {answer.status}")
        elif f'action="/imports/{batch.pk}/commit/"' in answer.text and "/duplicates/" in answer.text:
            self.commit(batch)
        elif f"/imports/{batch.pk}/progress/" in answer.text:
            if self.chance.random() < 0.02:
                self.verb(batch, "cancel")
        else:
            self.finish(batch, answer)

    def map(self, batch: Batch) -> None:
        path = f"/imports/{batch.pk}/columns/"
        answer = self.browser.get(path)
        if answer.status != 200:
            return
        form = answer.form("field-0")
        fields = form.filled(act="check", on_duplicate="update" if batch.updates else "skip")
        self.do("import.check", path, lambda _token: fields, batch=batch.pk)

    def commit(self, batch: Batch) -> None:
        batch.commits += 1
        self.do("import.commit", f"/imports/{batch.pk}/commit/", lambda _token: [], batch=batch.pk)

    def finish(self, batch: Batch, answer: Answer) -> None:
        """What becomes of a batch that has come to an end: gone on with, taken back, closed, or left alone."""
        self.journal.note(seen=batch.pk, page="result")
        if f'action="/imports/{batch.pk}/commit/"' in answer.text and batch.commits < 6:
            self.commit(batch)
            return
        if not batch.is_undone and not batch.updates and self.chance.random() < 0.35:
            batch.is_undone = True
            self.verb(batch, "undo")
            return
        if self.chance.random() < 0.5:
            self.verb(batch, "close")
        self.open.remove(batch)
        if not batch.is_undone and not batch.updates:
            self.done = [*self.done, batch][-6:]

    def verb(self, batch: Batch, verb: str) -> None:
        path = f"/imports/{batch.pk}/{verb}/"
        answer = self.browser.get(path)
        if answer.status != 200:
            return
        form = answer.form()
        with_reason = {"undo"}
        self.do(
            f"import.{verb}", path,
            lambda token: form.filled(reason=f"试 {token}") if verb in with_reason else form.filled(), batch=batch.pk,
        )  # fmt: skip


class SecondImportDesk(ImportDesk):
    """A colleague with the same rights."""

    username = "yezhen"
