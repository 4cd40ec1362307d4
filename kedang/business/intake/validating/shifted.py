"""Rows whose cells stand in the wrong columns: found by what the cells look like, so that none is imported that way."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from kedang.business.intake.cleaning import amounts, dates, forms
from kedang.foundation.kernel.checks import uscc

_SENTENCE = re.compile(r"[；;。、，]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_MONEY = re.compile(r"^[\d,.]+\s*[(（]?\s*(?:万|亿|元|人民币|美元|港)")
_CODE = re.compile(r"^[0-9A-Z]{15,18}$")
_REGION_ODD = re.compile(r"[；;。，,、（(\d]|合伙|公司|有限|个体")


def _reads_as(text: str) -> str:
    """What a text is, where that is beyond doubt."""
    if _MONEY.match(text) and amounts.read(text) is not None:
        return "金额"
    if len(text) == 18 and uscc.is_valid(text):
        return "统一社会信用代码"
    if len(text) >= 8 and text[:4].isdigit() and dates.read(text).value is not None:
        return "日期"
    if len(text) > 30 and len(_SENTENCE.findall(text)) >= 2 and len(_CHINESE.findall(text)) > 15:
        return "成段文字"
    return ""


@lru_cache(maxsize=16_384)
def _foreign_region(text: str) -> str:
    if len(text) <= 15 and _REGION_ODD.search(text) is None:
        return ""
    known = _reads_as(text)
    if known:
        return known
    if forms.from_type(text) is not None and ("合伙" in text or "公司" in text):
        return "企业类型"
    return "成段文字" if len(text) > 25 and _SENTENCE.search(text) else ""


@lru_cache(maxsize=16_384)
def _foreign_type(text: str) -> str:
    return _reads_as(text) or ("数字" if text.isdigit() else "")


@lru_cache(maxsize=65_536)
def _foreign_amount(text: str) -> str:
    if amounts.read(text) is not None:
        return ""
    return _reads_as(text) or ("成段文字" if len(text) > 20 else "")


@lru_cache(maxsize=65_536)
def _foreign_date(text: str) -> str:
    if dates.read(text).value is not None:
        return ""
    if _CODE.match(text) and uscc.is_valid(text):
        return "统一社会信用代码"
    return "金额" if _MONEY.match(text) and not text[:4].isdigit() else "成段文字" if len(text) > 20 else ""


def _foreign_uscc(text: str) -> str:
    if len(text) == 18 and text.isalnum():
        return ""
    return _reads_as(text)


def _foreign_person(text: str) -> str:
    if len(text) <= 4 and not text[0].isdigit():
        return ""
    return _reads_as(text)


def _foreign_name(text: str) -> str:
    if text[0] > "9" and not _CODE.match(text):
        return "成段文字" if len(text) > 60 and len(_SENTENCE.findall(text)) >= 4 else ""
    return _reads_as(text)


_BY_TYPE: dict[str, Callable[[str], str]] = {
    "name": _foreign_name,
    "uscc": _foreign_uscc,
    "person": _foreign_person,
    "date": _foreign_date,
    "amount": _foreign_amount,
    "region": _foreign_region,
    "legal_form": _foreign_type,
    "choice": _foreign_type,
}

#: Problems of single cells that are no proof by themselves, but two in one row are.
WEAK = frozenset({"amount_unreadable", "choice_unknown", "region_unknown", "number", "date", "uscc"})


def watcher(type_: str) -> Callable[[str], str] | None:
    """The function that says what foreign thing stands in a cell of that type; None for types that take anything."""
    return _BY_TYPE.get(type_)


def sentence(labels: Sequence[str], found: Sequence[str], cells: Sequence[str]) -> str:
    """“该行疑似错列：…”, naming up to three cells."""
    parts = [
        f"“{label}”列是{what}“{cell[:20]}{'…' if len(cell) > 20 else ''}”"
        for label, what, cell in list(zip(labels, found, cells, strict=True))[:3]
    ]
    return "该行疑似错列：" + "，".join(parts) + "，请在原表中对齐各列后重新导入"


def weak_sentence(problems: Sequence[Any], labels: Sequence[str]) -> str:
    """Several cells that do not fit their columns."""
    return (
        "该行疑似错列：“"
        + "”“".join(labels[:4])
        + f"”等 {len(problems)} 列的内容都与列名不符，请在原表中对齐各列后重新导入"
    )
