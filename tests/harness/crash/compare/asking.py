"""Acts on requests, each by its token: the entry of the course, the entry of the trail, and what became of the request, or none of them."""

from collections.abc import Callable
from typing import Any

from tests.harness.crash.compare.base import Trail
from tests.harness.crash.journal import Act

Parts = dict[str, bool]
CODES = {
    "approve": ("approvals.case_decided", "approve"), "reject": ("approvals.case_decided", "reject"),
    "return": ("approvals.case_returned", "return"), "resubmit": ("approvals.case_resubmitted", "resubmit"),
    "withdraw": ("approvals.case_withdrawn", "withdraw"),
}  # fmt: skip
ENDS = {"approve": "approved", "reject": "rejected", "withdraw": "withdrawn"}


def of_approvals(name: str) -> Any:
    """A model of the room."""
    from django.apps import apps

    return apps.get_model("approvals", name)


def asked(act: Act, trail: Trail) -> Parts:
    """A request is there with its number, its first entry and somebody who is asked; or it is not there."""
    rows = list(of_approvals("Case").objects.filter(title=f"事项{act.token}"))
    one = rows[0] if len(rows) == 1 else None
    return {
        "one row": one is not None, "one event": len(trail.of(act.token, "approvals.case_opened")) == 1,
        "first entry": one is not None and one.decisions.filter(kind="submit").count() == 1,
        "somebody is asked": one is not None and one.tasks.exists(),
    }  # fmt: skip


def decided(verb: str) -> Callable[[Act, Trail], Parts]:
    """One of the buttons of a request."""
    code, kind = CODES[verb]

    def look(act: Act, trail: Trail) -> Parts:
        case = of_approvals("Case").objects.get(pk=act.facts["case"])
        entries = of_approvals("Decision").objects.filter(case=case, kind=kind, opinion=f"意见{act.token}").count()
        parts = {"entry": entries == 1, "event": len(trail.of(act.token, code)) == 1}
        if verb in ENDS and entries:
            parts["end"] = case.state == ENDS[verb] and case.closed_at is not None
            parts["nobody is asked"] = not case.tasks.filter(state="waiting").exists()
        return parts

    return look


LOOKS: dict[str, Callable[[Act, Trail], Parts]] = {
    "case.ask": asked,
    **{f"case.{verb}": decided(verb) for verb in CODES},
}
