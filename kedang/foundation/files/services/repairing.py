"""Putting an intact copy back where a file is missing or damaged. The copy is proved before it takes the place."""

import os
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.files import places
from kedang.foundation.files.events import fixity as events
from kedang.foundation.files.fixity import sources
from kedang.foundation.files.fixity.looking import look_at
from kedang.foundation.files.models import FileState, FixityFault, StoredFile
from kedang.foundation.files.services.fixity import MEASURED_IN, Show, restore_state, settle, unheard
from kedang.foundation.kernel import clock, stores
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

REPAIRING = ".mend"


def files_repair(*, actor: Actor, show: Show = unheard) -> tuple[int, int]:
    """Repair every file with an open finding from the newest intact copy there is.

    Returns:
        How many were repaired, and how many are left.

    Raises:
        NotAllowed; Refused: ``repair_impossible`` where nothing could be repaired and the reason is known.
    """
    require(actor, "files.keep")
    faulty = {row.place: row for row in _faulty()}
    wanted, read, repaired = set(faulty), 0, 0

    def step(count: int) -> None:
        nonlocal read
        read += count
        show(read // MEASURED_IN, 0, _("已修复 %(n)s 份，还有 %(left)s 份") % {"n": repaired, "left": len(wanted)})

    try:
        for copy in sources.copies(wanted, step):
            if copy.place in wanted and _put_back(faulty[copy.place], copy.content):
                _enter(actor, faulty[copy.place].pk, copy.origin)
                wanted.discard(copy.place)
                repaired += 1
    except Refused as refusal:
        if not repaired:
            raise Refused("repair_impossible", _("没有修复：%(why)s") % {"why": refusal.sentence}) from refusal
    return repaired, len(wanted)


def _faulty() -> list[StoredFile]:
    pks = FixityFault.objects.filter(settled_at__isnull=True, file__isnull=False).values_list("file_id", flat=True)
    rows: list[StoredFile] = list(
        StoredFile.objects.filter(pk__in=list(pks)).exclude(state=FileState.ERASED).order_by("pk")
    )
    return rows


def _put_back(row: StoredFile, content: Iterator[bytes]) -> bool:
    """Write the copy beside the place, prove it, let it take the place; False where the copy is no better."""
    path = places.path_of(row.place)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(path.name + REPAIRING + stores.UNFINISHED)
    try:
        _write(beside, content)
        if look_at(row, lambda count: None, beside) is not None:
            return False
        os.replace(beside, path)
        stores.sync_folder(path.parent)
    except Refused:  # the copy itself is damaged
        return False
    finally:
        beside.unlink(missing_ok=True)
    return True


def _write(path: Path, content: Iterator[bytes]) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.writelines(content)
        out.flush()
        os.fsync(out.fileno())


@transaction.atomic
def _enter(actor: Actor, pk: int, origin: str) -> None:
    row: StoredFile = StoredFile.objects.select_for_update().get(pk=pk)
    settle(row, _("已从备份 %(origin)s 修复") % {"origin": origin})
    record(actor, events.FILE_REPAIRED, row, changes=restore_state(row), meta={"from": origin})


@transaction.atomic
def fault_settle(*, actor: Actor, fault: FixityFault, reason: str) -> FixityFault:
    """Close the finding of a file that no record names, once somebody knows where it came from and took it away.

    Raises:
        NotAllowed; Refused: ``reason_missing``; ``fault_of_a_file`` for files that are to be repaired; ``file_still_there``.
    """
    row: FixityFault = FixityFault.objects.select_for_update().get(pk=fault.pk)
    require(actor, "files.keep", row)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明文件的来历和处理办法。"), "reason")
    if row.file_id is not None or row.settled_at is not None:
        raise Refused("fault_of_a_file", _("只有多出的文件可以这样处理；其他问题请从备份修复，或再次核验。"))
    if places.path_of(row.place).exists():
        raise Refused(
            "file_still_there",
            _("文件还在存储中（%(place)s），请先由系统管理员移走，再记下处理办法。") % {"place": row.place},
        )
    row.settled_at, row.settlement = clock.now(), reason.strip()[:300]
    row.save(update_fields=["settled_at", "settlement"])
    record(actor, events.EXTRA_SETTLED, row, reason=reason.strip())
    return row
