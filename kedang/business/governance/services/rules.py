"""管控设置 of a company."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.governance import events as e
from kedang.business.governance.alerts.rules import cleaned
from kedang.business.governance.models import GovernanceRules
from kedang.business.governance.policies import REVIEW
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.access.services.writing import apply, check
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure

CHANGEABLE = frozenset({"carry_out_by_hand", "remind_days", "thresholds"})


def rules_of(fonds_id: int) -> GovernanceRules:
    """The settings that hold: those that were saved, else the shipped ones."""
    found: GovernanceRules | None = GovernanceRules.objects.filter(fonds_id=fonds_id).first()
    return found or GovernanceRules(fonds_id=fonds_id)


@transaction.atomic
def rules_change(*, actor: Actor, reason: str, **values: Any) -> GovernanceRules:
    """Change the settings.

    Raises:
        NotAllowed. Refused: ``reason_missing``, ``invalid``, StepUpNeeded.
    """
    require(actor, REVIEW.code)
    require_recent(actor)
    unknown = set(values) - CHANGEABLE
    if unknown:
        raise TypeError(f"the settings have no {sorted(unknown)}")
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明为什么修改。"), "reason")
    if "thresholds" in values:
        values["thresholds"] = cleaned(values["thresholds"])
    fonds = Fonds.objects.select_for_update().get(pk=sure(actor.fonds_id))
    row = GovernanceRules.objects.filter(fonds=fonds).first() or GovernanceRules(fonds=fonds)
    changes = apply(row, values)
    if changes:
        check(row)
        row.save()
        record(actor, e.RULES_CHANGED, row, changes=changes, reason=reason.strip())
    return row
