"""What every room says about its own health, in words for people who run the system but do not build it.

A room registers its check from ``AppConfig.ready()``; pages, the command and the metrics ask :func:`report`.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

logger = logging.getLogger(__name__)

State = Literal["good", "warn", "bad", "plain"]
RANK: dict[str, int] = {"bad": 0, "warn": 1, "plain": 2, "good": 3}
LABELS = {
    "good": gettext_lazy("正常"), "warn": gettext_lazy("留意"), "bad": gettext_lazy("要处理"), "plain": pgettext_lazy("运行状况", "说明"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Health:
    """How one thing stands: state, one sentence that says so, what to do if anything, facts as (label, value)."""

    state: State
    words: str
    advice: str = ""
    facts: tuple[tuple[Any, Any], ...] = ()
    at: datetime | None = None

    @property
    def label(self) -> str:
        """The state in a word or two."""
        return str(LABELS[self.state])


@dataclass(frozen=True, slots=True)
class Check:
    """One registered question."""

    name: str
    title: str | Promise
    ask: Callable[[], Health]
    icon: str = "activity"
    url_name: str = ""
    order: int = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """A question with its answer."""

    check: Check
    health: Health = field(default_factory=lambda: Health("plain", ""))


_checks: dict[str, Check] = {}


def check(
    name: str,
    title: str | Promise,
    ask: Callable[[], Health],
    *,
    icon: str = "activity",
    url_name: str = "",
    order: int = 100,
) -> None:
    """Register a question; the same name replaces the earlier one. ``ask`` takes at most some cheap queries."""
    _checks[name] = Check(name, title, ask, icon, url_name, order)


def report() -> list[Answer]:
    """All questions asked now, in their order. A question that fails is itself bad news, never an error page."""
    answers = []
    for one in sorted(_checks.values(), key=lambda known: (known.order, known.name)):
        try:
            health = one.ask()
        except Exception:
            logger.exception("health check %s failed", one.name)
            health = Health("bad", _("检查没有得出结果。"), _("请查看系统日志，或联系系统管理员。"))
        answers.append(Answer(one, health))
    return answers


def worst(answers: list[Answer]) -> State:
    """The worst state among answers; good when there are none."""
    states = sorted((answer.health.state for answer in answers), key=lambda state: RANK[state])
    return states[0] if states else "good"
