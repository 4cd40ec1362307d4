"""谁看过: who opened, unmasked, printed or exported this customer, or had it on a list."""

from dataclasses import dataclass
from typing import Any

import orjson
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.models import Customer
from kedang.business.customers.views.detail import CustomerRecord
from kedang.foundation.access.events import EVENTS_VIEWED
from kedang.foundation.access.trail import may_see_readers, seen_by
from kedang.foundation.access.typed import veil_typed
from kedang.foundation.audit.disclosed import holds
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.reading import about
from kedang.foundation.audit.record import record
from kedang.foundation.audit.vocabulary import event_type
from kedang.foundation.kernel.refused import NotAllowed
from kedang.foundation.web.records import RecordTab

LISTINGS = ("customers.listed", "customers.exported", "customers.list_printed")
TABS: dict[str, Any] = {
    "contacts": gettext_lazy("联系人"), "key-persons": gettext_lazy("关键人物"), "profile": gettext_lazy("特征与业务"),
    "classes": gettext_lazy("分类"), "history": gettext_lazy("操作记录"), "edit": gettext_lazy("修改"), "seen": gettext_lazy("谁看过"),
}  # fmt: skip
MOST = 100
MOST_LISTINGS = 2000


@dataclass(slots=True)
class Look:
    """One look in words."""

    id: int
    at: Any
    who: str
    title: Any
    note: str
    address: str
    is_disclosure: bool


class SeenTab(CustomerRecord, RecordTab):
    """Readers, then every look."""

    template_name = "customers/seen.html"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The tab, for who may ask; asking is written down too."""
        if not may_see_readers(self.actor, self.obj):
            raise NotAllowed(_("只有能修改此档案的人和有“查看操作留痕”权限的人可以看谁看过此客户。"))
        with transaction.atomic():
            record(self.actor, EVENTS_VIEWED, self.obj, meta={"what": "seen"})
        return super().get(request, **kwargs)

    def head(self) -> dict[str, Any]:
        return {**super().head(), **self.head_extra()}

    def context(self) -> dict[str, Any]:
        before = self.request.GET.get("before", "")
        looks = sorted([*self.opened(before), *self.listed(before)], key=lambda look: -look.id)
        seen = seen_by(self.actor, Customer._meta.label_lower, self.obj.pk)
        return {
            "looks": looks[:MOST], "older": looks[MOST - 1].id if len(looks) > MOST else None,
            "readers": [reader for reader in seen.readers if reader.reads or reader.disclosures],
        }  # fmt: skip

    def opened(self, before: str) -> list[Look]:
        """Looks at the dossier itself and what belongs to it."""
        mine = about(Customer._meta.label_lower, self.obj.pk)
        events = Event.objects.filter(mine, category__in=("read", "disclose"))
        return [self.look(event) for event in _older(events, before)[: MOST + 1]]

    def listed(self, before: str) -> list[Look]:
        """Lists, exports and printed lists on which it stood."""
        events = Event.objects.filter(
            subject_type=Customer._meta.label_lower,
            subject_id__isnull=True,
            fonds_id=self.obj.fonds_id,
            code__in=LISTINGS,
        )
        found = []
        for event in _older(events, before)[:MOST_LISTINGS]:
            if event.meta and holds(orjson.loads(event.meta).get("ids"), self.obj.pk):
                found.append(self.look(event))
                if len(found) > MOST:
                    break
        return found

    def look(self, event: Event) -> Look:
        """An event in words."""
        known = event_type(event.code)
        meta = orjson.loads(event.meta) if event.meta else {}
        tab = str(meta.get("tab", ""))
        parts = [
            TABS.get(tab, tab),
            event.reason,
            str(meta.get("label", "")),
            veil_typed(self.actor, "；".join(meta.get("conditions", []) or []), event.actor_id),
        ]
        if event.subject_id is not None and event.subject_id != self.obj.pk:
            parts.insert(0, event.subject_label)
        return Look(
            event.pk, event.at, event.actor_name, known.title if known else event.code, " · ".join(str(part) for part in parts if part),
            event.address, event.category == "disclose",
        )  # fmt: skip


def _older(events: Any, before: str) -> Any:
    return (events.filter(pk__lt=int(before)) if before.isdecimal() else events).order_by("-id")
