"""Suggests a field for every column: heading first, values as witness; each field is given once unless it combines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kedang.business.intake.mapping import values
from kedang.foundation.kernel.importing import ImportField, ImportTarget
from kedang.foundation.kernel.text import fold

Spellings = dict[str, list[ImportField]]
# Values that say by themselves what they are; dates, amounts and names of places stand in too many columns for that.
_TELLING = frozenset({"uscc", "identity", "email", "name", "legal_form"})
_BRACKETS = re.compile(r"[（(\[【][^）)\]】]*[）)\]】]|[*＊:：]")
_FRIENDS: dict[str, frozenset[str]] = {
    "text": frozenset(
        {"", "person", "name", "region", "longtext", "address", "postcode", "phone", "uscc", "identity", "date"}
    ),
    "longtext": frozenset({"", "address", "name", "legal_form", "region", "person"}),
    "industry": frozenset({"", "person", "region", "longtext", "name"}),
    "registration": frozenset({"", "uscc", "phone"}),
    "person": frozenset({"", "name", "region", "legal_form"}),
    "address": frozenset({"", "region", "longtext", "name"}),
    "region": frozenset({"", "address", "person"}),
    "choice": frozenset({"", "person", "legal_form", "region"}),
    "account": frozenset({"", "phone", "uscc", "identity"}),
    "integer": frozenset({"", "phone", "postcode", "amount"}),
    "decimal": frozenset({"", "phone", "amount"}),
    "amount": frozenset({"", "postcode", "phone"}),
    "date": frozenset({"", "amount"}),
    "identity": frozenset({"", "uscc"}),
    "name": frozenset({"", "person", "region", "longtext", "address", "legal_form"}),
    "legal_form": frozenset({"", "person"}),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``field`` is empty where nothing is suggested; ``confidence`` 0 to 100."""

    index: int
    heading: str
    field: str
    confidence: int
    reason: str
    samples: tuple[str, ...]


def suggest(target: ImportTarget, headings: Sequence[str], samples: Sequence[Sequence[str]]) -> list[Suggestion]:
    """One suggestion per column, in the order of the columns."""
    table = _synonyms(target)
    columns = [[row[n] for row in samples if len(row) > n] for n in range(len(headings))]
    seen = [values.looks_like(cells) for cells in columns]
    offers: list[tuple[int, int, str, str]] = []
    for n, heading in enumerate(headings):
        for field, confidence, reason in _offers(target, table, heading, seen[n], columns[n]):
            offers.append((confidence, n, field.name, reason))
    offers.sort(key=lambda offer: (-offer[0], offer[1]))
    chosen: dict[int, tuple[str, int, str]] = {}
    taken: set[str] = set()
    for confidence, n, name, reason in offers:
        declared = target.get(name)
        if n in chosen or declared is None or (name in taken and not _may_join(declared, reason)):
            continue
        chosen[n] = (name, confidence, reason)
        taken.add(name)
    if target.name_field not in taken:
        # A list of people: what could be the name of a contact is the name of the customer.
        for confidence, n, name, reason in offers:
            if name == target.name_field:
                chosen[n] = (name, confidence, reason)
                break
    result = []
    for n, heading in enumerate(headings):
        name, confidence, reason = chosen.get(n, ("", 0, "没有把握，请选择对应的字段，或不导入这一列"))
        shown = tuple(dict.fromkeys(cell.strip()[:60] for cell in columns[n] if cell.strip()))[:4]
        result.append(Suggestion(n, heading, name, confidence, reason, shown))
    return result


def _may_join(field: ImportField, reason: str) -> bool:
    """A second column joins a field only by its heading, never by a guess from values."""
    return field.combine and reason.startswith("标题")


def _synonyms(target: ImportTarget) -> Spellings:
    """Every known spelling with the fields that use it, the likeliest first (姓名: the customer's, else the contact's)."""
    table: Spellings = {}

    def add(text: str, field: ImportField) -> None:
        known = table.setdefault(fold(text), [])
        if field not in known:
            known.append(field)

    for field in target.fields:
        add(field.label, field)
    for rank in range(max((len(field.synonyms) for field in target.fields), default=0)):
        for field in target.fields:
            if rank < len(field.synonyms):
                add(field.synonyms[rank], field)
    return table


def _offers(
    target: ImportTarget, table: Spellings, heading: str, seen: tuple[str, float, str], cells: Sequence[str]
) -> list[tuple[ImportField, int, str]]:
    kind, share, why = seen
    offers: list[tuple[ImportField, int, str]] = []
    exact = table.get(fold(heading)) or table.get(fold(_BRACKETS.sub("", heading))) or []
    for rank, field in enumerate(exact):
        offers.append(_weigh(field, 92 - 8 * min(rank, 2), f"标题“{heading}”就是“{field.label}”", kind, why))
    part = None if exact else _part(table, heading)
    if part is not None:
        offers.append(_weigh(part, 74, f"标题“{heading}”中含有“{part.label}”的写法", kind, why))
    if kind and (kind in _TELLING or (part is None and _is_mute(heading))):
        for field in _by_value(target, kind, cells):
            percent = int(share * 100)
            offers.append((field, 40 + int(share * 20), f"{why}（样本的 {percent}%）"))
    return [offer for offer in offers if offer[1] >= 40]


def _is_mute(heading: str) -> bool:
    """A heading that says nothing: 第 3 列, a single character, a Latin shorthand."""
    return (
        heading.startswith("第 ") or len(heading) <= 1 or heading.isascii() or heading in ("联系方式", "内容", "信息")
    )


def _part(table: Spellings, heading: str) -> ImportField | None:
    """The longest known spelling inside the heading, at its end preferred: 乙方单位名称, 客户注册地址."""
    text = fold(heading)
    best: tuple[int, ImportField] | None = None
    for word, fields in table.items():
        if len(word) < 2 or word not in text:
            continue
        weight = len(word) * 2 + (3 if text.endswith(word) else 0)
        if best is None or weight > best[0]:
            best = (weight, fields[0])
    return best[1] if best and best[0] * 2 >= len(text) else None


def _weigh(field: ImportField, base: int, reason: str, kind: str, why: str) -> tuple[ImportField, int, str]:
    """The values confirm or contradict the heading."""
    if not kind:
        return field, base, reason
    if kind == field.type:
        return field, min(base + 7, 99), f"{reason}，{why}"
    if field.type == "person" and kind == "person":
        return field, min(base + 5, 99), reason
    if kind in _FRIENDS.get(field.type, frozenset()):
        return field, base, reason
    return field, max(base - 40, 0), f"{reason}，但{why}，请核对"


def _by_value(target: ImportTarget, kind: str, cells: Sequence[str]) -> list[ImportField]:
    """Fields of that type, the most usual first; mobiles are told from landlines."""
    fields = [field for field in target.fields if field.type == kind]
    if kind == "phone":
        mobile = sum(1 for cell in cells if values.MOBILE.match(cell.strip()))
        wanted = "mobile" if mobile * 2 > len([c for c in cells if c.strip()]) else "phone"
        fields.sort(key=lambda field: field.name != wanted)
    if kind == "person":
        # Names of persons stand in many fields; a guess from the value alone would be wrong too often.
        return []
    return fields[:1]
