"""待处理问题: what was found in a store-room is a task until it is solved (CS-01)."""

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems
from kedang.business.holdings.choices import FindingState
from kedang.business.holdings.events.custody import FINDING_CHANGED, FINDING_NOTED, FINDING_SOLVED
from kedang.business.holdings.models import Finding, FindingSource, StockLine
from kedang.business.holdings.services.custody_writing import (
    Values,
    changed,
    checked,
    fonds_of,
    locked,
    reason_given,
    save_changes,
    typed_values,
)
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

FIELDS = ("location", "volume", "text", "owner", "due_on")
CHANGEABLE = ("text", "owner", "due_on")


@transaction.atomic
def finding_note(
    *, actor: Actor, values: Values, source: str = FindingSource.OTHER, fonds: Fonds | int | None = None
) -> Finding:
    """Note what is wrong somewhere, who sees to it and by when.

    Raises:
        Refused: ``values_invalid``.
    """
    require(actor, "custody.keep")
    problems = Problems()
    clean = typed_values(Finding, values, FIELDS, problems)
    place = clean.get("location")
    if place is None:
        problems.tell("location", _("请选择问题所在的位置。"))
    else:
        require(actor, "custody.keep", place)
    if not clean.get("text"):
        problems.tell("text", _("请写明发现了什么问题。"))
    row = Finding(
        fonds_id=fonds_of(actor, fonds or (place and place.fonds_id)), source=source, found_at=clock.now(), **clean
    )
    checked(row, ("text", "due_on"), problems)
    row.save(force_insert=True)
    noted = {name: getattr(row, f"{name}_id" if name in ("location", "volume", "owner") else name) for name in FIELDS}
    record(actor, FINDING_NOTED, row, changes={name: (None, value) for name, value in noted.items() if value})
    return row


@transaction.atomic
def finding_change(*, actor: Actor, finding: Finding, values: Values, version: int | None = None) -> Finding:
    """Change the words, who sees to it, or the term of an open finding.

    Raises:
        Refused: ``stale_version``, ``finding_solved``, ``values_invalid``.
    """
    row: Finding = locked(Finding, actor, finding, "custody.keep")
    _refuse_solved(row)
    changes = changed(row, values, CHANGEABLE, version)
    if changes:
        save_changes(row, *changes)
        record(actor, FINDING_CHANGED, row, changes=changes, meta={"version": row.version})
    return row


@transaction.atomic
def finding_solve(*, actor: Actor, finding: Finding, reason: str) -> Finding:
    """Say how it was put right; the finding leaves the work list.

    Raises:
        Refused: ``finding_solved``, ``reason_missing``.
    """
    row: Finding = locked(Finding, actor, finding, "custody.keep")
    _refuse_solved(row)
    told = reason_given(reason, _("已更换密封条"))
    row.state, row.solution, row.solved_at, row.solved_by = (
        FindingState.SOLVED,
        told,
        clock.now(),
        actor.display_name[:80],
    )
    save_changes(row, "state", "solution", "solved_at", "solved_by")
    record(actor, FINDING_SOLVED, row, changes={"state": (FindingState.OPEN, FindingState.SOLVED)}, reason=told)
    if row.stock_line_id:
        StockLine.objects.filter(pk=row.stock_line_id, solution="").update(solution=told[:200])
    return row


def _refuse_solved(row: Finding) -> None:
    if row.state == FindingState.SOLVED:
        told = _("此问题已由 %(who)s 处理：%(how)s") % {"who": row.solved_by, "how": row.solution}
        raise Refused("finding_solved", told)
