"""封装包: made in a stream and kept among the stored files, taken away by who may, verified, imported again (PL-04)."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import VolumeState
from kedang.business.holdings.events import handing as e
from kedang.business.holdings.models import Item, Package, PackageKind, Volume
from kedang.business.holdings.packages import bagit, csip
from kedang.business.holdings.packages.contents import Contents
from kedang.business.holdings.packages.reading import PackageReader, Report
from kedang.business.holdings.packages.zipped import Altered, Member, Written, pieces
from kedang.foundation.access.policies import policy_for, require
from kedang.foundation.access.signin.quota import spend
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.audit.record import record
from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.services import file_store
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


def package_ask(*, actor: Actor, volume: Volume, kind: str, note: str = "") -> Job:
    """Have a package made by the worker.

    Raises:
        Refused: what :func:`package_make` refuses before it begins; ``job_running``.
    """
    require_recent(actor)
    refuse_package(actor, volume, kind)
    title = _("封装 %(code)s（%(kind)s）") % {"code": volume.reference_code, "kind": PackageKind(kind).label}
    args = {"volume_id": volume.pk, "kind": kind, "note": note[:200]}
    return enqueue(actor, "holdings.package", args=args, title=title, key=f"{volume.pk}.{kind}")


def package_make(
    *,
    actor: Actor,
    volume: Volume,
    kind: str,
    note: str = "",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Package:
    """Pack a closed volume in constant memory. Call it outside a transaction: bytes are read and written before one begins.

    Raises:
        Refused: ``package_kind``, ``volume_open``, ``package_items_hidden``, ``file_waiting`` and the like for a file that may not be
            used, ``file_damaged``, ``quota_used``.
    """
    refuse_package(actor, volume, kind)
    spend(actor, "export", max(1, int(volume.item_count)))
    contents = Contents(actor, volume, progress)
    written: dict[str, Written] = {}
    members = LAYOUTS[kind](contents, written)
    name = f"{contents.root}.{kind}.zip"
    try:
        stored = file_store(
            actor=actor,
            name=name,
            chunks=pieces(contents.root, members, clock.local(clock.now()), written),
            fonds=volume.fonds,
        )
    except Altered as error:
        told = _("文件“%(name)s”与入库时的摘要不符，没有封装。请先从备份修复。")
        raise Refused("file_damaged", told % {"name": str(error).rpartition("/")[2]}) from error
    with transaction.atomic():
        row = Package(
            fonds_id=volume.fonds_id, volume=volume, kind=kind, file=stored, digest=stored.sha256, note=note[:200],
            made_by=actor.display_name[:80], made_at=clock.now(),
        )  # fmt: skip
        row.save(force_insert=True)
        meta = {
            "kind": kind, "bytes": stored.size, "sha256": stored.sha256, "files": len(contents.packed_files()),
            "items": len(contents.facts["items"]), "veiled": contents.facts["veiled"],
        }  # fmt: skip
        record(actor, e.PACKAGE_MADE, row, reason=note, meta=meta)
    return row


def package_take(*, actor: Actor, package: Package) -> StoredFile:
    """The file of a package, for who may take everything that is in it; written down before it leaves."""
    require_recent(actor)
    refuse_package(actor, package.volume, package.kind)
    with transaction.atomic():
        spend(actor, "export", max(1, int(package.volume.item_count)))
        meta = {"kind": package.kind, "bytes": sure(package.file).size, "sha256": package.digest}
        record(actor, e.PACKAGE_TAKEN, package, meta=meta)
    return sure(package.file)


def package_verify(*, path: Path) -> Report:
    """Whether a package is whole: digests, lists, facts, log evidence. Reads only."""
    with PackageReader(path) as reader:
        return reader.verify()


def package_import(*, actor: Actor, path: Path, fonds: Any = None) -> Any:
    """A volume out of a package; see :func:`kedang.business.holdings.services.package_importing.import_volume`."""
    from kedang.business.holdings.services.package_importing import import_volume

    return import_volume(actor=actor, path=path, fonds=fonds)


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
