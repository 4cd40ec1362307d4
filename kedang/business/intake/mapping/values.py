"""What a column holds, told from a sample of its cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kedang.business.customers.reference.finding import find_region
from kedang.business.intake.cleaning import amounts, dates, forms
from kedang.business.intake.cleaning.text import EMPTY, narrow
from kedang.foundation.kernel.checks import contact, identity, phone, uscc

_COMPANY = re.compile(
    r"(?:公司|集团|厂|店|合作社|事务所|中心|医院|学校|银行|分行|支行|经营部|商行|研究院|研究所|委员会|局)[）)]?\Z"
)
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}\Z")
_ADDRESS = re.compile(r"[路街道巷号村镇乡弄幢栋楼室座区县]")
_SENTENCE = re.compile(r"[；;、，。]")
MOBILE = re.compile(r"1[3-9]\d{9}\Z")


def _is_uscc(text: str) -> bool:
    return len(text) >= 18 and uscc.is_valid(uscc.clean(text))


def _is_phone(text: str) -> bool:
    return (
        sum(c.isdigit() for c in text) >= 7
        and any(phone.canonical(p) for p in phone.split(text))
        and not _is_code(text)
    )


def _is_code(text: str) -> bool:
    return text.isdigit() and (
        len(text) >= 13 or len(text) == 6 or (dates.read(text).value is not None and len(text) == 8)
    )


def _is_date(text: str) -> bool:
    return (len(text) >= 6 and dates.read(text).value is not None and not text.isdigit()) or (
        len(text) == 8 and _is_eight(text)
    )


def _is_eight(text: str) -> bool:
    return text.isdigit() and text[:2] in ("19", "20") and dates.read(text).value is not None


def _is_amount(text: str) -> bool:
    read = amounts.read(text)
    return read is not None and read.has_unit


def _is_region(text: str) -> bool:
    return 2 <= len(text) <= 12 and not _SENTENCE.search(text) and find_region(text, "", "") is not None


def _is_scope(text: str) -> bool:
    return len(text) > 25 and len(_SENTENCE.findall(text)) >= 3


_TESTS = (
    ("uscc", _is_uscc, "值是统一社会信用代码（校验码正确）"),
    ("identity", lambda t: len(t) == 18 and identity.is_resident(t), "值是身份证号（校验码正确）"),
    ("email", contact.is_email, "值是电子邮箱"),
    ("date", _is_date, "值是日期"),
    ("amount", _is_amount, "值是带单位的金额"),
    ("phone", _is_phone, "值是电话号码"),
    ("postcode", contact.is_postcode, "值是 6 位邮政编码"),
    ("legal_form", lambda t: len(t) < 30 and not _COMPANY.search(t) and forms.from_type(t) is not None, "值是企业类型"),
    ("name", lambda t: 5 <= len(t) <= 60 and _COMPANY.search(t) is not None, "值以公司、厂、店等结尾，是单位名称"),
    ("region", _is_region, "值是省、市或区县名称"),
    ("person", lambda t: _PERSON.match(t) is not None, "值是两至四个汉字，像人名"),
    ("longtext", _is_scope, "值是成段的文字"),
    ("address", lambda t: len(t) >= 6 and len(_ADDRESS.findall(t)) >= 2, "值像地址（有路、号、室等字）"),
)


def looks_like(cells: Sequence[str]) -> tuple[str, float, str]:
    """Type, share of the filled cells that fit it, and the reason; an empty type where nothing is clear."""
    filled = [narrow(cell) for cell in cells if cell and cell.strip() not in EMPTY][:200]
    if len(filled) < 1:
        return "", 0.0, "样本中没有内容"
    best: tuple[str, float, str] = ("", 0.0, "")
    for name, test, reason in _TESTS:
        share = sum(1 for cell in filled if test(cell)) / len(filled)
        if share >= 0.6 and share > best[1] + 0.15:
            best = (name, share, reason)
    return best
