"""Dates of every common form. What cannot be told for certain is said, not guessed."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import NamedTuple

from kedang.business.intake.cleaning.text import narrow

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)\Z")
_TIME = re.compile(r"(?:[T ]|(?<=日))\s*\d{1,2}[:时点]\d{0,2}.*\Z")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年_\\ ]\s*(\d{1,2})\s*[-/.月_\\ ]\s*(\d{1,2})\s*日?\Z")
_EIGHT = re.compile(r"((?:1[89]|20)\d\d)(\d\d)(\d\d)\Z")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?\Z")
_SIX = re.compile(r"((?:1[89]|20)\d\d)(0[1-9]|1[0-2])\Z")
_YEAR = re.compile(r"((?:1[89]|20)\d\d)\s*年?\Z")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})\Z")
_SERIAL = re.compile(r"\d{4,5}(?:\.\d+)?\Z")
_ENGLISH = re.compile(r"(?:(\d{1,2})[ -]([A-Za-z]{3})[a-z]*[ ,-]+(\d{4})|([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4}))\Z")
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)}
_CHINESE = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_TENS = re.compile(r"([1-9]?)十([1-9]?)")
EARLIEST = datetime.date(1850, 1, 1)


class Read(NamedTuple):
    """``value`` or the reason why there is none; ``note`` where something was assumed."""

    value: datetime.date | None
    note: str = ""
    problem: str = ""


def _date(year: str, month: str, day: str) -> datetime.date | None:
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


@lru_cache(maxsize=65_536)
def read(text: str, epoch_1904: bool = False) -> Read:
    """The date in a cell."""
    found = _ISO.match(text)
    if found and (value := _date(*found.groups())):
        return Read(value)
    plain = _TIME.sub("", narrow(text)).strip()
    if any(c in "〇零○一二三四五六七八九十" for c in plain):
        plain = plain.translate(_CHINESE)
        plain = _TENS.sub(lambda m: f"{m[1] or 1}{m[2] or 0}", plain)
    for pattern in (_YEAR_FIRST, _EIGHT):
        if found := pattern.match(plain):
            value = _date(*found.groups())
            return Read(value) if value else Read(None, problem=f"日期“{text[:30]}”不存在，请核对年、月、日")
    for pattern in (_MONTH, _SIX):
        if found := pattern.match(plain):
            value = _date(found[1], found[2], "1")
            if value:
                return Read(value, note=f"“{text[:30]}”只有年月，按当月 1 日记")
            return Read(None, problem=f"日期“{text[:30]}”的月份不存在，请核对")
    if found := _YEAR.match(plain):
        return Read(_date(found[1], "1", "1"), note=f"“{text[:30]}”只有年份，按 1 月 1 日记")
    if _SERIAL.match(plain):
        return _serial(text, float(plain), epoch_1904)
    if found := _ENGLISH.match(plain):
        day, month, year = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
        value = _date(year, str(_MONTHS.get(month.lower(), 0)), day)
        if value:
            return Read(value)
    if found := _YEAR_LAST.match(plain):
        return _year_last(text, int(found[1]), int(found[2]), found[3])
    return Read(None, problem=f"“{text[:30]}”不是可识别的日期，请写成 2019-04-11 的形式")


def _serial(text: str, number: float, epoch_1904: bool) -> Read:
    """Excel's day numbers; a bare number below 1927 is more likely something else."""
    if not 9_000 <= number <= 80_000:
        return Read(None, problem=f"“{text[:30]}”不是可识别的日期，请写成 2019-04-11 的形式")
    start = datetime.date(1904, 1, 1) if epoch_1904 else datetime.date(1899, 12, 30)
    value = start + datetime.timedelta(days=int(number))
    return Read(value, note=f"“{text[:30]}”是 Excel 日期序号，读作 {value.isoformat()}")


def _year_last(text: str, first: int, second: int, year: str) -> Read:
    """Day and month can only be told apart where one of them is above twelve, or both are the same."""
    if first > 12 >= second:
        value = _date(year, str(second), str(first))
    elif second > 12 >= first or first == second:
        value = _date(year, str(first), str(second))
    else:
        return Read(None, problem=f"日期“{text[:30]}”分不清月和日，请写成 2019-04-11 的形式")
    return Read(value) if value else Read(None, problem=f"日期“{text[:30]}”不存在，请核对年、月、日")
