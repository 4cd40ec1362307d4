"""Two people edit one dossier: what the later one wrote is neither lost nor allowed to overwrite unseen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.translation import gettext as _

from kedang.business.customers.fields import label
from kedang.business.customers.models import Customer
from kedang.foundation.access.veil import format_value, reveal
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

OWN = frozenset(field.name for field in Customer._meta.concrete_fields)
"""Classes, say, are noted with the dossier too; they are no field of it and are set as a whole."""

MORE = 20
"""Entries that may stand among the changes without a version of their own; each change has one."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field that I wrote while someone else changed it."""

    field: str
    label: str
    mine: str
    theirs: str
    by: str
    at: Any


def refuse_conflict(actor: Actor, customer: Customer, mine: Mapping[str, Any], version: int) -> None:
    """Refuse when fields of the dossier were changed since ``version``; contacts and the like do not get in the way."""
    later: dict[str, Event] = {}
    events = Event.objects.filter(subject_type=Customer._meta.label_lower, subject_id=customer.pk, category="change")
    for event in events.order_by("-id")[: customer.version - version + MORE]:
        if orjson.loads(event.meta or "{}").get("version", 0) <= version:
            break
        for name in orjson.loads(event.changes or "{}"):
            if name in OWN:
                later.setdefault(name, event)
    if not later:
        return
    conflicts = []
    for name, value in mine.items():
        if name.endswith("_blind") or name not in later or getattr(customer, name) == value:
            continue
        by = later[name]
        written = format_value(value)
        conflicts.append(Conflict(name, label(name), written, reveal(actor, customer, name).text, by.actor_name, by.at))
    who = "、".join(dict.fromkeys(event.actor_name for event in later.values()))
    fields = "、".join(label(name) for name in later)
    sentence = _("%(who)s在您编辑期间修改了%(fields)s，您的修改未保存。请对照最新内容后再次保存。") % {
        "who": who,
        "fields": fields,
    }
    raise Refused("stale_version", sentence, None, conflicts=conflicts, current=customer.version, changed=list(later))
