"""Conditions in words: whitelisted field × operator × values, turned into a ``Q``. Nothing of the address reaches SQL as text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.policies import policy_for
from kedang.foundation.access.veil import may_filter
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.web.records.declare import Filter
from kedang.foundation.web.records.naming import field_of, kind_of, label_of

OPERATORS: dict[str, Any] = {
    "eq": gettext_lazy("等于"),
    "ne": gettext_lazy("不等于"),
    "has": gettext_lazy("包含"),
    "hasnt": gettext_lazy("不包含"),
    "in": gettext_lazy("属于"),
    "between": gettext_lazy("区间"),
    "gt": gettext_lazy("大于"),
    "lt": gettext_lazy("小于"),
    "empty": gettext_lazy("为空"),
    "filled": gettext_lazy("不为空"),
}
BY_KIND: dict[str, tuple[str, ...]] = {
    "text": ("has", "hasnt", "eq", "ne", "empty", "filled"),
    "choice": ("eq", "ne", "in", "empty", "filled"),
    "number": ("between", "eq", "gt", "lt", "empty", "filled"),
    "date": ("between", "eq", "gt", "lt", "empty", "filled"),
    "instant": ("between", "gt", "lt", "empty", "filled"),
    "bool": ("eq",),
    "sealed": ("eq",),
}
WITHOUT_VALUE = frozenset({"empty", "filled"})
MAX_RULES = 12
MAX_VALUES = 200


@dataclass(slots=True)
class BoundFilter:
    """A filter as one actor may use it, with what a form needs to draw it."""

    filter: Filter
    model: type[models.Model]
    actor: Any
    _choices: list[tuple[str, str]] | None = None

    @property
    def name(self) -> str:
        return self.filter.name

    @property
    def label(self) -> Any:
        return self.filter.label or label_of(self.model, self.filter.path or self.filter.name)

    @property
    def kind(self) -> str:
        if self.filter.kind:
            return self.filter.kind
        return "choice" if self.filter.choices else kind_of(self.model, self.filter.name)

    @property
    def operators(self) -> tuple[str, ...]:
        return self.filter.operators or BY_KIND[self.kind]

    @property
    def default_operator(self) -> str:
        return self.filter.operator or self.operators[0]

    @property
    def is_double(self) -> bool:
        """Takes two inputs (from, to)."""
        return self.default_operator == "between"

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Values of a choice with their labels."""
        if self._choices is None:
            self._choices = [(str(value), str(label)) for value, label in self._load_choices()]
        return self._choices

    def _load_choices(self) -> Sequence[tuple[Any, Any]]:
        if self.filter.choices:
            return self.filter.choices(self.actor)
        if self.kind == "bool":
            return [("1", _("是")), ("0", _("否"))]
        found = field_of(self.model, self.filter.name)
        if isinstance(found, models.ForeignKey):
            related: Any = found.related_model
            return [
                (row.pk, str(row))
                for row in related._default_manager.filter(policy_for(related).scope(self.actor))[:500]
            ]
        return [(value, label) for value, label in (found.flatchoices if found is not None else [])]

    def label_of_value(self, value: Any) -> str:
        """Value in words."""
        return dict(self.choices).get(str(value), str(value)) if self.kind in {"choice", "bool"} else str(value)


@dataclass(slots=True)
class Condition:
    """One condition with its values as typed."""

    bound: BoundFilter
    operator: str
    values: list[str]
    is_basic: bool = False

    @property
    def words(self) -> str:
        """The condition as a sentence for the chips above the table."""
        parts = [self.bound.label_of_value(value) for value in self.values]
        operator = str(OPERATORS[self.operator])
        if self.operator in WITHOUT_VALUE:
            return f"{self.bound.label} {operator}"
        if self.operator == "between":
            low, high = [*parts, "", ""][:2]
            text = f"{low or '…'} ~ {high or '…'}"
            return f"{self.bound.label}：{text}"
        text = "、".join(parts)
        return (
            f"{self.bound.label}：{text}" if self.operator in {"eq", "has"} else f"{self.bound.label} {operator} {text}"
        )

    def q(self) -> Q:
        """The condition as a query; a value that cannot be read is refused with a sentence."""
        bound = self.bound
        if bound.filter.q is not None:
            return bound.filter.q(bound.actor, self.operator, [self._typed(value) for value in self.values])
        return self._field_q(bound.filter.path or bound.filter.name)

    def _field_q(self, path: str) -> Q:
        is_text = self.bound.kind == "text" or self._is_text_choice()
        if self.operator in WITHOUT_VALUE:
            empty = Q(**{f"{path}__isnull": True})
            if is_text:
                empty |= Q(**{path: ""})
            return empty if self.operator == "empty" else ~empty
        values = [self._typed(value) for value in self.values]
        if self.operator == "between":
            return self._between(path, values)
        if self.operator in {"eq", "ne"}:
            q = Q(**{path: values[0]})
            return q if self.operator == "eq" else ~q
        if self.operator in {"has", "hasnt"}:
            q = Q()
            for word in str(values[0]).split():
                q &= Q(**{f"{path}__icontains": word})
            return q if self.operator == "has" else ~q
        if self.operator == "in":
            return Q(**{f"{path}__in": values})
        if self.bound.kind == "instant":
            limit = _day_start(values[0]) if self.operator == "lt" else _day_start(values[0] + timedelta(days=1))
            return Q(**{f"{path}__{'lt' if self.operator == 'lt' else 'gte'}": limit})
        return Q(**{f"{path}__{self.operator}": values[0]})

    def _between(self, path: str, values: list[Any]) -> Q:
        low, high = [*values, None, None][:2]
        q = Q()
        is_instant = self.bound.kind == "instant"
        if low is not None:
            q &= Q(**{f"{path}__gte": _day_start(low) if is_instant else low})
        if high is not None:
            q &= (
                Q(**{f"{path}__lt": _day_start(high + timedelta(days=1))})
                if is_instant
                else Q(**{f"{path}__lte": high})
            )
        return q

    def _is_text_choice(self) -> bool:
        return isinstance(field_of(self.bound.model, self.bound.filter.name), models.CharField)

    def _typed(self, text: str) -> Any:
        kind = self.bound.kind
        if text == "":
            return None
        if kind in {"date", "instant"}:
            try:
                return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
            except ValueError as error:
                raise self._unreadable(_("请写成 2024-01-31 这样的日期")) from error
        if kind == "number":
            try:
                number = Decimal(text.replace(",", "").replace("，", ""))
            except InvalidOperation as error:
                raise self._unreadable(_("请写数字")) from error
            if not number.is_finite() or abs(number) > Decimal(10) ** 18:
                raise self._unreadable(_("数字过大"))
            found = field_of(self.bound.model, self.bound.filter.name)
            return int(number) if isinstance(found, models.IntegerField) and number == int(number) else number
        if kind == "bool":
            return text == "1"
        if kind == "choice" and not self.bound.filter.q and text not in dict(self.bound.choices):
            raise self._unreadable(_("没有这个选项"))
        return text

    def _unreadable(self, hint: str) -> Refused:
        sentence = _("条件“%(label)s”的值“%(value)s”无法识别：%(hint)s。")
        told = sentence % {"label": self.bound.label, "value": "、".join(self.values)[:40], "hint": hint}
        return Refused("condition_unreadable", told, self.bound.name)


def _day_start(day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(settings.TIME_ZONE))


def bind(model: type[models.Model], filters: Sequence[Filter], actor: Actor) -> dict[str, BoundFilter]:
    """The filters that the actor may use: what is veiled may not be filtered by, or values could be guessed."""
    bound: dict[str, BoundFilter] = {}
    for declared in filters:
        if declared.may is not None:
            allowed = declared.may(actor)
        else:
            allowed = may_filter(actor, model, (declared.path or declared.name).partition("__")[0])
        if allowed:
            bound[declared.name] = BoundFilter(declared, model, actor)
    return bound
