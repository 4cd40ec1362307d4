"""The database against the checkpoints kept outside it: what finds a rollback, a fork and a rewriting with the key in hand."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from kedang.foundation.audit.sealing.heads import Head
from kedang.foundation.audit.sealing.signing import CHECKPOINT_CONTEXT, is_signed
from kedang.foundation.audit.verifying.chain import Link
from kedang.foundation.audit.verifying.report import Fault

NAMES = ("at", "head", "key", "log", "number", "root", "total")
GRACE = timedelta(minutes=5)
"""A seal younger than this need not have reached the place yet."""

Checkpoint = dict[str, Any]


def read(path: Path) -> tuple[list[Checkpoint], list[Fault]]:
    """Lines of a checkpoint file. The last line may be torn by a power cut; it is passed over."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return [], []
    except OSError as error:
        return [], [Fault("checkpoint_unreadable", about=f"{path}: {error}")]
    lines = raw.split(b"\n")
    found: list[Checkpoint] = []
    faults = []
    for place, line in enumerate(lines):
        if not line:
            continue
        try:
            entry = orjson.loads(line)
            if sorted(entry) != sorted([*NAMES, "signature"]) or type(entry["number"]) is not int:
                raise ValueError
        except (ValueError, TypeError):
            is_torn = b'"signature"' not in line
            if not is_torn:
                faults.append(Fault("checkpoint_altered", about=f"{path.name}:{place + 1}"))
            continue
        found.append(entry)
    return found, faults


def compare(
    checkpoints: Iterable[Checkpoint], links: Mapping[int, Link], keys: Mapping[str, str], name: str, expected: int
) -> list[Fault]:
    """Faults of the database against one place.

    Args:
        links: seals of the database by number.
        expected: up to which number the place must know every seal.
    """
    faults = []
    seen: set[int] = set()
    for entry in checkpoints:
        number = entry["number"]
        text = orjson.dumps({key: entry[key] for key in NAMES}, option=orjson.OPT_SORT_KEYS)
        if not is_signed(dict(keys), str(entry["key"]), CHECKPOINT_CONTEXT, text, str(entry["signature"])):
            faults.append(Fault("checkpoint_altered", number, about=name))
            continue
        seen.add(number)
        link = links.get(number)
        if link is None:
            faults.append(Fault("checkpoint_ahead", number, about=name))
        elif not _agrees(entry, link[1], link[2]):
            faults.append(Fault("checkpoint_differs", number, about=name))
    missing = (number for number in sorted(links) if number <= expected and number not in seen)
    faults += [Fault("checkpoint_missing", number, about=name) for number in missing]
    return faults


def _agrees(entry: Checkpoint, head: Head | None, digest: str) -> bool:
    return head is not None and (entry["head"], entry["log"], entry["root"], entry["total"], entry["at"]) == (
        digest, head.log, head.root, head.total, head.at,
    )  # fmt: skip
