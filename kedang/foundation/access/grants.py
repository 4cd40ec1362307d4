"""The grants of an actor that hold now, loaded once per actor object (that is, once per request or job)."""

import copy
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Case, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf

from kedang.foundation.access.actions import is_taking, with_included, with_parts
from kedang.foundation.access.models import Department, Grant, Person, RecordGrant, Scope
from kedang.foundation.access.secrecy import ALWAYS_SHOWN, RIGHT_ORDER, FieldRight, SecrecyLevel
from kedang.foundation.access.trees import keys_below, tree_of
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.prepared import Prepared
from kedang.foundation.kernel.sure import sure

OPENED = "opened"
"""Scope of what an approved request opened: certain records, by their keys."""

_CACHE = "_kedang_active_grants"


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose dossiers a sharing reaches: its key, and a scope with its value, as those of a role."""

    share: int
    scope: str
    value: str


@dataclass(frozen=True, slots=True)
class ActiveGrant:
    """One grant in force, with what is needed to turn it into a query or to test an object."""

    actions: frozenset[str]
    field_rights: dict[str, str]
    scope: str
    value: str
    fonds_id: int
    person_id: int
    department_ids: frozenset[int]
    role_code: str = ""
    records: frozenset[int] = frozenset()
    level: int = 0
    """Of opened records: the secrecy level up to which they are open, whatever the person's own clearance."""
    reach: Reach | None = None
    """Of a sharing: its dossiers by a condition; then ``records`` are those it names, ``department_ids`` those of the condition."""
    kinds: frozenset[int] = frozenset()
    """Of a sharing of papers: their kinds; none means all."""

    @property
    def is_opened(self) -> bool:
        """Whether it opens certain records of the model named by ``value``, not a role."""
        return self.scope == OPENED

    def as_role(self, reach: Reach) -> "ActiveGrant":
        """A sharing as a role with the same scope would be."""
        return replace(self, scope=reach.scope, value=reach.value, reach=None)

    def right_on(self, field_class: str) -> FieldRight:
        """What this grant shows of a class of fields; unlisted sensitive classes are hidden."""
        if field_class in ALWAYS_SHOWN:
            return FieldRight.SHOW
        return FieldRight(self.field_rights.get(field_class, FieldRight.HIDE))


def active_grants(actor: Actor) -> list[ActiveGrant]:
    """Grants of the actor that hold now. Machines have none and need none."""
    if actor.is_system or actor.id is None:
        return []
    cached: list[ActiveGrant] | None = getattr(actor, _CACHE, None)
    if cached is None:
        cached = _load(actor)
        setattr(actor, _CACHE, cached)
    return cached


def forget_grants(actor: Actor) -> None:
    """Load the grants anew at the next question (after a grant was changed)."""
    if hasattr(actor, _CACHE):
        delattr(actor, _CACHE)


def as_taker(actor: Actor, code: str = "") -> Actor:
    """The actor as what leaves on paper or in a file is drawn: with their roles, without what is only open to be read.

    Args:
        code: the act of taking one record out; an opening that allows it counts. Empty: whole lists, where none does.
    """
    if actor.is_system or not any(grant.is_opened for grant in active_grants(actor)):
        return actor
    taker = copy.copy(actor)
    setattr(taker, _CACHE, [g for g in active_grants(actor) if not g.is_opened or (code and code in g.actions)])
    return taker


def clearance_of(actor: Actor) -> int:
    """知悉等级 of the actor; machines know all."""
    return SecrecyLevel.TOP_SECRET if actor.is_system else int(getattr(actor, "clearance", SecrecyLevel.PUBLIC))


def has_action(actor: Actor, code: str) -> bool:
    """Whether any grant in force contains the action; what opens certain records gives no act of taking out at large."""
    if actor.is_system:
        return True
    at_large = not is_taking(code)
    return any(code in grant.actions and (at_large or not grant.is_opened) for grant in active_grants(actor))


def best_right(rights: list[FieldRight]) -> FieldRight:
    """The most open of several rights; hidden when there are none."""
    return max(rights, key=RIGHT_ORDER.__getitem__, default=FieldRight.HIDE)


def _load(actor: Actor) -> list[ActiveGrant]:
    moment = clock.now()
    department_id = actor.department_id if isinstance(actor, Person) else None
    rows = _held.rows(person_id=actor.id or 0, moment=moment, department=str(department_id or 0))
    held = [_active(row, actor, department_id) for row in rows] + _opened(actor, moment)
    if isinstance(actor, Person):
        from kedang.foundation.access.shared.loading import shared_grants  # which makes grants of this module

        held += shared_grants(actor, moment, rows)
    return _guarded(actor, held)


def in_force(person_id: int, moment: datetime) -> QuerySet[Grant]:
    """Roles that a person holds at a moment."""
    held = (Q(valid_from__isnull=True) | Q(valid_from__lte=moment)) & (
        Q(valid_until__isnull=True) | Q(valid_until__gt=moment)
    )
    found: QuerySet[Grant] = Grant.objects.filter(
        held, person_id=person_id, person__is_active=True, ended_at__isnull=True
    )
    return found


def _with_departments(person_id: int, moment: datetime, department: str) -> QuerySet[Grant]:
    """They, with until when the company shares anything and the departments below the one of the grant or the person's own."""
    root = Coalesce(NullIf(OuterRef("scope_value"), Value("")), Value(department))
    below = Case(When(scope=Scope.BELOW, then=keys_below(root)))
    found = in_force(person_id, moment).annotate(shared_until=F("person__fonds__shared_until"), below=below)
    return found.select_related("role").order_by("id")


_held = Prepared(_with_departments, person_id=int, moment=datetime, department=str)


def _guarded(actor: Actor, grants: list[ActiveGrant]) -> list[ActiveGrant]:
    """The one place where a missing agreement or a hand-over under way takes effect on all pages, services and searches."""
    from kedang.foundation.access.guards import (
        guarded,
        is_guarded,
    )  # which asks the rules of signing in, above this module

    if not grants or not isinstance(actor, Person) or not is_guarded(actor):
        return grants
    left = [replace(grant, actions=guarded(actor, grant.actions)) for grant in grants]
    return [grant for grant in left if grant.actions]


def is_opened_by(moment: datetime) -> Q:
    """Openings of records that hold at a moment."""
    return Q(valid_from__lte=moment, valid_until__gt=moment, ended_at__isnull=True)


def _opened(actor: Actor, moment: datetime) -> list[ActiveGrant]:
    """What approved requests opened; asked for only of people to whom something was."""
    until = getattr(actor, "opened_until", None)
    if until is None or until <= moment:
        return []
    sorts: dict[tuple[str, str, tuple[str, ...], tuple[tuple[str, str], ...], int], set[int]] = {}
    for row in _open.rows(person_id=actor.id or 0, moment=moment):
        rights = tuple(sorted(row.field_rights.items()))
        sort = (row.subject_type, OPENED, tuple(row.actions), rights, row.secrecy_level)
        sorts.setdefault(sort, set()).add(row.subject_id)
    return [
        ActiveGrant(
            with_parts(codes), dict(rights), scope, label, sure(actor.fonds_id), sure(actor.id), frozenset(),
            records=frozenset(keys), level=level,
        )
        for (label, scope, codes, rights, level), keys in sorts.items()
    ]  # fmt: skip


_open = Prepared(
    lambda person_id, moment: RecordGrant.objects.filter(
        is_opened_by(moment), person_id=person_id, person__is_active=True
    ),
    person_id=int,
    moment=datetime,
)


def _active(row: Grant, actor: Actor, own_department_id: int | None) -> ActiveGrant:
    return ActiveGrant(
        with_included(row.role.actions),
        dict(row.role.field_rights),
        row.scope,
        row.scope_value,
        sure(actor.fonds_id),
        sure(actor.id),
        _departments(row, own_department_id),
        row.role.code,
    )


def _departments(row: Grant, own_department_id: int | None) -> frozenset[int]:
    """Departments that a department scope reaches: the person's own, or the one named by the grant."""
    if row.scope not in {Scope.DEPARTMENT, Scope.BELOW}:
        return frozenset()
    root_id = int(row.scope_value) if row.scope_value.isdigit() else own_department_id
    if root_id is None:
        return frozenset()
    if row.scope == Scope.DEPARTMENT:
        return frozenset({root_id})
    if row.scope_value and row.scope_value != str(root_id):  # “007” or a word, which the query took as it stands
        return frozenset(Department.objects.filter(path__contains=f"/{root_id}/").values_list("id", flat=True)) | {
            root_id
        }
    return tree_of(root_id, getattr(row, "below", None))
