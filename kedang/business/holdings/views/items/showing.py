"""What several pages of an item draw: the four steps, and its files."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import FilingStep, ItemState
from kedang.business.holdings.models import FilingTrace, Item, ItemFile
from kedang.foundation.access.policies import can
from kedang.foundation.files.models import FileState, RenditionKind
from kedang.foundation.files.previewing.drawing import has_pictures

DONE_BEFORE = {
    ItemState.RECEIVED.value: 0, ItemState.OUT_OF_SCOPE.value: 1, ItemState.IDENTIFIED.value: 1, ItemState.PLACED.value: 2,
    ItemState.CATALOGUED.value: 3, ItemState.FILED.value: 4, ItemState.REMOVED.value: 4, ItemState.DESTROYED.value: 4,
}  # fmt: skip
"""Steps that are done in each state."""
FILE_TONES = {
    FileState.GOOD.value: "good", FileState.WAITING.value: "warn", FileState.INFECTED.value: "bad",
    FileState.DAMAGED.value: "bad", FileState.ERASED.value: "plain",
}  # fmt: skip


@dataclass(slots=True)
class Step:
    """One step of filing as the stepper draws it."""

    number: int
    label: Any
    is_done: bool
    is_current: bool
    trace: FilingTrace | None


def steps_of(item: Item, traces: Iterable[FilingTrace]) -> list[Step]:
    """The four steps, with the trace that did each (the last one, where a step was done again)."""
    last = {trace.step: trace for trace in traces}
    done = DONE_BEFORE[item.state]
    is_over = item.state in (ItemState.OUT_OF_SCOPE, ItemState.FILED, ItemState.REMOVED, ItemState.DESTROYED)
    return [
        Step(number, step.label, number <= done, number == done + 1 and not is_over, last.get(step.value) if number <= done else None)
        for number, step in enumerate(FilingStep, 1)
    ]  # fmt: skip


@dataclass(slots=True)
class FileLine:
    """A file of an item with its addresses; they are empty where the reader may not have the content."""

    row: ItemFile
    tone: str
    size: str
    url: str = ""
    view_url: str = ""
    picture_url: str = ""
    thumb_url: str = ""
    note: str = ""
    is_latest: bool = True


def file_lines(actor: Any, item: Item) -> list[FileLine]:
    """Files of an item, newer versions after the older ones."""
    rows = list(ItemFile.objects.filter(item=item).select_related("file__uploaded_by").order_by("id"))
    followed = {row.follows_id for row in rows}
    may_read, may_take = can(actor, "holdings.leaf", item), can(actor, "holdings.read", item)
    return [_line(row, may_read, may_take, row.pk not in followed) for row in rows]


def _line(row: ItemFile, may_read: bool, may_take: bool, is_latest: bool) -> FileLine:
    file = row.file
    line = FileLine(
        row, FILE_TONES.get(file.state, "plain"), size_words(file.size), note=file.finding, is_latest=is_latest
    )
    if may_read and file.state == FileState.GOOD:
        line.url = reverse("holdings:item-file", args=[row.item_id, row.pk]) if may_take else ""
        line.view_url = reverse("files:view", args=[file.pk])
        if has_pictures(file) and not file.finding:  # what cannot be opened has no picture
            line.picture_url = reverse("files:picture", args=[file.pk, 1, RenditionKind.PAGE.value])
            line.thumb_url = reverse("files:picture", args=[file.pk, 1, RenditionKind.THUMB.value])
    return line


def size_words(size: int) -> str:
    """``1.2 MB``."""
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024  # type: ignore[assignment]  # a figure for people
    return f"{size:.2f} GB"


def said_no(sentence: str) -> str:
    """A refusal as a message."""
    return _("没有办成：%(why)s") % {"why": sentence}
