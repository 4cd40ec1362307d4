"""The words of the trail. An event type that is not in the vocabulary cannot be recorded."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CATEGORIES: dict[str, Any] = {
    "change": _("变更"),
    "read": _("查看"),
    "search": _("检索"),
    "disclose": _("披露"),
    "sign_in": _("登录"),
    "refuse": _("拒绝"),
    "admin": _("管理"),
    "job": _("任务"),
}

_types: dict[str, "EventType"] = {}


@dataclass(frozen=True, slots=True)
class EventType:
    """One kind of event: code in the past tense, Chinese title, category of :data:`CATEGORIES`. Registers itself."""

    code: str
    title: str | Promise
    category: str

    def __post_init__(self) -> None:
        if self.category not in CATEGORIES:
            raise ValueError(f"unknown event category {self.category!r} of {self.code}")
        other = _types.get(self.code)
        if other is not None and other.title != self.title:
            raise ValueError(f"event type {self.code} is declared twice")
        _types[self.code] = self


def event_type(code: str) -> EventType | None:
    """The declared type of a code, or None for a code of a room that is no longer installed."""
    return _types.get(code)


def event_types() -> list[EventType]:
    """All declared types, by code."""
    return [_types[code] for code in sorted(_types)]
