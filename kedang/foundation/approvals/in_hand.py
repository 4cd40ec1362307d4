"""Requests in somebody's hands when they leave or move: parts that wait for them, their own requests, stand-ins."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.handover import HandoverKind, InHand, declare
from kedang.foundation.access.models import Person
from kedang.foundation.approvals import events as e
from kedang.foundation.approvals.choices import OPEN_STATES, DecisionKind, TaskState
from kedang.foundation.approvals.models import Case, CaseCopy, StandIn, Task
from kedang.foundation.approvals.registry import is_known, kind_of
from kedang.foundation.approvals.services.deciding import refuse_unfit
from kedang.foundation.approvals.services.going import locked_case, note, turn_of
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused


def _kind(case: Case) -> str:
    return str(kind_of(case.kind).title) if is_known(case.kind) else case.kind


def tasks_of(person: Person) -> Iterator[InHand]:
    """Requests that wait for the person's word."""
    for row in Task.objects.filter(person=person, state=TaskState.WAITING).select_related("case").order_by("id"):
        yield InHand(row.pk, row.case.title, row.case.number, _kind(row.case))


def task_pass(actor: Actor, leaver: Person, to: Person, key: int, why: str) -> None:
    """Somebody else decides in their place."""
    case_id = Task.objects.filter(pk=key).values_list("case_id", flat=True).first()
    if case_id is None:
        return
    case = locked_case(case_id)
    task = case.tasks.select_related("step", "person").filter(pk=key, person=leaver, state=TaskState.WAITING).first()
    if task is None:
        return
    refuse_unfit(case, to)
    now = clock.now()
    task.state, task.done_at = TaskState.PASSED_ON, now
    task.save(update_fields=["state", "done_at"])
    Task(
        case=case, step=task.step, turn=turn_of(case), person=to, passed_from=task, is_added=task.is_added, is_urgent=task.is_urgent,
        made_at=now, due_at=task.due_at,
    ).save(force_insert=True)  # fmt: skip
    note(case, DecisionKind.DELEGATE, actor, task=task, opinion=why, to=to.name)
    case.version += 1
    case.save(update_fields=["version"])
    record(actor, e.TASK_DELEGATED, case, reason=why, meta={"from": leaver.name, "to": to.name})


def cases_of(person: Person) -> Iterator[InHand]:
    """The person's own requests on their way that nobody follows yet since they began to hand over."""
    rows = Case.objects.filter(requester=person, state__in=OPEN_STATES)
    if person.handing_since is not None:
        rows = rows.exclude(
            pk__in=CaseCopy.objects.filter(case__requester=person, sent_at__gte=person.handing_since).values("case_id")
        )
    for row in rows.order_by("id"):
        yield InHand(row.pk, row.title, row.number, _kind(row))


def case_follow(actor: Actor, leaver: Person, to: Person, key: int, why: str) -> None:
    """Who asked stays who asked; the successor is told of the request and follows it. It leaves the leaver's hands by that."""
    case = locked_case(key)
    if case.requester_id != leaver.pk or not case.is_open:
        return
    if case.tasks.filter(person=to, state=TaskState.WAITING).exists():
        raise Refused("signer_unfit", _now("%(name)s是此申请的审批人，请另选接收人跟进。") % {"name": to.name})
    CaseCopy.objects.get_or_create(case=case, person=to, defaults={"sent_at": clock.now()})
    note(case, DecisionKind.REMARK, actor, opinion=why, to=to.name)
    record(actor, e.CASE_REMARKED, case, reason=why)


def stand_ins_of(person: Person) -> Iterator[InHand]:
    """Who decides for the person, and for whom they decide."""
    rows = StandIn.objects.filter(Q(person=person) | Q(stand_in=person), until__gt=clock.now(), ended_at__isnull=True)
    for row in rows.select_related("person", "stand_in").order_by("id"):
        yield InHand(row.pk, str(row))


def stand_in_stop(actor: Actor, leaver: Person, to: Person, key: int, why: str) -> None:
    """End it."""
    row = StandIn.objects.select_for_update(of=("self",)).filter(pk=key, ended_at__isnull=True).first()
    if row is None:
        return
    row.ended_at = clock.now()
    row.save(update_fields=["ended_at"])
    record(actor, e.STAND_IN_ENDED, row, changes={"ended_at": (None, row.ended_at)}, reason=why)


def declare_in_hand() -> None:
    """At start-up."""
    declare(
        HandoverKind(
            "approvals.task", _("待审批的申请"), "approvals.case", tasks_of, task_pass, needs="approvals.use", order=500
        )
    )
    declare(
        HandoverKind(
            "approvals.case",
            _("在办的本人申请"),
            "approvals.case",
            cases_of,
            case_follow,
            needs="approvals.view",
            order=510,
        )
    )
    declare(
        HandoverKind(
            "approvals.standin", _("审批代理"), "approvals.standin", stand_ins_of, stand_in_stop, ends=True, order=920
        )
    )
