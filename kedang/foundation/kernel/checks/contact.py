"""E-mail addresses and postcodes."""

from __future__ import annotations

import re

_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}\Z"
)
_POSTCODE = re.compile(r"[0-8][0-9]{5}\Z")


def is_email(text: str) -> bool:
    """A deliverable shape of address; dots may not stand together or at an end of the local part."""
    local = text.partition("@")[0]
    return (
        _EMAIL.match(text) is not None and ".." not in local and not local.startswith(".") and not local.endswith(".")
    )


def email_problem(text: str) -> str | None:
    """The sentence about an e-mail address."""
    if is_email(text):
        return None
    if "@" not in text:
        return f"电子邮箱“{text[:40]}”缺少 @，请核对"
    return f"电子邮箱“{text[:40]}”格式不对，请写成 name@example.com 的形式"


def is_postcode(text: str) -> bool:
    """Six digits of the mainland (Hong Kong, Macao and Taiwan use 999077, 999078 and their own)."""
    return _POSTCODE.match(text) is not None or text in ("999077", "999078")


def postcode_problem(text: str) -> str | None:
    """The sentence about a postcode."""
    if is_postcode(text):
        return None
    if text.isdigit() and len(text) == 5:
        return f"邮政编码应为 6 位，现为 {text}，可能被 Excel 去掉了开头的 0，请补为 0{text} 并把该列设为“文本”格式"
    return f"邮政编码应为 6 位数字，现为“{text[:20]}”，请核对"
