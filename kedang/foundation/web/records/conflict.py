"""Two people changed one record: what each wrote, beside what both started from, and a choice for every field."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from kedang.foundation.access.veil import format_value, reveal
from kedang.foundation.web.records.form_fields import RecordFormBase, changed_values
from kedang.foundation.web.records.history import as_of_version
from kedang.foundation.web.records.naming import field_of, label_of

MINE, TAKE = "_mine", "_take."
"""Names by which the answer says which fields I had changed, and whose value each gets."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field that I changed: what it was, what I wrote, what it is now; ``is_contested`` when both changed it."""

    name: str
    label: Any
    original: str
    mine: str
    theirs: str
    is_contested: bool


def lines_of(actor: Any, fresh: Any, form: RecordFormBase, version: int | None) -> list[Line]:
    """My changes against the version I started from, each beside the present value, through the actor's veil.

    Args:
        actor: who reads.
        fresh: the record as it is now.
        form: the bound form of the record as it is now.
        version: the version on which the typing was based; None compares with the present values.
    """
    model = type(fresh)
    before = fresh if version is None else as_of_version(fresh, version)
    lines = []
    for name, mine in changed_values(form).items():
        if field_of(model, name) is None:
            continue
        was, now = reveal(actor, before, name), reveal(actor, fresh, name)
        if now.is_hidden or (not now.is_masked and (was.value == mine or now.value == mine)):
            continue
        choices = dict(getattr(form[name].field, "choices", None) or [])
        words = str(choices.get(mine, "") or format_value(mine))
        is_contested = getattr(before, name) != getattr(fresh, name)
        lines.append(Line(name, label_of(model, name), was.text, words, now.text, is_contested))
    return lines


def settled(changed: dict[str, Any], answer: Mapping[str, Any], mine: Collection[str]) -> dict[str, Any]:
    """The changes that an answered comparison leaves: my fields, but for those where the present value was chosen.

    What the other one changed and I did not touch keeps the present value, whatever my older page had in that field.
    """
    if not mine:
        return changed
    return {
        name: value for name, value in changed.items() if name in mine and answer.get(f"{TAKE}{name}", "mine") == "mine"
    }
