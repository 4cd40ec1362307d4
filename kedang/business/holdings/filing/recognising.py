"""Reading titles and file names: title, date, document number, kind of document, kind of companion."""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import PurePosixPath

from kedang.business.holdings.choices import Relation
from kedang.business.holdings.models import DocumentType
from kedang.foundation.kernel.text import fold

_SPLIT = re.compile(r"[、，,;；|\s]+")
_YEAR, _MONTH, _DATE = r"((?:19|20)\d{2})", r"(0?[1-9]|1[0-2])", r"(0?[1-9]|[12]\d|3[01])"
_DAY = re.compile(
    rf"(?<!\d){_YEAR}(?:[-._/年]\s?{_MONTH}[-._/月]\s?{_DATE}日?|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))(?!\d)"
)
_NUMBER = re.compile(r"[\u4e00-\u9fffA-Za-z]{0,12}[〔\[【(（](?:19|20)\d{2}[〕\]】)）]第?\d{1,5}号")
_DAY_AHEAD = re.compile(r"^(?:19|20)\d{2}(?:\d{4}|[-._]\d{1,2}[-._]\d{1,2})[\s_\-—.、]+(?=\S)")
_COPY_MARK = re.compile(r"\s*[(（]\d{1,2}[)）]$|\s*-\s*副本$")
_SPAN = re.compile(r"((?:19|20)\d{2})\s*(?:[-—–~～至到]|年[-—–~～至到])\s*((?:19|20)\d{2})")

RELATION_WORDS: tuple[tuple[str, str], ...] = (
    ("附件", Relation.ATTACHMENT),
    ("定稿", Relation.DRAFT),
    ("底稿", Relation.DRAFT),
    ("请示", Relation.REQUEST),
    ("被转发", Relation.FORWARDED),
    ("英文版", Relation.LANGUAGE),
    ("外文版", Relation.LANGUAGE),
)
REPLIES = ("批复", "复函", "答复")


def title_from(file_name: str) -> str:
    """The title that a file name stands for: without folder, ending, a day put in front for sorting, and marks of copies."""
    name = PurePosixPath(file_name.replace("\\", "/")).name
    stem, dot, ending = name.rpartition(".")
    title = stem if dot and stem and 1 <= len(ending) <= 5 and ending.isascii() else name
    title = _DAY_AHEAD.sub("", _COPY_MARK.sub("", title.replace("_", " ").strip()))
    return (" ".join(title.split()) or name)[:300]


def date_in(text: str) -> date | None:
    """The last day that is written out in a text: 2026-03-01, 20260301, 2026年3月1日."""
    found = None
    for year, month, day, short_month, short_day in _DAY.findall(text):
        try:
            found = date(int(year), int(month or short_month), int(day or short_day))
        except ValueError:
            continue
    return found


def number_in(text: str) -> str:
    """The document number in a text: 青禾发〔2026〕12号."""
    found = _NUMBER.search(text)
    return found[0] if found else ""


def span_in(text: str) -> tuple[int, int] | None:
    """The years that a plan or a summary is about: 2024-2026 年."""
    for first, last in _SPAN.findall(text):
        if int(first) < int(last) <= int(first) + 30:
            return int(first), int(last)
    return None


def relation_in(title: str) -> str:
    """As what a document belongs to another, by its title; empty when it says nothing of it."""
    if any(word in title for word in REPLIES):
        return ""
    return next((relation for word, relation in RELATION_WORDS if word in title), "")


def words_of(kind: DocumentType) -> list[str]:
    """Words by which a kind of document is recognised: its name and what the archivist wrote down."""
    return [word for word, _key in _keys_of(kind.name, kind.keywords)]


@lru_cache(maxsize=2000)
def _keys_of(name: str, keywords: str) -> tuple[tuple[str, str], ...]:
    """Words of a kind, each with the form in which it is looked for."""
    written = [word for word in _SPLIT.split(keywords) if word]
    return tuple((word, fold(word)) for word in dict.fromkeys([name, *written]))


ENDING = 3
"""How much more a word counts that ends the title: “关于……合同付款的函” is a letter, not a contract."""


def kind_in(texts: Iterable[str], kinds: Iterable[DocumentType]) -> tuple[DocumentType | None, str]:
    """The kind of document that texts speak of, and the word by which it was known.

    Longer words win, the word that ends a title before all of its length; among equals the one that stands last.
    """
    folded = [fold(title_from(text)) for text in texts if text]
    together = "\n".join(folded)
    best: tuple[int, int, DocumentType, str] | None = None
    for kind in kinds:
        for word, key in _keys_of(kind.name, kind.keywords):
            if not key or key not in together:
                continue
            at = max(text.rfind(key) for text in folded)
            weight = len(key) + (ENDING if any(text.endswith(key) for text in folded) else 0)
            if best is None or (weight, at) > best[:2]:
                best = (weight, at, kind, word)
    return (best[2], best[3]) if best else (None, "")
