"""Demo mode: the accounts of a demo company, for its sign-in page. An installation with a real company shows nothing."""

from dataclasses import dataclass

from django.conf import settings

from kedang.foundation.access.models import Factor, FactorKind, Fonds, Grant, Person
from kedang.foundation.access.signin import totp
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused


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
    """One line per person with all their roles, in the order in which they joined; empty unless every company is a demo company.

    An installation that calls itself production shows nobody, whatever its companies are.
    """
    if settings.PRODUCTION:
        return []
    if not Fonds.objects.exists() or Fonds.objects.filter(is_demo=False).exists():
        return []
    grants = Grant.objects.filter(
        ended_at__isnull=True, person__is_active=True, person__fonds__is_demo=True
    ).select_related("person__department", "role")
    held: dict[Person, dict[str, None]] = {}
    for grant in grants.order_by("person_id", "id"):
        held.setdefault(grant.person, {})[grant.role.name] = None
    return [
        DemoAccount(
            person.username,
            person.name,
            person.title,
            person.department.name if person.department else "",
            "、".join(roles),
            settings.DEMO_PASSWORD,
        )
        for person, roles in held.items()
    ]


def demo_code(person: Person | None) -> str:
    """The code that the authenticator app of somebody of the demo company shows next; a visitor has not got that phone."""
    if person is None or person.username not in {account.username for account in demo_accounts()}:
        return ""
    factor = Factor.objects.filter(person=person, kind=FactorKind.TOTP).first()
    if factor is None:
        return ""
    now = totp.step_of(clock.now())
    return totp.code_at(factor.secret, min(now + totp.WINDOW, max(now, factor.last_step + 1)))


def refuse_demo_in_production() -> None:
    """Stop where an installation that calls itself production holds a demo company, whose passwords everybody knows.

    Raises:
        Refused: ``demo_in_production``.
    """
    if settings.PRODUCTION and Fonds.objects.filter(is_demo=True).exists():
        raise Refused(
            "demo_in_production",
            "这套系统设了 KEDANG_PRODUCTION=true，却装有演示公司，演示账号的密码人人知道，拒绝启动。请另建数据目录（kedang setup --empty），"
            "或去掉 KEDANG_PRODUCTION。",
        )
