"""Requests that do something: what was asked, each decision, and the effect in the moment of the last one, or none of it."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tests.harness.crash.compare.archive import in_ledger, told_of
from tests.harness.crash.compare.asking import of_approvals
from tests.harness.crash.compare.base import Trail
from tests.harness.crash.compare.lending import numbers_of
from tests.harness.crash.journal import Act

Parts = dict[str, bool]


def of(room: str, name: str) -> Any:
    """A model of a room."""
    from django.apps import apps

    return apps.get_model(room, name)


def held(act: Act, trail: Trail) -> Parts:
    from kedang.business.retention.numbers import NUMBER_KEY

    rows = list(of("retention", "Hold").objects.select_related("case").filter(title=act.token))
    one = rows[0] if len(rows) == 1 else None
    return {
        "one row": one is not None, "one event": len(trail.of(act.token, "retention.hold_asked")) == 1,
        "lines": one is not None and one.lines.filter(customer_id=act.facts["customer"]).count() == 1,
        "number": one is not None and in_ledger(one.fonds_id, NUMBER_KEY, one.number), "case": one is not None and is_asked(one.case),
    }  # fmt: skip


def is_asked(case: Any) -> bool:
    """A request begun whole: its first entry, and somebody who was asked."""
    return bool(case is not None and case.decisions.filter(kind="submit").count() == 1 and case.tasks.exists())


def release_asked(act: Act, trail: Trail) -> Parts:
    row = of("retention", "Hold").objects.select_related("release_case").get(pk=act.facts["hold"])
    events = trail.of(act.token, "retention.release_asked")
    is_ours = row.release_case is not None and row.release_case.reason == act.token
    return {"event": len(events) == 1, "row": is_ours, "case": is_ours and is_asked(row.release_case)}


def change_asked(act: Act, trail: Trail) -> Parts:
    rows = list(of("customers", "ChangeRequest").objects.select_related("case").filter(reason=act.token))
    one = rows[0] if len(rows) == 1 else None
    return {
        "one row": one is not None, "one event": len(trail.of(act.token, "customers.change_asked")) == 1,
        "lines": one is not None and one.lines.exists(), "case": one is not None and is_asked(one.case),
    }  # fmt: skip


def use_asked(act: Act, trail: Trail) -> Parts:
    rows = list(of("lending", "UseRequest").objects.select_related("case").filter(case__reason=act.token))
    one = rows[0] if len(rows) == 1 else None
    told = told_of(one, "use.asked") if one is not None else []
    return {
        "one row": one is not None, "one event": len(told) == 1, "case": one is not None and is_asked(one.case),
        "line": one is not None and one.case.lines.filter(subject_id=act.facts["customer"]).count() == 1,
    }  # fmt: skip


def decided(sort: str, verb: str) -> Callable[[Act, Trail], Parts]:
    """One decision; where the case is over, what it was for is true as well, or is not."""

    def look(act: Act, trail: Trail) -> Parts:
        case = of_approvals("Case").objects.get(pk=act.facts["case"])
        entries = case.decisions.filter(kind=verb, opinion=f"意见{act.token}").count()
        parts = {"entry": entries == 1, "event": len(trail.of(act.token, "approvals.case_decided")) == 1}
        if entries and case.state in ("approved", "rejected"):
            for what in EFFECTS[sort](case):
                parts[what] = False
        return parts

    return look


def of_hold(case: Any) -> Iterator[str]:
    """It lies on each thing of its list, told there once."""
    row = of("retention", "Hold").objects.get(case=case)
    expected = ("in_force", "released") if case.state == "approved" else ("refused",)
    if row.state not in expected:
        yield f"hold is {row.state}"
    told = Counter((event.subject_type, event.subject_id) for event in _events("retention.thing_held", row.number))
    things = [(line.thing._meta.label_lower, line.thing.pk) for line in row.lines.all()]
    if told != (Counter(things) if case.state == "approved" else Counter()):
        yield f"held {sum(told.values())} of {len(things)} things"


def of_release(case: Any) -> Iterator[str]:
    row = of("retention", "Hold").objects.get(release_case=case)
    if (row.state == "released") != (case.state == "approved"):
        yield f"hold is {row.state}"
    freed = len(_events("retention.thing_released", row.number))
    if freed != (row.lines.count() if case.state == "approved" else 0):
        yield f"{freed} of {row.lines.count()} things released"


def _events(code: str, number: str) -> list[Any]:
    from kedang.foundation.audit.models import Event

    return list(Event.objects.filter(code=code, meta__contains=f'"{number}"'))


def of_change(case: Any) -> Iterator[str]:
    """Applied: the dossier changed once, under the key of the request."""
    from kedang.foundation.audit.models import Event

    row = of("customers", "ChangeRequest").objects.get(case=case)
    expected = "applied" if case.state == "approved" else "rejected"
    if row.state != expected:
        yield f"change is {row.state}"
    about = Event.objects.filter(
        subject_type="customers.customer", subject_id=row.customer_id, code="customers.changed"
    )
    times = about.filter(meta__contains=f'"{case.number}"').count()
    if times != (case.state == "approved"):
        yield f"dossier changed {times} times"


def of_use(case: Any) -> Iterator[str]:
    """Opened: exactly what was granted, told once."""
    from kedang.foundation.access.models import RecordGrant

    row = of("lending", "UseRequest").objects.get(case=case)
    granted = case.lines.filter(is_granted=True).count() if case.state == "approved" else 0
    if RecordGrant.objects.filter(source=case.number).count() != granted:
        yield f"openings are not the {granted} lines that were granted"
    if len(told_of(row, "use.granted")) != (case.state == "approved"):
        yield "opening is not told once"


EFFECTS: dict[str, Callable[[Any], Iterator[str]]] = {
    "hold": of_hold, "release": of_release, "change": of_change, "use": of_use,
}  # fmt: skip
LOOKS: dict[str, Callable[[Act, Trail], Parts]] = {
    "hold.ask": held,
    "hold.release": release_asked,
    "change.ask": change_asked,
    "use.ask": use_asked,
    **{f"{sort}.{verb}": decided(sort, verb) for sort in EFFECTS for verb in ("approve", "reject")},
}


def effects() -> Iterator[str]:
    """At a quiet moment: every ended request has its effect or none, and things are held as often as holds in force say."""
    from kedang.business.customers.models import Customer
    from kedang.business.holdings.models import Item, Volume
    from kedang.business.retention.numbers import NUMBER_KEY

    yield from numbers_of(of("retention", "Hold"), NUMBER_KEY)
    lines = of("retention", "HoldLine").objects.filter(hold__state="in_force")
    for model in (Customer, Volume, Item):
        name = str(model._meta.model_name)
        counted = Counter(lines.filter(**{f"{name}__isnull": False}).values_list(f"{name}_id", flat=True))
        rows: Any = model._default_manager
        says = dict(rows.filter(hold_count__gt=0).values_list("pk", "hold_count"))
        if odd := set(says.items()) ^ set(counted.items()):
            yield f"{name} is not held as often as holds say: {sorted(odd)[:4]} ({len(odd)})"
    for sort, room, model_name, link in (
        ("hold", "retention", "Hold", "case"), ("release", "retention", "Hold", "release_case"),
        ("change", "customers", "ChangeRequest", "case"),
    ):  # fmt: skip
        for row in (
            of(room, model_name).objects.filter(**{f"{link}__state__in": ["approved", "rejected"]}).select_related(link)
        ):
            if getattr(row, "effective_on", None) is None:
                yield from (f"{sort} {row.pk}: {what}" for what in EFFECTS[sort](getattr(row, link)))
