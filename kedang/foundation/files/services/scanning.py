"""What the scanner says of a file decides whether it may be used."""

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.files.digesting import BLOCK
from kedang.foundation.files.events import scanning as events
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.files.reading.forgetting import derived_forget
from kedang.foundation.files.scanning import clamd
from kedang.foundation.files.scanning.queueing import SCAN, scanner
from kedang.foundation.files.scanning.setting import is_on
from kedang.foundation.files.services.reading import open_whatever_state
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

FIELDS = ("state", "finding", "is_too_large", "scanned_at")


def file_scan(*, actor: Actor, stored_file: StoredFile) -> StoredFile:
    """Send a file to the scanner and enter what it says. A verdict on bytes that do not open is none.

    Raises:
        Refused: ``scanner_down``; ``sealed_content_damaged``, ``file_missing`` where the file cannot be read. It stays as it was.
    """
    with open_whatever_state(stored_file) as stream:
        verdict = clamd.scan(iter(lambda: stream.read(BLOCK), b""))
    return enter_verdict(actor=actor, pk=stored_file.pk, verdict=verdict)


@transaction.atomic
def enter_verdict(*, actor: Actor, pk: int, verdict: clamd.Verdict) -> StoredFile:
    """What the scanner said of a file. One that was damaged or erased meanwhile keeps that state."""
    row: StoredFile = StoredFile.objects.select_for_update().get(pk=pk)
    before = {name: getattr(row, name) for name in FIELDS}
    if verdict.kind == "too_large":
        row.is_too_large = True
        event = events.FILE_TOO_LARGE
    else:
        row.scanned_at, row.is_too_large = clock.now(), False
        event = events.FILE_CLEAN if verdict.kind == "clean" else events.FILE_INFECTED
    if verdict.kind == "found" and row.state != FileState.ERASED:
        row.state = FileState.INFECTED
        row.finding = (_("查出病毒：%(name)s") % {"name": verdict.name})[:300]
        derived_forget(row)
    elif verdict.kind == "clean" and row.state in {FileState.WAITING, FileState.INFECTED}:
        if row.state == FileState.INFECTED:
            row.finding = ""
        row.state = FileState.GOOD
    return _save(actor, row, before, event, {"virus": verdict.name} if verdict.name else {})


@transaction.atomic
def file_release(*, actor: Actor, stored_file: StoredFile, reason: str) -> StoredFile:
    """Let a file be used that the scanner turned away for its size: somebody answers for it, with a reason.

    Raises:
        NotAllowed, OutOfScope: not the actor's. Refused: ``reason_missing``; ``file_not_turned_away``.
    """
    row: StoredFile = StoredFile.objects.select_for_update().get(pk=stored_file.pk)
    require(actor, "files.keep", row)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明放行理由，例如来源可靠、已在别处查毒。"), "reason")
    if row.state != FileState.WAITING or not row.is_too_large:
        raise Refused("file_not_turned_away", _("只有因过大而查毒服务不收的文件可以放行，其他文件须等查毒结果。"))
    before = {name: getattr(row, name) for name in FIELDS}
    row.state = FileState.GOOD
    return _save(actor, row, before, events.FILE_RELEASED, {}, reason.strip())


@transaction.atomic
def file_rescan(*, actor: Actor, stored_file: StoredFile) -> StoredFile:
    """Have a file scanned anew, e.g. after the limits of the scanner were raised or its signatures corrected.

    Raises:
        NotAllowed, OutOfScope: not the actor's. Refused: ``scanner_off``; ``file_not_scannable`` by its state.
    """
    row: StoredFile = StoredFile.objects.select_for_update().get(pk=stored_file.pk)
    require(actor, "files.keep", row)
    if not is_on():
        raise Refused("scanner_off", _("没有设定查毒服务（KEDANG_CLAMD=off），不能查毒。"))
    if row.state not in {FileState.WAITING, FileState.GOOD, FileState.INFECTED}:
        raise Refused("file_not_scannable", _("已损坏或已清除的文件不能查毒，请先修复。"))
    record(actor, events.FILE_RESCAN_ASKED, row)
    enqueue(scanner(), SCAN, args={"file": row.pk}, key=f"file-{row.pk}")
    return row


def _save(
    actor: Actor, row: StoredFile, before: dict[str, object], event: EventType, meta: dict[str, str], reason: str = ""
) -> StoredFile:
    changes = {name: (old, getattr(row, name)) for name, old in before.items() if old != getattr(row, name)}
    row.save(update_fields=FIELDS)
    record(actor, event, row, changes=changes, meta=meta, reason=reason)
    return row
