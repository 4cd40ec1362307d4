"""Sharings as grants in force: which of a company's sharings a person belongs to, loaded once with the grants of their roles."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Case, OuterRef, Q, QuerySet, When

from kedang.foundation.access.duties import SECURITY, SYSTEM
from kedang.foundation.access.grants import OPENED, ActiveGrant, Reach, clearance_of, in_force
from kedang.foundation.access.models import Grant, Person, RecordShare, ShareRecipient
from kedang.foundation.access.policies import policy_for
from kedang.foundation.access.shared.models import ShareReach
from kedang.foundation.access.shared.parts import acts_by_model
from kedang.foundation.access.trees import is_above, keys_below, tree_of
from kedang.foundation.kernel.prepared import Prepared

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
    shares = _shared.rows(
        person_id=person.pk, department_id=person.department_id or 0, fonds_id=person.fonds_id, moment=moment
    )
    if not shares:
        return []
    found = [grant for share in shares for grant in grants_of(share, person, departments_of(share))]
    return [*found, _the_sharings_themselves(person, shares)]


def _shared_with(person_id: int, department_id: int, fonds_id: int, moment: datetime) -> QuerySet[RecordShare]:
    """Sharings with a person, their roles, or a department that theirs is or lies below; each with the departments it reaches."""
    roles = in_force(person_id, moment).values("role_id")
    mine = Q(person_id=person_id) | Q(role_id__in=roles) | is_above("department", department_id)
    keys = ShareRecipient.objects.filter(mine).values("share_id")
    found: QuerySet[RecordShare] = RecordShare.objects.filter(is_shared_by(moment), fonds_id=fonds_id, pk__in=keys)
    return with_departments(found).only(
        "fonds_id", "reach", "reach_value", "records", "parts", "kinds", "field_rights", "secrecy_level"
    )


_shared = Prepared(_shared_with, person_id=int, department_id=int, fonds_id=int, moment=datetime)


def with_departments(shares: QuerySet[RecordShare]) -> QuerySet[RecordShare]:
    """Sharings together with the departments that those of departments reach, for :func:`departments_of`."""
    below = Case(When(reach=ShareReach.BELOW, then=keys_below(OuterRef("reach_value"))))
    return shares.annotate(below=below)


def departments_of(share: Any) -> frozenset[int]:
    """Departments that a sharing of :func:`with_departments` reaches; a value that is no key reaches none."""
    if share.reach != ShareReach.BELOW or not share.reach_value.isdecimal():
        return frozenset()
    return tree_of(int(share.reach_value), share.below)


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
