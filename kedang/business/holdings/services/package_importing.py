"""What is in a package comes in as it was: a volume, or the whole dossier of a customer.

Codes stay as they are; where this company has given one to something else already, the newcomer gets the next free code and the old one
is told in the ledger, in the 备考表 and in the answer. The package itself is kept beside, so that nothing it says is lost.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.events import handing as e
from kedang.business.holdings.models import Item, Package, Volume
from kedang.business.holdings.packages.reading import PackageReader, parts_of
from kedang.business.holdings.services.dossier_importing import customer_matched
from kedang.business.holdings.services.package_values import Facts, instant_of
from kedang.business.holdings.services.package_writing import Writing
from kedang.business.holdings.setup import ensure_defaults
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require, require_still_in_scope
from kedang.foundation.audit.record import record
from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.services import SealedFile, Sealing, file_enter
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure

Progress = Callable[[int, int], None]


def unheard(done: int, total: int) -> None:
    """Nobody watches."""


@dataclass
class Imported:
    """What came in, which codes were exchanged for which, what this company does not know, and what was there already."""

    volumes: list[Volume] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    """Loose ones, of a dossier."""
    customer: Customer | None = None
    codes: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    files: int = 0
    is_customer_new: bool = False

    @property
    def volume(self) -> Volume:
        """Of a package of one volume."""
        return self.volumes[0]

    def add(self, made: Writing) -> None:
        """What one volume, or the loose items, had to say."""
        self.codes += made.codes
        self.unknown = list(dict.fromkeys([*self.unknown, *made.unknown]))


def import_package(
    *,
    actor: Actor,
    stream: BinaryIO,
    name: str,
    fonds: Fonds | None = None,
    kept: StoredFile | None = None,
    progress: Progress = unheard,
) -> Imported:
    """Verify a package, store its files, then write what is in it in one transaction.

    Args:
        stream: the package, which can be sought in.
        kept: the package where it is among the stored files already.

    Raises:
        Refused: ``package_bad`` (it does not verify), ``package_foreign``, ``package_again`` (all of it is here), ``fonds_missing``, what
            storing of files refuses, ``out_of_writer_scope`` (a secrecy that the actor may not know), those of ``customer_create``.
    """
    require(actor, "holdings.receive")
    require(actor, "holdings.arrange")
    where = fonds or Fonds.objects.filter(pk=actor.fonds_id or 0).first()
    if where is None:
        raise Refused("fonds_missing", _("请说明导入哪个全宗。"), "fonds")
    with PackageReader(stream, name) as reader:
        report = reader.verify()
        if not report.is_good:
            told = _("封装包没有通过核验，未导入：%(what)s")
            raise Refused("package_bad", told % {"what": report.problems[0]}, problems=report.problems[:20])
        facts, kind = reader.facts(), str(reader.kind)
        coming = [one for one in parts_of(facts) if not is_held(where, one)]
        _refuse_again(where, facts, coming)
        ensure_defaults(where)
        with Sealing() as sealing:
            sealed = _seal(actor, reader, coming, where, progress, sealing)
            whole = None
            if kept is None:
                stream.seek(0)
                whole = sealing.seal(
                    actor=actor, name=name, chunks=iter(lambda: stream.read(1 << 20), b""), fonds=where
                )
            return _come_in(actor, where, facts, kind, sealed, kept or sure(whole))


@transaction.atomic
def _come_in(
    actor: Actor, fonds: Fonds, facts: Facts, kind: str, sealed: dict[str, SealedFile], kept: StoredFile | SealedFile
) -> Imported:
    Fonds.objects.select_for_update().get(pk=fonds.pk)  # one import at a time: codes are compared below
    coming = [one for one in parts_of(facts) if not is_held(fonds, one)]
    _refuse_again(fonds, facts, coming)
    wanted = {one["path"] for one in _files(coming)}
    stored = {path: file_enter(actor=actor, sealed=one) for path, one in sealed.items() if path in wanted}
    for path in sealed.keys() - wanted:
        sealed[path].discard()  # somebody else brought the same volume in meanwhile
    made = _write(actor, fonds, facts, coming, stored)
    whole = file_enter(actor=actor, sealed=kept) if isinstance(kept, SealedFile) else kept
    _keep(actor, fonds, made, whole, facts, kind)
    return made


def _write(
    actor: Actor, fonds: Fonds, facts: Facts, coming: list[dict[str, Any]], stored: Mapping[str, StoredFile]
) -> Imported:
    made = Imported(
        files=len(stored), known=[named(one) for one in parts_of(facts) if one not in coming and named(one)]
    )
    customers: dict[tuple[str, str], Customer] = {}
    if "customer" in facts:
        given = facts["customer"]
        made.customer, made.is_customer_new = customer_matched(actor=actor, facts=given, fonds=fonds)
        customers[given["number"], given["name"]] = made.customer
        if not made.is_customer_new:
            made.known.insert(
                0, _("客户 %(number)s %(name)s") % {"number": made.customer.number, "name": made.customer.name}
            )
    for one in coming:
        writing = Writing(actor, fonds, {"fonds": facts["fonds"], **one}, stored)
        writing.customers = customers
        if "volume" in one:
            made.volumes.append(writing.volume())
        else:
            made.items += writing.loose()
        made.add(writing)
    return made


def _keep(actor: Actor, fonds: Fonds, made: Imported, kept: StoredFile, facts: Facts, kind: str) -> None:
    """The package stays beside what came out of it, and the entry says what happened."""
    of: dict[str, Any] = {"customer": made.customer} if made.customer is not None else {"volume": made.volumes[0]}
    row = Package.objects.create(
        fonds=fonds, kind=kind, file=kept, digest=kept.sha256, made_at=clock.now(), made_by=actor.display_name[:80],
        note=_("导入所用的原包，来自%(name)s") % {"name": facts["fonds"]["name"][:80]}, **of,
    )  # fmt: skip
    old = facts["customer"]["number"] if made.customer is not None else facts["volume"]["reference_code"]
    meta = {
        "package": row.pk, "sha256": kept.sha256, "kind": kind, "from": facts["fonds"], "old_code": old, "codes": made.codes,
        "unknown": made.unknown, "known": made.known, "files": made.files,
    }  # fmt: skip
    for subject in (*made.volumes, *([made.customer] if made.customer is not None else [])):
        record(actor, e.PACKAGE_IMPORTED, subject, meta=meta)
    for volume in made.volumes:
        require_still_in_scope(actor, volume)
    for item in made.items:
        require_still_in_scope(actor, item)


def named(part: Facts) -> str:
    """A volume in words; loose items have no name together."""
    head = part.get("volume")
    return f"{head['reference_code']} {head['title']}" if head else ""


def is_held(fonds: Fonds, part: Facts) -> Volume | Item | None:
    """The same volume, by code and day of making, is here already; of loose items the same first one, or there are none."""
    if "volume" not in part:
        first = part["items"][0] if part["items"] else None
        return _EMPTY if first is None else Item.objects.filter(
            fonds=fonds, title=first["title"], created_at=instant_of(first["created_at"])
        ).first()  # fmt: skip
    head = part["volume"]
    found: Volume | None = Volume.objects.filter(
        fonds=fonds, codes__code=head["reference_code"], created_at=instant_of(head["created_at"]), title=head["title"]
    ).first()
    return found


_EMPTY = Item()
"""Stands for loose items that are not there."""


def _refuse_again(fonds: Fonds, facts: Facts, coming: list[dict[str, Any]]) -> None:
    if coming:
        return
    first = is_held(fonds, parts_of(facts)[0])
    if "customer" in facts:
        given = facts["customer"]
        if first is None or not parts_of(facts)[1:]:
            return  # a dossier without papers: the customer alone comes in
        told = _("客户“%(number)s %(name)s”的全部案卷和文件已在本单位，不再导入。")
        raise Refused("package_again", told % {"number": given["number"], "name": given["name"]})
    told = _("案卷“%(code)s %(title)s”已在本单位，不再导入。")
    head = facts["volume"]
    raise Refused(
        "package_again",
        told % {"code": getattr(first, "reference_code", head["reference_code"]), "title": head["title"]},
    )


def _seal(
    actor: Actor,
    reader: PackageReader,
    coming: list[dict[str, Any]],
    fonds: Fonds,
    progress: Progress,
    sealing: Sealing,
) -> dict[str, SealedFile]:
    """Files by path; each digest was compared before and is compared again by what lies in the store."""
    sealed: dict[str, SealedFile] = {}
    wanted = list(_files(coming))
    for number, one in enumerate(wanted, 1):
        blocks = reader.blocks(reader.place_of(one["path"]))
        row = sealing.seal(actor=actor, name=one["name"], chunks=blocks, fonds=fonds)
        if (row.sha256, row.sm3) != (one["sha256"], one["sm3"]):
            told = _("文件“%(name)s”与著录的摘要不符，没有导入。") % {"name": one["name"]}
            raise Refused("package_bad", told)
        sealed[one["path"]] = row
        progress(number, len(wanted))
    return sealed


def _files(parts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for part in parts:
        for item in part["items"]:
            yield from (one for one in item["files"] if one["path"])
