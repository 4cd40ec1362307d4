"""A volume out of a package, as it was: entries, files, traces, notes, codes. What this company calls otherwise is matched or made
inactive.

Codes stay as they are; where this company has given one to something else already, the newcomer gets the next free code and the old one
is told in the ledger, in the 备考表 and in the answer. The package itself is kept beside the volume, so that nothing it says is lost.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.choices import CodeState, NoteKind, SchemeState, VolumeState, Whereabouts
from kedang.business.holdings.events import handing as e
from kedang.business.holdings.models import (
    CodeTemplate,
    DocumentType,
    FilingTrace,
    Item,
    ItemFile,
    Package,
    Project,
    ReferenceCode,
    RetentionPeriod,
    Scheme,
    Series,
    Volume,
    VolumeNote,
)
from kedang.business.holdings.packages.reading import PackageReader
from kedang.business.holdings.services.codes import code_issue_item, code_register, codes_issue_volume
from kedang.business.holdings.services.items.indexing import reindex as index_items
from kedang.business.holdings.services.package_values import ITEM_VALUES, VOLUME_VALUES, Facts, instant_of, values_of
from kedang.business.holdings.services.templates import template_for
from kedang.business.holdings.services.volumes.indexing import volumes_indexed
from kedang.business.holdings.setup import ensure_defaults
from kedang.foundation.access.models import Department, Fonds, Person
from kedang.foundation.access.policies import require, require_still_in_scope
from kedang.foundation.audit.record import Entry, record, record_many, subject_of
from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.services import file_store
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused


@dataclass
class Imported:
    """The volume, which codes were exchanged for which, and what this company does not know."""

    volume: Volume
    codes: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def import_volume(*, actor: Actor, path: Path, fonds: Fonds | None = None) -> Imported:
    """Verify a package, store its files, then write its volume in one transaction.

    Raises:
        Refused: ``package_bad`` (it does not verify), ``package_foreign``, ``package_again`` (imported here before), ``fonds_missing``,
        what
            storing of files refuses, ``out_of_writer_scope`` (a secrecy that the actor may not know).
    """
    require(actor, "holdings.receive")
    require(actor, "holdings.arrange")
    where = fonds or Fonds.objects.filter(pk=actor.fonds_id or 0).first()
    if where is None:
        raise Refused("fonds_missing", _("请说明导入哪个全宗。"), "fonds")
    with PackageReader(path) as reader:
        report = reader.verify()
        if not report.is_good:
            told = _("封装包没有通过核验，未导入：%(what)s")
            raise Refused("package_bad", told % {"what": report.problems[0]}, problems=report.problems[:20])
        facts, kind = reader.facts(), str(reader.kind)
        kept = _kept(path)
        _refuse_again(where, facts)
        ensure_defaults(where)
        stored = _store(actor, reader, facts, where)
    package = file_store(actor=actor, name=path.name, chunks=kept, fonds=where)
    with transaction.atomic():
        Fonds.objects.select_for_update().get(pk=where.pk)  # one import at a time: codes are compared below
        _refuse_again(where, facts)
        made = _Importer(actor, where, facts, stored).run()
        row = Package.objects.create(
            fonds=where, volume=made.volume, kind=kind, file=package, digest=package.sha256, made_at=clock.now(),
            made_by=actor.display_name[:80], note=_("导入所用的原包，来自%(name)s") % {"name": facts["fonds"]["name"][:80]},
        )  # fmt: skip
        meta = {
            "package": row.pk, "sha256": package.sha256, "kind": kind, "from": facts["fonds"],
            "old_code": facts["volume"]["reference_code"],
            "codes": made.codes, "unknown": made.unknown, "files": len(stored),
        }  # fmt: skip
        record(actor, e.PACKAGE_IMPORTED, made.volume, meta=meta)
        require_still_in_scope(actor, made.volume)
    return made


def _kept(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            yield block


def _refuse_again(fonds: Fonds, facts: Facts) -> None:
    """The same volume, by code and day of making, is here already."""
    wanted, made = facts["volume"]["reference_code"], instant_of(facts["volume"]["created_at"])
    found = Volume.objects.filter(
        fonds=fonds, codes__code=wanted, created_at=made, title=facts["volume"]["title"]
    ).first()
    if found is not None:
        told = _("案卷“%(code)s %(title)s”已在本单位，不再导入。") % {
            "code": found.reference_code,
            "title": found.title,
        }
        raise Refused("package_again", told)


def _store(actor: Actor, reader: PackageReader, facts: Facts, fonds: Fonds) -> dict[str, StoredFile]:
    """Files by path; each digest was compared before and is compared again by what lies in the store."""
    stored: dict[str, StoredFile] = {}
    for item in facts["items"]:
        for one in item["files"]:
            if not one["path"]:
                continue
            blocks = reader.blocks(reader.place_of(one["path"]))
            row = file_store(actor=actor, name=one["name"], chunks=blocks, fonds=fonds)
            if (row.sha256, row.sm3) != (one["sha256"], one["sm3"]):
                told = _("文件“%(name)s”与著录的摘要不符，没有导入。") % {"name": one["name"]}
                raise Refused("package_bad", told)
            stored[one["path"]] = row
    return stored


class _Importer:
    """Writes one volume inside the caller's transaction."""

    def __init__(self, actor: Actor, fonds: Fonds, facts: Facts, stored: Mapping[str, StoredFile]) -> None:
        self.actor, self.fonds, self.facts, self.stored = actor, fonds, facts, stored
        self.unknown: list[str] = []
        self.codes: list[tuple[str, str]] = []
        self.old: list[tuple[str, str, Any]] = []
        self.scheme = Scheme.objects.filter(fonds=fonds, state=SchemeState.IN_FORCE).get()

    def run(self) -> Imported:
        """Head, items, what belongs to them, codes, notes."""
        volume = self._volume()
        items = [self._item(volume, one) for one in self.facts["items"]]
        for item, one in zip(items, self.facts["items"], strict=True):
            if one["belongs_to"] is not None:
                item.belongs_to, item.relation = items[one["belongs_to"]], one["relation"]
                item.save(update_fields=["belongs_to", "relation"])
            self._files(item, one)
        self._former(volume, items)
        self._notes(volume)
        entries = [Entry(subject_of(item), None, "", {"volume": volume.reference_code}) for item in items]
        record_many(self.actor, e.ITEM_IMPORTED, entries)
        volumes_indexed([volume.pk])
        index_items([item.pk for item in items])
        return Imported(volume, self.codes, list(dict.fromkeys(self.unknown)))

    def _volume(self) -> Volume:
        facts = self.facts["volume"]
        series, retention = self._series(facts["series"]), self._retention(self.facts["retention"])
        template = self._template(facts["template"])
        state = VolumeState.CLOSED if facts["state"] != VolumeState.OPEN else VolumeState.OPEN
        volume = Volume(
            fonds=self.fonds, series=series, retention=retention, template=template, state=state, whereabouts=Whereabouts.IN_STORE,
            number=facts["number"], **values_of(facts, VOLUME_VALUES), **self._shared(facts),
            inspected_by=self._person(facts["inspected_by"]),
        )  # fmt: skip
        volume.reference_code = facts["reference_code"]
        if self._is_taken(volume.reference_code):
            issuing = template if template.volume_template else template_for(self.fonds.pk, "volume")
            usable = series if series.is_active else self._series_for_new()
            volume.reference_code, volume.number = codes_issue_volume(
                actor=self.actor, template=issuing, series=usable, year=volume.year, retention=retention,
                unit=volume.department.code if volume.department else "", project_number=volume.project.number if volume.project else "",
            )  # fmt: skip
        volume.full_clean(exclude=["fonds", "template", "series", "retention", "customer", "project", "department", "responsible"],
                          validate_unique=False, validate_constraints=False)  # fmt: skip
        volume.save(force_insert=True)
        self._registered(volume, facts["reference_code"])
        return volume

    def _item(self, volume: Volume, facts: Facts) -> Item:
        values = values_of(facts, ITEM_VALUES) | {"relation": ""}
        item = Item(
            fonds=self.fonds, volume=volume, number=facts["number"], whereabouts=Whereabouts.IN_STORE,
            series=self._series(facts["series"]) if facts["series"] else None,
            retention=self._retention(facts["retention"]) if facts["retention"] else None,
            document_type=self._type(facts["document_type"]), **values, **self._shared(facts),
        )  # fmt: skip
        old = facts["reference_code"] or ""
        item.reference_code = old
        if old and (self._is_taken(old) or volume.reference_code != self.facts["volume"]["reference_code"]):
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

    def _former(self, volume: Volume, items: list[Item]) -> None:
        """Codes that were replaced before the package was made stay with their object, as far as they are free here."""
        for one in self.facts["codes"]:
            if one["state"] != CodeState.FORMER or self._is_taken(one["code"]):
                continue
            owner: Any = volume if one["item"] is None else items[one["item"]]
            successor = ReferenceCode.objects.filter(fonds=self.fonds, code=owner.reference_code).first()
            ReferenceCode.objects.create(
                fonds=self.fonds, code=one["code"], state=CodeState.FORMER, successor=successor, reason=one["reason"],
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
        signer = self._person(facts["signed_by"])
        if signer is None and facts["signed_at"]:
            told = _("（%(name)s %(day)s 签认）") % {
                "name": (facts["signed_by"] or {}).get("name", ""),
                "day": facts["signed_at"][:10],
            }
            values |= {"text": f"{values['text'][: 500 - len(told)]}{told}", "signed_at": None}
        return VolumeNote(volume=volume, signed_by=signer, **values)

    # What this company calls it

    def _is_taken(self, code: str) -> bool:
        return bool(ReferenceCode.objects.filter(fonds=self.fonds, code=code).exists())

    def _series(self, facts: Facts) -> Series:
        found = Series.objects.filter(scheme=self.scheme, code=facts["code"]).first()
        if found is None:
            self.unknown.append(_("类别 %(code)s") % {"code": facts["code"]})
            found = Series.objects.create(
                scheme=self.scheme,
                code=facts["code"],
                name=facts["name"],
                is_active=False,
                scope_note=_("由封装包带入"),
            )
            found.path = f"/{found.pk}/"
            found.save(update_fields=["path"])
        made: Series = found
        return made

    def _series_for_new(self) -> Series:
        """An active class under which a new code may be given."""
        found: Series = Series.objects.filter(scheme=self.scheme, is_active=True, arrangement="volume").order_by("pk")[
            0
        ]
        return found

    def _retention(self, facts: Facts) -> RetentionPeriod:
        found = RetentionPeriod.objects.filter(fonds=self.fonds, code=facts["code"]).first()
        if found is None:
            self.unknown.append(_("保管期限 %(code)s") % {"code": facts["code"]})
            reads_as = RetentionPeriod.objects.filter(fonds=self.fonds, code=facts.get("reads_as") or "").first()
            found = RetentionPeriod.objects.create(
                fonds=self.fonds,
                code=facts["code"],
                name=facts["name"],
                years=facts["years"],
                is_old=True,
                reads_as=reads_as,
            )
        elif found.years != facts["years"]:
            told = _("保管期限 %(code)s 在本单位为 %(years)s 年") % {"code": found.code, "years": found.years or "∞"}
            self.unknown.append(told)
        made: RetentionPeriod = found
        return made

    def _template(self, facts: Facts) -> CodeTemplate:
        shapes = {"volume_template": facts["volume"], "item_template": facts["item"]}
        found = CodeTemplate.objects.filter(fonds=self.fonds, **shapes).order_by("pk").first()
        if found is None:
            name = (
                facts["name"] if not CodeTemplate.objects.filter(fonds=self.fonds, name=facts["name"]).exists() else ""
            )
            given = name or f"{facts['name'][:40]}（导入 {CodeTemplate.objects.filter(fonds=self.fonds).count() + 1}）"
            found = CodeTemplate.objects.create(
                fonds=self.fonds,
                name=given,
                arrangement="volume",
                standard=facts["standard"],
                is_active=False,
                **shapes,
            )
            self.unknown.append(_("档号模板 %(name)s") % {"name": facts["name"]})
        made: CodeTemplate = found
        return made

    def _type(self, facts: Facts | None) -> DocumentType | None:
        if facts is None:
            return None
        found = DocumentType.objects.filter(fonds=self.fonds, code=facts["code"], name=facts["name"]).first()
        if found is None:
            self.unknown.append(_("文件材料 %(name)s") % {"name": facts["name"]})
        return found

    def _shared(self, facts: Facts) -> dict[str, Any]:
        department = (
            Department.objects.filter(fonds=self.fonds, name=facts["department"]).first()
            if facts["department"]
            else None
        )
        if facts["department"] and department is None:
            self.unknown.append(_("部门 %(name)s") % {"name": facts["department"]})
        return {
            "customer": self._customer(facts["customer"]), "project": self._project(facts["project"]), "department": department,
            "responsible": self._person(facts["responsible"]),
        }  # fmt: skip

    def _customer(self, facts: Facts | None) -> Customer | None:
        if not facts or not facts.get("number"):
            return None
        found = Customer.objects.filter(fonds=self.fonds, number=facts["number"], name=facts["name"]).first()
        if found is None:
            self.unknown.append(_("客户 %(number)s %(name)s") % {"number": facts["number"], "name": facts["name"]})
        return found

    def _project(self, facts: Facts | None) -> Project | None:
        if not facts:
            return None
        found = Project.objects.filter(fonds=self.fonds, number=facts["number"], name=facts["name"]).first()
        if found is None:
            self.unknown.append(_("项目 %(number)s %(name)s") % {"number": facts["number"], "name": facts["name"]})
        return found

    def _person(self, facts: Facts | None) -> Person | None:
        if not facts:
            return None
        found: Person | None = Person.objects.filter(
            fonds=self.fonds, username=facts["username"], name=facts["name"]
        ).first()
        if found is None:
            self.unknown.append(_("人员 %(name)s") % {"name": facts["name"]})
        return found


def _kind(thing: Volume | Item) -> str:
    return "volume" if isinstance(thing, Volume) else "item"
