"""Amounts of money as registers and clerks write them: 200(万元人民币), 16,600(万人民币元), 50万美元, 1.2亿."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from kedang.business.intake.cleaning.text import narrow

_NUMBER = re.compile(r"(?P<sign>[-+]?)(?P<digits>\d+(?:\.\d+)?|\.\d+)(?:[eE](?P<power>[+-]?\d{1,2}))?")
_DROP = re.compile(r"[\s,()（）\[\]【】]+")
_UNITS = (
    ("万亿", 10**12), ("千亿", 10**11), ("百亿", 10**10), ("十亿", 10**9), ("亿", 10**8),
    ("千万", 10**7), ("百万", 10**6), ("十万", 10**5), ("万", 10**4), ("萬", 10**4), ("千", 10**3), ("百", 10**2),
)  # fmt: skip
_CURRENCIES = {
    "CNY": "|人民币|人民幣|RMB|CNY|CN¥|¥|￥|中国人民币",
    "USD": "美|美金|USD|US$|$|美国",
    "HKD": "港|港币|港幣|香港|香港港币|HKD|HK$",
    "EUR": "欧|EUR|€|欧洲",
    "JPY": "日|日本|日币|JPY",
    "GBP": "英镑|镑|GBP|£",
    "AUD": "澳|澳大利亚|澳币|AUD",
    "CAD": "加|加拿大|加币|CAD",
    "SGD": "新加坡|新加坡币|新币|新|SGD",
    "TWD": "新台币|台币|台|TWD|NT$|新台",
    "MOP": "澳门|澳门币|MOP",
    "KRW": "韩|韩国|韩币|KRW",
    "CHF": "瑞士法郎|瑞郎|CHF",
    "FRF": "法国法郎|法郎|FRF",
    "DEM": "德国马克|马克|DEM",
    "NZD": "新西兰|纽|NZD",
    "SEK": "瑞典克朗|SEK",
    "RUB": "卢布|俄罗斯卢布|RUB",
    "THB": "泰铢|THB",
    "MYR": "林吉特|马来西亚林吉特|马币|MYR",
}
_BY_WORD = {word: code for code, words in _CURRENCIES.items() for word in words.split("|")}
CURRENCY_LABELS = {"CNY": "人民币", "USD": "美元", "HKD": "港元", "EUR": "欧元", "JPY": "日元", "GBP": "英镑"}
_CENT = Decimal("0.01")
_GROUPED = re.compile(r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])")
_UNLIKELY = Decimal(10) ** 12
_LIMIT = Decimal(10) ** 16


class Amount(NamedTuple):
    """The amount in units of its currency; ``has_unit`` tells whether anything but digits was written.

    ``is_odd``: thousands are not parted by three (50,0000000), or the amount is beyond any company's.
    """

    value: Decimal
    currency: str
    has_unit: bool
    is_odd: bool = False


def _words(text: str) -> tuple[int, str] | None:
    """Factor and currency of what stands before or after the digits."""
    factor = 1
    for word, value in _UNITS:
        if word in text:
            factor, text = value, text.replace(word, "", 1)
            break
    text = text.replace("整", "").replace("元", "").replace("圆", "").replace("円", "").replace("约", "").upper()
    code = _BY_WORD.get(text)
    return None if code is None else (factor, code)


@lru_cache(maxsize=65_536)
def read(text: str, factor: int = 1) -> Amount | None:
    """The amount in a cell, or None where it is none. ``factor`` is the unit that the heading names for bare numbers."""
    plain = _DROP.sub("", narrow(text))
    found = _NUMBER.search(plain)
    if found is None or len(plain) > 60:
        return None
    before, after = plain[: found.start()], plain[found.end() :]
    words = _words(before + after)
    if words is None:
        return None
    has_unit = bool(before or after)
    try:
        value = Decimal(found["sign"] + found["digits"]).scaleb(int(found["power"] or 0))
    except InvalidOperation:
        return None
    value *= words[0] if has_unit and words[0] > 1 else factor
    if abs(value) >= _LIMIT:
        return None
    is_odd = abs(value) >= _UNLIKELY or ("," in text and _GROUPED.search(narrow(text)) is None)
    return Amount(value.quantize(_CENT), words[1], has_unit, is_odd)


def heading_factor(heading: str) -> int:
    """10,000 for a heading such as 注册资本（万元）; 1 where it names no unit."""
    for word, value in _UNITS:
        if word + "元" in heading or word in re.findall(r"[（(\[]([^）)\]]*)", heading + "()"):
            return value
    return 1
