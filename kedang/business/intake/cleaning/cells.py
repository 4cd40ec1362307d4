"""One cell of one type: ``clean(cell) -> (value, rules applied, problem)``. Built once per column, called once per row."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from kedang.business.customers.reference.industries import find_industry
from kedang.business.intake.cleaning import amounts, dates, forms
from kedang.business.intake.cleaning.text import EMPTY, narrow, tidier
from kedang.business.intake.validating import values as checks
from kedang.foundation.kernel.checks import contact, phone, uscc
from kedang.foundation.kernel.importing import ImportField

Problem = tuple[int, str, str]
"""Severity (1 noted, 2 rejected), code, sentence."""
Cell = tuple[Any, tuple[str, ...], Problem | None]
Cleaner = Callable[[str], Cell]
NOTED, REJECTED = 1, 2
_NONE: tuple[str, ...] = ()
_BLANK = ("blank",)
_PARENS = str.maketrans("()", "（）")
_DIGITS_DROP = str.maketrans("", "", " \t\u3000-—–_.'’‘\"")
_INTEGER = re.compile(r"约?\s*([-+]?\d[\d,]*)(?:\.0+)?\s*(?:人|名|个|家|位|台|户|次|天|日|年|月|份|%)?(?:左右)?\Z")
_TRUE = frozenset("是 有 对 真 √ ✓ ✔ Y YES TRUE T 1".split())
_FALSE = frozenset("否 没有 错 假 × ✗ N NO FALSE F 0".split())


class Column:
    """How one column is cleaned."""

    def __init__(
        self, field: ImportField, heading: str, off: frozenset[str], today: datetime.date, epoch_1904: bool = False
    ) -> None:
        self.field, self.heading, self.off, self.today, self.epoch_1904 = field, heading, off, today, epoch_1904
        self.odd, self.tidy = tidier(field.type, off)
        self.label, self.limit = field.label, field.max_length
        self.blanks: frozenset[str] = frozenset() if "blank" in off else EMPTY
        self.factor = amounts.heading_factor(heading)

    def cleaner(self) -> Cleaner:
        """The function for the rows."""
        by_type: dict[str, Callable[[str, tuple[str, ...]], Cell]] = {
            "name": self._name,
            "person": self._person,
            "text": self._text,
            "longtext": self._text,
            "address": self._text,
            "region": self._text,
            "uscc": self._uscc,
            "registration": self._registration,
            "identity": self._identity,
            "date": self._date,
            "amount": self._amount,
            "integer": self._integer,
            "decimal": self._decimal,
            "phone": self._phone,
            "email": self._email,
            "postcode": self._postcode,
            "account": self._account,
            "choice": self._choice,
            "legal_form": self._legal_form,
            "industry": self._industry,
            "boolean": self._boolean,
        }
        handle = by_type[self.field.type]
        odd, tidy, blanks = self.odd, self.tidy, self.blanks

        def clean(cell: str) -> Cell:
            if not cell:
                return None, _NONE, None
            if cell in blanks:
                return None, _BLANK, None
            if odd(cell) is None and " " not in cell and cell[-1] != "\n" and cell[0] != "\n":
                return handle(cell, _NONE)
            text, done = tidy(cell)
            if not text or text in blanks:
                return None, done or _BLANK, None
            if text[0] == "=" and len(text) > 1:
                return (
                    None,
                    done,
                    (REJECTED, "formula", f"“{self.label}”是没有计算结果的公式“{text[:40]}”，请改为数值后重新导入"),
                )
            return handle(text, done)

        if self.field.type in ("choice", "legal_form", "industry", "date", "amount", "boolean", "integer", "region"):
            return lru_cache(maxsize=32_768)(clean)
        return clean

    # -- names and texts -------------------------------------------------------------------------------------------

    def _name(self, text: str, done: tuple[str, ...]) -> Cell:
        if "(" in text or ")" in text:
            if "brackets" not in self.off and not text.isascii():
                text, done = text.translate(_PARENS), (*done, "brackets")
        return text, done, checks.name_problem(text, self.label, self.field.max_length or 200)

    def _person(self, text: str, done: tuple[str, ...]) -> Cell:
        return self._limited(text, done, checks.person_problem(text, self.label))

    def _text(self, text: str, done: tuple[str, ...]) -> Cell:
        return self._limited(text, done, None) if self.limit and len(text) > self.limit else (text, done, None)

    def _limited(self, text: str, done: tuple[str, ...], problem: Problem | None) -> Cell:
        limit = self.limit
        if limit and len(text) > limit:
            return (
                text,
                done,
                (REJECTED, "too_long", f"“{self.label}”有 {len(text)} 个字，超过 {limit} 个字的上限，请缩短"),
            )
        return text, done, problem

    # -- numbers of documents --------------------------------------------------------------------------------------

    def _uscc(self, text: str, done: tuple[str, ...]) -> Cell:
        if uscc.is_valid(text):
            return text, done, None
        if damaged := checks.excel_damage(text, self.label):
            return None, done, damaged
        plain = uscc.clean(narrow(text)) if "uscc" not in self.off else text
        if plain != text:
            done = (*done, "uscc")
        if uscc.is_valid(plain):
            remark = uscc.remark(plain)
            return plain, done, (NOTED, "uscc_unusual", remark) if remark else None
        if checks.is_older_number(plain, text) and "old_number" not in self.off:
            return text, (*done, "old_number"), None
        return plain, done, (REJECTED, "uscc", uscc.problem(plain) or "")

    def _registration(self, text: str, done: tuple[str, ...]) -> Cell:
        if damaged := checks.excel_damage(text, self.label):
            return None, done, damaged
        problem = uscc.registration_problem(text) if uscc.is_registration_number(text) else None
        return text, done, (NOTED, "registration", problem) if problem else None

    def _identity(self, text: str, done: tuple[str, ...]) -> Cell:
        if damaged := checks.excel_damage(text, self.label):
            return None, done, damaged
        plain, done = self._plain(text, done)
        plain = plain.upper()
        return plain, done, checks.identity_problem(plain, self.today)

    def _account(self, text: str, done: tuple[str, ...]) -> Cell:
        if damaged := checks.excel_damage(text, self.label):
            return None, done, damaged
        plain, done = self._plain(text, done)
        return plain, done, checks.account_problem(plain)

    def _postcode(self, text: str, done: tuple[str, ...]) -> Cell:
        if contact.is_postcode(text):
            return text, done, None
        plain, done = self._plain(text, done)
        problem = contact.postcode_problem(plain)
        if problem is None:
            return plain, done, None
        return None, done, (NOTED, "postcode", problem + "；未导入该值")

    def _plain(self, text: str, done: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        if "digits" in self.off or (text.isalnum() and text.isascii()):
            return text, done
        plain = narrow(text).translate(_DIGITS_DROP)
        return plain, (*done, "digits") if plain != text else done

    # -- ways of reaching people -----------------------------------------------------------------------------------

    def _phone(self, text: str, done: tuple[str, ...]) -> Cell:
        if phone.canonical(text) == text:
            return text, done, None
        if damaged := checks.excel_damage(text, self.label):
            return None, done, damaged
        if "phone" in self.off:
            problem = phone.problem(text)
            return text, done, (NOTED, "phone", problem) if problem else None
        pieces = phone.split(narrow(text))
        read = [(piece, phone.canonical(piece)) for piece in pieces]
        bad = [piece for piece, number in read if number is None]
        after = "；".join(dict.fromkeys(number or piece for piece, number in read))
        if not any(c.isdigit() for c in text):
            return None, done, (NOTED, "phone", (phone.problem(text) or "") + "；未导入该值")
        done = (*done, "phone") if after != text else done
        if bad:
            return after, done, (NOTED, "phone", phone.problem(bad[0]) or "")
        return self._limited(after, done, None)

    def _email(self, text: str, done: tuple[str, ...]) -> Cell:
        after = narrow(text).replace(" ", "").lower() if "email" not in self.off else text
        parts = [part for part in re.split(r"[;,、/]", after) if part]
        problem = next((p for part in parts if (p := contact.email_problem(part))), None)
        if problem:
            return None, done, (NOTED, "email", problem + "；未导入该值")
        after = "；".join(parts)
        return after, (*done, "email") if after != text else done, None

    # -- figures ---------------------------------------------------------------------------------------------------

    def _date(self, text: str, done: tuple[str, ...]) -> Cell:
        read = dates.read(text, self.epoch_1904)
        if read.value is None:
            return None, done, (REJECTED, "date", f"“{self.label}”：{read.problem}")
        changed = read.value.isoformat() != text
        if changed and "date" in self.off:
            return None, done, (REJECTED, "date", f"“{self.label}”：日期“{text[:30]}”不是 2019-04-11 的形式")
        done = (*done, "date") if changed else done
        problem = checks.date_problem(read.value, self.label, self.today)
        if problem is None and read.note:
            problem = (NOTED, "date_assumed", f"“{self.label}”：{read.note}")
        return read.value, done, problem

    def _amount(self, text: str, done: tuple[str, ...]) -> Cell:
        read = amounts.read(text, self.factor)
        if read is None:
            if text in ("()", "（）"):
                return None, (*done, "blank"), None
            sentence = f"“{self.label}”中的“{text[:30]}”不是可识别的金额，未导入该值；请写成 200万元 的形式"
            return None, done, (NOTED, "amount_unreadable", sentence)
        if read.value < 0:
            return None, done, (REJECTED, "amount_negative", f"“{self.label}”不能为负数：“{text[:30]}”，请核对")
        if "amount" in self.off and not re.fullmatch(r"\d+(?:\.\d+)?", text):
            return None, done, (NOTED, "amount_unreadable", f"“{self.label}”中的“{text[:30]}”不是数字，未导入该值")
        problem: Problem | None = None
        if not read.has_unit and self.factor == 1:
            problem = (NOTED, "amount_unit", f"“{self.label}”中的“{text[:30]}”没有写单位，按元计，请核对")
        if read.is_odd:
            problem = (
                NOTED,
                "amount_odd",
                f"“{self.label}”中的“{text[:30]}”数额异常或千分位写法不规则，读作 {read.value:,.2f}，请核对",
            )
        currency = read.currency
        if self.field.choices and all(choice.value != currency for choice in self.field.choices):
            currency = "OTH"
            problem = (
                NOTED,
                "currency_other",
                f"“{self.label}”的币种 {read.currency} 不在币种表内，记为其他币种：“{text[:30]}”",
            )
        plain = f"{read.value:f}".rstrip("0").rstrip(".") if "." in f"{read.value:f}" else f"{read.value:f}"
        return (read.value, currency), (*done, "amount") if plain != text else done, problem

    def _integer(self, text: str, done: tuple[str, ...]) -> Cell:
        found = _INTEGER.match(narrow(text))
        if found is None:
            return None, done, (NOTED, "number", f"“{self.label}”中的“{text[:30]}”不是整数，未导入该值")
        value = int(found[1].replace(",", ""))
        if value < 0 or value > 2_000_000_000:
            return None, done, (REJECTED, "number", f"“{self.label}”的数值 {value} 不合理，请核对")
        return value, (*done, "number") if str(value) != text else done, None

    def _decimal(self, text: str, done: tuple[str, ...]) -> Cell:
        plain = narrow(text).replace(",", "").rstrip("%")
        try:
            value = Decimal(plain)
        except InvalidOperation:
            return None, done, (NOTED, "number", f"“{self.label}”中的“{text[:30]}”不是数字，未导入该值")
        return value, (*done, "number") if plain != text else done, None

    # -- lists -----------------------------------------------------------------------------------------------------

    def _choice(self, text: str, done: tuple[str, ...]) -> Cell:
        key = _fold(text)
        for choice in self.field.choices:
            if (
                key == _fold(choice.label)
                or key == choice.value.lower()
                or any(key == _fold(s) for s in choice.spellings)
            ):
                return choice.value, (*done, "choice") if text != choice.value else done, None
        listed = "、".join(choice.label for choice in self.field.choices[:8])
        sentence = f"“{self.label}”中的“{text[:30]}”不在选项之内（{listed}{'…' if len(self.field.choices) > 8 else ''}），未导入该值"
        return None, done, (NOTED, "choice_unknown", sentence)

    def _legal_form(self, text: str, done: tuple[str, ...]) -> Cell:
        code = forms.from_type(text) if "legal_form" not in self.off else None
        if code is None:
            return (
                None,
                done,
                (NOTED, "choice_unknown", f"“{self.label}”中的“{text[:30]}”不是可识别的企业类型，未导入该值"),
            )
        return code, (*done, "legal_form"), None

    def _industry(self, text: str, done: tuple[str, ...]) -> Cell:
        code = find_industry(text) if "industry" not in self.off else None
        if code is None:
            sentence = f"“{self.label}”中的“{text[:30]}”不在国民经济行业分类之内，未导入该值；请填行业名称或代码"
            return None, done, (NOTED, "industry_unknown", sentence)
        return code, (*done, "industry") if code != text else done, None

    def _boolean(self, text: str, done: tuple[str, ...]) -> Cell:
        key = text.upper()
        if key in _TRUE or key in _FALSE:
            return key in _TRUE, done, None
        return None, done, (NOTED, "choice_unknown", f"“{self.label}”中的“{text[:30]}”应为“是”或“否”，未导入该值")


def _fold(text: str) -> str:
    return narrow(text).replace(" ", "").replace("（", "(").replace("）", ")").lower()
