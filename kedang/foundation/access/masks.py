"""How a partly hidden value looks. Length and shape tell no more than the visible part."""

import re

STARS = "****"


def mask(field_class: str, field: str, text: str) -> str:
    """Masked text of a value by the class of its field; empty stays empty."""
    if not text:
        return ""
    if "@" in text:
        head, _, domain = text.partition("@")
        return f"{head[:1]}{STARS}@{domain}"
    if field_class == "contact":
        return "、".join(_number(part) for part in re.split(r"[、,，;；/\s]+", text) if part)
    if field_class == "identity":
        return f"{text[:3]}{'*' * 11}{text[-4:]}" if len(text) >= 10 else STARS
    if field_class == "account":
        return f"{STARS} {STARS} {text[-4:]}" if len(text) >= 8 else STARS
    return STARS


def _number(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    if len(digits) == 11 and digits[0] == "1":
        return f"{digits[:3]}{STARS}{digits[-4:]}"
    if len(digits) >= 7:
        return f"{text[:3]}{STARS}{text[-2:]}"
    return f"{text[:1]}{STARS}"
