"""申请人已离职: a request sent back to somebody who has left is taken back, with a reason; whoever follows it is told and may ask anew."""

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Person
from kedang.foundation.approvals import events as e
from kedang.foundation.approvals.choices import CaseState, DecisionKind
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.registry import is_known, kind_of
from kedang.foundation.approvals.services.going import MACHINE, close_tasks, locked_case, note
from kedang.foundation.approvals.telling import FORSAKEN, tell
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import Refused

AT_ONCE = 100


def refuse_forsaken(case: Case) -> None:
    """Nothing is sent back to somebody who can complete nothing any more.

    Raises:
        Refused: ``asker_gone``.
    """
    if not case.requester.is_active:
        told = _("申请人%(name)s已停用账号，退回后没有人补充。材料不足的，请写明理由不同意；接手的人可以重新申请。")
        raise Refused("asker_gone", told % {"name": case.requester.name}, "opinion")


def forsaken_run() -> int:
    """Quiet run of the worker: requests that lie with somebody who has left; how many were taken back."""
    rows = Case.objects.filter(state=CaseState.RETURNED, requester__is_active=False)
    return sum(case_forsaken(key) for key in list(rows.order_by("id").values_list("pk", flat=True)[:AT_ONCE]))


@transaction.atomic
def case_forsaken(key: int) -> bool:
    """One of them; whether it was still so."""
    actor, row = system_actor(MACHINE), locked_case(key)
    if row.state != CaseState.RETURNED or row.requester.is_active:
        return False
    why = _("申请人%(name)s已停用账号，退回后无人补充，系统撤回；仍需办理的，由接手的人重新申请。") % {
        "name": row.requester.name
    }
    note(row, DecisionKind.WITHDRAW, actor, opinion=why)
    close_tasks(row)
    was, row.state, row.closed_at, row.step = row.state, CaseState.WITHDRAWN, clock.now(), None
    row.version += 1
    row.save(update_fields=["state", "closed_at", "step", "version"])
    record(actor, e.CASE_WITHDRAWN, row, changes={"state": (was, row.state)}, reason=why)
    if is_known(row.kind):
        kind_of(row.kind).on_withdrawn(actor, row)
    tell(row, FORSAKEN, Person.objects.filter(pk__in=row.copies.values("person_id"), is_active=True))
    return True
