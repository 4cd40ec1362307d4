"""Conditions of flows and steps: ``[fact, comparison, value]``, all of which must hold. Facts are frozen with the case."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from kedang.foundation.approvals.choices import Condition

Rule = Sequence[Any]


def holds(rules: Iterable[Rule], facts: Mapping[str, Any]) -> bool:
    """Whether every condition holds. A fact that a request does not have fulfils only “is not”."""
    return all(_one(str(name), str(comparison), wanted, facts.get(str(name))) for name, comparison, wanted in rules)


def _one(name: str, comparison: str, wanted: Any, found: Any) -> bool:
    if comparison == Condition.IS_NOT:
        return str(found) != str(wanted)
    if found is None:
        return False
    if comparison == Condition.IS:
        return str(found) == str(wanted)
    if comparison == Condition.ONE_OF:
        return str(found) in {str(one) for one in (wanted if isinstance(wanted, list | tuple) else [wanted])}
    left, right = _number(found), _number(wanted)
    if left is None or right is None:
        return False
    return left >= right if comparison == Condition.AT_LEAST else left < right


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
