"""利用效果: asked when an opening or a loan has ended, answered once; what was found wrong becomes a task for who maintains the record."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.customers.services.problems import Problems, clean_record
from kedang.business.lending.choices import LoanState
from kedang.business.lending.choices_use import Accuracy, EffectKind, UpdateState
from kedang.business.lending.events_use import FEEDBACK_ASKED, FEEDBACK_GIVEN, UPDATE_ASKED, UPDATE_SETTLED
from kedang.business.lending.models import Loan, UpdateTask, UseFeedback, UseRequest
from kedang.business.lending.services.granting import granted_things
from kedang.business.lending.services.things import Thing
from kedang.foundation.access.models import Person, RecordGrant
from kedang.foundation.access.policies import can, policy_for, require
from kedang.foundation.approvals.models import Case
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused

TO_MEND = timedelta(days=10)
AT_ONCE = 200
BACK = (LoanState.RETURNED, LoanState.CLOSED)
GIVEN = ("accuracy", "problem", "effect_kind", "effect", "amount")


def ended() -> Any:
    """Requests that had their effect, whose openings and loans are all over, and whose reader was not asked yet."""
    now = clock.now()
    openings = RecordGrant.objects.filter(source=OuterRef("case__number"), person__fonds_id=OuterRef("fonds_id"))
    loans = Loan.objects.filter(request_id=OuterRef("case_id"))
    return UseRequest.objects.filter(
        Exists(openings) | Exists(loans.filter(state__in=BACK)), case__effective_at__isnull=False, feedback__isnull=True,
    ).exclude(Exists(openings.filter(ended_at__isnull=True, valid_until__gt=now))).exclude(
        Exists(loans.exclude(state__in=[*BACK, LoanState.CANCELLED]))
    )  # fmt: skip


def feedback_due() -> int:
    """Ask the readers of requests that have ended; how many. A quiet run."""
    keys = list(ended().order_by("id").values_list("pk", flat=True)[:AT_ONCE])
    return sum(1 for key in keys if _ask(key))


@transaction.atomic
def _ask(key: int) -> bool:
    row = UseRequest.objects.select_for_update(of=("self",)).select_related("case", "reader").filter(pk=key).first()
    if row is None or UseFeedback.objects.filter(request=row).exists():
        return False
    made = UseFeedback(
        fonds_id=row.fonds_id, request=row, person=row.reader, department=row.reader.department, secrecy_level=row.case.secrecy_level,
        asked_at=clock.now(),
    )  # fmt: skip
    made.save(force_insert=True)
    record(system_actor("利用效果"), FEEDBACK_ASKED, made, meta={"case": row.case.number})
    return True


@transaction.atomic
def feedback_give(*, actor: Actor, feedback: UseFeedback | int, values: Mapping[str, Any]) -> UseFeedback:
    """The reader's answer; the archive may write it down for a reader who told it by mouth.

    Raises:
        OutOfScope, NotAllowed. Refused: ``answered_already``, ``values_invalid``.
    """
    require(actor, "lending.ask")
    row = _locked(actor, feedback)
    if row.person_id != actor.id and not can(actor, "lending.keep"):
        raise NotAllowed(_("利用效果由利用人本人填写。"), action="lending.keep")
    if row.answered_at is not None:
        raise Refused("answered_already", _("这次利用的效果已经填写，不能再改。需要补充的，请在审批单上备注。"))
    for name in GIVEN:
        setattr(row, name, values.get(name) if name == "amount" else " ".join(str(values.get(name) or "").split()))
    problems = Problems()
    clean_record(row, GIVEN, problems)
    if row.accuracy not in Accuracy.values:
        problems.tell("accuracy", _("请选择档案内容是否准确完整"))
    if row.accuracy in (Accuracy.WRONG, Accuracy.LACKING) and len(row.problem) < 2:
        problems.tell("problem", _("请写明哪里有误或缺什么，维护人据此更正"))
    if row.accuracy == Accuracy.GOOD:
        row.problem = ""
    if row.effect_kind not in EffectKind.values:
        problems.tell("effect_kind", _("请选择效果类别"))
    problems.refuse()
    row.answered_at = clock.now()
    row.save(update_fields=[*GIVEN, "answered_at"])
    changes = {name: (None, getattr(row, name)) for name in GIVEN if getattr(row, name) not in (None, "")}
    record(
        actor, FEEDBACK_GIVEN, row, changes=changes, meta={"for": row.person.name} if row.person_id != actor.id else {}
    )
    if row.problem:
        _task(actor, row)
    return row


def _task(actor: Actor, row: UseFeedback) -> None:
    """A task for who maintains the record: of a request with one record for that one, else for the first of them, which the words name."""
    case = Case.objects.get(pk=row.request.case_id)
    things = granted_things(case) or _lent(case)
    if not things:
        return
    thing = things[0]
    label = str(getattr(thing, "number", "") if isinstance(thing, Customer) else thing.reference_code) or str(thing.pk)
    more = _(" 等 %(n)s 项") % {"n": len(things)} if len(things) > 1 else ""
    made = UpdateTask(
        fonds_id=row.fonds_id, feedback=row, subject_type=thing._meta.label_lower, subject_id=thing.pk, label=f"{label}{more}"[:200],
        secrecy_level=thing.secrecy_level, maintainer=_maintainer(thing), department=thing.department, text=row.problem,
        made_at=clock.now(), due_on=clock.today() + TO_MEND,
    )  # fmt: skip
    made.save(force_insert=True)
    record(actor, UPDATE_ASKED, made, reason=row.problem, meta={"case": case.number})


def _lent(case: Case) -> list[Thing]:
    return [loan.thing for loan in Loan.objects.filter(request=case).select_related("volume", "item")]


def _maintainer(thing: Thing) -> Person | None:
    person: Person | None = thing.responsible
    return person if person is not None and person.is_active else None


@transaction.atomic
def update_settle(*, actor: Actor, update_task: UpdateTask | int, state: str, reason: str) -> UpdateTask:
    """Put right, or looked at and found right; by the maintainer or the archive.

    Raises:
        OutOfScope, NotAllowed. Refused: ``task_settled``, ``reason_missing``.
    """
    require(actor, "lending.ask")
    key = update_task if isinstance(update_task, int) else update_task.pk
    row: UpdateTask | None = UpdateTask.objects.select_for_update(of=("self",)).filter(pk=key).first()
    if row is None or not UpdateTask.objects.visible_to(actor).filter(pk=key).exists():
        raise OutOfScope
    if not may_settle(actor, row):
        raise NotAllowed(_("更正任务由维护人或档案管理员办理。"), action="lending.keep")
    if row.state != UpdateState.OPEN:
        raise Refused("task_settled", _("此任务刚由%(who)s办结，请刷新。") % {"who": row.done_by})
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明办理情况，例如“已按合同原件更正开票地址”。"), "reason")
    was, row.state = row.state, UpdateState(state)
    row.done_by, row.done_at, row.done_note = actor.display_name[:80], clock.now(), " ".join(reason.split())[:300]
    row.save(update_fields=["state", "done_by", "done_at", "done_note"])
    record(actor, UPDATE_SETTLED, row, changes={"state": (was, row.state)}, reason=row.done_note)
    return row


def update_done(*, actor: Actor, update_task: UpdateTask, reason: str) -> UpdateTask:
    """It was wrong and is right now."""
    return update_settle(actor=actor, update_task=update_task, state=UpdateState.DONE, reason=reason)


def update_dismiss(*, actor: Actor, update_task: UpdateTask, reason: str) -> UpdateTask:
    """It was looked at and is right as it stands."""
    return update_settle(actor=actor, update_task=update_task, state=UpdateState.DISMISSED, reason=reason)


def may_settle(actor: Actor, row: UpdateTask) -> bool:
    """Whether a task is the actor's to settle."""
    return actor.is_system or row.maintainer_id == actor.id or can(actor, "lending.keep")


def mine_to_settle(actor: Actor) -> Q:
    """Tasks that wait for the actor: their own, and for the archive those that have no maintainer."""
    return to_settle(actor.id or 0, can(actor, "lending.keep"))


def to_settle(person_id: int, keeps: bool) -> Q:
    """The same of a person who keeps the archive or does not."""
    mine = Q(maintainer_id=person_id)
    if keeps:
        mine |= Q(maintainer__isnull=True)
    return mine & Q(state=UpdateState.OPEN)


def _locked(actor: Actor, feedback: UseFeedback | int) -> UseFeedback:
    key = feedback if isinstance(feedback, int) else feedback.pk
    found = UseFeedback.objects.select_for_update(of=("self",)).select_related("person").filter(pk=key).first()
    if found is None or not UseFeedback.objects.filter(policy_for(UseFeedback).scope(actor), pk=key).exists():
        raise OutOfScope
    row: UseFeedback = found
    return row


def total_of(rows: Any) -> Decimal:
    """Amounts of effects together."""
    return rows.aggregate(total=models.Sum(F("amount")))["total"] or Decimal(0)
