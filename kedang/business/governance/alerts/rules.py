"""What is unusual, and from which figures on. Companies may set their own figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.governance.choices import AlertRule
from kedang.foundation.kernel.refused import Refused


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a rule: name, unit in words, shipped value, lowest and highest."""

    name: str
    label: Any
    value: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with what it looks for, and its figures. ``on`` 0 switches it off."""

    code: str
    note: Any
    figures: tuple[Figure, ...]


RULES: tuple[Rule, ...] = (
    Rule(AlertRule.QUOTA, _("当日打开、导出、查看完整内容达到上限的一定比例，或被上限拦下。"), (Figure("percent", _("上限的 %"), 90, 50, 100),)),
    Rule(
        AlertRule.BULK, _("几分钟内打开了很多份不同的档案。"),
        (Figure("records", _("份"), 30, 5, 1000), Figure("minutes", _("分钟内"), 10, 1, 120)),
    ),
    Rule(
        AlertRule.NIGHT, _("夜间查阅、导出或改动档案。"),
        (Figure("acts", _("次以上"), 5, 1, 500), Figure("from", _("点起"), 22, 0, 23), Figure("until", _("点止"), 6, 0, 23)),
    ),
    Rule(AlertRule.REFUSED, _("反复打开无权打开的页面。"), (Figure("times", _("次"), 5, 2, 500), Figure("minutes", _("分钟内"), 30, 1, 720))),
    Rule(AlertRule.LEAVER, _("正在交接的人导出、打印或查看完整内容。"), (Figure("times", _("次起"), 1, 1, 100),)),
    Rule(AlertRule.EXPORT, _("一次导出很多行。"), (Figure("rows", _("行以上"), 500, 10, 1_000_000),)),
)  # fmt: skip


def figures_of(thresholds: Mapping[str, Any], rule: str) -> dict[str, int]:
    """Figures of a rule as a company set them; ``on`` tells whether it is looked at."""
    known = next(one for one in RULES if one.code == rule)
    own = thresholds.get(rule, {})
    return {"on": int(own.get("on", 1)), **{one.name: int(own.get(one.name, one.value)) for one in known.figures}}


def cleaned(thresholds: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """What came with a form, checked.

    Raises:
        Refused: ``invalid``.
    """
    made: dict[str, dict[str, int]] = {}
    for rule in RULES:
        given = thresholds.get(rule.code, {})
        values = {"on": int(bool(given.get("on", 1)))}
        for figure in rule.figures:
            value = given.get(figure.name, figure.value)
            if not isinstance(value, int) or not figure.low <= value <= figure.high:
                told = _now("“%(rule)s”的数值应是 %(low)s 到 %(high)s 的整数。")
                raise Refused(
                    "invalid",
                    told % {"rule": AlertRule(rule.code).label, "low": figure.low, "high": figure.high},
                    "thresholds",
                )
            values[figure.name] = value
        made[rule.code] = values
    return made
