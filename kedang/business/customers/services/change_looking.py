"""核对原文: who decides on a change of protected fields sees a masked value in full, by the same act as on the dossier."""

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.choices import ChangeState
from kedang.business.customers.models import ChangeLine, ChangeRequest, Customer
from kedang.business.customers.services.change_words import in_full
from kedang.foundation.access.veil import unmask_noted
from kedang.foundation.approvals.policies import decides
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope


def change_line(actor: Actor, request: int, field: str) -> ChangeLine:
    """A line of a change that the actor is deciding now.

    Raises:
        OutOfScope: they do not see the dossier, or the change has no such line.
        NotAllowed: it does not wait for their decision.
    """
    row = ChangeRequest.objects.select_related("customer", "case").filter(pk=request).first()
    if row is None or not Customer.objects.visible_to(actor).filter(pk=row.customer_id).exists():
        raise OutOfScope
    line: ChangeLine | None = row.lines.filter(field=field).first()
    if line is None:
        raise OutOfScope
    if row.state != ChangeState.WAITING or row.case is None or not decides(actor, row.case):
        raise NotAllowed(_("只有正在办理这份变更审批的人可以在这里核对原文。"))
    line.request = row
    return line


@transaction.atomic
def change_unmask(*, actor: Actor, request: int, field: str, reason: str) -> str:
    """Old and new value of one line in full, once who, when and why is written down on the dossier.

    Raises:
        OutOfScope, NotAllowed: see :func:`change_line`; no right to unmask.
        Refused, StepUpNeeded, QuotaExceeded: see ``veil.unmask_noted``.
    """
    line = change_line(actor, request, field)
    row = line.request
    unmask_noted(actor=actor, obj=row.customer, field=field, reason=reason, case=row.case.number if row.case else "")
    return in_full(row.customer, line)
