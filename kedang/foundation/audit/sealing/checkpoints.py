"""Checkpoints: short signed statements about each seal, appended to files outside the database.

Whoever rewrites the database, even with the signing key in hand, would have to rewrite these too. The first place is a file
under the data folder; further places come from the setting ``AUDIT_CHECKPOINTS`` (a mounted share, a write-once medium) and
ought to be where this program may append but not rewrite.
"""

import fcntl
import os
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import models, transaction

from kedang.foundation.audit.models import CheckpointPlace, Seal
from kedang.foundation.audit.record import record
from kedang.foundation.audit.sealing.events import CHECKPOINT_FAILED, CHECKPOINT_RECOVERED
from kedang.foundation.audit.sealing.heads import parse
from kedang.foundation.audit.sealing.signing import CHECKPOINT_CONTEXT, signer
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import Refused

FILE_NAME = "kedang-checkpoints.jsonl"
AT_ONCE = 2_000


def places() -> list[Path]:
    """The files: the local one first, then those of the setting (a folder gets a file of its own)."""
    given = [Path(text) for text in getattr(settings, "AUDIT_CHECKPOINTS", []) if text]
    files = [path if path.suffix in {".jsonl", ".log", ".txt"} else path / FILE_NAME for path in given]
    return [Path(settings.DATA_DIR) / "checkpoints" / FILE_NAME, *files]


def line_of(seal: Seal) -> bytes:
    """The checkpoint of a seal."""
    head = parse(seal.head)
    key = signer()
    body = {
        "at": head.at, "head": seal.digest, "key": key.key, "log": head.log, "number": head.number, "root": head.root,
        "total": head.total,
    }  # fmt: skip
    text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    signature = key.sign(CHECKPOINT_CONTEXT, text)
    return orjson.dumps({**body, "signature": signature}, option=orjson.OPT_SORT_KEYS) + b"\n"


def publish() -> None:
    """Append to every place what it has not been told yet; one that fails does not keep the others from being told.

    Raises:
        Refused: ``checkpoint_failed``: a place could not be written or has lost lines. It is tried again with the next sealing.
    """
    errors = []
    for path in places():
        row, _made = CheckpointPlace.objects.get_or_create(place=str(path))
        try:
            number = _append(path, row)
        except (OSError, ValueError) as error:
            errors.append(_note_failure(row, f"{path}：{error}"))
        else:
            _note_success(row, number)
    if errors:
        raise Refused("checkpoint_failed", "检查点写不进去：" + "；".join(errors))


def _append(path: Path, row: CheckpointPlace) -> int:
    """Number of the last seal the place knows after this."""
    latest = Seal.objects.order_by("-number").values_list("number", flat=True).first() or 0
    if row.number >= latest and path.exists():
        return row.number
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(path, "a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        known = _last_number(file)
        if known < row.number:
            raise ValueError(f"文件里只到第 {known} 号，此前已写到第 {row.number} 号，检查点被删减或文件被换过")
        while fresh := list(Seal.objects.filter(number__gt=known).order_by("number")[:AT_ONCE]):
            file.write(b"".join(map(line_of, fresh)))
            known = fresh[-1].number
        file.flush()
        os.fsync(file.fileno())
    return known


def _last_number(file: Any) -> int:
    """Number of the last whole line; a torn one at the end (power cut) is ended, so that the next begins on its own line."""
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - 4096))
    tail = file.read()
    if tail and not tail.endswith(b"\n"):
        file.write(b"\n")
    for line in reversed(tail.split(b"\n")):
        try:
            return int(orjson.loads(line)["number"])
        except (ValueError, KeyError, TypeError):
            continue
    return 0


def _note_failure(row: CheckpointPlace, told: str) -> str:
    """Loud, but once: the first failure is an event, each is kept with the place."""
    with transaction.atomic():
        CheckpointPlace.objects.filter(pk=row.pk).update(failures=models.F("failures") + 1, last_error=told[:2000])
        if row.failures == 0:
            record(system_actor("留痕封存"), CHECKPOINT_FAILED, meta={"error": told[:500]})
    return told


def _note_success(row: CheckpointPlace, number: int) -> None:
    if number == row.number and not row.failures:
        return
    with transaction.atomic():
        CheckpointPlace.objects.filter(pk=row.pk).update(number=number, at=clock.now(), failures=0, last_error="")
        if row.failures:
            record(system_actor("留痕封存"), CHECKPOINT_RECOVERED, meta={"place": row.place})
