"""The watched folder: a scanner or a colleague puts files there, and they come in by themselves (AR-12).

``<inbox>/…`` for one company; with several, ``<inbox>/<全宗号>/…``. What lies in a folder below says so in its source, and where that folder
is called as one customer alone is (by name or number), it is that customer's. What was taken is removed
once it is sealed away and committed; what could not be taken moves to ``退回`` with a note beside it.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.events.items import INBOX_TAKEN
from kedang.business.holdings.services.items.bringing import items_bring
from kedang.foundation.access.models import Fonds
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.kernel.actors import system_actor

SETTLED_SECONDS = 5.0
"""A file that was written to a moment ago is still being written."""
EVER = timedelta(days=3650)
"""However long ago it was that the same file came in from the same folder."""
SENT_BACK = "退回"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


@dataclass(slots=True)
class Waiting:
    """A file that lies in the folder."""

    path: Path
    fonds: Fonds
    folder: str
    name: str = ""
    _stream: BinaryIO | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.name = self.path.name

    @property
    def file(self) -> BinaryIO:
        """The open stream."""
        if self._stream is None:
            self._stream = self.path.open("rb")
        return self._stream

    def close(self) -> None:
        """Let go of it."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None


def inbox_dir() -> Path:
    """Where the folder is; made when it is missing."""
    folder = Path(settings.INBOX_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def inbox_waiting(*, settled: float = SETTLED_SECONDS) -> Iterator[Waiting]:
    """Files that lie ready, in the order of their names. Links are not followed."""
    root = inbox_dir()
    companies = list(Fonds.objects.order_by("id"))
    by_code = {one.code: one for one in companies}
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name != SENT_BACK and not name.startswith("."))
        parts = Path(folder).relative_to(root).parts
        fonds = companies[0] if len(companies) == 1 else by_code.get(parts[0]) if parts else None
        if fonds is None:
            continue
        below = parts[1:] if len(companies) > 1 else parts
        for name in sorted(files):
            path = Path(folder, name)
            if name.startswith(".") or name.lower().endswith(UNFINISHED) or path.is_symlink():
                continue
            if time.time() - path.stat().st_mtime >= settled:
                yield Waiting(path, fonds, "/".join(below))


def inbox_take(ctx: Any = None, *, settled: float = SETTLED_SECONDS) -> dict[str, Any]:
    """Receive everything that lies ready; called again after a crash it does nothing twice."""
    actor = system_actor(_("收件文件夹"))
    counts = {"received": 0, "sent_back": 0, "known": 0}
    for waiting in inbox_waiting(settled=settled):
        if ctx is not None:
            ctx.progress(sum(counts.values()), 0)
        try:
            _take_one(actor, waiting, counts)
        finally:
            waiting.close()
    if any(counts.values()):
        record(actor, INBOX_TAKEN, SubjectRef("", None, _("收件文件夹")), meta=counts)
    return counts


def _take_one(actor: Any, waiting: Waiting, counts: dict[str, int]) -> None:
    source = _("收件文件夹：%(folder)s") % {"folder": waiting.folder or _("（根目录）")}
    customer = _customer_of(waiting)
    values = {"customer": customer} if customer is not None else {}
    problems = []
    for brought in items_bring(
        actor=actor, uploads=[waiting], values=values, source=source, fonds=waiting.fonds, known_within=EVER
    ):
        if brought.item is None:
            problems.append(f"{brought.name}：{brought.sentence}" if brought.name != waiting.name else brought.sentence)
        else:
            counts["known" if brought.is_known else "received"] += 1
    if problems:
        counts["sent_back"] += 1
        _send_back(waiting.path, problems)
    else:
        waiting.path.unlink()


def _customer_of(waiting: Waiting) -> Customer | None:
    """The one customer whose name or number a folder bears, the innermost first."""
    for part in reversed([part for part in waiting.folder.split("/") if part]):
        found = list(Customer.objects.filter(fonds=waiting.fonds).current().filter(Q(number=part) | Q(name=part))[:2])
        if len(found) == 1:
            customer: Customer = found[0]
            return customer
    return None


def _send_back(path: Path, problems: list[str]) -> None:
    """Aside, with a note that says why; never lost, never in the way."""
    folder = inbox_dir() / SENT_BACK
    folder.mkdir(exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}（{number}）{path.suffix}"
    path.rename(target)
    target.with_name(f"{target.name[:80]}.说明.txt").write_text("\n".join(problems) + "\n", encoding="utf-8")
