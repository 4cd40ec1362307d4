"""A case's way as a picture: every step with who is, was and will be asked."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from kedang.foundation.approvals.choices import CaseState, DecisionKind, TaskState
from kedang.foundation.approvals.conditions import holds
from kedang.foundation.approvals.models import Case, Task
from kedang.foundation.approvals.resolving import approvers_of
from kedang.foundation.kernel.refused import Refused

TONES = {
    DecisionKind.APPROVE: "good", DecisionKind.COUNTED: "good", DecisionKind.REJECT: "bad", DecisionKind.RETURN: "warn",
    DecisionKind.WITHDRAW: "", DecisionKind.ESCALATED: "warn", DecisionKind.SUBMIT: "blue", DecisionKind.RESUBMIT: "blue",
}  # fmt: skip


@dataclass(slots=True)
class Stop:
    """One step of the picture: ``state`` is done, now, next or left_out."""

    name: str
    state: str
    mode: str = ""
    people: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""


def picture(case: Case, turn: int) -> list[Stop]:
    """The steps of a case in order; who will be asked is worked out by today's rules and told as such."""
    tasks = list(case.tasks.filter(turn=turn).select_related("person", "step").order_by("id"))
    stops = [Stop(str(_("提交")), "done", people=[{"name": case.requester.name, "tone": "good"}])]
    if case.is_urgent:
        stops.append(_urgent(case, [one for one in tasks if one.is_urgent]))
    now = case.step.position if case.step is not None else None
    for step in case.flow.steps.select_related("role", "person").order_by("position"):
        own = [one for one in tasks if one.step_id == step.pk]
        applies = holds(step.conditions, case.facts)
        if not applies:
            stops.append(Stop(step.name, "left_out", note=str(_("不符合进入条件"))))
        elif step.position == now:
            stops.append(
                Stop(step.name, "now", step.get_mode_display() if len(own) > 1 else "", [_part(one) for one in own])
            )
        elif own or not case.is_open or (now is not None and step.position < now):
            stops.append(
                Stop(
                    step.name,
                    "done" if own else "left_out",
                    "",
                    [_part(one) for one in own],
                    "" if own else str(_("无须审批")),
                )
            )
        else:
            stops.append(_coming(case, step))
    end = {
        CaseState.APPROVED: ("done", _("已批准")),
        CaseState.REJECTED: ("bad", _("未批准")),
        CaseState.WITHDRAWN: ("left_out", _("已撤回")),
    }
    state, name = end.get(CaseState(case.state), ("next", _("办结")))
    stops.append(Stop(str(name), state))
    return stops


def _urgent(case: Case, tasks: list[Task]) -> Stop:
    state = "done" if case.effective_at is not None else "now" if tasks else "next"
    return Stop(str(_("紧急批准")), state, "", [_part(one) for one in tasks])


def _part(task: Task) -> dict[str, Any]:
    tone = {TaskState.DONE: "good", TaskState.WAITING: "warn"}.get(TaskState(task.state), "")
    return {
        "name": task.person.name,
        "tone": tone,
        "word": task.get_state_display(),
        "due": task.due_at,
        "is_added": task.is_added,
    }


def _coming(case: Case, step: Any) -> Stop:
    try:
        found = approvers_of(step, case)
    except Refused:
        return Stop(step.name, "next", note=str(_("目前找不到审批人")))
    people = [{"name": one.name, "tone": ""} for one in found.people]
    return Stop(step.name, "next", step.get_mode_display() if len(people) > 1 else "", people, found.told)
