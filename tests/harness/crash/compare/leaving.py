"""Acts of hand-overs: the folder, its parts and lines, who is responsible now, entries and notices together, or none of them."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.harness.crash.compare.archive import in_ledger, told_of
from tests.harness.crash.compare.base import Trail
from tests.harness.crash.compare.lending import numbers_of
from tests.harness.crash.journal import Act

Parts = dict[str, bool]
DOSSIER = "customers.customer"


def of_governance(name: str) -> Any:
    """A model of the room."""
    from django.apps import apps

    return apps.get_model("governance", name)


def folder_of(act: Act) -> Any:
    return of_governance("Handover").objects.select_related("person").get(pk=act.facts["handover"])


def was_asked(row: Any, kind: str, username: str) -> bool:
    from kedang.foundation.notices.models import Notice

    return Notice.objects.filter(url=f"/handovers/{row.pk}/", kind=kind, person__username=username).exists()


def to_whom(row: Any, code: str, name: str, key: str) -> list[Any]:
    """Entries of a folder that name somebody."""
    return [event for event in told_of(row, code) if json.loads(event.meta or "{}").get(key) == name]


def opened(act: Act, trail: Trail) -> Parts:
    """The folder with its number and its lines; its person only reads from now on and is told so."""
    from kedang.business.governance.numbers import KEY
    from kedang.business.governance.telling import YOURS

    rows = list(of_governance("Handover").objects.select_related("person").filter(reason=act.token))
    one = rows[0] if len(rows) == 1 else None
    return {
        "one row": one is not None, "one event": len(trail.of(act.token, "governance.handover_opened")) == 1,
        "number": one is not None and in_ledger(one.fonds_id, KEY, one.number),
        "lines": one is not None and one.lines.exists() and bool(told_of(one, "governance.handover_gathered")),
        "person": one is not None and (not one.is_open or one.person.handing_since == one.opened_at),
        "told": one is not None and was_asked(one, YOURS, act.facts["username"]),
    }  # fmt: skip


def split(act: Act, trail: Trail) -> Parts:
    """Once to each successor of a folder: their part, exactly the lines that were picked, the entry, the notice.

    A part that was declined and emptied since is gone, and its lines are others'; then the entry alone tells.
    """
    from kedang.business.governance.telling import PART

    row = folder_of(act)
    told = to_whom(row, "governance.handover_split", act.facts["name"], "to")
    part = row.parts.filter(successor__username=act.facts["to"]).first()
    if told and (part is None or part.state == "declined"):
        return {"event": len(told) == 1}
    held = set(part.lines.values_list("pk", flat=True)) if part is not None else set()
    return {
        "event": len(told) == 1, "part": part is not None, "lines": held == set(act.facts["lines"]) and bool(held),
        "told": was_asked(row, PART, act.facts["to"]),
    }  # fmt: skip


def accepted(act: Act, trail: Trail) -> Parts:
    """Signed; many things pass by a job, a few in the same moment."""
    from kedang.foundation.jobs.models import Job

    row = folder_of(act)
    told = to_whom(row, "governance.handover_accepted", act.facts["name"], "successor")
    part = row.parts.filter(successor__username=act.facts["to"]).first()
    is_signed = part is not None and part.signed_at is not None and part.signed_by == act.facts["name"]
    waits = part is not None and part.state == "accepted"
    job = not waits or Job.objects.filter(kind="governance.handover_pass", args__part_id=part.pk).count() == 1
    return {"event": len(told) == 1, "part": is_signed, **({} if job else {"job": False})}


def declined(act: Act, trail: Trail) -> Parts:
    """The part says why, unless its lines have gone to others and it is gone."""
    row = folder_of(act)
    part = row.parts.filter(successor__username=act.facts["to"]).first()
    events = trail.of(act.token, "governance.handover_declined")
    if events and part is None:
        return {"event": len(events) == 1}
    given = part is not None and part.lines.filter(state="given").exists()
    is_ours = part is not None and part.remark == act.token
    return {"event": len(events) == 1, "part": is_ours and part.state == "declined" and not given}


def signed(act: Act, trail: Trail) -> Parts:
    row = folder_of(act)
    told = [
        event for event in told_of(row, "governance.handover_signed") if '"signed"]' in event.changes.replace(" ", "")
    ]
    return {"event": len(told) >= act.facts["turn"]}


def unsigned(act: Act, trail: Trail) -> Parts:
    return {"event": len(trail.of(act.token, "governance.handover_signed")) == 1}


def closed(act: Act, trail: Trail) -> Parts:
    """Three signatures; the account is switched off, its rights are over, and nothing is left in its hands."""
    from kedang.business.customers.models import Customer
    from kedang.foundation.access.models import Grant

    row = folder_of(act)
    told = told_of(row, "governance.handover_closed")
    is_closed = row.state == "closed"
    parts = {"event": len(told) == 1, "row": is_closed and row.signed_at is not None and row.supervised_at is not None}
    if is_closed or told:
        parts |= {
            "account": not row.person.is_active and row.person.handing_since is None,
            "rights": not Grant.objects.filter(person=row.person, ended_at__isnull=True).exists(),
            "nothing in hand": not Customer.objects.filter(responsible=row.person).exists(),
            "lines": not row.lines.exclude(state__in=["passed", "gone"]).exists(),
        }
    return parts


def cancelled(act: Act, trail: Trail) -> Parts:
    """Where the first try is not known to have come through, a second one follows: the folder alone tells of neither."""
    told = len(trail.of(act.token, "governance.handover_cancelled")) == 1
    return {"event": told, **({"row": folder_of(act).state == "cancelled"} if told else {})}


LOOKS: dict[str, Callable[[Act, Trail], Parts]] = {
    "handover.open": opened,
    "handover.split": split,
    "handover.accept": accepted,
    "handover.decline": declined,
    "handover.sign": signed,
    "handover.unsign": unsigned,
    "handover.close": closed,
    "handover.cancel": cancelled,
}


def leavings() -> Iterator[str]:
    """Folders at a quiet moment: what passed is in other hands, told once; nothing hangs between two people."""
    from kedang.business.governance.choices import OPEN_STATES
    from kedang.business.governance.numbers import KEY
    from kedang.foundation.access.models import Person
    from kedang.foundation.jobs.models import Job

    yield from numbers_of(of_governance("Handover"), KEY)
    folders = of_governance("Handover").objects.all()
    handing = set(Person.objects.filter(handing_since__isnull=False).values_list("pk", flat=True))
    if odd := handing ^ set(folders.filter(state__in=OPEN_STATES).values_list("person_id", flat=True)):
        yield f"people who hand over and folders that are open differ: {sorted(odd)[:5]}"
    for line in of_governance("HandoverLine").objects.select_related("part__successor", "handover__person"):
        yield from _line(line)
    for part in of_governance("HandoverPart").objects.filter(state__in=["accepted", "done"]).select_related("handover"):
        hangs = part.lines.filter(state="given").count()
        jobs = Job.objects.filter(kind="governance.handover_pass", args__part_id=part.pk)
        if part.state == "accepted" and part.handover.is_open and not jobs.filter(state="failed").exists():
            yield f"part {part.pk} of {part.handover.number} is signed for and not done, {hangs} lines hang"
        if part.state == "done" and hangs:
            yield f"part {part.pk} of {part.handover.number} is done with {hangs} lines that hang"


def _line(line: Any) -> Iterator[str]:
    """A line that passed: one entry, and of a dossier one change to the successor under the number of the folder, else none."""
    from kedang.foundation.audit.models import Event

    passed = line.state == "passed"
    if not line.ends:
        events = [
            one for one in told_of(line, "governance.handover_passed") if '"passed"]' in one.changes.replace(" ", "")
        ]
        if len(events) != passed:
            yield f"line {line.pk} ({line.label}) is {line.state} and told {len(events)} times"
    if line.kind == DOSSIER:
        told = Event.objects.filter(
            subject_type=DOSSIER,
            subject_id=line.subject_id,
            code="customers.changed",
            reason__contains=line.handover.number,
        ).count()
        if told != passed:
            yield f"dossier {line.subject_id} of line {line.pk} ({line.state}) changed hands {told} times"
