"""Acts on a request that two people may decide and whose owner takes it back, on the flow it runs by, and on who stands in."""

from datetime import timedelta
from typing import Any

from kedang.foundation.approvals.choices import OPEN_STATES
from kedang.foundation.approvals.models import Case, Flow, StandIn
from kedang.foundation.approvals.registry import StepSpec
from kedang.foundation.approvals.services import deciding as d
from kedang.foundation.approvals.services import flows as f
from kedang.foundation.approvals.services import owning as o
from kedang.foundation.approvals.services import stand_ins as s
from kedang.foundation.approvals.services.flows import flow_draft, flow_put_in_force, shipped_step
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import system_actor
from tests.approvals.making import KIND, ask, declare_trial
from tests.cast import Cast
from tests.races.acts import Act, Ground, Group, told

OVER = told("case_closed", "not_your_turn", "stale_version", "not_returned", "already_effective")


def a_case(cast: Cast, number: int) -> Ground:
    """One step, two who may decide it: the head and the general manager, either of them."""
    effects = declare_trial()
    machine = system_actor("races")
    if not Flow.objects.filter(fonds=cast.fonds, kind=KIND).exists():
        steps = [shipped_step(StepSpec("负责人", "head")), shipped_step(StepSpec("总经理", "role:general_manager"))]
        values = {"name": "试办流程", "after_return": "returning"}
        flow_put_in_force(
            actor=machine, flow=flow_draft(actor=machine, kind=KIND, values=values, steps=steps, fonds=cast.fonds)
        )
    case = ask(cast, title=f"第{number}件")
    d.signer_add(actor=cast.head, case=case, person=cast.archivist, opinion="请会签")
    return Ground(cast, number, case, {"effects": effects, "title": case.title}, [case])


def one_end(ground: Ground) -> list[str]:
    """A request has one end and one effect, nobody is asked any more once it is over, and the course tells of it once."""
    case = Case.objects.get(pk=ground.on.pk)
    found = []
    waiting = case.tasks.filter(state="waiting").count()
    if case.state in OPEN_STATES and case.state != "returned" and not waiting:
        found.append("open, and nobody is asked")
    if case.state not in OPEN_STATES and waiting:
        found.append(f"{case.state}, and {waiting} people are still asked")
    if (case.closed_at is None) != (case.state in OPEN_STATES):
        found.append(f"{case.state} with closed_at {case.closed_at}")
    effects = [line for line in ground.more["effects"].seen if line.endswith(f" {ground.more['title']}")]
    if len(effects) > 1:
        found.append(f"effects {effects}")
    if case.state == "approved" and effects != [f"approved {ground.more['title']}"]:
        found.append(f"approved, but its effects are {effects}")
    kinds = list(case.decisions.values_list("kind", flat=True))
    if kinds.count("withdraw") + kinds.count("reject") > 1:
        found.append(f"ended twice: {kinds}")
    if kinds.count("return") > kinds.count("resubmit") + 1:
        found.append(f"returned twice without being handed in again: {kinds}")
    return found


def by(name: str, ground: Ground) -> Any:
    return getattr(ground.cast, name)


CASE = Group(
    "case",
    a_case,
    (
        Act("case_approve by the head", lambda g, n: d.case_approve(actor=by("head", g), case=g.on.pk), once=True, told=OVER),
        Act("case_approve by the signer", lambda g, n: d.case_approve(actor=by("archivist", g), case=g.on.pk), once=True, told=OVER),
        Act("case_reject", lambda g, n: d.case_reject(actor=by("head", g), case=g.on.pk, opinion="不合规定"), once=True, told=OVER),
        Act("case_return", lambda g, n: d.case_return(actor=by("head", g), case=g.on.pk, opinion="请补充"), told=OVER),
        Act(
            "case_resubmit", lambda g, n: o.case_resubmit(actor=by("salesperson", g), case=g.on.pk, reason="已补充"),
            told=OVER, opened=True,
        ),
        Act("case_withdraw", lambda g, n: o.case_withdraw(actor=by("salesperson", g), case=g.on.pk), once=True, told=OVER),
        Act(
            "task_delegate", lambda g, n: d.task_delegate(actor=by("head", g), case=g.on.pk, to=by("manager", g), opinion="出差"),
            told=OVER | told("signer_unfit"), once=True,
        ),
        Act(
            "signer_add", lambda g, n: d.signer_add(actor=by("head", g), case=g.on.pk, person=by("manager", g), opinion="请会签"),
            told=OVER | told("signer_unfit"), once=True,
        ),
        Act("case_remind", lambda g, n: o.case_remind(actor=by("salesperson", g), case=g.on.pk), told=OVER | told("reminded_lately")),
        Act("case_remark", lambda g, n: o.case_remark(actor=by("salesperson", g), case=g.on.pk, text=f"说明{n}"), told=OVER),
    ),
    one_end,
)  # fmt: skip


def a_draft(cast: Cast, number: int) -> Ground:
    """A flow in force and its next version as a draft."""
    declare_trial()
    machine = system_actor("races")
    steps = [shipped_step(StepSpec("负责人", "head"))]
    flow = flow_draft(actor=machine, kind=KIND, values={"name": f"流程{number}"}, steps=steps, fonds=cast.fonds)
    flow_put_in_force(actor=machine, flow=flow)
    draft = f.flow_next(actor=cast.admin, flow=flow)
    return Ground(cast, number, draft, {"flow": flow, "version": draft.row_version}, [flow, draft])


def one_in_force(ground: Ground) -> list[str]:
    """Of a flow one version is in force at most, and one is a draft at most."""
    rows = Flow.objects.filter(fonds=ground.cast.fonds, line=ground.on.line)
    states = list(rows.values_list("state", flat=True))
    return [f"states {states}"] if states.count("in_force") > 1 or states.count("draft") > 1 else []


DRAWN = told("flow_not_draft", "stale_version", "flow_not_in_force", "flow_last")
FLOW = Group(
    "flow",
    a_draft,
    (
        Act(
            "flow_change",
            lambda g, n: f.flow_change(actor=by("admin", g), flow=g.on, values={"note": f"说明{n}"}, version=g.more["version"]),
            once=True, told=DRAWN, gone=True,
        ),
        Act("flow_put_in_force", lambda g, n: f.flow_put_in_force(actor=by("admin", g), flow=g.on), once=True, told=DRAWN, gone=True),
        Act("flow_drop", lambda g, n: f.flow_drop(actor=by("admin", g), flow=g.on), once=True, told=DRAWN, gone=True),
        Act("flow_next", lambda g, n: f.flow_next(actor=by("admin", g), flow=g.more["flow"]), quiet=True),
        Act(
            "flow_retire", lambda g, n: f.flow_retire(actor=by("admin", g), flow=g.more["flow"], reason="不再使用"),
            once=True, told=DRAWN,
        ),
    ),
    one_in_force,
)  # fmt: skip


def away(cast: Cast, number: int) -> Ground:
    """Somebody who will be away for three days, another time every round."""
    since = clock.now() + timedelta(days=10 * StandIn.objects.filter(person=cast.head).count() + 1)
    return Ground(cast, number, cast.head, {"since": since, "until": since + timedelta(days=3)}, [cast.head])


def one_stand_in(ground: Ground) -> list[str]:
    """Of overlapping times one is kept."""
    kept = StandIn.objects.filter(
        person=ground.cast.head, since__lt=ground.more["until"], until__gt=ground.more["since"], ended_at=None
    )
    return [f"{kept.count()} stand-ins at once"] if kept.count() > 1 else []


def begin(ground: Ground, person: Any) -> Any:
    return s.stand_in_set(
        actor=by("head", ground), stand_in=person, since=ground.more["since"], until=ground.more["until"], reason="出差"
    )


STAND_IN = Group(
    "stand-in",
    away,
    (
        Act("stand_in_set", lambda g, n: begin(g, by("manager", g)), once=True, told=told("stand_in_twice")),
        Act(
            "stand_in_set for another",
            lambda g, n: begin(g, by("archivist", g)),
            once=True,
            told=told("stand_in_twice"),
        ),
    ),
    one_stand_in,
)
