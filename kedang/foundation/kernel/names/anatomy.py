"""Splits a company name: region, brand, trade, legal form, branch. No grammar, only word lists and where they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from kedang.foundation.kernel.names import words
from kedang.foundation.kernel.text import fold

_BRACKET = re.compile(r"[（(【\[〔﹙]([^（()）【】\[\]〔〕]*)[)）】\]〕﹚]?")
_FORMER = re.compile(r"原名|原名称|曾用名|原:|原：")
_SUFFIXES = ("特别行政区", "自治区", "自治州", "自治县", "省", "市", "县", "区", "州", "盟", "旗", "地区", "新区")
_FORMS_BY_END: dict[str, list[str]] = {}
for _form in words.FORMS:
    _FORMS_BY_END.setdefault(_form[-1], []).append(_form)
_SUFFIX_STARTS = frozenset(suffix[0] for suffix in _SUFFIXES)
_MIDDLE_FORM = re.compile(rf"(?:{'|'.join(words.GROUP_WORDS)})(?=.)")


class Anatomy(NamedTuple):
    """The parts in folded form; empty where a name has none."""

    region: str
    region_code: str
    brand: str
    trade: str
    form: str
    branch: str
    former: str = ""

    @property
    def core(self) -> str:
        """What two spellings of one company share."""
        return self.brand + self.trade


class NameReader:
    """Reads names with a list of places ``{name without 省/市/县: code}``."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places: dict[str, list[tuple[str, str, str]]] = {}
        named = {"中国": "", "中华": ""} | dict(places)
        for name, code in named.items():
            is_county = bool(code) and not code.endswith("00")
            if len(name) < 2 or name in words.NO_PLACES or (is_county and name in words.EVERYDAY_PLACES):
                continue
            self._places.setdefault(name[:2], []).append((name, name, code))
        for group in self._places.values():
            group.sort(key=lambda entry: -len(entry[0]))
        self.split = lru_cache(maxsize=8192)(self._split)

    def key(self, name: str) -> str:
        """What is left of a name without region, form and signs: the blocking key for duplicates, at most 80 characters.

        A branch keeps its own place (``…#韶关分行``), otherwise all branches of a bank would be one block.
        """
        parts = self._split(name)
        core = parts.brand + parts.trade
        if len(core) < 2:
            core = fold(name)
        elif parts.brand in words.TRADES or parts.brand in words.GENERIC:
            # 自来水公司 exists once per county: without its region the name says nothing.
            core = parts.region + core
        return (f"{core}#{parts.branch}" if parts.branch else core)[:80]

    def _split(self, name: str) -> Anatomy:
        region = code = former = ""
        extra_form = ""
        if "（" in name or "(" in name or "[" in name or "【" in name:
            inside = _BRACKET.findall(name)
            name = _BRACKET.sub("", name)
            for text in inside:
                if _FORMER.search(text):
                    former = fold(_FORMER.sub("", text).lstrip("称:： "))
                    continue
                text = fold(text)
                place = self._place(text)
                if place is not None and place[0] >= len(text) - 1:
                    region, code = region or place[1], code or place[2]
                elif text in ("集团", "控股", "普通合伙", "有限合伙", "特殊普通合伙", "个人独资"):
                    extra_form = text
                else:
                    name += text if not any(name.endswith(e) for e in words.LEGAL_ENDINGS) else ""
        text = fold(name)
        branch = ""
        head = text.find("公司", 2) + 2
        if 3 < head < len(text):
            text, branch = text[:head], text[head:]
        form = ""
        for ending in _FORMS_BY_END.get(text[-1:], ()):
            if text.endswith(ending) and len(text) > len(ending) + 1:
                form, text = ending, text[: -len(ending)]
                break
        text, front, front_code = self._front(text)
        if front:
            # 深圳市南山区…: the last named is the finest.
            region, code = region or front, code or front_code
        text, middle, middle_code = self._back(text)
        if middle and not code:
            # 中国移动通信集团江苏有限公司: the country says less than the province.
            region, code = middle, middle_code
        if "集团" in text or "控股" in text or "实业" in text:
            text = _MIDDLE_FORM.sub("", text)
        brand, trade = _trade(text)
        return Anatomy(region, code, brand, trade, extra_form + form, branch, former)

    def _place(self, text: str, at: int = 0) -> tuple[int, str, str] | None:
        """A place at a position: its length with suffix, its name, its code."""
        for name, base, code in self._places.get(text[at : at + 2], ()):
            if text.startswith(name, at):
                end = at + len(name)
                if text[end : end + 1] in _SUFFIX_STARTS and not text.startswith("区域", end):
                    for suffix in _SUFFIXES:
                        if text.startswith(suffix, end):
                            return len(name) + len(suffix), base, code
                return len(name), base, code
        return None

    def _front(self, text: str) -> tuple[str, str, str]:
        region = code = ""
        at = 0
        for _step in range(3):
            place = self._place(text, at)
            if place is None or len(text) - at - place[0] < 2:
                break
            if region and place[1] == region and place[0] == len(place[1]):
                break
            if code and place[2] and not place[2].startswith(code.rstrip("0")[:4]):
                break
            at += place[0]
            region, code = place[1] or region, place[2] or code
        return text[at:], region, code

    def _back(self, text: str) -> tuple[str, str, str]:
        """A region before the legal form: 中国移动通信集团江苏(有限公司)."""
        end = len(text)
        for length in (3, 2, 4):
            at = end - length
            if at < 2 or text[at : at + 2] not in self._places:
                continue
            place = self._place(text, at)
            if place is not None and place[0] == length and len(place[1]) >= 2:
                return text[:-length], place[1], place[2]
        return text, "", ""


def _trade(text: str) -> tuple[str, str]:
    """Trade words are taken from the end as long as something remains for the brand."""
    end = len(text)
    while end > 2:
        for length in range(min(words.LONGEST_TRADE, end - 1), 1, -1):
            if text[end - length : end] in words.TRADES:
                end -= length
                break
        else:
            break
    return text[:end], text[end:]
