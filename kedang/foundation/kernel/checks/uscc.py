"""统一社会信用代码 (GB 32100-2015), the older 15-digit 注册号 and the 9-character 组织机构代码 (GB 11714)."""

from __future__ import annotations

import re

from kedang.foundation.kernel.checks import regions

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
# One table per position: character -> value x weight. Seventeen look-ups decide a code, without arithmetic on letters.
_TABLES = tuple({c: v * w for c, v in _VALUE.items()} for w in _WEIGHTS)
_SHAPE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}\Z")
_AUTHORITIES = frozenset("123456789AGNY")
_SEPARATORS = str.maketrans("", "", " \t\u3000-—–_.·'’‘\"")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION = re.compile(r"[0-9A-Z]{8}-?[0-9X]\Z")
# 15 digits since 2007, 13 before; co-operatives: region, NA or NB, six digits, X.
_REGISTRATION = re.compile(r"(?:[0-9]{13}(?:[0-9]{2})?|[0-9]{6}N[A-Z][0-9]{6}[0-9X])\Z")
_ANY_REGISTRATION = re.compile(r"(?=.*[0-9]{3}).{5,40}\Z")


def clean(text: str) -> str:
    """Upper case without blanks and separators; nothing else is altered."""
    return text.translate(_SEPARATORS).upper()


def check_character(code: str) -> str:
    """The 18th character that belongs to the first seventeen (which must be in the alphabet)."""
    total = 0
    for table, character in zip(_TABLES, code, strict=False):
        total += table[character]
    return ALPHABET[-total % 31]


def is_valid(code: str) -> bool:
    """Shape and check character are right."""
    if _SHAPE.match(code) is None:
        return False
    total = 0
    for table, character in zip(_TABLES, code, strict=False):
        total += table[character]
    return ALPHABET[-total % 31] == code[17]


def problem(code: str) -> str | None:
    """The sentence about the first thing that is wrong with a code, or None."""
    if is_valid(code):
        return None
    if len(code) != 18:
        return f"统一社会信用代码应为 18 位，现为 {len(code)} 位，请核对原件"
    for position, character in enumerate(code, start=1):
        if character in _VALUE:
            continue
        if character in "IOSVZ":
            likely = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}[character]
            return f"统一社会信用代码第 {position} 位为 {character}，代码中不使用字母 I、O、S、V、Z，可能是 {likely}，请核对原件"
        return f"统一社会信用代码第 {position} 位为“{character}”，只能是数字或大写字母，请核对原件"
    for position in range(2, 8):
        if not code[position].isdigit():
            return f"统一社会信用代码第 {position + 1} 位为 {code[position]}，第 3 至 8 位是行政区划，只能是数字，请核对原件"
    right = check_character(code)
    if code.isdigit() and code.endswith("000"):
        return (
            f"统一社会信用代码第 18 位校验码应为 {right}，现为 {code[17]}，且末尾为 000，"
            "可能被 Excel 当作数字改动过：请先把该列设为“文本”格式，再重新录入"
        )
    return f"统一社会信用代码第 18 位校验码应为 {right}，现为 {code[17]}，请核对原件"


def region_of(code: str) -> str:
    """The registering authority's region (positions 3 to 8)."""
    return code[2:8]


def remark(code: str) -> str | None:
    """What is unusual about a code whose check character is right; worth a look, no ground to refuse."""
    if code[0] not in _AUTHORITIES:
        return f"统一社会信用代码第 1 位 {code[0]} 不是常见的登记管理部门代码，请核对"
    if not regions.is_province(code[2:4]) and code[2:4] != "10":
        return f"统一社会信用代码第 3、4 位 {code[2:4]} 不是省级行政区划代码，请核对"
    return None


def is_registration_number(text: str) -> bool:
    """An old 工商注册号."""
    return _REGISTRATION.match(text) is not None


def looks_like_registration(text: str) -> bool:
    """Any older certificate number in free form, such as 企独苏苏办字第0037."""
    return "字第" in text and _ANY_REGISTRATION.match(text) is not None


def registration_problem(text: str) -> str | None:
    """The 15th digit of a 15-digit 注册号 is a check digit (MOD 11,10)."""
    if len(text) != 15 or not text.isdigit():
        return None
    product = 10
    for digit in text[:14]:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    right = (11 - product) % 10
    if right == int(text[14]):
        return None
    return f"注册号第 15 位校验码应为 {right}，现为 {text[14]}，请核对原件"


def is_organisation_code(text: str) -> bool:
    """A 组织机构代码 with a right check character, with or without the hyphen."""
    if _ORGANISATION.match(text) is None:
        return False
    body = text.replace("-", "")
    total = sum((int(c) if c.isdigit() else ord(c) - 55) * w for c, w in zip(body, _ORGANISATION_WEIGHTS, strict=False))
    check = 11 - total % 11
    return body[8] == ("X" if check == 10 else "0" if check == 11 else str(check))
