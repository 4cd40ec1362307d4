"""``kedang audit seal|verify|export|newkey``: the trail sealed now, checked entry by entry, carried away as evidence."""

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import Any

from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure
from kedang.project.cli import json_flag

ACTOR = system_actor("kedang audit")


def add_parser(subparsers: Any) -> None:
    """The commands."""
    parser = subparsers.add_parser("audit", help="留痕：封存、核验、导出证据包")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    seal = verbs.add_parser("seal", help="立即封存待封存的记录")
    seal.set_defaults(run=run_seal)
    verify = verbs.add_parser("verify", help="逐条核验留痕，指出第一处不符")
    verify.set_defaults(run=run_verify)
    export = verbs.add_parser("export", help="导出可离线核验的证据包")
    export.add_argument("folder", type=Path, metavar="DIR", help="新目录或空目录")
    export.add_argument(
        "--from", dest="start", type=_day, required=True, metavar="DATE", help="开始日期，如 2026-01-01"
    )
    export.add_argument("--to", dest="end", type=_day, required=True, metavar="DATE", help="结束日期（含当天）")
    export.set_defaults(run=run_export)
    newkey = verbs.add_parser("newkey", help="换用新的签名密钥（旧封条仍可核验）")
    newkey.set_defaults(run=run_newkey)
    for one in (seal, verify, export, newkey):
        json_flag(one)


def run_seal(args: argparse.Namespace) -> dict[str, Any]:
    """Seal what waits."""
    from kedang.foundation.audit.sealing.sealer import last_seal, seal_now

    made = seal_now()
    last = last_seal()
    return {
        "seals": len(made),
        "events": sum(seal.count for seal in made),
        "last_seal": last.number if last else 0,
        "digest": last.digest if last else "",
    }


def run_verify(args: argparse.Namespace) -> dict[str, Any]:
    """Everything, entry by entry.

    Raises:
        Refused: ``audit_bad`` with the whole report, so that the exit status is 1.
    """
    from kedang.foundation.audit.verifying.whole import verify

    report = verify(actor=ACTOR, progress=None if args.as_json or not sys.stderr.isatty() else _show)
    if not report.is_good:
        raise Refused("audit_bad", sure(report.first).sentence, **report.as_dict())
    return report.as_dict()


def run_export(args: argparse.Namespace) -> dict[str, Any]:
    """A bundle of the days asked for."""
    from kedang.foundation.audit.exporting.bundle import bundle_export

    manifest = bundle_export(actor=ACTOR, folder=args.folder, start=args.start, end=args.end)
    kept = ("first_seal", "last_seal", "events", "redacted", "withheld", "made_at")
    return {"folder": str(args.folder), **{name: manifest[name] for name in kept}}


def run_newkey(args: argparse.Namespace) -> dict[str, Any]:
    """Sign with a new key from now on."""
    from django.db import transaction

    from kedang.foundation.audit.record import record
    from kedang.foundation.audit.sealing.events import KEY_CHANGED
    from kedang.foundation.audit.sealing.sealer import seal_now
    from kedang.foundation.audit.sealing.signing import new_key

    name = new_key()
    with transaction.atomic():
        record(ACTOR, KEY_CHANGED, meta={"key": name})
    seal_now()
    return {"key": name}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"日期应写成 2026-01-31 的样子，现为“{text}”") from error


def _show(done: int, total: int) -> None:
    print(f"\r已核验 {done:,} / {total:,}", end="\n" if done == total else "", file=sys.stderr, flush=True)
