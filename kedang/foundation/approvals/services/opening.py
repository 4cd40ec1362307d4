"""提交: a request begins its way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.models import Department, Person
from kedang.foundation.access.policies import require
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.approvals import events as e
from kedang.foundation.approvals.choices import CaseState, DecisionKind, FlowState
from kedang.foundation.approvals.conditions import holds
from kedang.foundation.approvals.models import Case, CaseLine, Flow
from kedang.foundation.approvals.registry import CaseKind, kind_of
from kedang.foundation.approvals.services.going import begin, note
from kedang.foundation.audit.record import record, subject_of
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure
from kedang.foundation.numbering.services import issue_run, rule_for
from kedang.foundation.numbering.subjects import NumberSubject, register_subject

NUMBER_KEY, NUMBER_CODE, NUMBER_WIDTH = "case", "SQ", 4
MOST_LINES = 200
register_subject(
    NumberSubject(
        NUMBER_KEY,
        gettext_lazy("申请单号"),
        ((NUMBER_KEY, gettext_lazy("申请单")),),
        {NUMBER_KEY: NUMBER_CODE},
        width=NUMBER_WIDTH,
        order=900,
    )
)


@dataclass(frozen=True, slots=True)
class Line:
    """One object of a request."""

    subject: models.Model
    label: str
    version: int | None = None


@transaction.atomic
def case_open(
    *,
    actor: Actor,
    kind: str,
    title: str,
    reason: str = "",
    subject: models.Model | None = None,
    lines: Sequence[Line] = (),
    facts: Mapping[str, Any] | None = None,
    department: Department | None = None,
    secrecy_level: int = SecrecyLevel.INTERNAL,
    chosen: Mapping[int, int] | None = None,
    urgent_reason: str = "",
) -> Case:
    """Hand a request in: it is given to the flow in force that fits, and to its first approvers (US-02, US-03).

    Args:
        actor: who asks, a person.
        subject: what it is about, if one thing; a second open request of the kind for it is refused.
        lines: several things, decided one by one.
        facts: values that conditions may ask.
        department: whose things they are (default: the requester's); heads are found by it.
        chosen: step position → key of the approver, where the flow lets the requester choose.
        urgent_reason: why it cannot wait; the flow's urgent approver decides first, everybody else afterwards.

    Raises:
        NotAllowed. Refused: ``case_by_machine``, ``no_flow``, ``no_approver``, ``case_open_already``, ``case_empty``, ``case_too_long``,
            ``not_urgent``, ``reason_missing``.
    """
    declared = kind_of(kind)
    if declared.action:
        require(actor, declared.action)
    if not isinstance(actor, Person):
        raise Refused("case_by_machine", _("申请须由本人提交，程序不能代为申请。"))
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明申请理由，例如“核对 2025 年供货合同付款条件”。"), "reason")
    if len(lines) > MOST_LINES:
        raise Refused("case_too_long", _("一份申请最多 %(most)s 项，请分成几份提交。") % {"most": MOST_LINES})
    department = department or actor.department
    asked = {
        **(facts or {}), "department": department.pk if department else None, "secrecy_level": int(secrecy_level),
        "is_urgent": bool(urgent_reason.strip()),
    }  # fmt: skip
    flow = flow_for(actor, declared, asked)
    if urgent_reason.strip() and flow.urgent_role_id is None:
        raise Refused(
            "not_urgent", _("“%(kind)s”没有设紧急通道，请按正常流程提交。") % {"kind": declared.title}, "urgent"
        )
    case = Case(
        fonds_id=actor.fonds_id, number=_number(actor), kind=kind, title=" ".join(title.split())[:160], flow=flow,
        state=CaseState.RUNNING, requester=actor, department=department, secrecy_level=secrecy_level, facts=asked,
        chosen={str(key): value for key, value in (chosen or {}).items()}, reason=" ".join(reason.split())[:500],
        is_urgent=bool(urgent_reason.strip()), urgent_reason=" ".join(urgent_reason.split())[:300], opened_at=clock.now(),
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        subject_version=declared.version_of(subject) if subject is not None and declared.version_of else None,
    )  # fmt: skip
    _save(case, declared)
    CaseLine.objects.bulk_create(
        CaseLine(
            case=case, position=at, subject_type=line.subject._meta.label_lower, subject_id=line.subject.pk,
            subject_version=line.version, label=line.label[:200],
        )
        for at, line in enumerate(lines, 1)
    )  # fmt: skip
    meta = {"kind": kind, "flow": str(flow), "lines": len(lines), "urgent": case.is_urgent}
    record(actor, e.CASE_OPENED, case, changes={"state": (None, case.state)}, reason=case.reason, meta=meta)
    if subject is not None:
        record(actor, e.CASE_OPENED, subject_of(subject), reason=case.reason, meta={"case": case.number})
    note(case, DecisionKind.SUBMIT, actor, opinion=case.urgent_reason or case.reason)
    begin(actor, case)
    return case


def flow_for(actor: Actor, kind: CaseKind, facts: Mapping[str, Any]) -> Flow:
    """The first flow in force of a kind whose conditions hold.

    Raises:
        Refused: ``no_flow``.
    """
    rows = Flow.objects.filter(fonds_id=sure(actor.fonds_id), kind=kind.code, state=FlowState.IN_FORCE)
    for flow in rows.order_by("position", "line"):
        if holds(flow.conditions, facts):
            found: Flow = flow
            return found
    raise Refused("no_flow", _("“%(kind)s”还没有启用的审批流程，请联系系统管理员。") % {"kind": kind.title})


def _number(actor: Actor) -> str:
    rule = rule_for(sure(actor.fonds_id), NUMBER_KEY)
    return issue_run(actor=actor, rule=rule, code=rule.codes.get(NUMBER_KEY) or NUMBER_CODE).text(0)


def _save(case: Case, kind: CaseKind) -> None:
    """One open request of a kind for one subject: asked first, and kept by a constraint."""
    open_already = Refused(
        "case_open_already", _("此对象已有一份“%(kind)s”申请正在办理，办结后才能再次申请。") % {"kind": kind.title}
    )
    if case.subject_id is not None:
        same = Case.objects.filter(kind=case.kind, subject_type=case.subject_type, subject_id=case.subject_id)
        if same.filter(closed_at__isnull=True).exists():
            raise open_already
    from django.db import IntegrityError

    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError as error:
        if "case_one_open_per_subject" in str(error) or "subject_id" in str(error):
            raise open_already from error
        raise


def due_after(hours: int) -> Any:
    """The instant by which a task is due; None without limit."""
    return clock.now() + timedelta(hours=hours) if hours else None
