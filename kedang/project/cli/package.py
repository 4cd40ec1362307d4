"""``kedang package export|verify|import``: volumes as packages that others can read, checked without the database, and taken in again."""

import argparse
from pathlib import Path
from typing import Any

from kedang.project.cli import json_flag
from kedang.project.cli.import_ import actor_for


def add_parser(subparsers: Any) -> None:
    """The commands."""
    parser = subparsers.add_parser("package", help="封装包：导出、核验、导入案卷（BagIt、E-ARK CSIP）")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    export = verbs.add_parser("export", help="把一个案卷封装成文件")
    export.add_argument("code", metavar="CODE", help="案卷档号")
    export.add_argument("--kind", choices=("bagit", "csip"), default="bagit", help="格式（默认 bagit）")
    export.add_argument("--to", type=Path, required=True, metavar="FILE.zip", help="写到哪个文件（不覆盖已有的）")
    export.add_argument("--fonds", default="", metavar="CODE", help="全宗号（几个全宗有同一档号时）")
    export.add_argument("--as", dest="username", default="", metavar="USER", help="以谁的身份（默认：首位档案管理员）")
    export.set_defaults(run=run_export)
    verify = verbs.add_parser("verify", help="核验封装包：摘要、清单、著录、留痕证据")
    verify.add_argument("file", type=Path, metavar="FILE.zip")
    verify.set_defaults(run=run_verify)
    importing = verbs.add_parser("import", help="由封装包导入案卷")
    importing.add_argument("file", type=Path, metavar="FILE.zip")
    importing.add_argument("--fonds", default="", metavar="CODE", help="导入哪个全宗（默认：办理人的）")
    importing.add_argument(
        "--as", dest="username", default="", metavar="USER", help="以谁的身份（默认：首位档案管理员）"
    )
    importing.set_defaults(run=run_import)
    for one in (export, verify, importing):
        json_flag(one)


def run_export(args: argparse.Namespace) -> dict[str, Any]:
    """Pack a volume, keep the package among the stored files, and write a copy."""
    from kedang.business.holdings.services.packages import package_make
    from kedang.foundation.files.services.reading import open_whatever_state
    from kedang.foundation.kernel import context
    from kedang.foundation.kernel.refused import Refused

    if args.to.exists():
        raise Refused("file_there", f"{args.to} 已存在，请换一个文件名。", "to")
    with context.use(channel="command"):
        actor = actor_for(args.username)
        package: Any = package_make(actor=actor, volume=_volume(actor, args.code, args.fonds), kind=args.kind)
    with (
        args.to.open("xb") as out,
        open_whatever_state(package.file) as stream,
    ):  # made here just now, of files that were scanned
        while block := stream.read(1 << 20):
            out.write(block)
    return {
        "package": package.pk, "file": str(args.to), "kind": args.kind, "bytes": package.file.size, "sha256": package.digest,
        "volume": package.volume.reference_code, "items": package.volume.item_count,
    }  # fmt: skip


def run_verify(args: argparse.Namespace) -> dict[str, Any]:
    """Everything in the package; the database is not asked.

    Raises:
        Refused: ``package_bad`` with what is wrong, so that the exit status is 1.
    """
    from kedang.business.holdings.services.packages import package_verify
    from kedang.foundation.kernel.refused import Refused

    _refuse_missing(args.file)
    report = package_verify(path=args.file)
    told = {
        "file": str(args.file),
        "kind": report.kind,
        "files": report.files,
        "bytes": report.bytes,
        "log_entries": report.entries,
    }
    if not report.is_good:
        raise Refused("package_bad", report.problems[0], None, **told, problems=report.problems[:50])
    return {**told, "ok": True}


def run_import(args: argparse.Namespace) -> dict[str, Any]:
    """Take the volume of a package in."""
    from kedang.business.holdings.services.packages import package_import
    from kedang.foundation.kernel import context

    _refuse_missing(args.file)
    with context.use(channel="command"):
        actor = actor_for(args.username)
        made = package_import(actor=actor, path=args.file, fonds=_fonds(args.fonds))
    return {
        "volume": made.volume.pk, "reference_code": made.volume.reference_code, "items": made.volume.item_count,
        "codes": [{"old": old, "new": new} for old, new in made.codes], "unknown": made.unknown,
    }  # fmt: skip


def _volume(actor: Any, code: str, fonds: str) -> Any:
    from kedang.business.holdings.models import Volume
    from kedang.foundation.access.policies import policy_for
    from kedang.foundation.kernel.refused import Refused

    rows = Volume.objects.filter(policy_for(Volume).scope(actor, "holdings.view"), reference_code=code)
    found = list(
        (rows.filter(fonds=_fonds(fonds)) if fonds else rows).select_related(
            "fonds", "series", "retention", "template"
        )[:2]
    )
    if not found:
        raise Refused("volume_unknown", f"没有档号为“{code}”的案卷。", "code")
    if len(found) > 1:
        raise Refused("volume_ambiguous", f"有几个全宗都用了档号“{code}”，请用 --fonds 指明。", "fonds")
    return found[0]


def _fonds(code: str) -> Any:
    from kedang.foundation.access.models import Fonds
    from kedang.foundation.kernel.refused import Refused

    if not code:
        return None
    found = Fonds.objects.filter(code=code).first()
    if found is None:
        raise Refused("fonds_unknown", f"没有全宗号为“{code}”的全宗。", "fonds")
    return found


def _refuse_missing(path: Path) -> None:
    from kedang.foundation.kernel.refused import Refused

    if not path.is_file():
        raise Refused("file_missing", f"找不到文件 {path}。", "file")
