"""Demo mode: the accounts of a demo company, for its sign-in page. An installation with a real company shows nothing."""

from dataclasses import dataclass

from django.conf import settings

from kedang.foundation.access.models import Fonds, Grant


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Somebody of the demo company who can sign in, with the demo password."""

    username: str
    name: str
    title: str
    department: str
    role: str
    password: str


def demo_accounts() -> list[DemoAccount]:
    """One line per person and role, in the order in which they joined; empty unless every company is a demo company."""
    if not Fonds.objects.exists() or Fonds.objects.filter(is_demo=False).exists():
        return []
    grants = Grant.objects.filter(
        ended_at__isnull=True, person__is_active=True, person__fonds__is_demo=True
    ).select_related("person__department", "role")
    return [
        DemoAccount(
            grant.person.username,
            grant.person.name,
            grant.person.title,
            grant.person.department.name if grant.person.department else "",
            grant.role.name,
            settings.DEMO_PASSWORD,
        )
        for grant in grants.order_by("person_id", "id")
    ]
