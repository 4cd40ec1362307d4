"""An alert is looked into and closed with a finding, never by who it is about."""

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.governance import events as e
from kedang.business.governance.choices import AlertState, Finding
from kedang.business.governance.models import Alert
from kedang.business.governance.policies import WATCH
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused


@transaction.atomic
def alert_look(*, actor: Actor, alert: Alert) -> Alert:
    """Take it up.

    Raises:
        NotAllowed, OutOfScope. Refused: ``alert_closed``.
    """
    row = _locked(actor, alert)
    was, row.state, row.looked_by = row.state, AlertState.LOOKED, actor if isinstance(actor, Person) else None
    row.save(update_fields=["state", "looked_by"])
    record(actor, e.ALERT_LOOKED, row, changes={"state": (was, row.state)})
    return row


@transaction.atomic
def alert_close(*, actor: Actor, alert: Alert, finding: str, reason: str) -> Alert:
    """Say what it came to.

    Raises:
        NotAllowed, OutOfScope. Refused: ``alert_closed``, ``finding_missing``, ``reason_missing``.
    """
    row = _locked(actor, alert)
    if finding not in Finding.values:
        raise Refused("finding_missing", _("请选择核查结果。"), "finding")
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明核查经过，例如“已电话核实，系年度盘点”。"), "reason")
    was, row.state, row.closed_at = row.state, AlertState.CLOSED, clock.now()
    row.finding, row.conclusion, row.looked_by = (
        finding,
        " ".join(reason.split())[:500],
        actor if isinstance(actor, Person) else None,
    )
    row.save(update_fields=["state", "closed_at", "finding", "conclusion", "looked_by"])
    record(
        actor,
        e.ALERT_CLOSED,
        row,
        changes={"state": (was, row.state), "finding": (None, finding)},
        reason=row.conclusion,
    )
    return row


def _locked(actor: Actor, alert: Alert) -> Alert:
    row: Alert | None = Alert.objects.select_for_update(of=("self",)).filter(pk=alert.pk).first()
    if row is None or not Alert.objects.visible_to(actor).filter(pk=row.pk).exists():
        raise OutOfScope
    require(actor, WATCH.code, row)
    if row.closed_at is not None:
        raise Refused("alert_closed", _("此警示已经核查办结。"))
    return row
