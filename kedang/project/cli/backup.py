"""``kedang backup create|list|verify|restore|drill|identity``: sets, and proof that they can be restored."""

import argparse
import sys
from pathlib import Path
from typing import Any

from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import Refused
from kedang.project.cli import json_flag

ACTOR = system_actor("kedang backup")


def add_parser(subparsers: Any) -> None:
    """The commands."""
    parser = subparsers.add_parser("backup", help="备份、验证、恢复、恢复演练")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, words, run in (
        ("create", "做一次备份：数据库、文件和密钥，一致、压缩、加密", run_create),
        ("list", "列出备份集", run_list),
        ("verify", "逐字节验证一个备份集（缺省为最新的）", run_verify),
        ("restore", "恢复到本机（空的数据目录和空数据库）", run_restore),
        ("drill", "恢复演练：恢复到临时位置并逐行逐文件核对", run_drill),
        ("identity", "另做一对备份钥匙，私钥写入文件，离线保管", run_identity),
    ):
        one = verbs.add_parser(name, help=words)
        json_flag(one)
        one.set_defaults(run=run)
        if name in {"verify", "restore", "drill"}:
            one.add_argument("set", nargs="?", default="", help="备份集名称或目录，缺省为最新的")
        if name == "restore":
            one.add_argument("--identity", default="", metavar="FILE", help="备份私钥文件")
            one.add_argument("--force", action="store_true", help="这里已有数据也恢复，原有内容移到一边")
        if name == "identity":
            one.add_argument("file", help="写到哪个文件（不能已存在）")


def run_create(args: argparse.Namespace) -> dict[str, Any]:
    """Make a set."""
    from kedang.foundation.safekeeping.services import backup_create

    row = backup_create(actor=ACTOR, show=shown(args))
    return {"set": row.code, "rows": row.row_count, "files": row.file_count, "bytes": row.size, "copies": row.copies}


def run_list(args: argparse.Namespace) -> dict[str, Any]:
    """Sets in the folder, newest first, with what is known of them."""
    from kedang.foundation.safekeeping.models import Backup
    from kedang.foundation.safekeeping.sets import BackupSet, all_sets, backup_folder

    known = {row.code: row for row in Backup.objects.all()} if _has_tables() else {}
    found = []
    for code, one in all_sets():
        row = known.get(code)
        line: dict[str, Any] = {"set": code, "state": row.state if row else "made"}
        if isinstance(one, BackupSet):
            line |= {"created_at": one.manifest["created_at"], "engine": one.manifest["engine"], "bytes": one.bytes}
            line |= {
                "rows": sum(table["rows"] for table in one.manifest["tables"]),
                "files": one.manifest["files"]["count"],
            }
        else:
            line |= {"state": "bad", "problem": one.sentence}
        if row is not None:
            line |= {"checked_at": row.checked_at, "restored_at": row.restored_at, "copies": row.copies}
        found.append(line)
    return {"folder": str(backup_folder()), "sets": found}


def run_verify(args: argparse.Namespace) -> dict[str, Any]:
    """Look at every byte."""
    from kedang.foundation.safekeeping.services import backup_verify

    row = backup_verify(actor=ACTOR, code=args.set, show=shown(args))
    return {"set": row.code, "state": str(row.state), "bytes": row.size}


def run_restore(args: argparse.Namespace) -> dict[str, Any]:
    """Bring a set back. Works on a machine that has nothing but the program, the set and the identity."""
    from kedang.foundation.safekeeping.identities import read_identity
    from kedang.foundation.safekeeping.restoring import restore
    from kedang.foundation.safekeeping.services import fetch, restore_finish
    from kedang.foundation.safekeeping.sets import read_set

    identity = read_identity(Path(args.identity).expanduser() if args.identity else None)
    found = read_set(fetch(args.set), identity.signers)

    def finish(answer: dict[str, Any]) -> None:
        restore_finish(actor=ACTOR, answer=answer)

    return restore(found, identity, force=args.force, show=shown(args), finish=finish)


def run_drill(args: argparse.Namespace) -> dict[str, Any]:
    """Rehearse a restore.

    Raises:
        Refused: it was not passed.
    """
    from kedang.foundation.safekeeping.services import backup_drill

    drill = backup_drill(actor=ACTOR, code=args.set, show=shown(args))
    if not drill.is_passed:
        raise Refused("drill_failed", f"恢复演练未通过：{drill.words}")
    return {
        "set": drill.backup_code, "passed": True, "seconds": round(drill.seconds, 1), "words": drill.words, "report": drill.report,
    }  # fmt: skip


def run_identity(args: argparse.Namespace) -> dict[str, Any]:
    """A further pair, e.g. for the safe of the company."""
    from kedang.foundation.safekeeping.identities import write_identity

    identity = write_identity(Path(args.file).expanduser())
    return {
        "file": args.file,
        "recipient": identity.recipient,
        "advice": "把公钥加入 KEDANG_BACKUP_RECIPIENTS，私钥文件移到保险柜或离线介质，不要留在服务器上。",
    }


def shown(args: argparse.Namespace) -> Any:
    """Progress for a person who watches; nothing for a script."""
    quiet = args.as_json or not sys.stderr.isatty()

    def show(done: int, total: int, words: str) -> None:
        if not quiet:
            print(f"\r{words} {min(100, done * 100 // max(1, total))}%   ", end="", file=sys.stderr, flush=True)

    return show


def _has_tables() -> bool:
    from django.db import connection

    return "safekeeping_backup" in connection.introspection.table_names()
