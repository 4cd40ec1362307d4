"""Bank card and company account numbers: the Luhn digit of cards, the length of accounts."""

from __future__ import annotations

import re

_SEPARATORS = str.maketrans("", "", " \t\u3000-—–_.'’‘\"")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_ACCOUNT = re.compile(r"[0-9]{8,32}\Z")


def clean(text: str) -> str:
    """Digits without the blanks that printed cards have."""
    return text.translate(_SEPARATORS)


def luhn(number: str) -> bool:
    """Whether the last digit is the Luhn digit of the others."""
    total = 0
    for index, character in enumerate(reversed(number)):
        digit = ord(character) - 48
        total += _DOUBLED[digit] if index % 2 else digit
    return total % 10 == 0


def is_card(number: str) -> bool:
    """A personal bank card: 15 to 19 digits with a right Luhn digit."""
    return number.isdigit() and number.isascii() and 15 <= len(number) <= 19 and luhn(number)


def card_problem(number: str) -> str | None:
    """The sentence about a personal card number."""
    if is_card(number):
        return None
    if not (number.isdigit() and number.isascii()):
        return "银行卡号只能是数字，请核对"
    if not 15 <= len(number) <= 19:
        return f"银行卡号应为 15 至 19 位，现为 {len(number)} 位，请核对"
    if number.endswith("000"):
        return "银行卡号校验位不对且末尾为 000，可能被 Excel 当作数字改动过：请先把该列设为“文本”格式，再重新录入"
    return "银行卡号校验位不对，请逐位核对"


def account_problem(number: str) -> str | None:
    """The sentence about a bank account of a company, which has no common check digit."""
    return None if _ACCOUNT.match(number) else "银行账号应为 8 至 32 位数字，请核对"
