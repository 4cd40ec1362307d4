"""The company's rules of signing in, set by 安全保密员. No rule can switch recording off: there is none about it."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.events import SIGN_IN_POLICY_CHANGED
from kedang.foundation.access.models import Fonds, Role, SignInPolicy
from kedang.foundation.access.policies import require
from kedang.foundation.access.services.writing import apply, check
from kedang.foundation.access.signin.policy import QUOTAS, shipped_policy
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

CHANGEABLE = frozenset(
    "profile min_length rotation_days history_count idle_minutes absolute_hours step_up_minutes factor_roles "
    "factor_grace_days quotas agreement_required".split()
)
MOST_A_DAY = 1_000_000


@transaction.atomic
def sign_in_policy_change(*, actor: Actor, fonds: Fonds, reason: str, **values: Any) -> SignInPolicy:
    """Change the rules; sessions, quotas and step-up follow at the next request, passwords when they are next set.

    Raises:
        NotAllowed: not 安全保密员. OutOfScope: of another company.
        Refused: ``reason_missing``, ``invalid``, ``role_unknown``, ``quota_invalid``, StepUpNeeded.
    """
    unknown = set(values) - CHANGEABLE
    if unknown:
        raise TypeError(f"sign_in_policy_change() does not change {sorted(unknown)}")
    Fonds.objects.select_for_update().get(pk=fonds.pk)
    policy = SignInPolicy.objects.filter(fonds=fonds).first() or shipped_policy(fonds)
    require(actor, "access.manage_sign_in")
    if actor.fonds_id not in {None, fonds.pk}:
        raise OutOfScope
    require_recent(actor)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明为什么修改，例如“按等保测评意见”。"), "reason")
    if "factor_roles" in values:
        values["factor_roles"] = _known_roles(values["factor_roles"])
    if "quotas" in values:
        values["quotas"] = _known_quotas(values["quotas"])
    changes = apply(policy, values)
    if changes:
        check(policy)
        policy.save()
        record(actor, SIGN_IN_POLICY_CHANGED, policy, changes=changes, reason=reason.strip())
    return policy


def _known_roles(codes: Any) -> list[str]:
    known = set(Role.objects.values_list("code", flat=True))
    if set(codes) - known:
        raise Refused("role_unknown", _("有的角色已不存在，请刷新页面重试。"), "factor_roles")
    return sorted(set(codes))


def _known_quotas(quotas: Any) -> dict[str, dict[str, int]]:
    wrong = Refused("quota_invalid", _("每日用量应是 0 到 1,000,000 的整数，0 表示不限。"), "quotas")
    kept: dict[str, dict[str, int]] = {}
    for kind, limits in dict(quotas).items():
        if kind not in QUOTAS:
            raise wrong
        for role, limit in limits.items():
            if not isinstance(limit, int) or not 0 <= limit <= MOST_A_DAY:
                raise wrong
            kept.setdefault(kind, {})[str(role)] = limit
    return kept
