"""封装包: made in a stream and kept among the stored files, taken away by who may, verified, imported again (PL-04)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.choices import VolumeState
from kedang.business.holdings.events import handing as e
from kedang.business.holdings.models import Item, Package, PackageKind, Volume
from kedang.business.holdings.packages import bagit, csip
from kedang.business.holdings.packages.contents import Contents, VolumeContents
from kedang.business.holdings.packages.dossier import DossierContents
from kedang.business.holdings.packages.reading import PackageReader, Report
from kedang.business.holdings.packages.zipped import Altered, Member, Written, pieces
from kedang.business.holdings.services.dossiers import refuse_dossier, weight_of
from kedang.foundation.access.policies import policy_for, require
from kedang.foundation.access.signin.quota import spend
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.audit.record import record
from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.services import SealedFile, Sealing, file_enter
from kedang.foundation.jobs.models import Job
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure

LAYOUTS: dict[str, Callable[[Contents, dict[str, Written]], Iterator[Member]]] = {
    PackageKind.BAGIT: bagit.members,
    PackageKind.CSIP: csip.members,
}


def package_ask(
    *, actor: Actor, volume: Volume | None = None, customer: Customer | None = None, kind: str, note: str = ""
) -> Job:
    """Have a package of a volume, or of the whole dossier of a customer, made by the worker.

    Raises:
        Refused: what :func:`package_make` refuses before it begins; ``job_running``.
    """
    require_recent(actor)
    _refuse(actor, volume, customer, kind)
    code = volume.reference_code if volume is not None else sure(customer).number
    title = _("封装 %(code)s（%(kind)s）") % {"code": code, "kind": PackageKind(kind).label}
    whose = {"volume_id": volume.pk} if volume is not None else {"customer_id": sure(customer).pk}
    key = f"{volume.pk}.{kind}" if volume is not None else f"customer-{sure(customer).pk}.{kind}"
    return enqueue(actor, "holdings.package", args={**whose, "kind": kind, "note": note[:200]}, title=title, key=key)


def package_make(
    *,
    actor: Actor,
    volume: Volume | None = None,
    customer: Customer | None = None,
    kind: str,
    note: str = "",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Package:
    """Pack a closed volume, or a whole dossier, in constant memory. Call it outside a transaction: bytes are read and written before one
    begins.

    Raises:
        Refused: ``package_kind``, ``volume_open``, ``package_items_hidden``, those of ``refuse_dossier``, ``file_waiting`` and the like
            for a file that may not be used, ``file_damaged``, ``quota_used``.
    """
    _refuse(actor, volume, customer, kind)
    spend(actor, "export", _weight(volume, customer))
    contents: Contents = (
        VolumeContents(actor, volume, progress) if volume is not None else DossierContents(actor, customer, progress)
    )
    fonds = volume.fonds if volume is not None else sure(customer).fonds
    written: dict[str, Written] = {}
    members = LAYOUTS[kind](contents, written)
    name = f"{contents.root}.{kind}.zip"
    with Sealing() as sealing:
        try:
            parts = pieces(contents.root, members, clock.local(clock.now()), written)
            sealed = sealing.seal(actor=actor, name=name, chunks=parts, fonds=fonds)
        except Altered as error:
            told = _("文件“%(name)s”与入库时的摘要不符，没有封装。请先从备份修复。")
            raise Refused("file_damaged", told % {"name": str(error).rpartition("/")[2]}) from error
        return _made(actor, sealed, contents, volume, customer, kind, note)


@transaction.atomic
def _made(
    actor: Actor,
    sealed: SealedFile,
    contents: Contents,
    volume: Volume | None,
    customer: Customer | None,
    kind: str,
    note: str,
) -> Package:
    stored = file_enter(actor=actor, sealed=sealed)
    row = Package(
        fonds_id=stored.fonds_id, volume=volume, customer=customer, kind=kind, file=stored, digest=stored.sha256, note=note[:200],
        made_by=actor.display_name[:80], made_at=clock.now(),
    )  # fmt: skip
    row.save(force_insert=True)
    meta = {
        "kind": kind, "bytes": stored.size, "sha256": stored.sha256, "files": len(contents.packed_files),
        "items": len(contents.items), "veiled": sorted({name for part in contents.parts for name in part["veiled"]}),
    }  # fmt: skip
    record(actor, e.PACKAGE_MADE, row, reason=note, meta=meta)
    return row


def package_take(*, actor: Actor, package: Package) -> StoredFile:
    """The file of a package, for who may take everything that is in it; written down before it leaves."""
    require_recent(actor)
    _refuse(actor, package.volume, package.customer, package.kind)
    with transaction.atomic():
        spend(actor, "export", _weight(package.volume, package.customer))
        meta = {"kind": package.kind, "bytes": sure(package.file).size, "sha256": package.digest}
        record(actor, e.PACKAGE_TAKEN, package, meta=meta)
    return sure(package.file)


def package_verify(*, path: Path) -> Report:
    """Whether a package is whole: digests, lists, facts, log evidence. Reads only."""
    with PackageReader(path) as reader:
        return reader.verify()


def package_import(*, actor: Actor, path: Path, fonds: Any = None) -> Any:
    """What is in a package; see :func:`kedang.business.holdings.services.package_importing.import_package`."""
    from kedang.business.holdings.services.package_importing import import_package

    with path.open("rb") as stream:
        return import_package(actor=actor, stream=stream, name=path.name, fonds=fonds)


def _refuse(actor: Actor, volume: Volume | None, customer: Customer | None, kind: str) -> None:
    if volume is not None:
        refuse_package(actor, volume, kind)
        return
    if kind not in PackageKind.values:
        raise Refused("package_kind", _("没有这种封装格式，请选择 BagIt 或 E-ARK CSIP。"), "kind")
    refuse_dossier(actor, sure(customer))


def _weight(volume: Volume | None, customer: Customer | None) -> int:
    return max(1, int(volume.item_count)) if volume is not None else weight_of(sure(customer))


def refuse_package(actor: Actor, volume: Volume, kind: str) -> None:
    """Raise unless the actor may take the whole volume, content and all."""
    if kind not in PackageKind.values:
        raise Refused("package_kind", _("没有这种封装格式，请选择 BagIt 或 E-ARK CSIP。"), "kind")
    require(actor, "holdings.export", volume)
    require(actor, "holdings.read", volume)
    if volume.state not in {VolumeState.CLOSED, VolumeState.SHELVED}:
        told = _("案卷%(state)s，不能封装。组卷中的请先结卷。") % {"state": volume.get_state_display()}
        raise Refused("volume_open" if volume.state == VolumeState.OPEN else "volume_destroyed", told)
    inside = Item.objects.filter(volume=volume)
    rule = policy_for(Item)
    seen = inside.filter(rule.scope(actor, "holdings.export") & rule.scope(actor, "holdings.read"))
    if seen.count() != inside.count():
        raise Refused("package_items_hidden", _("卷内有您无权导出的文件，不能封装整卷。请由有权的同事办理。"))
