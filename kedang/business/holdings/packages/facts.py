"""What is known of a volume, as plain values: its head, its items, files, traces, codes, notes, custody, transfers and tests.

Every value passes the veil of who exports, as one who takes it away; what they may see only in part, not at all, or only because it is
shared to be read, is listed under ``veiled``.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model, Q

from kedang.business.holdings.models import (
    CheckRun,
    FilingTrace,
    Item,
    ItemFile,
    Placement,
    ReferenceCode,
    TransferLine,
    Volume,
    VolumeNote,
    VolumeReopening,
)
from kedang.business.holdings.packages import FORMAT, SOFTWARE
from kedang.business.holdings.packages.held import holds_on
from kedang.foundation.access.grants import as_taker
from kedang.foundation.access.policies import can
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.access.veil import reveal
from kedang.foundation.audit.record import json_value
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.sure import sure

VOLUME = tuple(
    "reference_code number title year secrecy_level carrier state whereabouts hold_count situation remarks item_count page_count "
    "started_on ended_on created_at changed_at closed_at shelved_at".split()
)
ITEM = tuple(
    "reference_code title is_title_made document_number author dated_on period_from period_to pages copies language carrier secrecy_level "
    "remarks year number position first_page relation state whereabouts hold_count source created_at filed_at".split()
)
FILE = tuple("name size sha256 sm3 media_type state scanned_at uploaded_at".split())
TRACE = tuple("step proposed decided because reason made_by made_at".split())
CODE = tuple("code state reason given_by given_at".split())
NOTE = tuple("kind text made_by made_at signed_at".split())
REOPENING = tuple("reason asked_at decided_at is_granted opinion".split())
CHECK = tuple(
    "occasion verdict score passed_count warned_count pending_count failed_count rules_version made_by made_at".split()
)
POINT = tuple("code quality title verdict evidence remedy is_manual answered_by answered_at".split())
Facts = dict[str, Any]


class Collector:
    """Collects the facts of one volume for one actor."""

    def __init__(self, actor: Actor, volume: Volume | None, items: list[Item] | None = None) -> None:
        self.actor, self.volume = as_taker(actor, "holdings.export"), volume
        self.veiled: list[str] = []
        self.items = items if items is not None else list(
            Item.objects.filter(volume=volume).select_related(
                "document_type", "series", "retention", "customer", "project", "department", "responsible"
            ).order_by("position", "number", "pk")
        )  # fmt: skip
        self.files = list(
            ItemFile.objects.filter(item__in=self.items).select_related("file", "follows").order_by("item_id", "pk")
        )

    def facts(self) -> Facts:
        """Everything, in an order that does not change from one time to the next."""
        volume = sure(self.volume)
        return {
            "format": FORMAT, "software": SOFTWARE, "made_at": plain(clock.now()), "made_by": self.actor.display_name,
            "fonds": {"code": volume.fonds.code, "name": volume.fonds.name},
            "volume": self._volume(), "retention": _retention(volume.retention), "holds": self.holds(),
            "items": [self._item(item) for item in self.items],
            "codes": self._codes(), "notes": self._notes(), "reopenings": self._reopenings(), "custody": self._custody(),
            "transfers": self._transfers(), "checks": self._checks(), "veiled": sorted(set(self.veiled)),
        }  # fmt: skip

    def holds(self) -> list[Facts]:
        """Why it must stay as it is, as far as the exporter may know."""
        found = [
            {name: plain(value) for name, value in one.items()} for one in holds_on(self.actor, self.volume, self.items)
        ]
        if any(one["title"] is None for one in found):
            self.veiled.append("hold.title")
        return found

    def _values(self, obj: Model, names: Sequence[str]) -> Facts:
        """Fields as the actor may see them."""
        found: Facts = {}
        for name in names:
            seen = reveal(self.actor, obj, name)
            if seen.state == FieldRight.SHOW:
                found[name] = plain(seen.value)
            else:
                self.veiled.append(f"{obj._meta.model_name}.{name}")
                found[name] = seen.text if seen.state == FieldRight.MASK else None
        return found

    def _volume(self) -> Facts:
        volume = sure(self.volume)
        twin = Volume.objects.filter(pk=volume.twin_id or 0).values_list("reference_code", flat=True).first()
        template = volume.template
        return {
            **self._values(volume, VOLUME), "series": _series(volume.series),
            "template": {
                "name": template.name, "standard": template.standard, "volume": template.volume_template, "item": template.item_template,
            },
            **self._shared(volume), "inspected_by": person_of(volume.inspected_by), "twin": twin,
            "location": volume.location.label if volume.location else None,
        }  # fmt: skip

    def _item(self, item: Item) -> Facts:
        mine = [one for one in self.files if one.item_id == item.pk]
        places: dict[int | None, int] = {one.pk: place for place, one in enumerate(mine)}
        main = next((n for n, other in enumerate(self.items) if other.pk == item.belongs_to_id), None)
        kind = item.document_type
        return {
            **self._values(item, ITEM), "series": _series(item.series), "retention": _retention(item.retention),
            "document_type": {"code": kind.code, "name": kind.name} if kind is not None else None,
            **self._shared(item), "belongs_to": main, "location": item.location.label if item.location else None,
            "traces": [self._values(one, TRACE) for one in FilingTrace.objects.filter(item=item).order_by("pk")],
            "files": [
                {
                    **self._values(one.file, FILE), "role": one.role, "number": one.number, "note": one.note,
                    "added_at": plain(one.added_at), "follows": places.get(one.follows_id),
                }
                for one in mine
            ],
        }  # fmt: skip

    def _shared(self, obj: Any) -> Facts:
        """What volumes and items both refer to: customer, project, department, person."""
        return {
            "customer": self._customer(obj.customer),
            "project": {"number": obj.project.number, "name": obj.project.name} if self._may(obj.project) else None,
            "department": obj.department.name if obj.department else None, "responsible": person_of(obj.responsible),
        }  # fmt: skip

    def _customer(self, customer: Any) -> Facts | None:
        if customer is None:
            return None
        if not self._may(customer):
            self.veiled.append("volume.customer")
            return None
        return self._values(customer, ("number", "name"))

    def _may(self, obj: Any) -> bool:
        action = {"customer": "customers.view", "project": "holdings.view"}
        return obj is not None and (self.actor.is_system or can(self.actor, action[obj._meta.model_name], obj))

    def _mine(self) -> Q:
        """Rows of the volume or of its items."""
        inside = Q(item__in=self.items)
        return inside | Q(volume=self.volume) if self.volume is not None else inside

    def _codes(self) -> list[Facts]:
        rows = ReferenceCode.objects.filter(self._mine())
        places: dict[int | None, int] = {item.pk: place for place, item in enumerate(self.items)}
        return [
            {**self._values(one, CODE), "item": places.get(one.item_id), "successor": one.successor.code if one.successor else None}
            for one in rows.select_related("successor").order_by("pk")
        ]  # fmt: skip

    def _notes(self) -> list[Facts]:
        rows = VolumeNote.objects.filter(volume=self.volume).select_related("signed_by").order_by("pk")
        return [{**self._values(one, NOTE), "signed_by": person_of(one.signed_by)} for one in rows]

    def _reopenings(self) -> list[Facts]:
        rows = (
            VolumeReopening.objects.filter(volume=self.volume).select_related("asked_by", "decided_by").order_by("pk")
        )
        return [
            {
                **self._values(one, REOPENING),
                "asked_by": person_of(one.asked_by),
                "decided_by": person_of(one.decided_by),
            }
            for one in rows
        ]

    def _custody(self) -> list[Facts]:
        """Where it stood, also in which box."""
        own = Placement.objects.filter(self._mine())
        rows = list(own.select_related("location").order_by("since", "pk"))
        boxes = [one.location_id for one in rows if one.location.kind == "box"]
        rows += list(Placement.objects.filter(box__in=boxes).select_related("location", "box").order_by("since", "pk"))
        codes: dict[int | None, str] = {item.pk: item.reference_code for item in self.items}
        own_code = self.volume.reference_code if self.volume is not None else ""
        return [
            {
                "what": one.box.label if one.box is not None else codes.get(one.item_id) or own_code,
                "location": one.location.label, "since": plain(one.since), "until": plain(one.until), "reason": one.reason,
                "moved_by": one.moved_by,
            }
            for one in rows
        ]  # fmt: skip

    def _transfers(self) -> list[Facts]:
        lines = TransferLine.objects.filter(self._mine())
        rows = lines.select_related("transfer__department", "transfer__handed_by", "transfer__received_by").order_by(
            "pk"
        )
        return [
            {
                "number": one.transfer.number, "department": one.transfer.department.name, "state": one.state, "reason": one.reason,
                "pages": one.pages, "pages_counted": one.pages_counted, "handed_by": person_of(one.transfer.handed_by),
                "handed_at": plain(one.transfer.handed_at), "received_by": person_of(one.transfer.received_by),
                "received_at": plain(one.transfer.received_at),
            }
            for one in rows
        ]  # fmt: skip

    def _checks(self) -> list[Facts]:
        runs = CheckRun.objects.filter(self._mine())
        return [
            {**self._values(run, CHECK), "points": [self._values(one, POINT) for one in run.results.all()]}
            for run in runs.prefetch_related("results").order_by("pk")
        ]


def _retention(period: Any) -> Facts | None:
    """The period, and the one by which an old one is kept."""
    if period is None:
        return None
    reads_as = period.reads_as.code if period.reads_as else None
    return {"code": period.code, "name": period.name, "years": period.years, "reads_as": reads_as}


def _series(series: Any) -> Facts | None:
    return {"code": series.code, "name": series.name} if series is not None else None


def person_of(person: Any) -> Facts | None:
    """Who it is, by name and by name of sign-in."""
    return {"username": person.username, "name": person.name} if person is not None else None


def plain(value: Any) -> Any:
    """Values as JSON carries them."""
    if value is None or isinstance(value, bool | int | float | str | dict | list):
        return value
    return json_value(value)


def people_of(facts: Facts) -> list[str]:
    """Everybody named in traces, notes and custody, once."""
    named: Iterable[str] = [
        *(trace["made_by"] for item in facts["items"] for trace in item["traces"]),
        *(note["made_by"] for note in facts["notes"]), *(place["moved_by"] for place in facts["custody"]),
        *(run["made_by"] for run in facts["checks"]), facts["made_by"],
    ]  # fmt: skip
    return list(dict.fromkeys(name for name in named if name))
