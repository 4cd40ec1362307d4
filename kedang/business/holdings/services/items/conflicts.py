"""Two people edit one item: what the later one wrote is neither lost nor allowed to overwrite unseen."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.utils.translation import gettext as _

from kedang.business.holdings.models import Item
from kedang.business.holdings.services.items.checking import EDITABLE
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

MORE = 20
"""Entries that may stand among the changes without a version of their own."""


def refuse_conflict(actor: Actor, item: Item, mine: Mapping[str, Any], version: int) -> None:
    """Refuse when what is written about the item was changed since ``version``; steps of filing do not get in the way."""
    later: dict[str, Event] = {}
    events = Event.objects.filter(subject_type=Item._meta.label_lower, subject_id=item.pk, category="change")
    for event in events.order_by("-id")[: item.version - version + MORE]:
        if orjson.loads(event.meta or "{}").get("version", 0) <= version:
            break
        for name in orjson.loads(event.changes or "{}"):
            if name in EDITABLE:
                later.setdefault(name, event)
    if not later:
        return
    who = "、".join(dict.fromkeys(event.actor_name for event in later.values()))
    fields = "、".join(str(Item._meta.get_field(name).verbose_name) for name in later)  # type: ignore[union-attr]
    told = _("%(who)s在您编辑期间修改了%(fields)s，您的修改未保存。请对照最新内容后再次保存。")
    raise Refused(
        "stale_version", told % {"who": who, "fields": fields}, None, current=item.version, changed=list(later),
        conflicts=[name for name in mine if name in later],
    )  # fmt: skip
