"""``kedang package export|verify|import``: volumes and dossiers as packages that others can read, checked without a base, taken in."""

import argparse
from pathlib import Path
from typing import Any

from kedang.project.cli import json_flag
from kedang.project.cli.import_ import actor_for


def add_parser(subparsers: Any) -> None:
    """The commands."""
    parser = subparsers.add_parser("package", help="封装包：导出、核验、导入案卷或整份客户档案（BagIt、E-ARK CSIP）")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    export = verbs.add_parser("export", help="把一个案卷或一份客户档案封装成文件")
    export.add_argument("code", metavar="CODE", help="案卷档号；加 --dossier 时为客户编号")
    export.add_argument("--dossier", action="store_true", help="封装这个客户的整份档案：资料、全部案卷和文件")
    export.add_argument("--kind", choices=("bagit", "csip"), default="bagit", help="格式（默认 bagit）")
    export.add_argument("--to", type=Path, required=True, metavar="FILE.zip", help="写到哪个文件（不覆盖已有的）")
    export.add_argument("--fonds", default="", metavar="CODE", help="全宗号（几个全宗有同一档号时）")
    export.add_argument("--as", dest="username", default="", metavar="USER", help="以谁的身份（默认：首位档案管理员）")
    export.set_defaults(run=run_export)
    verify = verbs.add_parser("verify", help="核验封装包：摘要、清单、著录、留痕证据")
    verify.add_argument("file", type=Path, metavar="FILE.zip")
    verify.set_defaults(run=run_verify)
    importing = verbs.add_parser("import", help="由封装包导入案卷或整份客户档案")
    importing.add_argument("file", type=Path, metavar="FILE.zip")
    importing.add_argument("--fonds", default="", metavar="CODE", help="导入哪个全宗（默认：办理人的）")
    importing.add_argument(
        "--as", dest="username", default="", metavar="USER", help="以谁的身份（默认：首位档案管理员）"
    )
    importing.set_defaults(run=run_import)
    for one in (export, verify, importing):
        json_flag(one)


def run_export(args: argparse.Namespace) -> dict[str, Any]:
    """Pack a volume or a dossier, keep the package among the stored files, and write a copy."""
    from kedang.business.holdings.services.packages import package_make
    from kedang.foundation.files.services.reading import open_whatever_state
    from kedang.foundation.kernel import context
    from kedang.foundation.kernel.refused import Refused

    if args.to.exists():
        raise Refused("file_there", f"{args.to} 已存在，请换一个文件名。", "to")
    with context.use(channel="command"):
        actor = actor_for(args.username)
        what: dict[str, Any] = (
            {"customer": _customer(actor, args.code, args.fonds)}
            if args.dossier
            else {"volume": _volume(actor, args.code, args.fonds)}
        )
        package: Any = package_make(actor=actor, kind=args.kind, **what)
    with (
        args.to.open("xb") as out,
        open_whatever_state(package.file) as stream,
    ):  # made here just now, of files that were scanned
        while block := stream.read(1 << 20):
            out.write(block)
    return {
        "package": package.pk, "file": str(args.to), "kind": args.kind, "bytes": package.file.size, "sha256": package.digest,
        **_of(package),
    }  # fmt: skip


def _of(package: Any) -> dict[str, Any]:
    """Whose it is and how many items it has."""
    from kedang.business.holdings.models import Item
    from kedang.business.holdings.packages.dossier import loose_items_of

    if package.volume is not None:
        return {"volume": package.volume.reference_code, "items": package.volume.item_count}
    inside = Item.objects.filter(volume__customer=package.customer).count()
    return {"customer": package.customer.number, "items": inside + len(loose_items_of(package.customer))}


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
    """Take what is in a package in."""
    from kedang.business.holdings.services.packages import package_import
    from kedang.foundation.kernel import context

    _refuse_missing(args.file)
    with context.use(channel="command"):
        actor = actor_for(args.username)
        made = package_import(actor=actor, path=args.file, fonds=_fonds(args.fonds))
    first = made.volumes[0] if made.volumes else None
    more: dict[str, Any] = {}
    if made.customer is not None:
        more = {
            "customer": made.customer.number, "customer_is_new": made.is_customer_new, "loose_items": len(made.items),
            "volumes": [one.reference_code for one in made.volumes], "known": made.known,
        }  # fmt: skip
    return {
        "volume": first.pk if first is not None else None, "reference_code": first.reference_code if first is not None else "",
        "items": sum(one.item_count for one in made.volumes) + len(made.items), **more,
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


def _customer(actor: Any, number: str, fonds: str) -> Any:
    from kedang.business.customers.models import Customer
    from kedang.foundation.access.policies import policy_for
    from kedang.foundation.kernel.refused import Refused

    rows = Customer.objects.filter(policy_for(Customer).scope(actor, "customers.view"), number=number)
    found = list((rows.filter(fonds=_fonds(fonds)) if fonds else rows).select_related("fonds")[:2])
    if not found:
        raise Refused("customer_unknown", f"没有编号为“{number}”的客户。", "code")
    if len(found) > 1:
        raise Refused("customer_ambiguous", f"有几个全宗都用了客户编号“{number}”，请用 --fonds 指明。", "fonds")
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
