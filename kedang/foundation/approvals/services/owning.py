"""What who asked does meanwhile: completes a returned request, takes it back, reminds; and a word from anybody with a part in it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import require
from kedang.foundation.approvals import events as e
from kedang.foundation.approvals.choices import AfterReturn, CaseState, DecisionKind, TaskState
from kedang.foundation.approvals.models import Case, CaseCopy
from kedang.foundation.approvals.registry import kind_of
from kedang.foundation.approvals.services.deciding import USE, require_opinion, save
from kedang.foundation.approvals.services.going import begin, close_tasks, enter, locked_case, note, refuse_closed
from kedang.foundation.approvals.telling import REMINDED, tell
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

REMIND_AGAIN = timedelta(hours=1)


@transaction.atomic
def case_resubmit(*, actor: Actor, case: Case | int, reason: str, facts: Mapping[str, Any] | None = None) -> Case:
    """Hand a returned request in again, completed.

    Raises:
        Refused: ``not_yours``, ``not_returned``, ``opinion_missing``.
    """
    require(actor, USE)
    row = _own(actor, case)
    refuse_closed(row)
    if row.state != CaseState.RETURNED:
        raise Refused("not_returned", _("申请 %(number)s 没有被退回，不需要再次提交。") % {"number": row.number})
    require_opinion(reason, _("请写明补充了什么。"))
    note(row, DecisionKind.RESUBMIT, actor, opinion=reason)
    row.state, row.reason = CaseState.RUNNING, " ".join(reason.split())[:500]
    row.facts = {**row.facts, **(facts or {})}
    kind = kind_of(row.kind)
    if kind.version_of is not None and row.subject_id is not None:
        from django.apps import apps

        subject = apps.get_model(row.subject_type)._default_manager.filter(pk=row.subject_id).first()
        row.subject_version = kind.version_of(subject) if subject is not None else row.subject_version
    row.lines.update(is_granted=None, remark="")
    save(row, "state", "reason", "facts", "subject_version")
    record(actor, e.CASE_RESUBMITTED, row, changes={"state": (CaseState.RETURNED, row.state)}, reason=reason)
    start = row.returned_from if row.flow.after_return == AfterReturn.RETURNING and row.returned_from else None
    if row.is_urgent and row.effective_at is None and start is None:
        begin(actor, row)
    else:
        enter(actor, row, start - 1 if start else 0)
    return row


@transaction.atomic
def case_withdraw(*, actor: Actor, case: Case | int, reason: str = "") -> Case:
    """Take one's own request back before it is decided.

    Raises:
        Refused: ``not_yours``, ``case_closed``, ``already_effective``.
    """
    require(actor, USE)
    row = _own(actor, case)
    refuse_closed(row)
    if row.effective_at is not None:
        raise Refused("already_effective", _("此申请已紧急批准生效，不能撤回；请联系审批人说明情况。"))
    note(row, DecisionKind.WITHDRAW, actor, opinion=reason)
    close_tasks(row)
    was, row.state, row.closed_at, row.step = row.state, CaseState.WITHDRAWN, clock.now(), None
    save(row, "state", "closed_at", "step")
    record(actor, e.CASE_WITHDRAWN, row, changes={"state": (was, row.state)}, reason=reason)
    kind_of(row.kind).on_withdrawn(actor, row)
    return row


@transaction.atomic
def case_remind(*, actor: Actor, case: Case | int) -> int:
    """Remind those who are to decide; how many were. At most once an hour for each.

    Raises:
        Refused: ``not_yours``, ``case_closed``, ``reminded_lately``.
    """
    require(actor, USE)
    row = _own(actor, case)
    refuse_closed(row)
    now = clock.now()
    waiting = row.tasks.filter(state=TaskState.WAITING).exclude(reminded_at__gt=now - REMIND_AGAIN)
    people = [one.person for one in waiting.select_related("person")]
    names = [one.name for one in people]
    if not names:
        raise Refused("reminded_lately", _("一小时内已经催办过，请稍后再催。"))
    waiting.update(reminded_at=now)
    record(actor, e.TASK_REMINDED, row, meta={"people": names})
    tell(row, REMINDED, people)
    return len(names)


@transaction.atomic
def case_remark(*, actor: Actor, case: Case | int, text: str) -> Case:
    """A word to everybody who has a part in a case.

    Raises:
        OutOfScope, Refused: ``opinion_missing``.
    """
    require(actor, USE)
    row = locked_case(case)
    if not Case.objects.visible_to(actor, USE).filter(pk=row.pk).exists():
        raise OutOfScope
    require_opinion(text, _("请填写内容。"))
    note(row, DecisionKind.REMARK, actor, opinion=text)
    record(actor, e.CASE_REMARKED, row, reason=text)
    return row


def _own(actor: Actor, case: Case | int) -> Case:
    row = locked_case(case)
    if row.requester_id != actor.id:
        if not Case.objects.visible_to(actor).filter(pk=row.pk).exists():
            raise OutOfScope
        raise Refused("not_yours", _("只有申请人本人可以这样办理。"))
    return row


@transaction.atomic
def copy_read(*, actor: Actor, case: Case) -> bool:
    """Who was told of a case has read it; whether that was the first time."""
    rows = CaseCopy.objects.filter(case=case, person_id=actor.id or 0, read_at__isnull=True)
    if not rows.update(read_at=clock.now()):
        return False
    record(actor, e.COPY_READ, case)
    return True
