"""The rules of signing in that hold for a company: those it saved, else the shipped ones.

The rules come with the person who asks (see ``backend.py``), so that asking for them costs no query of its own.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist

from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.signin.models import Profile, SignInPolicy

GUARDED_ROLES = ("system_admin", "security_admin", "auditor")
"""Roles whose holders need a second step unless a company decides otherwise."""

PRESETS: dict[str, dict[str, Any]] = {
    Profile.MODERN: {
        "min_length": 12, "rotation_days": 0, "history_count": 0, "idle_minutes": 60, "absolute_hours": 12,
        "step_up_minutes": 30, "factor_grace_days": 14,
    },
    Profile.GRADED: {
        "min_length": 10, "rotation_days": 90, "history_count": 5, "idle_minutes": 30, "absolute_hours": 10,
        "step_up_minutes": 15, "factor_grace_days": 7,
    },
}  # fmt: skip
"""Modern: an office day with a lunch break on one sign-in; 等保: half an hour, as its assessors ask for."""

QUOTAS: dict[str, dict[str, int]] = {
    "unmask": {"": 20, "archivist": 200, "executive": 60, "general_manager": 200},
    "export": {
        "": 50, "archivist": 0, "system_admin": 2_000, "security_admin": 2_000, "auditor": 50_000, "executive": 2_000,
        "general_manager": 20_000,
    },
    "read": {"": 120, "archivist": 0, "executive": 500, "general_manager": 0},
}  # fmt: skip
"""Per person and day by role; 0 is without limit. All three together keep ordinary staff below 200 records a day."""


def shipped_policy(fonds: Fonds | None = None, profile: str = Profile.MODERN) -> SignInPolicy:
    """The shipped rules of a profile; the people of a demo company need no second step."""
    is_demo = fonds is not None and fonds.is_demo
    return SignInPolicy(
        fonds=fonds, profile=profile, factor_roles=[] if is_demo else list(GUARDED_ROLES),
        quotas={kind: dict(limits) for kind, limits in QUOTAS.items()}, **PRESETS[profile],
    )  # fmt: skip


def policy_of(fonds: Fonds) -> SignInPolicy:
    """The rules of a company."""
    try:
        found: SignInPolicy = fonds.sign_in_policy
    except ObjectDoesNotExist:
        return shipped_policy(fonds)
    return found


def policy_for_person(person: Person) -> SignInPolicy:
    """The rules that hold for a person."""
    return policy_of(person.fonds)


def lock_minutes() -> int:
    """How long a lock lasts: never longer than a quarter of an hour, so that nobody can shut others out."""
    return min(15, max(1, settings.SIGN_IN_LOCK_MINUTES))
