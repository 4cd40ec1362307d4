"""利用统计: how often, by which kind, department, purpose and month the archive was used; what was refused; what it was good for.

Every block is one statement, over the requests that the reader of the page may see.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from kedang.business.lending.choices import Purpose
from kedang.business.lending.choices_use import Accuracy, EffectKind, UseSort
from kedang.business.lending.models import UseFeedback, UseRequest
from kedang.foundation.approvals.choices import CaseState
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor

ASKED, GRANTED, REFUSED = "asked", "granted", "refused"
COUNTS = {
    ASKED: Count("pk"), GRANTED: Count("pk", filter=Q(case__effective_at__isnull=False)), REFUSED: Count("pk",
    filter=Q(case__state=CaseState.REJECTED)),
}  # fmt: skip


@dataclass(slots=True)
class Block:
    """One table: title, heads of its figures, and lines of a word with its figures."""

    key: str
    title: str
    heads: list[str]
    lines: list[tuple[str, list[Any]]] = field(default_factory=list)

    @property
    def most(self) -> int:
        """The highest first figure, for bars."""
        return max([1, *(int(figures[0]) for _word, figures in self.lines)])


def statistics(actor: Actor, since: date, until: date) -> list[Block]:
    """All blocks of a period."""
    rows = (
        UseRequest.objects.visible_to(actor)
        .filter(case__opened_at__gte=_start(since), case__opened_at__lte=clock.end_of_day(until))
        .order_by()
    )
    heads = [_("申请"), _("批准"), _("未批准")]
    return [
        _by(rows, "sort", _("按利用方式"), heads, _labels(UseSort)),
        _by(rows, "case__department__name", _("按部门"), heads, lambda value: value or _("未填部门")),
        _by(rows, "purpose", _("按利用目的"), heads, _labels(Purpose)),
        _months(rows, heads),
        _outside(rows, heads),
        _effects(actor, since, until),
        _accuracy(actor, since, until),
    ]


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(settings.TIME_ZONE))


def _labels(choices: Any) -> Callable[[Any], str]:
    known = dict(choices.choices)
    return lambda value: str(known.get(value, value))


def _figures(line: dict[str, Any]) -> list[Any]:
    return [line[ASKED], line[GRANTED], line[REFUSED]]


def _by(rows: Any, path: str, title: str, heads: list[str], label: Callable[[Any], str]) -> Block:
    found = rows.values(path).annotate(**COUNTS).order_by("-asked", path)[:30]
    return Block(path, title, heads, [(label(line[path]), _figures(line)) for line in found])


def _months(rows: Any, heads: list[str]) -> Block:
    found = rows.annotate(month=TruncMonth("case__opened_at")).values("month").annotate(**COUNTS).order_by("month")
    return Block("month", _("按月"), heads, [(f"{line['month']:%Y-%m}", _figures(line)) for line in found])


def _outside(rows: Any, heads: list[str]) -> Block:
    found = rows.aggregate(
        own=Count("pk", filter=Q(outside_name="")), out=Count("pk", filter=~Q(outside_name="")),
        own_granted=Count("pk", filter=Q(outside_name="", case__effective_at__isnull=False)),
        out_granted=Count("pk", filter=~Q(outside_name="") & Q(case__effective_at__isnull=False)),
        own_refused=Count("pk", filter=Q(outside_name="", case__state=CaseState.REJECTED)),
        out_refused=Count("pk", filter=~Q(outside_name="") & Q(case__state=CaseState.REJECTED)),
    )  # fmt: skip
    lines = [
        (_("本单位"), [found["own"], found["own_granted"], found["own_refused"]]),
        (_("外单位"), [found["out"], found["out_granted"], found["out_refused"]]),
    ]
    return Block("outside", _("按读者"), heads, lines)


def _answers(actor: Actor, since: date, until: date) -> Any:
    return (
        UseFeedback.objects.visible_to(actor)
        .filter(answered_at__gte=_start(since), answered_at__lte=clock.end_of_day(until))
        .order_by()
    )


def _effects(actor: Actor, since: date, until: date) -> Block:
    label = _labels(EffectKind)
    found = (
        _answers(actor, since, until)
        .values("effect_kind")
        .annotate(asked=Count("pk"), amount=Sum("amount"))
        .order_by("-asked")
    )
    lines = [
        (label(line["effect_kind"]), [line["asked"], f"{line['amount']:,.2f}" if line["amount"] else ""])
        for line in found
    ]
    return Block("effect", _("利用效果"), [_("次数"), _("金额（元）")], lines)


def _accuracy(actor: Actor, since: date, until: date) -> Block:
    label = _labels(Accuracy)
    found = _answers(actor, since, until).values("accuracy").annotate(asked=Count("pk")).order_by("-asked")
    return Block(
        "accuracy", _("档案内容反馈"), [_("次数")], [(label(line["accuracy"]), [line["asked"]]) for line in found]
    )
