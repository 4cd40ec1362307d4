"""Rows of a file on a page: cleaned cells marked, sensitive ones veiled for everybody but the one who brought the file."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext as _

from kedang.business.customers.models import Contact, Customer
from kedang.business.intake.cleaning import RULES
from kedang.business.intake.cleaning.tally import shown
from kedang.business.intake.models import ImportBatch
from kedang.business.intake.pipeline.targets import target_of
from kedang.business.intake.services import StagedRow
from kedang.foundation.access.masks import mask
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.access.veil import field_class, format_value, right_anywhere
from kedang.foundation.kernel.importing import ImportField

_CODED = ("choice", "legal_form", "region", "amount", "industry")
Veil = Callable[[int, str], str]


def label_of(field: ImportField) -> str:
    """The label in the reader's language; labels of contacts are made of two words."""
    contact = gettext_noop("联系人")
    if field.name.startswith("contact.") and field.label.startswith(contact) and field.label != contact:
        return gettext(contact) + " " + gettext(field.label.removeprefix(contact)) if _is_spaced() else field.label
    return gettext(field.label)


def _is_spaced() -> bool:
    return not (get_language() or "zh").startswith("zh")


def veil_of(actor: Any, batch: ImportBatch) -> Veil:
    """How cells of a column are shown to the actor."""
    if batch.actor_id == actor.pk:
        return lambda column, text: text
    rights: dict[int, tuple[FieldRight, str, str]] = {}
    for column, name in batch.column_fields.items():
        model = Contact if name.startswith("contact.") else Customer
        bare = name.removeprefix("contact.")
        rights[column] = (right_anywhere(actor, model, bare), field_class(model, bare), bare)

    def veil(column: int, text: str) -> str:
        right, kind, name = rights.get(column, (FieldRight.HIDE, "", ""))
        if right == FieldRight.SHOW or not text:
            return text
        return mask(kind, name, text) if right == FieldRight.MASK else _("（无权查看）")

    return veil


def sees_all_columns(actor: Any, batch: ImportBatch) -> bool:
    """Whether nothing in the file is veiled for the actor."""
    if batch.actor_id == actor.pk:
        return True
    for name in batch.column_fields.values():
        model = Contact if name.startswith("contact.") else Customer
        if right_anywhere(actor, model, name.removeprefix("contact.")) != FieldRight.SHOW:
            return False
    return True


def shown_row(
    batch: ImportBatch, row: StagedRow, veil: Veil, labels: dict[str, str], veil_sentence: Callable[[str], str]
) -> dict[str, Any]:
    """One row for the template. ``veil_sentence`` masks the values that a reason repeats."""
    fields = batch.column_fields
    changed: dict[int, list[str]] = {}
    for column, code in row.changes:
        if code in RULES:
            changed.setdefault(column, []).append(str(RULES[code].title))
    place = {name: column for column, name in fields.items()}
    target = target_of(batch.target)

    def cell(column: int) -> str:
        return row.cells[column] if column < len(row.cells) else ""

    cells = []
    for column, heading in enumerate(batch.headings):
        name = fields.get(column, "")
        before = cell(column)
        value = row.values.get(name)
        after = "" if column not in changed or value is None else _text(target.get(name), value, row.values)
        cells.append(
            {
                "heading": heading,
                "before": veil(column, before),
                "after": veil(column, after) if after != before else "",
                "rules": "、".join(changed.get(column, [])),
                "is_mapped": bool(name),
            }
        )
    extra = [
        {"heading": _("多出的第 %(n)s 列") % {"n": n + 1}, "before": veil(n, row.cells[n])}
        for n in range(len(batch.headings), len(row.cells))
    ]
    name_column = place.get("name", 0)
    return {
        "line": row.line,
        "outcome": row.outcome,
        "outcome_label": labels.get(row.outcome, row.outcome),
        "name": veil(name_column, str(row.values.get("name") or cell(name_column))),
        "uscc": str(row.values.get("uscc") or (cell(place["uscc"]) if "uscc" in place else "")),
        "reasons": [veil_sentence(sentence) for _code, _field, sentence in row.reasons],
        "cells": [*cells, *extra],
        "cleaned": len(row.changes),
        "number": row.number,
        "customer_id": row.customer_id,
        "undone": labels.get(row.undone, ""),
        "undo_reason": row.undo_reason,
    }


def _text(field: ImportField | None, value: Any, values: dict[str, Any]) -> str:
    if field is None or field.type not in _CODED:
        return format_value(value)
    currency = values.get(field.companion, "") if field.companion else ""
    return f"{shown(field, value)} {currency}".strip()
