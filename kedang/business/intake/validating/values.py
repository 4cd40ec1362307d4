"""Checks of single values. A problem is ``(severity, code, sentence)``: 1 imported with a note, 2 rejected."""

from __future__ import annotations

import datetime
import re

from kedang.foundation.kernel.checks import bankcard, identity, uscc

Problem = tuple[int, str, str]
NOTED, REJECTED = 1, 2
EARLIEST = datetime.date(1850, 1, 1)
_EXCEL_NUMBER = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}\Z", re.IGNORECASE)
_LETTER = re.compile(r"[A-Za-z\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_DAMAGED = re.compile("[〓□■\ufffd\ue000-\uf8ff]")
_PURE_CHINESE = re.compile("[\u4e00-\u9fff（）]{4,60}\\Z")


def excel_damage(text: str, label: str) -> Problem | None:
    """A long code that a spreadsheet keeps as a number has lost its last digits for good: refused, never repaired."""
    if ("E" not in text and "e" not in text) or _EXCEL_NUMBER.match(text) is None:
        return None
    sentence = (
        f"“{label}”的值 {text[:30]} 是被 Excel 当作数字保存的长号码，后几位已经丢失，不能还原。"
        "请先把该列设为“文本”格式，再按原件重新录入"
    )
    return (REJECTED, "excel_number", sentence)


def name_problem(text: str, label: str, limit: int) -> Problem | None:
    """A name must be able to be one."""
    if _PURE_CHINESE.match(text):
        return None
    if len(text) < 2:
        return (REJECTED, "name_short", f"“{label}”只有一个字“{text}”，请填写全称")
    if len(text) > limit:
        return (REJECTED, "name_long", f"“{label}”有 {len(text)} 个字，超过 {limit} 个字的上限，可能错填了其他内容")
    if _LETTER.search(text) is None:
        what = "全是数字" if text.replace(" ", "").isdigit() else "不含文字"
        return (REJECTED, "name_no_letters", f"“{label}”“{text[:30]}”{what}，请填写名称")
    if text.startswith(("合计", "总计", "小计", "共计")) and len(text) < 12:
        return (REJECTED, "total_row", f"“{text[:20]}”像是合计行，不是客户")
    if _DAMAGED.search(text):
        return (NOTED, "name_damaged", f"“{label}”含缺字符号“{_DAMAGED.findall(text)[0]}”，请按原件补正")
    return None


def person_problem(text: str, label: str) -> Problem | None:
    """Names of persons may be foreign and long; figures and sentences are none."""
    if len(text) <= 4:
        return None if not text.isdigit() else (NOTED, "person_digits", f"“{label}”“{text}”全是数字，请核对")
    if _DAMAGED.search(text):
        return (NOTED, "name_damaged", f"“{label}”含缺字符号，请按原件补正")
    if text.isdigit():
        return (NOTED, "person_digits", f"“{label}”“{text[:20]}”全是数字，请核对")
    return None


def is_older_number(plain: str, text: str) -> bool:
    """注册号 of 15 or 13 digits, 组织机构代码, or a certificate number in words."""
    return (
        uscc.is_registration_number(plain)
        or uscc.is_organisation_code(plain)
        or (len(plain) != 18 and uscc.looks_like_registration(text))
    )


def identity_problem(number: str, today: datetime.date) -> Problem | None:
    """A number that looks like a resident number must be a right one; others only need the shape of some document."""
    if (len(number) >= 15 and number[:-1].isdigit()) or number.isdigit():
        sentence = identity.resident_problem(number, today)
        if sentence and len(number) in (8, 10) and number.isdigit():
            sentence = None
        return (REJECTED, "identity", sentence) if sentence else None
    sentence = identity.problem(number, identity.OTHER)
    return (REJECTED, "identity", sentence) if sentence else None


def account_problem(number: str) -> Problem | None:
    """Companies' accounts have no common check digit; the figures and their number can be looked at."""
    sentence = bankcard.account_problem(number)
    if sentence is None and 16 <= len(number) <= 19 and number.endswith("000") and not bankcard.luhn(number):
        return (NOTED, "account", "银行账号末尾为 000 且校验位不合，可能被 Excel 当作数字改动过，请与原件核对")
    return (NOTED, "account", sentence) if sentence else None


def date_problem(value: datetime.date, label: str, today: datetime.date) -> Problem | None:
    """Dates of the past must be past, and not older than any company."""
    if value > today:
        return (REJECTED, "date_future", f"“{label}”{value.isoformat()} 晚于今天，请核对")
    if value < EARLIEST:
        return (REJECTED, "date_early", f"“{label}”{value.isoformat()} 早于 1850 年，请核对")
    return None
