"""再次申请: a request asked once more, by who asked it or by the successor of somebody who left; in one's own name and by one's own rights."""

from typing import Any

from kedang.business.lending.models import UseRequest
from kedang.business.lending.services.things import things_of
from kedang.foundation.approvals.models import Case

KEPT = ("purpose", "copies", "pages", "field_classes", "place", "is_scan_enough")
FROM = "from"


def asked_before(actor: Any, key: str, sort: str) -> UseRequest | None:
    """The earlier request of this kind, where the actor sees its case."""
    if not key.isdecimal() or len(key) > 17:
        return None
    cases = Case.objects.visible_to(actor).filter(pk=int(key), kind=f"lending.{sort}")
    found: UseRequest | None = UseRequest.objects.select_related("case").filter(case__in=cases).first()
    return found


def lines_of(actor: Any, row: UseRequest) -> tuple[list[tuple[Any, Any]], list[str]]:
    """Its lines with the things that the actor sees now; what else it named, as numbers to be matched by the archivist."""
    lines = list(row.case.lines.filter(wanted__isnull=True).order_by("position"))
    things = things_of([(line.subject_type, line.subject_id) for line in lines], actor)
    pairs = [(line, things.get((line.subject_type, line.subject_id))) for line in lines]
    typed = [*(line.label for line, thing in pairs if thing is None), *row.wanted.values_list("text", flat=True)]
    return [(line, thing) for line, thing in pairs if thing is not None], typed


def initial_of(row: UseRequest, typed: list[str]) -> dict[str, Any]:
    """What the form begins with; the time is asked anew."""
    return {**{name: getattr(row, name) for name in KEPT}, "reason": row.case.reason, "typed": "\n".join(typed)}
