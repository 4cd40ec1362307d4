"""Writes one volume, or loose items, as facts of a package tell them, inside the caller's transaction."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.holdings.choices import CodeState, NoteKind, VolumeState, Whereabouts
from kedang.business.holdings.events import handing as e
from kedang.business.holdings.models import FilingTrace, Item, ItemFile, ReferenceCode, Volume, VolumeNote
from kedang.business.holdings.services.codes import code_issue_item, code_register, codes_issue_volume
from kedang.business.holdings.services.items.indexing import reindex as index_items
from kedang.business.holdings.services.package_matching import Matching
from kedang.business.holdings.services.package_values import ITEM_VALUES, VOLUME_VALUES, Facts, instant_of, values_of
from kedang.business.holdings.services.templates import template_for
from kedang.business.holdings.services.volumes.indexing import volumes_indexed
from kedang.foundation.access.models import Fonds
from kedang.foundation.audit.record import Entry, record_many, subject_of
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor

AS_THEY_ARE = frozenset({VolumeState.OPEN.value, VolumeState.DESTROYED.value})
"""States in which a volume comes in; all others are closed here until it is shelved."""


class Writing(Matching):
    """Writes one volume inside the caller's transaction."""

    def __init__(self, actor: Actor, fonds: Fonds, facts: Facts, stored: Mapping[str, StoredFile]) -> None:
        super().__init__(fonds)
        self.actor, self.facts, self.stored = actor, facts, stored
        self.codes: list[tuple[str, str]] = []

    def volume(self) -> Volume:
        """Head, items, what belongs to them, codes, notes."""
        volume = self._volume()
        self._items(volume)
        self._notes(volume)
        volumes_indexed([volume.pk])
        return volume

    def loose(self) -> list[Item]:
        """Items that lie in no volume."""
        return self._items(None)

    def _items(self, volume: Volume | None) -> list[Item]:
        items = [self._item(volume, one) for one in self.facts["items"]]
        for item, one in zip(items, self.facts["items"], strict=True):
            if one["belongs_to"] is not None:
                item.belongs_to, item.relation = items[one["belongs_to"]], one["relation"]
                item.save(update_fields=["belongs_to", "relation"])
            self._files(item, one)
        self._former(volume, items)
        entries = [
            Entry(subject_of(item), None, "", {"volume": volume.reference_code if volume is not None else ""})
            for item in items
        ]
        record_many(self.actor, e.ITEM_IMPORTED, entries, model=Item)
        index_items([item.pk for item in items])
        return items

    def _volume(self) -> Volume:
        facts = self.facts["volume"]
        series, retention = self.series(facts["series"]), self.retention(self.facts["retention"])
        template = self.template(facts["template"])
        state = facts["state"] if facts["state"] in AS_THEY_ARE else VolumeState.CLOSED.value
        volume = Volume(
            fonds=self.fonds, series=series, retention=retention, template=template, state=state, whereabouts=Whereabouts.IN_STORE,
            number=facts["number"], **values_of(facts, VOLUME_VALUES), **self.shared(facts),
            inspected_by=self.person(facts["inspected_by"]),
        )  # fmt: skip
        volume.reference_code = facts["reference_code"]
        if self.is_taken(volume.reference_code):
            issuing = template if template.volume_template else template_for(self.fonds.pk, "volume")
            usable = series if series.is_active else self.series_for_new()
            volume.reference_code, volume.number = codes_issue_volume(
                actor=self.actor, template=issuing, series=usable, year=volume.year, retention=retention,
                unit=volume.department.code if volume.department else "", project_number=volume.project.number if volume.project else "",
            )  # fmt: skip
        volume.full_clean(exclude=["fonds", "template", "series", "retention", "customer", "project", "department", "responsible"],
                          validate_unique=False, validate_constraints=False)  # fmt: skip
        volume.save(force_insert=True)
        self._registered(volume, facts["reference_code"])
        return volume

    def _item(self, volume: Volume | None, facts: Facts) -> Item:
        values = values_of(facts, ITEM_VALUES) | {"relation": ""}
        item = Item(
            fonds=self.fonds, volume=volume, number=facts["number"], whereabouts=Whereabouts.IN_STORE,
            series=self.series(facts["series"]) if facts["series"] else None,
            retention=self.retention(facts["retention"]) if facts["retention"] else None,
            document_type=self.document_type(facts["document_type"]), **values, **self.shared(facts),
        )  # fmt: skip
        old = facts["reference_code"] or ""
        item.reference_code = old
        is_moved = volume is not None and volume.reference_code != self.facts["volume"]["reference_code"]
        if old and (is_moved or self.is_taken(old)):
            item.reference_code, item.number = code_issue_item(actor=self.actor, item=item, volume=volume)
        item.save(force_insert=True)
        if item.reference_code:
            self._registered(item, old)
        FilingTrace.objects.bulk_create(FilingTrace(item=item, **values_of(one, tuple(one))) for one in facts["traces"])
        return item

    def _files(self, item: Item, facts: Facts) -> None:
        rows: list[ItemFile | None] = []
        for one in facts["files"]:
            if not one["path"]:
                self.unknown.append(_("已清除的文件：%(name)s") % {"name": one["name"]})
                rows.append(None)
                continue
            follows = rows[one["follows"]] if one["follows"] is not None else None
            rows.append(
                ItemFile.objects.create(
                    item=item, file=self.stored[one["path"]], role=one["role"], number=one["number"], note=one["note"], follows=follows,
                    added_at=instant_of(one["added_at"]),
                )
            )  # fmt: skip

    def _registered(self, thing: Volume | Item, old: str) -> None:
        """The code in the ledger; where it is a new one, the line says which one it was there."""
        named: dict[str, Any] = {_kind(thing): thing}
        row = code_register(actor=self.actor, code=thing.reference_code, **named)
        if thing.reference_code != old:
            self.codes.append((old, thing.reference_code))
            row.reason = (_("导入前的档号 %(old)s（%(fonds)s）") % {"old": old, "fonds": self.facts["fonds"]["code"]})[
                :200
            ]
            row.save(update_fields=["reason"])

    def _former(self, volume: Volume | None, items: list[Item]) -> None:
        """Codes that were replaced or withdrawn before the package was made stay with their object, as far as they are free here."""
        for one in self.facts["codes"]:
            if one["state"] == CodeState.CURRENT or self.is_taken(one["code"]):
                continue
            owner: Any = volume if one["item"] is None else items[one["item"]]
            successor = ReferenceCode.objects.filter(fonds=self.fonds, code=owner.reference_code).first()
            ReferenceCode.objects.create(
                fonds=self.fonds, code=one["code"], state=one["state"], successor=successor, reason=one["reason"],
                given_by=one["given_by"], given_at=instant_of(one["given_at"]), **{_kind(owner): owner},
            )  # fmt: skip

    def _notes(self, volume: Volume) -> None:
        VolumeNote.objects.bulk_create(self._note(volume, one) for one in self.facts["notes"])
        if self.codes:
            shown = "、".join(f"{old}→{new}" for old, new in self.codes[:8])
            text = _("由封装包导入，档号已有归属，另编新号：%(codes)s") % {"codes": shown}
            VolumeNote.objects.create(
                volume=volume,
                kind=NoteKind.CHANGED,
                text=text[:500],
                made_by=self.actor.display_name[:80],
                made_at=clock.now(),
            )

    def _note(self, volume: Volume, facts: Facts) -> VolumeNote:
        """A line of the 备考表; who signed it and is nobody here is told in words."""
        values = values_of(facts, ("kind", "text", "made_by", "made_at", "signed_at"))
        signer = self.person(facts["signed_by"])
        if signer is None and facts["signed_at"]:
            told = _("（%(name)s %(day)s 签认）") % {
                "name": (facts["signed_by"] or {}).get("name", ""),
                "day": facts["signed_at"][:10],
            }
            values |= {"text": f"{values['text'][: 500 - len(told)]}{told}", "signed_at": None}
        return VolumeNote(volume=volume, signed_by=signer, **values)


def _kind(thing: Volume | Item) -> str:
    return "volume" if isinstance(thing, Volume) else "item"
