"""Is a printed sheet still true? Its kept lines against what the form would say now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.models import Item, Location, PrintedSheet, Volume
from kedang.business.holdings.printing import boxes, catalogue, labels, transfer, volume
from kedang.business.holdings.printing.sheet import Line, Reprinter, Sheet, hidden
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.reading import about
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

MODELS: dict[str, Any] = {"i": Item, "v": Volume, "b": Location}
MOST_SHOWN = 200
WORDS: dict[str, Any] = {
    "changed": gettext_lazy("已更正"), "added": gettext_lazy("新增"), "removed": gettext_lazy("已移出"), "moved": gettext_lazy("顺序变动"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One line that is no longer as printed: cells (heading, then, now) that differ."""

    kind: str
    key: str
    name: str
    cells: list[tuple[str, str, str]]

    @property
    def words(self) -> str:
        """What became of it."""
        return str(WORDS[self.kind])


@dataclass(slots=True)
class Comparison:
    """What a sheet is worth now. ``since`` is the time of the first change after the print, as far as the trail tells."""

    sheet: PrintedSheet
    changes: list[Change] = field(default_factory=list)
    since: datetime | None = None
    gone: str = ""

    @property
    def is_current(self) -> bool:
        """Every line is still true."""
        return not self.changes and not self.gone

    @property
    def shown(self) -> list[Change]:
        """No more lines than a phone can show."""
        return self.changes[:MOST_SHOWN]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return max(0, len(self.changes) - MOST_SHOWN)


def compare(sheet: PrintedSheet, *, tells_since: bool = True) -> Comparison:
    """The comparison, in the language the sheet was printed in; with the time of the first change where it is asked for."""
    with translation.override(sheet.language):
        try:
            now = gathered_again(sheet)
        except Refused as refusal:
            return Comparison(sheet, gone=refusal.sentence)
        if now is None:
            return Comparison(sheet, gone=_("此表格所列的对象已不存在。"))
        changes = changes_between(kept_lines(sheet), now, is_excerpt=bool(sheet.asked.get("excerpt")))
    return Comparison(sheet, changes, first_change(sheet, changes) if changes and tells_since else None)


def kept_lines(sheet: PrintedSheet) -> list[Line]:
    """The printed lines, opened."""
    if not sheet.lines:
        raise Refused("sheet_unreadable", _("这次打印的内容无法打开（密钥不在），不能核对。请重新打印。"))
    return [(key, list(cells)) for key, cells in orjson.loads(sheet.lines)]


def gathered_again(sheet: PrintedSheet) -> Sheet | None:
    """The same form of the same thing under the same conditions, complete, as the books stand now."""
    asked = {"row_height": 15, **sheet.asked}
    again = Reprinter(int(sheet.asked.get("clearance", SecrecyLevel.TOP_SECRET)), fonds_id=sheet.fonds_id)
    if sheet.form in volume.FORMS and sheet.volume is not None:
        return volume.FORMS[sheet.form](
            again, sheet.volume, {**volume.options_of(sheet.fonds_id, asked), "row_height": 15}
        )
    if sheet.form in boxes.FORMS and sheet.location is not None:
        return boxes.FORMS[sheet.form](again, sheet.location, asked)
    if sheet.form == "transfer" and sheet.transfer is not None:
        return transfer.transfer_list(again, sheet.transfer, {})
    if sheet.form in catalogue.LISTS:
        conditions = catalogue.conditions_of(sheet.fonds_id, asked.get("conditions", {}))
        return catalogue.LISTS[sheet.form](again, sheet.fonds, conditions, 15)
    return labels.labels(again, sheet.fonds, asked) if sheet.form == "labels" else None


def changes_between(kept: list[Line], now: Sheet, *, is_excerpt: bool = False) -> list[Change]:
    """Lines changed, removed, added; a line that only has another number stands last. An excerpt says nothing of what it left out."""
    present = dict(now.lines)
    heads = [head.label for head in now.heads]
    is_numbered = bool(now.heads) and now.heads[0].is_number
    found: list[Change] = []
    moved: list[Change] = []
    for key, cells in kept:
        new = present.get(key)
        if new is None:
            found.append(Change("removed", key, _name(cells, is_numbered), _cells(heads, cells, None)))
        elif new != cells and hidden() not in cells:
            differing = _cells(heads, cells, new)
            is_only_number = is_numbered and new[1:] == cells[1:]
            if not is_only_number:
                found.append(Change("changed", key, _name(cells, is_numbered), differing))
            elif not is_excerpt:
                moved.append(Change("moved", key, _name(cells, is_numbered), differing))
    known = {key for key, _cells_kept in kept}
    if not is_excerpt:
        found += [
            Change("added", key, _name(cells, is_numbered), _cells(heads, None, cells)) for key, cells in now.lines if key not in known
        ]  # fmt: skip
    return found + moved


def first_change(sheet: PrintedSheet, changes: list[Change]) -> datetime | None:
    """When the first of these lines changed after the print, from the trail."""
    q = Q(pk__in=[])
    for letter, model in MODELS.items():
        keys = [int(c.key[1:]) for c in changes if c.key[0] == letter and c.key[1:].isdecimal()][:MOST_SHOWN]
        if keys:
            q |= Q(subject_type=model._meta.label_lower, subject_id__in=keys)
    above = sheet.audit_parent
    if above is not None:
        q |= about(above._meta.label_lower, above.pk)
    events = Event.objects.filter(q, at__gt=sheet.printed_at, category="change").order_by("at")
    return events.values_list("at", flat=True).first()


def veiled(actor: Actor, changes: list[Change]) -> list[Change]:
    """The changes as this reader may see them: of what lies outside their scope only that it changed."""
    seen: set[str] = set()
    for letter, model in MODELS.items():
        keys = [int(c.key[1:]) for c in changes if c.key[0] == letter and c.key[1:].isdecimal()]
        if keys:
            seen |= {
                f"{letter}{pk}"
                for pk in model.objects.visible_to(actor).filter(pk__in=keys).values_list("pk", flat=True)
            }
    told = []
    for change in changes:
        is_thing = change.key[0] in MODELS and change.key[1:].isdecimal()
        if is_thing and change.key not in seen:
            told.append(Change(change.kind, change.key, hidden(), []))
        else:
            told.append(change)
    return told


def _cells(heads: list[str], old: list[str] | None, new: list[str] | None) -> list[tuple[str, str, str]]:
    width = max(len(old or []), len(new or []))
    labels_of = [*heads, *[""] * width][:width]
    before, after = old or [""] * width, new or [""] * width
    return [
        (label, was, now)
        for label, was, now in zip(labels_of, before, after, strict=False)
        if was != now and (label or was or now)
    ]


def _name(cells: list[str], is_numbered: bool) -> str:
    """What a line is called: its number and longest words, or the label of a field."""
    if not is_numbered:
        return cells[0]
    return f"{cells[0]} {max(cells[1:], key=len, default='')}"[:80]
