"""An alert is raised once for a rule, a person and a day; what follows on that day joins it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from kedang.business.governance import events as e
from kedang.business.governance.models import Alert
from kedang.business.governance.telling import tell_alert
from kedang.foundation.access.grants import active_grants
from kedang.foundation.access.models import Person
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import system_actor

MOST_EVIDENCE = 200
MACHINE = "异常行为监测"


@dataclass(frozen=True, slots=True)
class Sign:
    """What a rule found: entries of the trail, in words, how often; ``day`` where it is not that of the last entry."""

    entries: list[Any]
    told: str
    count: int
    day: date | None = None


def alert_raise(person: Person, rule: str, sign: Sign) -> Alert | None:
    """Write an alert, or let what was found join the open one of the day. What is already known makes nothing."""
    keys = [entry.id for entry in sign.entries]
    day = sign.day or clock.local(sign.entries[-1].at).date()
    last: Alert | None = (
        Alert.objects.select_for_update(of=("self",))
        .filter(rule=rule, person=person, day=day)
        .order_by("-part")
        .first()
    )
    known = set(last.evidence) if last is not None else set()
    if known and (not set(keys) - known or max(keys) <= max(known)):
        return None
    if last is not None and last.closed_at is None:
        last.evidence = sorted({*last.evidence, *keys})[-MOST_EVIDENCE:]
        was = last.count
        last.count, last.told, last.last_at = max(last.count, sign.count), sign.told[:300], sign.entries[-1].at
        last.save(update_fields=["evidence", "count", "told", "last_at"])
        record(
            system_actor(MACHINE),
            e.ALERT_RAISED,
            last,
            changes={"count": (was, last.count)},
            meta={"evidence": keys[-20:]},
        )
        return last
    made = Alert(
        fonds_id=person.fonds_id,
        rule=rule,
        person=person,
        day=day,
        part=last.part + 1 if last else 1,
        told=sign.told[:300],
        count=sign.count,
        first_at=sign.entries[0].at,
        last_at=sign.entries[-1].at,
        evidence=sorted(keys)[-MOST_EVIDENCE:],
        for_manager=is_auditor(person),
        raised_at=clock.now(),
    )
    made.save(force_insert=True)
    tell_alert(made)
    record(
        system_actor(MACHINE),
        e.ALERT_RAISED,
        made,
        meta={"rule": rule, "person": person.name, "count": sign.count, "evidence": made.evidence[:20]},
    )
    return made


def is_auditor(person: Person) -> bool:
    """Whether the alert is about somebody who looks into alerts: it goes to the general manager."""
    return any("audit.export" in grant.actions for grant in active_grants(person))
