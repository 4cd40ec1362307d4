"""Sharings as grants in force: which of a company's sharings a person belongs to, loaded once with the grants of their roles."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from kedang.foundation.access.duties import SECURITY, SYSTEM
from kedang.foundation.access.grants import OPENED, ActiveGrant, Reach, clearance_of
from kedang.foundation.access.models import Department, Grant, Person, RecordShare, ShareRecipient
from kedang.foundation.access.policies import policy_for
from kedang.foundation.access.shared.models import ShareReach
from kedang.foundation.access.shared.parts import acts_by_model

APART = frozenset({SYSTEM, SECURITY})
"""Who holds one of these duties reads no dossier, whoever shares it."""


def is_shared_by(moment: datetime) -> Q:
    """Sharings that hold at a moment; one that was not looked at again in time rests."""
    return Q(valid_from__lte=moment, valid_until__gt=moment, review_by__gt=moment, ended_at__isnull=True)


def shared_grants(person: Person, moment: datetime, roles: Sequence[Grant]) -> list[ActiveGrant]:
    """What is shared with a person now. Costs nothing where the company shares nothing.

    Args:
        roles: the person's grants in force, each with until when the company shares anything (``shared_until``). Who has no
            role, or keeps apart from dossiers, has nothing shared.
    """
    until = getattr(roles[0], "shared_until", None) if roles else None
    if until is None or until <= moment or any(grant.duty in APART for grant in roles):
        return []
    above = _departments_above(person)
    mine = Q(person_id=person.pk) | Q(role_id__in={grant.role_id for grant in roles}) | Q(department_id__in=above)
    keys = ShareRecipient.objects.filter(mine).values("share_id")
    shares = list(RecordShare.objects.filter(is_shared_by(moment), fonds_id=person.fonds_id, pk__in=keys))
    if not shares:
        return []
    trees = _departments_below({share.reach_value for share in shares if share.reach == ShareReach.BELOW})
    found = [grant for share in shares for grant in grants_of(share, person, trees.get(share.reach_value, frozenset()))]
    return [*found, _the_sharings_themselves(person, shares)]


def grants_of(share: RecordShare, person: Person | None, departments: frozenset[int]) -> list[ActiveGrant]:
    """One sharing as grants, one for each kind of record it reaches; for nobody in particular, as far as it goes at all."""
    reach = Reach(share.pk, OPENED if share.reach == ShareReach.OPENED else share.reach, share.reach_value)
    level = share.secrecy_level if person is None else min(share.secrecy_level, clearance_of(person))
    kinds = frozenset(int(kind) for kind in share.kinds)
    return [
        ActiveGrant(
            acts, dict(share.field_rights), OPENED, label, share.fonds_id, person.pk if person is not None else 0, departments,
            records=frozenset(share.records), level=level, reach=reach, kinds=kinds if narrowed else frozenset(),
        )
        for label, (acts, narrowed) in acts_by_model(share.parts).items()
    ]  # fmt: skip


def _the_sharings_themselves(person: Person, shares: Sequence[RecordShare]) -> ActiveGrant:
    """Who has something shared with them may look at the sharing."""
    label, view = RecordShare._meta.label_lower, policy_for(RecordShare).view
    return ActiveGrant(
        frozenset({view}), {}, OPENED, label, person.fonds_id, person.pk, frozenset(), records=frozenset(one.pk for one in shares)
    )  # fmt: skip


def _departments_above(person: Person) -> list[int]:
    """The person's department and all above it."""
    if person.department_id is None:
        return []
    path = Department.objects.filter(pk=person.department_id).values_list("path", flat=True).first() or ""
    return [person.department_id, *(int(key) for key in path.split("/") if key.isdecimal())]


def _departments_below(values: set[Any]) -> dict[str, frozenset[int]]:
    """Departments and all below them, for the departments that sharings name: one query."""
    roots = {value for value in values if value.isdecimal()}
    if not roots:
        return {}
    found: dict[str, set[int]] = {root: {int(root)} for root in roots}
    within = Q(pk__in=[int(root) for root in roots])
    for root in roots:
        within |= Q(path__contains=f"/{root}/")
    for key, path in Department.objects.filter(within).values_list("id", "path"):
        for root in roots.intersection(path.split("/")):
            found[root].add(key)
    return {root: frozenset(keys) for root, keys in found.items()}
