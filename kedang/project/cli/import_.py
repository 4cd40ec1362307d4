"""``kedang import customers FILE`` and ``kedang import undo BATCH``: the import bench without a browser and without a worker."""

import argparse
from pathlib import Path
from typing import Any

from kedang.project.cli import json_flag

LARGE = 300_000
"""Bytes of a file from which on helper processes are worth starting at once."""


def add_parser(subparsers: Any) -> None:
    """Declare the verb."""
    parser = subparsers.add_parser("import", help="批量导入客户，或撤销一个导入批次")
    verbs = parser.add_subparsers(dest="import_verb", required=True, metavar="WHAT")
    customers = verbs.add_parser("customers", help="导入客户表（CSV、CSV.GZ、XLSX、XLS）")
    customers.add_argument("file", type=Path, metavar="FILE")
    customers.add_argument(
        "--as", dest="username", default="", metavar="USER", help="以谁的身份导入（默认：首位档案管理员）"
    )
    customers.add_argument("--template", default="", metavar="NAME", help="使用已保存的导入模板")
    customers.add_argument(
        "--on-duplicate", choices=("skip", "fill", "update", "both"), default="skip", help="遇到重复时"
    )
    customers.add_argument("--sheet", default="", help="工作表名称")
    customers.add_argument("--dry-run", action="store_true", help="只核对，不写入")
    customers.add_argument("--report", type=Path, metavar="OUT.xlsx", help="把不合格与重复的行连同原因写回工作簿")
    json_flag(customers)
    customers.set_defaults(run=import_customers)
    undo = verbs.add_parser("undo", help="撤销一个导入批次")
    undo.add_argument("batch", type=int, metavar="BATCH")
    undo.add_argument("--as", dest="username", default="", metavar="USER")
    undo.add_argument("--reason", default="")
    json_flag(undo)
    undo.set_defaults(run=import_undo)


def start_helpers(arguments: list[str]) -> None:
    """Before Django is loaded here: a command line that imports a large file has its helpers' server load beside."""
    if arguments[:2] != ["import", "customers"] and not (
        arguments[:2] == ["bench", "import"] and "--inside" in arguments
    ):
        return
    if any(_is_large(Path(one)) for one in arguments[2:] if not one.startswith("-")):
        from kedang.business.intake.pipeline.helpers import warm_up

        warm_up()


def _is_large(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > LARGE


def import_customers(args: argparse.Namespace) -> dict[str, Any]:
    """Upload, map, check and commit one file in this process."""
    from kedang.business.intake.models import ImportBatch
    from kedang.business.intake.pipeline.helpers import warm_up
    from kedang.business.intake.services import (
        ReportKind,
        batch_close,
        batch_commit,
        batch_map,
        batch_stage,
        batch_upload,
        report_workbook,
    )
    from kedang.foundation.jobs.inline import work_here
    from kedang.foundation.kernel import context
    from kedang.project.cli._measure import Measure

    with Measure() as measure, context.use(channel="command"):
        if _is_large(args.file):
            warm_up()
        actor = actor_for(args.username)
        batch = batch_upload(actor=actor, file_name=args.file.name, source=args.file, sheet=args.sheet)
        batch_map(actor=actor, batch_id=batch.pk, on_duplicate=args.on_duplicate, template=args.template)
        work_here(lambda: batch_stage(actor=actor, batch_id=batch.pk))
        if not args.dry_run:
            work_here(lambda: batch_commit(actor=actor, batch_id=batch.pk))
        done = ImportBatch.objects.get(pk=batch.pk)
        report = None
        if args.report is not None:
            report = report_workbook(actor=actor, batch_id=batch.pk, path=args.report, kind=ReportKind.NOT_TAKEN)
        if args.dry_run:
            batch_close(actor=actor, batch_id=batch.pk)
    names = ("rows", "created", "updated", "unchanged", "duplicates", "rejected")
    answer: dict[str, Any] = {"batch": batch.pk, **{name: done.counts.get(name, 0) for name in names}}
    answer |= {
        "seconds": round(measure.seconds, 2),
        "rows_per_second": round(answer["rows"] / measure.seconds),
        "peak_rss_mib": measure.peak_mib,
        "cpu_seconds": round(measure.cpu_seconds, 2),
        "timings": done.timings,
    }
    if report is not None:
        answer["report"] = str(report)
    if args.dry_run:
        answer["dry_run"] = True
    return answer


def import_undo(args: argparse.Namespace) -> dict[str, Any]:
    """Take a batch back in this process."""
    from kedang.business.intake.models import ImportBatch
    from kedang.business.intake.services import batch_undo
    from kedang.foundation.jobs.inline import work_here
    from kedang.foundation.kernel import context
    from kedang.foundation.kernel.refused import OutOfScope, Refused
    from kedang.project.cli._measure import Measure

    with Measure() as measure, context.use(channel="command"):
        actor = actor_for(args.username)
        try:
            work_here(lambda: batch_undo(actor=actor, batch_id=args.batch, reason=args.reason))
        except OutOfScope as error:
            raise Refused("batch_unknown", f"没有编号为 {args.batch} 的导入批次。") from error
    counts = ImportBatch.objects.get(pk=args.batch).undo_counts
    return {"batch": args.batch, **counts, "seconds": round(measure.seconds, 2), "peak_rss_mib": measure.peak_mib}


def actor_for(username: str) -> Any:
    """The named person; without a name the first archivist, else the system itself."""
    from kedang.foundation.access.models import Grant, Person
    from kedang.foundation.kernel.actors import system_actor
    from kedang.foundation.kernel.refused import Refused

    if username:
        person = Person.objects.filter(username__iexact=username, is_active=True).first()
        if person is None:
            raise Refused("person_unknown", f"没有用户名为“{username}”的在职人员。", "as")
        return person
    grant = (
        Grant.objects.filter(role__code="archivist", ended_at__isnull=True, person__is_active=True)
        .select_related("person")
        .order_by("person_id")
        .first()
    )
    return grant.person if grant is not None else system_actor("命令行")
