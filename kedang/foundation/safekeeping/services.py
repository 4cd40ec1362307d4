"""The verbs: make, verify, rehearse, restore, tidy up. Pages, jobs, schedules and commands call the same ones.

The long work happens outside any transaction; what came of it is written with its event in one.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.kernel import clock, stores
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping import events, rotation
from kedang.foundation.safekeeping.drilling import Outcome, rehearse
from kedang.foundation.safekeeping.making import Show, make_set, only_one, unheard
from kedang.foundation.safekeeping.models import PRESENT, Backup, BackupState, Drill
from kedang.foundation.safekeeping.sets import BackupSet, all_sets, backup_folder, folder_of, read_set, refuse_damaged
from kedang.foundation.safekeeping.targets import targets

RUN = "safekeeping.run"


def backup_create(*, actor: Actor, show: Show = unheard) -> Backup:
    """Make a set, copy it to the second places, tidy up what is due. A failure is written down before it goes on up.

    Raises:
        NotAllowed, Refused: see ``make_set`` and ``targets``.
    """
    require(actor, RUN)
    sets_refresh(actor=actor)
    try:
        found = make_set(show)
    except Refused as refusal:
        with transaction.atomic():
            _record(actor, events.BACKUP_FAILED, None, meta={"error": refusal.sentence, "code": refusal.code})
        raise
    except (DatabaseError, LookupError, ValueError) as error:
        with transaction.atomic():
            _record(actor, events.BACKUP_FAILED, None, meta={"error": repr(error)[:300], "code": "error"})
        raise
    with transaction.atomic():
        row = _row_of(found)
        row.save()
        _record(
            actor, events.BACKUP_MADE, row, meta={"rows": row.row_count, "files": row.file_count, "bytes": row.size}
        )
    _copy(actor, row, found, show)
    with suppress(Refused):  # somebody else is at it; the next backup tidies up
        sets_tidy(actor=actor)
    return row


def backup_verify(*, actor: Actor, code: str = "", show: Show = unheard) -> Backup:
    """Look at every byte of a set (default: the newest).

    Raises:
        Refused: what is wrong with it; it is then marked as damaged, with an event.
    """
    require(actor, RUN)
    folder = folder_of(code)
    try:
        found = read_set(folder)
        total, done = found.bytes, 0

        def step(count: int) -> None:
            nonlocal done
            done += count
            show(done // 1000, max(1, total // 1000), _("正在验证"))

        refuse_damaged(found, step)
    except Refused as refusal:
        _mark(actor, folder.name, BackupState.BAD, refusal.sentence)
        raise
    return _mark(actor, found.id, BackupState.GOOD, "", found)


def backup_drill(*, actor: Actor, code: str = "", show: Show = unheard) -> Drill:
    """Restore a set (default: the newest) to a scratch place and compare everything; the report is kept, whatever came out."""
    require(actor, RUN)
    name = ""

    def find() -> BackupSet:
        nonlocal name
        folder = folder_of(code)
        name = folder.name
        return read_set(folder)

    with only_one(backup_folder(), "-drill"):
        outcome = rehearse(find, show)
    return _keep_report(actor, outcome, name)


def sets_tidy(*, actor: Actor) -> list[str]:
    """Remove sets whose time is over: by name, one a run, never the last that was verified or restored."""
    require(actor, RUN)
    rows = {row.code: row for row in Backup.objects.filter(state__in=PRESENT)}
    sets = [
        rotation.Kept(row.code, row.created_at, row.state == BackupState.GOOD, row.restored_at is not None)
        for row in rows.values()
    ]
    due = rotation.may_go(sets, settings.BACKUP_KEEP, settings.BACKUP_LOCK_DAYS)[: rotation.MOST_A_RUN]
    with only_one(backup_folder()):
        for code in due:
            _remove(actor, rows[code])
    return due


def sets_refresh(*, actor: Actor) -> None:
    """Bring the rows in line with the folder: sets that came (a restored system, a copied folder) and sets that are gone."""
    present = dict(all_sets())
    known = {row.code: row for row in Backup.objects.all()}
    for code, found in present.items():
        if code in known and known[code].state not in {BackupState.GONE, BackupState.REMOVED}:
            continue
        if isinstance(found, BackupSet):
            with transaction.atomic():
                row = _row_of(found, known.get(code))
                row.save()
                _record(
                    actor, events.BACKUP_MADE, row, meta={"found": True, "rows": row.row_count, "files": row.file_count}
                )
    for code, row in known.items():
        if row.state in PRESENT and code not in present:
            with transaction.atomic():
                row.state, row.problem = BackupState.GONE, _("备份目录中找不到它了。")
                row.save(update_fields=["state", "problem"])
                _record(actor, events.BACKUP_GONE, row)


def restore_finish(*, actor: Actor, answer: dict[str, Any]) -> None:
    """In the restored system: everybody signs in again, work on backups that was under way is over, sets are counted anew."""
    from django.contrib.sessions.models import Session

    from kedang.foundation.jobs.models import UNFINISHED, Job, JobState

    with transaction.atomic():
        Session.objects.all().delete()
        Job.objects.filter(kind__startswith="safekeeping.", state__in=UNFINISHED).update(
            state=JobState.CANCELLED, finished_at=clock.now(), error=_("系统已从备份恢复，这项任务不再继续。")
        )
        _record(actor, events.SYSTEM_RESTORED, None, meta=answer)
    sets_refresh(actor=actor)


def _row_of(found: BackupSet, row: Backup | None = None) -> Backup:
    row = row or Backup(code=found.id)
    row.created_at, row.engine, row.version = found.created_at, found.manifest["engine"], found.manifest["version"]
    row.row_count = sum(table["rows"] for table in found.manifest["tables"])
    row.file_count, row.size = found.manifest["files"]["count"], found.bytes
    row.state, row.problem = BackupState.MADE, ""
    return row


def _copy(actor: Actor, row: Backup, found: BackupSet, show: Show) -> None:
    """To every second place; one that fails does not keep the others from getting theirs."""
    problems = []
    total, done = max(1, len(settings.BACKUP_COPY) * found.bytes // 1000), 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        show(min(total, done // 1000), total, _("正在复制到第二处"))

    try:
        places = targets()
    except Refused as refusal:
        places, problems = [], [refusal.sentence]
    copies = []
    for place in places:
        try:
            place.put(found, step)
            copies.append(place.name)
        except Refused as refusal:
            problems.append(refusal.sentence)
    if not copies and not problems:
        return
    with transaction.atomic():
        row.copies, row.problem = copies, "\n".join(problems)
        row.save(update_fields=["copies", "problem"])
        if copies:
            _record(actor, events.BACKUP_COPIED, row, meta={"places": copies})
        if problems:
            _record(actor, events.BACKUP_FAILED, row, meta={"error": row.problem, "code": "copy_failed"})
    if problems:
        raise Refused("copy_failed", row.problem, backup=row.code)


def _mark(actor: Actor, code: str, state: BackupState, problem: str, found: BackupSet | None = None) -> Backup:
    with transaction.atomic():
        row = Backup.objects.select_for_update().filter(code=code).first()
        if row is None and found is not None:
            row = _row_of(found)
            row.save()
        event = events.BACKUP_DAMAGED if problem else events.BACKUP_VERIFIED
        meta = {"error": problem, "set": code} if problem else {"set": code}
        if row is None:
            _record(actor, event, None, meta=meta)
            return Backup(code=code, state=state, problem=problem)
        row.state, row.problem, row.checked_at = state, problem, clock.now()
        row.save(update_fields=["state", "problem", "checked_at"])
        _record(actor, event, row, meta=meta)
    return row


def _keep_report(actor: Actor, outcome: Outcome, name: str) -> Drill:
    with transaction.atomic():
        row = Backup.objects.select_for_update().filter(code=name).first()
        drill = Drill(
            backup_code=name, backup_made_at=row.created_at if row else None, started_at=outcome.started_at, finished_at=clock.now(),
            is_passed=outcome.is_passed, words=outcome.words, report=outcome.as_json(), by=actor.display_name,
        )  # fmt: skip
        drill.save()
        if row is not None and outcome.is_passed:
            row.state, row.problem = BackupState.GOOD, ""
            row.checked_at = row.restored_at = drill.finished_at
            row.save(update_fields=["state", "problem", "checked_at", "restored_at"])
        event = events.DRILL_PASSED if outcome.is_passed else events.DRILL_FAILED
        _record(actor, event, drill, meta={"set": name, "words": outcome.words, "seconds": round(drill.seconds, 1)})
    return drill


def _remove(actor: Actor, row: Backup) -> None:
    """Out of the folder by its own name; renamed first, so that a half removed set is never taken for a whole one."""
    folder = backup_folder() / row.code
    leaving = folder.with_name(f".making-removed-{row.code}")
    if folder.is_dir():
        folder.rename(leaving)
        stores.sync_folder(leaving.parent)
    with transaction.atomic():
        row.state = BackupState.REMOVED
        row.save(update_fields=["state"])
        _record(actor, events.BACKUP_REMOVED, row)
    shutil.rmtree(leaving, ignore_errors=True)
    if settings.BACKUP_COPY_PRUNE:
        for place in targets():
            if row.code in place.names():
                place.remove(row.code)


def _record(actor: Actor, event: EventType, subject: Any, *, meta: dict[str, Any] | None = None) -> None:
    """Sets belong to the installation; its events stand in the trail of the company that runs it, the first one."""
    fonds = actor.fonds_id or Fonds.objects.order_by("pk").values_list("pk", flat=True).first()
    record(actor, event, subject, meta=meta, fonds_id=fonds)


def fetch(code: str) -> Path:
    """Bring a set back from a second place into the folder of sets, if it is not there.

    Raises:
        Refused: no place has it, or it cannot be read.
    """
    try:
        return folder_of(code)
    except Refused:
        for place in targets():
            if code in place.names():
                return _fetched(code, place.fetch)
        raise


def _fetched(code: str, bring: Callable[[str, Path], None]) -> Path:
    root = backup_folder()
    making = root / f".making-{code}"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    bring(code, making)
    making.rename(root / code)
    stores.sync_folder(root)
    return root / code


def move_note(*, actor: Actor, meta: dict[str, Any]) -> None:
    """In the database one moved to: the event."""
    with transaction.atomic():
        _record(actor, events.SYSTEM_MOVED, None, meta=meta)
