"""Separation of duties (三员分立, SE-01): who administers the system, who grants rights, who audits, and who reads dossiers.

One person holds at most one of the three separate duties. Who administers the system reads no dossier. Who audits changes
nothing. The same rules hold for one role and for all roles of one person together.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.actions import actions
from kedang.foundation.kernel.refused import Refused

SYSTEM, SECURITY, AUDIT = "system", "security", "audit"
DUTY_TITLES = {
    SYSTEM: gettext_lazy("系统管理"),
    SECURITY: gettext_lazy("安全保密管理"),
    AUDIT: gettext_lazy("审计"),
}
SYSTEM_ACTS = frozenset({"access.manage_people", "access.manage_roles", "settings.manage"})
SECURITY_ACTS = frozenset({"access.manage_grants", "access.manage_sign_in"})
AUDIT_ACTS = frozenset({"audit.export"})
HOUSE_ROOMS = frozenset(
    {"access", "approvals", "audit", "governance", "jobs", "numbering", "safekeeping", "search", "settings", "web"}
)
"""Rooms whose actions touch no dossier."""


def duty_of(role_code: str, role_actions: Iterable[str]) -> str:
    """The separate duty that a role carries, or empty."""
    held = set(role_actions)
    if role_code == "system_admin" or held & SYSTEM_ACTS:
        return SYSTEM
    if role_code == "security_admin" or held & SECURITY_ACTS:
        return SECURITY
    return AUDIT if role_code == "auditor" or held & AUDIT_ACTS else ""


def changing_acts(codes: Iterable[str]) -> list[str]:
    """Titles of those actions that change something."""
    held = set(codes)
    return [str(action.title) for action in actions() if action.code in held and not action.is_reading]


def dossier_acts(codes: Iterable[str]) -> list[str]:
    """Titles of those actions that touch dossiers."""
    held = {code for code in codes if code.split(".")[0] not in HOUSE_ROOMS}
    return [str(action.title) for action in actions() if action.code in held]


def refuse_mixed_role(role_code: str, role_name: str, role_actions: Iterable[str]) -> None:
    """Raise when one role mixes duties that must be separate."""
    held = set(role_actions)
    duties = [
        duty for duty, acts in ((SYSTEM, SYSTEM_ACTS), (SECURITY, SECURITY_ACTS), (AUDIT, AUDIT_ACTS)) if held & acts
    ]
    if len(duties) > 1:
        titles = "、".join(str(DUTY_TITLES[duty]) for duty in duties)
        raise Refused(
            "duties_mixed",
            _("一个角色不能兼有%(titles)s，三员必须分立。请拆成几个角色。") % {"titles": titles},
            "actions",
        )
    refuse_mixed_acts(duty_of(role_code, held), held, _("角色“%(name)s”") % {"name": role_name}, "actions")


def refuse_mixed_acts(duty: str, held: Iterable[str], who: str, field: str) -> None:
    """Raise when a duty comes together with acts it excludes. ``who`` begins the sentence."""
    held = set(held)
    if duty == SYSTEM and (titles := dossier_acts(held)):
        told = _("%(who)s负责系统管理，不能再有客户档案的权限（%(acts)s）。")
        raise Refused("admin_reads_dossiers", told % {"who": who, "acts": "、".join(titles[:3])}, field)
    if duty == AUDIT and (titles := changing_acts(held)):
        told = _("%(who)s负责审计，不能再有改动内容的权限（%(acts)s）。")
        raise Refused("auditor_changes", told % {"who": who, "acts": "、".join(titles[:3])}, field)
