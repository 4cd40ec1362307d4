"""Evidence bundles: a stretch of the trail as plain files, with seals, keys, checkpoints and a verifier that needs nothing else.

The format is told byte by byte in ``docs/operate/audit-bundle.md``. Whole seals are taken, so a few entries before and after the
days asked for come along: without them the tree could not be checked.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.conf import settings
from django.db import connection, transaction

from kedang.foundation.audit.models import Seal
from kedang.foundation.audit.record import record
from kedang.foundation.audit.sealing import checkpoints, ranges, sealer
from kedang.foundation.audit.sealing.digests import (
    ALGORITHMS,
    DIGEST_BYTES,
    PART_NAMES,
    PARTS,
    SALT_BYTES,
    SLICES,
    cut,
    part_digest,
    part_salt,
)
from kedang.foundation.audit.sealing.events import BUNDLED
from kedang.foundation.audit.sealing.heads import Head, parse
from kedang.foundation.audit.sealing.signing import BUNDLE_CONTEXT, listed_keys, signer
from kedang.foundation.audit.verifying import reading, witness
from kedang.foundation.audit.verifying.batch import Blanked, Sealed
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure

FORMAT = "kedang-audit-bundle-1"
HERE = Path(__file__).resolve().parent

Row = Sequence[Any]
Withhold = Callable[[Sequence[Row]], Mapping[int, frozenset[str]]]
"""From entries to the parts of each that may not leave (``core`` among them: nothing of it may)."""
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Counts:
    """What went into a bundle."""

    events: int = 0
    redacted: int = 0
    withheld: int = 0
    files: dict[str, tuple[str, int]] = field(default_factory=dict)


def bundle_export(
    *,
    actor: Actor,
    folder: Path,
    start: date,
    end: date,
    withhold: Withhold | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Write the bundle of the days from start to end into a new or empty folder, and an event about it. Returns its manifest.

    Raises:
        Refused: ``folder_not_empty``, ``period_wrong``, ``nothing_sealed``.
    """
    if end < start:
        raise Refused("period_wrong", f"结束日期 {end} 早于开始日期 {start}。", "end")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused("folder_not_empty", f"{folder} 已存在且不是空目录，请换一个目录。", "folder")
    with transaction.atomic():
        record(actor, BUNDLED, meta={"from": str(start), "to": str(end), "place": str(folder)})
    sealer.seal_now()
    first, last = _seals_of(start, end)
    folder.mkdir(parents=True, exist_ok=True)
    counts = Counts()
    _write(folder / "keys.json", [json.dumps(listed_keys(), indent=1).encode()], counts)
    _write(folder / "seals.jsonl", _seal_lines(first, last), counts)
    _write(folder / "events.jsonl", _event_lines(first, last, counts, withhold, progress), counts)
    _write(folder / "checkpoints.jsonl", _checkpoint_lines(first, last), counts)
    for name in ("verify_bundle.py", "README.txt"):
        _write(folder / name, [(HERE / name).read_bytes()], counts)
    manifest = _manifest(start, end, first, last, counts)
    raw = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
    key = signer()
    mark = {"key": key.key, "signature": key.sign(BUNDLE_CONTEXT, raw)}
    _write(folder / "manifest.json", [raw], counts)
    _write(folder / "manifest.sig", [orjson.dumps(mark) + b"\n"], counts)
    return manifest


def _manifest(start: date, end: date, first: int, last: int, counts: Counts) -> dict[str, Any]:
    log_last = sure(sealer.last_seal())
    return {
        "format": FORMAT, "log": parse(log_last.head).log, "from": str(start), "to": str(end), "first_seal": first, "last_seal": last,
        "log_last": log_last.number, "made_at": sealer.stamp(clock.now()), "events": counts.events, "redacted": counts.redacted,
        "withheld": counts.withheld, "parts": PARTS, "files": dict(counts.files),
    }  # fmt: skip


def _seals_of(start: date, end: date) -> tuple[int, int]:
    """First and last seal that cover an entry of these days on the company's wall clock."""
    zone = ZoneInfo(settings.TIME_ZONE)
    low = sealer.stamp(datetime.combine(start, time(), zone))
    high = sealer.stamp(datetime.combine(end + timedelta(days=1), time(), zone))
    numbers = [
        number
        for number, text in Seal.objects.filter(count__gt=0).order_by("number").values_list("number", "head").iterator()
        if (head := parse(text)).first_at < high and head.last_at >= low
    ]
    if not numbers:
        raise Refused("nothing_sealed", f"{start} 至 {end} 没有留痕，没有可导出的内容。", "start")
    return numbers[0], numbers[-1]


def _seal_lines(first: int, last: int) -> Iterator[bytes]:
    for head, signature in (
        Seal.objects.filter(number__range=(first, last)).order_by("number").values_list("head", "signature").iterator()
    ):
        yield orjson.dumps({"head": head, "signature": signature}) + b"\n"


def _event_lines(
    first: int, last: int, counts: Counts, withhold: Withhold | None, progress: Progress | None
) -> Iterator[bytes]:
    with connection.cursor() as cursor:
        for start in range(first, last + 1, reading.CHUNK):
            stop = min(last, start + reading.CHUNK - 1)
            blanked = reading.blanked(cursor, start, stop)
            for seal in list(reading.seals(cursor, start, stop)):
                head = parse(seal.head)
                rows = reading.entries(cursor, connection.vendor, ranges.unpack(head.ids))
                kept_back = withhold(rows) if withhold else {}
                for line in lines_of_seal(seal, head, rows, blanked, kept_back):
                    counts.events += 1
                    counts.redacted += line["id"] in blanked
                    counts.withheld += line["id"] in kept_back
                    yield orjson.dumps(line, option=orjson.OPT_SORT_KEYS) + b"\n"
            if progress:
                progress(stop - first + 1, last - first + 1)


def lines_of_seal(
    seal: Sealed,
    head: Head,
    rows: Sequence[Row],
    blanked: Mapping[int, Blanked],
    kept_back: Mapping[int, frozenset[str]],
) -> Iterator[dict[str, Any]]:
    """The entries under a seal as the bundle writes them."""
    digest = ALGORITHMS[head.algorithm]
    places = {number: place for place, number in enumerate(ranges.numbers(ranges.unpack(head.ids)))}
    salts, leaves = cut(seal.salts, SALT_BYTES), cut(seal.leaves, DIGEST_BYTES)
    for row in rows:
        number = row[0]
        line: dict[str, Any] = {"id": number, "seal": seal.number, "leaf": leaves[places[number]].hex()}
        hidden = kept_back.get(number, frozenset())
        if "core" in hidden:
            yield {**line, "withheld": True}
            continue
        line["parts"] = [list(row[piece]) for piece in SLICES]
        if number in blanked:
            line |= {"digests": json.loads(blanked[number].digests), "salts": json.loads(blanked[number].salts)}
            for place in map(int, line["digests"]):
                if not any(line["parts"][place]):  # what was written into a blanked part later is shown, and found
                    line["parts"][place] = None
        elif not hidden:
            line["salt"] = salts[places[number]].hex()
        else:
            own = {place: part_salt(salts[places[number]], place, digest) for place in range(len(PARTS))}
            line |= {"digests": {}, "salts": {str(place): salt.hex() for place, salt in own.items()}}
        if hidden:
            _hold_back(line, hidden, row, digest)
        yield line


def _hold_back(line: dict[str, Any], hidden: frozenset[str], row: Row, digest: Any) -> None:
    """Leave parts out of a line: digest in place of content, its salt taken away."""
    for place, name in enumerate(PART_NAMES):
        if name in hidden and line["parts"][place] is not None:
            salt = bytes.fromhex(line["salts"].pop(str(place), ""))
            line["digests"][str(place)] = part_digest(place, row[SLICES[place]], salt, digest).hex()
            line["parts"][place] = None


def _checkpoint_lines(first: int, last: int) -> Iterator[bytes]:
    """What every place kept about these seals; the same statement once."""
    seen: set[bytes] = set()
    for path in checkpoints.places():
        for entry in witness.read(path)[0]:
            line = orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)
            if first <= entry["number"] <= last and line not in seen:
                seen.add(line)
                yield line + b"\n"


def _write(path: Path, blocks: Any, counts: Counts) -> None:
    """One file, synced, its digest and size noted."""
    digest, size = hashlib.sha256(), 0
    with open(path, "wb") as file:
        for block in blocks:
            file.write(block)
            digest.update(block)
            size += len(block)
        file.flush()
        os.fsync(file.fileno())
    counts.files[path.name] = (digest.hexdigest(), size)
