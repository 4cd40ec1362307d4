"""证件号码: resident identity cards (GB 11643), passports, permits of Hong Kong, Macao, Taiwan and foreign residents."""

from __future__ import annotations

import datetime
import re

from kedang.foundation.kernel.checks import regions

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_RESIDENT = re.compile(r"[1-9][0-9]{16}[0-9X]\Z")
_OLD_RESIDENT = re.compile(r"[1-9][0-9]{14}\Z")
_SEPARATORS = str.maketrans("", "", " \t\u3000-—–_.·'’‘\"")
_EARLIEST = datetime.date(1850, 1, 1)

# The codes of the list of document kinds.
RESIDENT, PASSPORT, HK_MACAO, TAIWAN, FOREIGN_RESIDENT, MILITARY, OTHER = (
    "resident", "passport", "hk_macao", "taiwan", "foreign_resident", "military", "other",
)  # fmt: skip
_SHAPES: dict[str, tuple[re.Pattern[str], str]] = {
    PASSPORT: (
        re.compile(r"(?:[EGDSP][A-Z0-9]?[0-9]{7,8}|[A-Z0-9]{6,12})\Z"),
        "护照号码应为 6 至 12 位字母和数字，请核对原件",
    ),
    HK_MACAO: (
        re.compile(r"[HMC][A-Z]?[0-9]{7,10}\Z"),
        "港澳居民来往内地通行证应为 H 或 M 加 8 至 10 位数字，请核对原件",
    ),
    TAIWAN: (
        re.compile(r"[0-9]{8}(?:[0-9]{2})?\Z"),
        "台湾居民来往大陆通行证应为 8 位或 10 位数字，请核对原件",
    ),
    FOREIGN_RESIDENT: (
        re.compile(r"(?:[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X])\Z"),
        "外国人永久居留身份证应为 3 位字母加 12 位数字，或 9 开头的 18 位号码，请核对原件",
    ),
    MILITARY: (re.compile(r".{4,20}\Z"), "军人证件号码应为 4 至 20 个字符，请核对原件"),
    OTHER: (re.compile(r".{2,40}\Z"), "证件号码应为 2 至 40 个字符，请核对原件"),
}


def clean(text: str) -> str:
    """Upper case without blanks and separators."""
    return text.translate(_SEPARATORS).upper()


def check_character(number: str) -> str:
    """The 18th character belonging to seventeen digits."""
    total = 0
    for digit, weight in zip(number, _WEIGHTS, strict=False):
        total += int(digit) * weight
    return _CHECK[total % 11]


def birth_date(number: str) -> datetime.date | None:
    """The date of birth inside a resident number, or None where it is no date."""
    try:
        if len(number) == 18:
            return datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        return datetime.date(1900 + int(number[6:8]), int(number[8:10]), int(number[10:12]))
    except ValueError:
        return None


def sex(number: str) -> str:
    """``male`` or ``female`` from the sequence digit."""
    digit = number[16] if len(number) == 18 else number[14]
    return "male" if int(digit) % 2 else "female"


def is_resident(number: str, today: datetime.date | None = None) -> bool:
    """A right 18-digit resident number."""
    return resident_problem(number, today) is None


def resident_problem(number: str, today: datetime.date | None = None) -> str | None:
    """The sentence about a resident number; the region, the date and the check character are looked at in this order."""
    if _OLD_RESIDENT.match(number):
        return "身份证号为 15 位旧号，2013 年起已停用，请按现行证件补为 18 位"
    if len(number) != 18:
        return f"身份证号应为 18 位，现为 {len(number)} 位，请核对原件"
    if _RESIDENT.match(number) is None:
        for position, character in enumerate(number, start=1):
            if not (character.isdigit() or (position == 18 and character == "X")):
                return f"身份证号第 {position} 位为“{character}”，前 17 位只能是数字，末位可为 X，请核对原件"
        return "身份证号不能以 0 开头，请核对原件"
    # 81 to 83 are the residence permits of Hong Kong, Macao and Taiwan, 9 the foreign permanent residents of 2023.
    if number[0] != "9" and number[:2] != "83" and not regions.is_province(number[:2]):
        return f"身份证号前两位 {number[:2]} 不是省级行政区划代码，请核对原件"
    born = birth_date(number)
    if born is None or born < _EARLIEST or (today is not None and born > today):
        return f"身份证号第 7 至 14 位 {number[6:14]} 不是有效的出生日期，请核对原件"
    right = check_character(number)
    if right != number[17]:
        if number.endswith("000"):
            return (
                f"身份证号第 18 位校验码应为 {right}，现为 {number[17]}，且末尾为 000，"
                "可能被 Excel 当作数字改动过：请先把该列设为“文本”格式，再重新录入"
            )
        return f"身份证号第 18 位校验码应为 {right}，现为 {number[17]}，请核对原件"
    return None


def problem(number: str, kind: str = RESIDENT, today: datetime.date | None = None) -> str | None:
    """The sentence about a document number of the given kind."""
    if kind == RESIDENT:
        return resident_problem(number, today)
    shape, sentence = _SHAPES.get(kind, _SHAPES[OTHER])
    return None if shape.match(number) else sentence
