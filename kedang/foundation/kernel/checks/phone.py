"""Telephone numbers of the mainland, and foreign ones with their country code: canonical form, kind, sentence.

Canonical forms: mobile ``13800138000``; landline ``0755-26712345`` with an optional ``-8001`` extension; ``400-820-8820``;
foreign ``+852 2345 6789`` as ``+85223456789``. A landline without its area code is kept as it is and named as such.
"""

from __future__ import annotations

import re

MOBILE, LANDLINE, LOCAL, SERVICE, FOREIGN = "mobile", "landline", "local", "service", "foreign"

_MOBILE = re.compile(r"1[3-9][0-9]{9}\Z")
_CLEAN_LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})-[2-8][0-9]{6,7}\Z")
_TWO_DIGIT_AREAS = ("10", "20", "21", "22", "23", "24", "25", "27", "28", "29")
_EXTENSION = re.compile(r"(?:转|分机号?|ext\.?|x|#|-|—|－|,)\s*([0-9]{1,6})\)?\Z", re.IGNORECASE)
_NOT_DIGITS = re.compile(r"[^0-9]")
_SPLIT = re.compile(r"[;；,，、/／|\n\r]+|\s{2,}|(?<=[0-9])\s+(?=(?:0[0-9]{2,3}[- ]|1[3-9][0-9]{9}|\+))|或|和")
_LABELS = re.compile(r"^[^0-9+(（]*(?:电话|手机|传真|座机|移动|办公|tel|fax|mob)[^0-9+(（]*[:：]?", re.IGNORECASE)
_SHORT = re.compile(r"(?:1[0-9]{2,4}|9[0-9]{4,5})\Z")


def kind(canonical: str) -> str | None:
    """The kind of a canonical number, or None where it is no number that can be dialled."""
    if _MOBILE.match(canonical):
        return MOBILE
    if canonical.startswith("+"):
        return FOREIGN if 8 <= len(canonical) - 1 <= 15 else None
    base = canonical.split("-")
    if base[0] in ("400", "800") and len(canonical.replace("-", "")) == 10:
        return SERVICE
    if canonical.startswith("0") and len(base) >= 2:
        return LANDLINE
    if _SHORT.match(canonical):
        return SERVICE
    if re.match(r"[2-8][0-9]{6,7}(?:-[0-9]{1,6})?\Z", canonical):
        return LOCAL
    return None


def canonical(text: str) -> str | None:
    """The canonical form of one number written in any usual way, or None."""
    if _MOBILE.match(text) or _CLEAN_LANDLINE.match(text):
        return text
    text = _LABELS.sub("", text).strip()
    foreign = text.startswith(("+", "00")) and not text.startswith(("+86", "0086"))
    if foreign:
        digits = _NOT_DIGITS.sub("", text)
        digits = digits[2:] if text.startswith("00") else digits
        return "+" + digits if 8 <= len(digits) <= 15 else None
    digits = _NOT_DIGITS.sub("", text)
    if text.startswith(("+86", "0086", "86-", "(86)", "（86）")) or (digits.startswith("86") and len(digits) == 13):
        text = re.sub(r"\A\D*(?:00)?86\D*", "", text)
        digits = _NOT_DIGITS.sub("", text)
    if len(digits) == 12 and digits.startswith("01") and _MOBILE.match(digits[1:]):
        return digits[1:]
    if _MOBILE.match(digits):
        return digits
    if digits.startswith(("400", "800")) and len(digits) == 10:
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    extension = ""
    found = _EXTENSION.search(text)
    if found and 7 <= len(_NOT_DIGITS.sub("", text[: found.start()])) <= 12:
        rest = _NOT_DIGITS.sub("", text[: found.start()])
        if len(rest) >= 10 or (not rest.startswith("0") and len(rest) in (7, 8)):
            extension = "-" + found.group(1)
            digits = rest
    if digits.startswith("0"):
        area = 3 if digits[1:3] in _TWO_DIGIT_AREAS else 4
        local = digits[area:]
        if len(local) in (7, 8) and local[0] in "2345678":
            return f"{digits[:area]}-{local}{extension}"
        return None
    if (len(digits) in (10, 11) and not digits.startswith("1")) or (len(digits) == 10 and digits.startswith("10")):
        area = 2 if digits[:2] in _TWO_DIGIT_AREAS else 3
        local = digits[area:]
        if len(local) in (7, 8) and local[0] in "2345678":
            return f"0{digits[:area]}-{local}{extension}"
        return None
    if len(digits) in (7, 8) and digits[0] in "2345678":
        return digits + extension
    if _SHORT.match(digits) and digits == text:
        return digits
    return None


def split(text: str) -> list[str]:
    """The several numbers of one cell, in their order, still as written."""
    if len(text) <= 14:
        pieces = _SPLIT.split(text) if any(c in text for c in ";；,，、/／|或和\n") else [text]
    else:
        pieces = _SPLIT.split(text)
    return [piece.strip() for piece in pieces if piece and piece.strip()]


def problem(text: str) -> str | None:
    """The sentence about one number as written."""
    if canonical(text) is not None:
        return None
    digits = _NOT_DIGITS.sub("", text)
    if not digits:
        return f"电话“{text[:30]}”不含数字，请填写电话号码"
    if len(digits) >= 10 and digits.startswith("1") and len(digits) != 11:
        return f"手机号应为 11 位，现为 {len(digits)} 位：“{text[:30]}”，请核对"
    return f"电话“{text[:30]}”不是可拨打的号码，请写成 0755-26712345 或 13800138000 的形式"


def tail(canonical_number: str, length: int = 4) -> str:
    """The last digits that people remember, without the extension."""
    base = canonical_number
    if canonical_number.startswith("0") and canonical_number.count("-") == 2:
        base = canonical_number.rsplit("-", 1)[0]
    return _NOT_DIGITS.sub("", base)[-length:]
