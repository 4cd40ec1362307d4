"""Queries within what an actor may see, worked out once for each form that the rule takes.

The rule itself is asked anew every time (:meth:`Policy.scope`): what it says is the key under which the SQL is kept. Two people with
the same role get the same SQL with their own keys bound to it; somebody whose rights changed gets another one at the next question.
"""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import Q, QuerySet

from kedang.foundation.access.policies import policy_for
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.prepared import Prepared

M = TypeVar("M", bound=models.Model)

MOST_FORMS = 64
"""Kept forms of one query; when there are more, keeping begins anew."""
PLAIN = (str, int, bool, type(None))


class Unlike(Exception):
    """A rule with something in it that cannot be compared, such as another query: its SQL is worked out every time."""


class PreparedWithin(Generic[M]):
    """``PreparedWithin(Loan, lambda rows, today: rows.filter(due_on__lte=today), today=date)``.

    Args:
        model: whose policy limits the rows.
        build: gives the queryset from the rows in scope and the named values; called once a form of the rule with stand-ins, so it
            must not look at them, and nothing in it may depend on the moment or on the actor but through them.
        code: the action, default the view action of the model.
        kinds: as those of :class:`Prepared`.
    """

    def __init__(self, model: type[M], build: Callable[..., QuerySet[Any]], code: str = "", **kinds: type) -> None:
        self.model, self.build, self.code, self.kinds = model, build, code, kinds
        self.forms: dict[Any, Prepared[Any]] = {}

    def rows(self, actor: Actor, **values: Any) -> list[Any]:
        """The rows for this actor and these values."""
        found: list[Any] = self._asked(actor, values, "rows")
        return found

    def tuples(self, actor: Actor, **values: Any) -> list[Any]:
        """The bare rows of a queryset that ends in ``values_list``."""
        found: list[Any] = self._asked(actor, values, "tuples")
        return found

    def count(self, actor: Actor, **values: Any) -> int:
        """How many rows there are, no further than the slice of the queryset goes."""
        found: int = self._asked(actor, values, "count")
        return found

    def _asked(self, actor: Actor, values: dict[str, Any], shape: str) -> Any:
        rule = policy_for(self.model).scope(actor, self.code)
        own: list[int] = []
        try:
            form = _form(rule, own)
        except Unlike:
            found = self.build(self._within(rule), **values)
            return found.count() if shape == "count" else list(found)
        prepared = self.forms.get(form)
        if prepared is None:
            prepared = self._prepared(rule, len(own))
            if len(self.forms) >= MOST_FORMS:
                self.forms.clear()
            self.forms[form] = prepared
        return getattr(prepared, shape)(**values, **{_name(at): value for at, value in enumerate(own)})

    def _within(self, rule: Q) -> QuerySet[Any]:
        found: QuerySet[Any] = self.model._default_manager.filter(rule)
        return found

    def _prepared(self, rule: Q, count: int) -> Prepared[Any]:
        names = [_name(at) for at in range(count)]

        def built(**marks: Any) -> QuerySet[Any]:
            own = iter([marks.pop(name) for name in names])
            return self.build(self._within(_filled(rule, own)), **marks)

        return Prepared(built, may_drop=frozenset(names), **self.kinds, **dict.fromkeys(names, int))


def _name(at: int) -> str:
    return f"own_{at}"


def _is_key(name: str, value: Any) -> bool:
    """Whether a condition compares a foreign key with one key: that of the company, of the person."""
    return name.endswith("_id") and type(value) is int


def _form(node: Any, own: list[int]) -> Any:
    """What a rule says but for single keys, which go to ``own`` in their order.

    Raises:
        Unlike: see there.
    """
    if isinstance(node, Q):
        return (type(node), node.connector, node.negated, *(_form(child, own) for child in node.children))
    if not isinstance(node, tuple):
        raise Unlike
    name, value = node
    if _is_key(name, value):
        own.append(value)
        return name
    return name, _comparable(value)


def _comparable(value: Any) -> Any:
    """A value with its type: 1 is not True."""
    if isinstance(value, list | tuple):
        return (type(value), *(_comparable(one) for one in value))
    if not isinstance(value, PLAIN):
        raise Unlike
    return type(value), value


def _filled(node: Any, own: Iterator[int]) -> Any:
    """The same rule with other keys."""
    if isinstance(node, Q):
        return Q(*(_filled(child, own) for child in node.children), _connector=node.connector, _negated=node.negated)
    name, value = node
    return (name, next(own)) if _is_key(name, value) else (name, value)
