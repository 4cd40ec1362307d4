"""A small kind of request for tests of the engine, and people who take part."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from kedang.foundation.approvals.registry import CaseKind, Fact, StepSpec, _kinds, declare
from kedang.foundation.approvals.services.flows import flow_draft, flow_put_in_force, shipped_step
from kedang.foundation.approvals.services.opening import case_open
from kedang.foundation.kernel.actors import system_actor
from tests.cast import Cast

KIND = "trial.read"


@dataclass
class Effects:
    """What a kind was told to do, in order."""

    seen: list[str] = field(default_factory=list)

    def handler(self, word: str) -> Any:
        return lambda actor, case: self.seen.append(f"{word} {case.title}")


@contextmanager
def trial_kind(**more: Any) -> Iterator[Effects]:
    """A declared kind for the time of a test."""
    effects = declare_trial(**more)
    try:
        yield effects
    finally:
        _kinds.pop(KIND, None)


def declare_trial(**more: Any) -> Effects:
    """Declare the kind; what it was told to do is kept in what comes back."""
    effects = Effects()
    declare(
        CaseKind(
            KIND, "试办", facts=(Fact("amount", "金额", is_number=True),), action="approvals.use",
            on_approved=effects.handler("approved"), on_rejected=effects.handler("rejected"),
            on_withdrawn=effects.handler("withdrawn"), on_unconfirmed=effects.handler("unconfirmed"), **more,
        )
    )  # fmt: skip
    return effects


def make_flow(cast: Cast, *steps: StepSpec | dict[str, Any], **values: Any) -> Any:
    """A flow in force."""
    machine = system_actor("test")
    ready = [shipped_step(one) if isinstance(one, StepSpec) else one for one in steps]
    flow = flow_draft(actor=machine, kind=KIND, values={"name": "试办流程", **values}, steps=ready, fonds=cast.fonds)
    return flow_put_in_force(actor=machine, flow=flow)


def ask(cast: Cast, **more: Any) -> Any:
    """The salesperson asks."""
    given = {"actor": cast.salesperson, "kind": KIND, "title": "查阅青山合同", "reason": "核对付款条件", **more}
    return case_open(**given)


def waiting(case: Any) -> list[str]:
    """Names of those who are to decide now."""
    return sorted(case.tasks.filter(state="waiting").values_list("person__name", flat=True))


def course(case: Any) -> list[tuple[str, str]]:
    """The course of a case: (kind, who)."""
    return list(case.decisions.order_by("id").values_list("kind", "by"))
