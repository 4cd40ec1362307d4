"""来包: a package is uploaded, verified before anything else, told in a plain report, and imported when somebody says so (PL-04)."""

from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.events import handing as e
from kedang.business.holdings.models import ArrivalState, Package, PackageArrival
from kedang.business.holdings.packages.reading import PackageReader, parts_of
from kedang.business.holdings.packages.summary import summary_of
from kedang.business.holdings.services.package_importing import Imported, import_package, is_held, named
from kedang.foundation.access.grants import clearance_of
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.files.models import FileState
from kedang.foundation.files.receiving import Held
from kedang.foundation.files.services import SealedFile, Sealing, file_enter, file_open
from kedang.foundation.jobs.models import Job
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.kernel.sure import sure

CHECK, IMPORT = "holdings.arrival_check", "holdings.arrival_import"
RIGHTS = ("holdings.receive", "holdings.arrange")
MOST_PROBLEMS = 50
Progress = Callable[[int, int], None]


def package_arrive(
    *, actor: Person, name: str, chunks: Iterable[bytes] | Held, is_checked_by_worker: bool = True
) -> PackageArrival:
    """Keep an uploaded package and have it verified by the worker, unless the caller does so. Nothing of it is imported by that.

    Raises:
        NotAllowed; Refused: what storing of files refuses.
    """
    for right in RIGHTS:
        require(actor, right)
    with Sealing() as sealing:
        sealed = sealing.seal(actor=actor, name=name, chunks=chunks)
        return _arrived(actor, sealed, is_checked_by_worker)


@transaction.atomic
def _arrived(actor: Person, sealed: SealedFile, is_checked_by_worker: bool) -> PackageArrival:
    stored = file_enter(actor=actor, sealed=sealed)
    row = PackageArrival(
        fonds_id=sure(actor.fonds_id), name=stored.name, file=stored, brought_by=actor, brought_at=clock.now(),
        secrecy_level=clearance_of(actor),
    )  # fmt: skip
    row.save(force_insert=True)
    meta = {"name": stored.name, "bytes": stored.size, "sha256": stored.sha256}
    record(actor, e.PACKAGE_ARRIVED, row, meta=meta)
    if is_checked_by_worker and stored.state == FileState.GOOD:
        _hand_in(actor, row, CHECK)
    return row


def arrival_check(*, actor: Actor, arrival: PackageArrival) -> PackageArrival:
    """Verify a package: digests, lists, description, log evidence; then whether it may come in. Bytes are read outside the transaction.

    A package that fails is kept with its reasons; nothing else comes of it.
    """
    report: dict[str, Any] = {"problems": []}
    try:
        with file_open(arrival.file) as raw, PackageReader(cast(BinaryIO, raw), arrival.name) as reader:
            seen = reader.verify()
            report |= {"kind": seen.kind, "files": seen.files, "bytes": seen.bytes, "entries": seen.entries}
            report["problems"] = seen.problems[:MOST_PROBLEMS]
            report["problem_count"] = len(seen.problems)
            if seen.is_good:
                report |= _looked_into(actor, arrival, reader)
    except Refused as refusal:
        report["problems"] = [*report["problems"], refusal.sentence]
    state = ArrivalState.REJECTED if report["problems"] else ArrivalState.SOUND
    with transaction.atomic():
        row = _locked(arrival)
        if row.state not in (ArrivalState.CHECKING, ArrivalState.REJECTED, ArrivalState.SOUND):
            return row
        before, row.state, row.report = row.state, state, report
        row.kind, row.title, row.origin = report.get("kind", ""), report.get("title", ""), report.get("origin", "")
        row.secrecy_level = report.get("secrecy_level", row.secrecy_level)
        row.version += 1
        row.save(update_fields=["state", "report", "kind", "title", "origin", "secrecy_level", "version"])
        meta = {"problems": report["problems"][:5], "sha256": row.file.sha256}
        record(actor, e.PACKAGE_CHECKED, row, changes={"state": (before, row.state)}, meta=meta)
    return row


def _looked_into(actor: Actor, arrival: PackageArrival, reader: PackageReader) -> dict[str, Any]:
    """What is in a sound package, what of it is here already, and why it may not come in all the same."""
    facts = reader.facts()
    found = summary_of(facts)
    if found["secrecy_level"] > clearance_of(actor):  # then nothing of it is told, not even what is here already
        told = _("包里有超出您知悉等级的内容，请由有相应等级的档案管理员上传导入。")
        return {"origin": found["origin"], "problems": [told]}
    parts = parts_of(facts)
    here = [one for one in parts if is_held(arrival.fonds, one)]
    known = [named(one) for one in here if named(one)]
    problems = []
    if len(here) == len(parts) and known:
        problems.append(_("包里的案卷和文件都已在本单位，没有可导入的：%(names)s") % {"names": "；".join(known[:3])})
    return {**found, "known": known, "problems": problems}


@transaction.atomic
def arrival_check_ask(*, actor: Person, arrival: PackageArrival) -> Job:
    """Have a package verified again: after a missing class was made, or where the first check did not end.

    Raises:
        Refused: ``arrival_settled``; ``job_running``; ``file_waiting`` and the like.
    """
    row = _for_act(actor, arrival, ArrivalState.CHECKING, ArrivalState.REJECTED, ArrivalState.SOUND)
    before, row.state = row.state, ArrivalState.CHECKING
    row.version += 1
    row.save(update_fields=["state", "version"])
    record(actor, e.PACKAGE_CHECK_ASKED, row, changes={"state": (before, row.state)})
    return _hand_in(actor, row, CHECK)


@transaction.atomic
def arrival_import_ask(*, actor: Person, arrival: PackageArrival, is_done_by_worker: bool = True) -> Job | None:
    """Have what is in a sound package imported by the worker, unless the caller does so.

    Raises:
        Refused: ``arrival_settled``: it is not sound, is being imported or was; ``job_running``.
    """
    row = _for_act(actor, arrival, ArrivalState.SOUND)
    row.state = ArrivalState.IMPORTING
    row.version += 1
    row.save(update_fields=["state", "version"])
    record(actor, e.PACKAGE_IMPORT_ASKED, row, changes={"state": (ArrivalState.SOUND.value, row.state)})
    return _hand_in(actor, row, IMPORT) if is_done_by_worker else None


def arrival_import(
    *, actor: Actor, arrival: PackageArrival, progress: Progress = lambda done, total: None
) -> PackageArrival:
    """Import a package and write down what came of it; a refusal rejects the package with its sentence. The worker calls it."""
    if arrival.state != ArrivalState.IMPORTING:
        return arrival
    done = Package.objects.filter(file=arrival.file).select_related("volume", "customer").first()
    if done is not None:  # by this job, before it was taken up again
        return _ended(
            actor,
            arrival,
            ArrivalState.IMPORTED,
            {},
            [],
            Imported([done.volume] if done.volume is not None else [], [], done.customer),
        )
    try:
        with file_open(arrival.file) as raw:
            made = import_package(
                actor=actor, stream=cast(BinaryIO, raw), name=arrival.name, fonds=arrival.fonds, kept=arrival.file, progress=progress
            )  # fmt: skip
    except Refused as refusal:
        return _ended(actor, arrival, ArrivalState.REJECTED, {}, [refusal.sentence])
    return _ended(actor, arrival, ArrivalState.IMPORTED, told_of(made), [], made)


def told_of(made: Imported) -> dict[str, Any]:
    """What came in and what was there already, as the page tells it."""
    return {
        "volumes": [{"pk": one.pk, "code": one.reference_code, "title": one.title, "items": one.item_count} for one in made.volumes],
        "items": len(made.items) + sum(one.item_count for one in made.volumes), "loose": len(made.items), "files": made.files,
        "codes": made.codes, "unknown": made.unknown, "known": made.known, "is_customer_new": made.is_customer_new,
    }  # fmt: skip


@transaction.atomic
def _ended(
    actor: Actor, arrival: PackageArrival, state: ArrivalState, result: dict[str, Any], problems: list[str],
    made: Imported | None = None,
) -> PackageArrival:  # fmt: skip
    row = _locked(arrival)
    before, row.state, row.result = row.state, state, result
    row.report = {**row.report, "problems": problems}
    row.version += 1
    saving = ["state", "result", "report", "version"]
    if made is not None:
        row.imported_by, row.imported_at, row.customer = actor.display_name[:80], clock.now(), made.customer
        row.volume = made.volumes[0] if made.customer is None and made.volumes else None
        saving += ["imported_by", "imported_at", "customer", "volume"]
    row.save(update_fields=saving)
    record(
        actor, e.ARRIVAL_SETTLED, row, changes={"state": (before, state.value)}, meta={"problems": problems, **result}
    )
    return row


def _for_act(actor: Person, arrival: PackageArrival, *states: ArrivalState) -> PackageArrival:
    """The arrival under lock, in one of these states."""
    row = _locked(arrival)
    require(actor, "holdings.receive", row)
    require(actor, "holdings.arrange")
    if row.state not in states:
        told = _("此来包“%(state)s”，不能再办理这一步。请刷新后再看。")
        raise Refused("arrival_settled", told % {"state": row.get_state_display()})
    return row


def _locked(arrival: PackageArrival) -> PackageArrival:
    found: PackageArrival | None = (
        PackageArrival.objects.select_for_update(of=("self",))
        .select_related("file", "fonds")
        .filter(pk=arrival.pk)
        .first()
    )
    if found is None:
        raise OutOfScope
    return found


def _hand_in(actor: Actor, row: PackageArrival, kind: str) -> Job:
    words = {CHECK: _("核验来包 %(name)s"), IMPORT: _("导入来包 %(name)s")}[kind]
    return enqueue(actor, kind, args={"arrival_id": row.pk}, title=words % {"name": row.name[:120]}, key=f"{row.pk}")
