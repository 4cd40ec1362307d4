"""Flows are drawn, put in force, followed by the next version, and retired."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Fonds, Person, Role
from kedang.foundation.access.policies import require
from kedang.foundation.access.services.writing import check
from kedang.foundation.approvals import events as e
from kedang.foundation.approvals.choices import ApproverKind, Condition, FlowState
from kedang.foundation.approvals.models import Flow, FlowStep
from kedang.foundation.approvals.registry import CaseKind, is_known, kind_of, kinds
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.kernel.sure import sure

MANAGE = "approvals.manage_flows"
MOST_STEPS = 20
FLOW_FIELDS = ("name", "position", "conditions", "after_return", "urgent_role", "copies", "note")
STEP_FIELDS = (
    "name", "mode", "approver", "level", "role", "person", "conditions", "on_empty", "on_repeat", "on_own", "hours",
    "may_delegate", "may_add",
)  # fmt: skip
COMMON_FACTS = ("department", "secrecy_level", "is_urgent")


@transaction.atomic
def flow_draft(
    *,
    actor: Actor,
    kind: str,
    values: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]],
    fonds: Fonds | None = None,
) -> Flow:
    """Write a new flow for a kind of request; nothing runs by it until it is put in force.

    Raises:
        Refused: ``kind_unknown``, ``invalid``, ``flow_empty``, ``flow_too_long``, ``condition_odd``, ``step_odd``.
    """
    require(actor, MANAGE)
    if not is_known(kind):
        raise Refused("kind_unknown", _("没有“%(kind)s”这种申请。") % {"kind": kind}, "kind")
    fonds_id = fonds.pk if fonds is not None else sure(actor.fonds_id)
    Fonds.objects.select_for_update().get(pk=fonds_id)  # two flows drawn at once must not take one number
    highest = Flow.objects.filter(fonds_id=fonds_id).aggregate(last=models.Max("line"))["last"] or 0
    flow = Flow(fonds_id=fonds_id, kind=kind, line=highest + 1, made_by=actor.display_name[:80], made_at=clock.now())
    _fill(flow, values)
    _save_new(flow)
    _write_steps(flow, steps)
    record(
        actor,
        e.FLOW_DRAFTED,
        flow,
        changes=_first(flow),
        meta={"kind": kind, "steps": [str(one) for one in flow.steps.all()]},
    )
    return flow


@transaction.atomic
def flow_next(*, actor: Actor, flow: Flow) -> Flow:
    """The next version of a flow as a draft, a copy of the newest one; the draft that is already there, if there is one.

    Raises:
        OutOfScope.
    """
    Fonds.objects.select_for_update().get(pk=flow.fonds_id)  # nor two drafts of one flow be made
    base = locked_flow(actor, flow)
    known = Flow.objects.filter(fonds_id=base.fonds_id, line=base.line, state=FlowState.DRAFT).first()
    if known is not None:
        found: Flow = known
        return found
    newest = Flow.objects.filter(fonds_id=base.fonds_id, line=base.line).order_by("-version")[0]
    made = Flow(
        fonds_id=base.fonds_id, kind=base.kind, line=base.line, version=newest.version + 1, made_by=actor.display_name[:80],
        made_at=clock.now(), **{name: getattr(newest, name) for name in FLOW_FIELDS},
    )  # fmt: skip
    _save_new(made)
    _write_steps(made, [{name: getattr(step, name) for name in STEP_FIELDS} for step in newest.steps.all()])
    record(actor, e.FLOW_DRAFTED, made, meta={"from": str(newest)})
    return made


@transaction.atomic
def flow_change(
    *,
    actor: Actor,
    flow: Flow,
    values: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]] | None = None,
    version: int | None = None,
) -> Flow:
    """Change a draft; ``steps`` replaces all of them.

    Raises:
        Refused: ``flow_not_draft``, ``stale_version``, and as :func:`flow_draft`.
    """
    row = locked_flow(actor, flow)
    _refuse_in_force(row)
    if version is not None and version != row.row_version:
        raise Refused("stale_version", _("此流程刚被他人修改，请刷新后再改。"))
    before = {name: _plain(getattr(row, name)) for name in FLOW_FIELDS}
    _fill(row, values)
    changes = {
        name: (before[name], _plain(getattr(row, name)))
        for name in FLOW_FIELDS
        if before[name] != _plain(getattr(row, name))
    }
    if steps is not None:
        old = [_told(step) for step in row.steps.all()]
        row.steps.all().delete()
        _write_steps(row, steps)
        new = [_told(step) for step in row.steps.all()]
        if old != new:
            changes["steps"] = (old, new)
    if not changes:
        return row
    row.row_version += 1
    row.save()
    record(actor, e.FLOW_CHANGED, row, changes=changes)
    return row


@transaction.atomic
def flow_put_in_force(*, actor: Actor, flow: Flow) -> Flow:
    """From now on requests run by this version; the one before is retired, cases under way keep it.

    Raises:
        Refused: ``flow_not_draft``, ``flow_empty``.
    """
    row = locked_flow(actor, flow)
    _refuse_in_force(row)
    if not row.steps.exists():
        raise Refused("flow_empty", _("流程还没有步骤，不能启用。"))
    now = clock.now()
    before = (
        Flow.objects.select_for_update().filter(fonds_id=row.fonds_id, line=row.line, state=FlowState.IN_FORCE).first()
    )
    if before is not None:
        before.state, before.retired_at = FlowState.RETIRED, now
        before.save(update_fields=["state", "retired_at"])
        record(
            actor, e.FLOW_RETIRED, before, changes={"state": (FlowState.IN_FORCE, before.state)}, meta={"by": str(row)}
        )
    row.state, row.in_force_at = FlowState.IN_FORCE, now
    row.row_version += 1
    row.save(update_fields=["state", "in_force_at", "row_version"])
    record(actor, e.FLOW_PUT_IN_FORCE, row, changes={"state": (FlowState.DRAFT, row.state)})
    return row


@transaction.atomic
def flow_retire(*, actor: Actor, flow: Flow, reason: str) -> Flow:
    """Take a flow out of force; requests then run by the next one that fits.

    Raises:
        Refused: ``flow_not_in_force``, ``flow_last`` (no other flow without conditions would be left), ``reason_missing``.
    """
    row = locked_flow(actor, flow)
    if row.state != FlowState.IN_FORCE:
        raise Refused("flow_not_in_force", _("此流程没有启用。"))
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明停用的理由。"), "reason")
    others = Flow.objects.filter(fonds_id=row.fonds_id, kind=row.kind, state=FlowState.IN_FORCE).exclude(pk=row.pk)
    if not any(not one.conditions for one in others):
        raise Refused(
            "flow_last",
            _("停用后“%(kind)s”将没有通用流程，无人能再提交。请先启用另一个不带条件的流程。") % {"kind": title_of(row)},
        )
    row.state, row.retired_at = FlowState.RETIRED, clock.now()
    row.row_version += 1
    row.save(update_fields=["state", "retired_at", "row_version"])
    record(actor, e.FLOW_RETIRED, row, changes={"state": (FlowState.IN_FORCE, row.state)}, reason=reason)
    return row


@transaction.atomic
def flow_drop(*, actor: Actor, flow: Flow) -> None:
    """Give a draft up that nobody ever used.

    Raises:
        Refused: ``flow_not_draft``.
    """
    row = locked_flow(actor, flow)
    _refuse_in_force(row)
    record(actor, e.FLOW_DROPPED, row, meta={"steps": [_told(step) for step in row.steps.all()]})
    row.delete()


@transaction.atomic
def ensure_flows(fonds: Fonds) -> int:
    """The flows that come with every kind of request, where a company has none yet. Returns how many were made."""
    made, actor = 0, system_actor(str(_("系统预置")))
    for kind in kinds():
        if not kind.steps or Flow.objects.filter(fonds=fonds, kind=kind.code).exists():
            continue
        urgent = Role.objects.filter(code=kind.urgent_role).first() if kind.urgent_role else None
        steps = [shipped_step(spec) for spec in kind.steps]
        flow = flow_draft(
            actor=actor,
            kind=kind.code,
            values={"name": str(kind.title), "urgent_role": urgent},
            steps=steps,
            fonds=fonds,
        )
        flow_put_in_force(actor=actor, flow=flow)
        made += 1
    return made


def shipped_step(spec: Any) -> dict[str, Any]:
    """Values of a step from its short form."""
    word, _colon, value = spec.approver.partition(":")
    values: dict[str, Any] = {"name": str(spec.name), "approver": word, "mode": spec.mode, "hours": spec.hours}
    if word == ApproverKind.ROLE:
        values["role"] = Role.objects.get(code=value)
    if word == ApproverKind.SUPERIOR:
        values["level"] = int(value or 1)
    values["conditions"] = [list(one) for one in spec.conditions]
    return values


def locked_flow(actor: Actor, flow: Flow) -> Flow:
    """The flow under lock, once the actor may draw flows."""
    require(actor, MANAGE)
    row = Flow.objects.select_for_update(of=("self",)).filter(pk=flow.pk).first()
    if row is None:
        raise OutOfScope
    require(actor, MANAGE, row)
    found: Flow = row
    return found


def title_of(flow: Flow) -> str:
    """Title of the kind of request."""
    return str(kind_of(flow.kind).title) if is_known(flow.kind) else flow.kind


def facts_of(kind: CaseKind) -> list[str]:
    """Names that conditions of a kind may ask."""
    return [*COMMON_FACTS, *(fact.name for fact in kind.facts)]


def _fill(flow: Flow, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in FLOW_FIELDS:
            raise Refused("invalid", _("流程没有“%(name)s”这一项。") % {"name": name}, name)
        setattr(flow, name, value)
    flow.conditions = _conditions(flow.kind, flow.conditions)
    check(flow, exclude=["fonds"])


def _write_steps(flow: Flow, steps: Sequence[Mapping[str, Any]]) -> None:
    if not steps:
        raise Refused("flow_empty", _("流程至少要有一步。"), "steps")
    if len(steps) > MOST_STEPS:
        raise Refused("flow_too_long", _("流程最多 %(most)s 步。") % {"most": MOST_STEPS}, "steps")
    for at, values in enumerate(steps, 1):
        step = FlowStep(flow=flow, position=at)
        for name, value in values.items():
            if name not in STEP_FIELDS:
                raise Refused("invalid", _("步骤没有“%(name)s”这一项。") % {"name": name}, name)
            setattr(step, name, value)
        step.conditions = _conditions(flow.kind, step.conditions)
        _check_step(flow, step)
        check(step, exclude=["flow"])
        step.save(force_insert=True)


def _check_step(flow: Flow, step: FlowStep) -> None:
    words = {"n": step.position, "name": step.name}
    if step.approver == ApproverKind.ROLE and step.role is None:
        raise Refused("step_odd", _("第 %(n)s 步“%(name)s”请选择角色。") % words, "role")
    if step.approver == ApproverKind.PERSON and step.person is None:
        raise Refused("step_odd", _("第 %(n)s 步“%(name)s”请选择审批人。") % words, "person")
    if step.approver == ApproverKind.PERSON and isinstance(step.person, Person):
        if step.person.fonds_id != flow.fonds_id or not step.person.is_active:
            raise Refused(
                "step_odd", _("第 %(n)s 步“%(name)s”的审批人已停用或不属于本单位，请另选一位。") % words, "person"
            )
    if step.approver == ApproverKind.SUPERIOR and not 1 <= step.level <= 9:
        raise Refused("step_odd", _("第 %(n)s 步“%(name)s”的上级层级应为 1 到 9。") % words, "level")


def _conditions(kind_code: str, rules: Any) -> list[list[Any]]:
    """Conditions in their plain form; what is not one is refused."""
    allowed = set(facts_of(kind_of(kind_code)))
    clean = []
    for rule in rules or []:
        if (
            not isinstance(rule, list | tuple)
            or len(rule) != 3
            or str(rule[0]) not in allowed
            or rule[1] not in Condition.values
        ):
            raise Refused("condition_odd", _("条件“%(rule)s”看不懂，请重新选择。") % {"rule": rule}, "conditions")
        clean.append([str(rule[0]), str(rule[1]), rule[2]])
    return clean


def _refuse_in_force(flow: Flow) -> None:
    if flow.state != FlowState.DRAFT:
        raise Refused("flow_not_draft", _("启用过的流程不能改动，请“起草新版本”。在办的申请仍按原版本办理。"))


def _save_new(flow: Flow) -> None:
    flow.save(force_insert=True)


def _first(flow: Flow) -> dict[str, Any]:
    return {
        name: (None, _plain(getattr(flow, name))) for name in FLOW_FIELDS if getattr(flow, name) not in (None, "", [])
    }


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, models.Model) else value


def _told(step: FlowStep) -> str:
    return f"{step.position}. {step.name}：{step.get_approver_display()}"
