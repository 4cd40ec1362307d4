"""What a list is asked for: view, conditions, order, page. Read from the address, written back to it, kept in saved views."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import NOTHING
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.web.records.conditions import (
    MAX_RULES,
    MAX_VALUES,
    OPERATORS,
    WITHOUT_VALUE,
    BoundFilter,
    Condition,
)

RULE_FIELD, RULE_OPERATOR, RULE_VALUE, RULE_VALUE_TO, RULE_JOIN = "cf", "co", "cv", "cw", "cj"
RULE_PARTS = (RULE_FIELD, RULE_OPERATOR, RULE_VALUE, RULE_VALUE_TO, RULE_JOIN)
MAX_TEXT = 200


@dataclass(slots=True)
class Rule:
    """One line of 高级筛选 as typed, whole or not yet."""

    field: str = ""
    operator: str = ""
    value: str = ""
    value_to: str = ""
    bound: BoundFilter | None = None

    @property
    def operators(self) -> list[tuple[str, Any]]:
        """Operators that fit the field."""
        codes = self.bound.operators if self.bound else tuple(OPERATORS)
        return [(code, OPERATORS[code]) for code in codes]

    @property
    def needs_value(self) -> bool:
        return self.operator not in WITHOUT_VALUE

    @property
    def value_list(self) -> list[str]:
        """Several values of 属于."""
        return [part for part in self.value.split(",") if part]


@dataclass(slots=True)
class ListQuery:
    """A parsed request of a list."""

    filters: dict[str, BoundFilter]
    conditions: list[Condition] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    is_any: bool = False
    problems: list[Refused] = field(default_factory=list)

    @classmethod
    def parse(cls, params: QueryDict, filters: dict[str, BoundFilter]) -> "ListQuery":
        """Read the address; unknown names and operators are ignored, unreadable values are told."""
        query = cls(filters, is_any=params.get(RULE_JOIN) == "any")
        for name, bound in filters.items():
            if bound.filter.basic:
                query._read_basic(params, name, bound)
        query._read_rules(params)
        return query

    def _read_basic(self, params: QueryDict, name: str, bound: BoundFilter) -> None:
        if bound.is_double:
            values = [_clean(params.get(f"{name}_from", "")), _clean(params.get(f"{name}_to", ""))]
        else:
            values = [clean for value in params.getlist(name)[:MAX_VALUES] if (clean := _clean(value))]
        if not any(values):
            return
        operator = "in" if len(values) > 1 and bound.kind == "choice" else bound.default_operator
        self.conditions.append(Condition(bound, operator, values, is_basic=True))

    def _read_rules(self, params: QueryDict) -> None:
        columns = [params.getlist(key) for key in (RULE_FIELD, RULE_OPERATOR, RULE_VALUE, RULE_VALUE_TO)]
        for at in range(min(len(columns[0]), MAX_RULES)):
            name, operator, value, value_to = (
                _clean(column[at], 2000) if at < len(column) else "" for column in columns
            )
            bound = self.filters.get(name)
            if bound is None:
                continue
            if operator not in bound.operators:
                operator = bound.default_operator
            self.rules.append(Rule(name, operator, value, value_to, bound))
            values = [value, value_to] if operator == "between" else value.split(",") if operator == "in" else [value]
            if operator in WITHOUT_VALUE or any(values):
                self.conditions.append(Condition(bound, operator, values))

    def q(self) -> Q:
        """All conditions joined: those of the condition area by 且, those of 高级筛选 as chosen."""
        q, rules = Q(), Q()
        for condition in self.conditions:
            try:
                one = condition.q()
            except Refused as refusal:
                self.problems.append(refusal)
                one = NOTHING  # a condition that cannot be read must never widen what is shown or exported
            if condition.is_basic:
                q &= one
            elif self.is_any:
                rules |= one
            else:
                rules &= one
        return q & rules

    def value(self, name: str) -> str:
        """What was typed into a basic input."""
        for condition in self.conditions:
            if condition.is_basic and condition.bound.name == name:
                return condition.values[0] if condition.values else ""
        return ""

    def value_to(self, name: str) -> str:
        """What was typed into the second input of a range."""
        for condition in self.conditions:
            if condition.is_basic and condition.bound.name == name and len(condition.values) > 1:
                return condition.values[1]
        return ""

    @property
    def join_words(self) -> str:
        """且 or 或 between the rules."""
        return _("或") if self.is_any else _("且")


def _clean(value: str, most: int = MAX_TEXT) -> str:
    """Typed text without the sign that PostgreSQL cannot hold."""
    return value.replace("\x00", "").strip()[:most]


def kept_params(params: QueryDict, filters: dict[str, BoundFilter]) -> dict[str, list[str]]:
    """What a saved view keeps of an address: conditions and order, nothing else."""
    kept: dict[str, list[str]] = {}
    names = {name for name, bound in filters.items() if bound.filter.basic}
    for key in params:
        plain = key.removesuffix("_from").removesuffix("_to")
        if (
            key in names
            or plain in names
            or key in {RULE_FIELD, RULE_OPERATOR, RULE_VALUE, RULE_VALUE_TO, RULE_JOIN, "sort"}
        ):
            values = [str(value)[:2000] for value in params.getlist(key)[:MAX_VALUES]]
            if any(values):
                kept[key] = values
    return kept


def params_of(kept: dict[str, list[str]]) -> QueryDict:
    """The address of a saved view."""
    params = QueryDict(mutable=True)
    for key, values in kept.items():
        if isinstance(values, list):
            params.setlist(str(key), [str(value) for value in values])
    return params
