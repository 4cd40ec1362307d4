"""``kedang bench forms``: printed forms of the archive from rows of this base, made for the measure and taken back."""

import argparse
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Concat

from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from kedang.project.cli import json_flag

LIMITS = {"contents": 1.5, "labels": 5.0}
"""Seconds: 卷内文件目录 of 300 lines, 1,000 labels of boxes (goals of the archive's room)."""


def add_parser(subparsers: Any) -> None:
    """``forms``."""
    parser = subparsers.add_parser("forms", help="卷内文件目录、案卷目录、盒标签等表格的用时（数据临时生成，测后撤回）")
    parser.add_argument("--as", dest="username", default="", help="以谁的身份打印（默认第一位档案管理员）")
    parser.add_argument("--lines", type=int, default=300, help="卷内文件目录的行数")
    parser.add_argument("--labels", type=int, default=1000, help="标签张数")
    parser.add_argument("--rounds", type=int, default=3)
    json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Reading the rows, setting the pages and writing the print down, each round; the first one apart: it opens the fonts."""
    from kedang.project.cli._bench_pages import reading_person

    person = reading_person(args.username)
    answer: dict[str, Any] = {
        "engine": connection.vendor,
        "lines": args.lines,
        "labels": args.labels,
        "as": person.username,
    }
    with transaction.atomic():
        volume = _volume(person, args.lines)
        boxes = _boxes(person, args.labels)
        for name, act in _acts(person, volume, boxes).items():
            answer[name] = _measured(act, args.rounds, lambda turn: _altered(volume, boxes, turn))
        transaction.set_rollback(True)
    answer["within_limits"] = all(answer[name]["p50_s"] <= limit for name, limit in LIMITS.items())
    if not answer["within_limits"] and args.lines <= 300 and args.labels <= 1000:
        raise Refused("forms_too_slow", f"表格生成超过限值：{answer}")
    return answer


def _acts(person: Any, volume: Any, boxes: list[int]) -> dict[str, Callable[[], int]]:
    from kedang.business.holdings.models import FormKind
    from kedang.business.holdings.printing import labels as of_labels
    from kedang.business.holdings.printing import volume as of_volume
    from kedang.business.holdings.printing.render import pages_of, pdf_of, xlsx_of
    from kedang.business.holdings.services.sheets import Printed, sheet_keep

    options = of_volume.options_of(volume.fonds_id)

    def printed(sheet: Any) -> int:
        made = pdf_of(sheet, person, "https://archive.example")
        pages = pages_of(made)
        sheet_keep(
            actor=person,
            printed=Printed(
                str(sheet.form), sheet.title, sheet.code, sheet.digest, sheet.lines, sheet.fonds.pk, sheet.subject, sheet.asked,
                sheet.secrecy_level, pages,
            ),
        )  # fmt: skip
        return pages

    def label_sheets() -> int:
        sheet = of_labels.labels(person, volume.fonds, {"kind": "box", "ids": ",".join(map(str, boxes))})
        of_labels.drawn(sheet)
        return printed(sheet)

    return {
        "contents": lambda: printed(of_volume.contents(person, volume, options)),
        "contents_xlsx": lambda: len(xlsx_of(of_volume.contents(person, volume, options))),
        "cover": lambda: printed(of_volume.FORMS[FormKind.COVER](person, volume, options)),
        "notes": lambda: printed(of_volume.FORMS[FormKind.NOTES](person, volume, options)),
        "labels": label_sheets,
    }


def _altered(volume: Any, boxes: list[int], turn: int) -> None:
    """Other words in every line, so that nothing is set from memory."""
    from kedang.business.holdings.models import Item, Location

    Item.objects.filter(volume=volume).update(
        title=Concat(Value(f"第{turn}次：关于付款方式与交货期调整事项的函之"), "document_number")
    )
    Location.objects.filter(pk__in=boxes).update(label=Concat(Value(f"BENCH{turn}-"), "code"))
    volume.title = f"第{turn}次测量用案卷：设备采购合同、技术协议与往来函件"


def _measured(act: Callable[[], int], rounds: int, alter: Callable[[int], None]) -> dict[str, Any]:
    times, worked, size = [], [], 0
    for turn in range(rounds + 1):
        alter(turn)
        begun, busy = time.perf_counter(), time.process_time()
        size = act()
        worked.append(time.process_time() - busy)
        times.append(time.perf_counter() - begun)
    warm = sorted(times[1:] or times)
    return {
        "first_s": round(times[0], 3),
        "p50_s": round(warm[len(warm) // 2], 3),
        "cpu_s": round(min(worked), 3),
        "pages_or_bytes": size,
    }


def _volume(person: Any, count: int) -> Any:
    """A volume with so many items, with codes that no ledger gave."""
    from kedang.business.holdings.models import CodeTemplate, Item, RetentionPeriod, Series, Volume
    from kedang.business.holdings.setup import ensure_defaults

    fonds, now = person.fonds, clock.now()
    ensure_defaults(fonds)
    series: Any = Series.objects.filter(scheme__fonds=fonds).order_by("id").first()
    retention: Any = RetentionPeriod.objects.filter(fonds=fonds).first()
    template: Any = CodeTemplate.objects.filter(fonds=fonds).first()
    volume = Volume.objects.create(
        fonds=fonds, reference_code="BENCH-FORMS-0001", number=1, template=template, series=series,
        title="测量用案卷：设备采购合同、技术协议与往来函件", year=now.year, retention=retention, department=person.department, responsible=person,
        item_count=count, page_count=count * 3, created_at=now, changed_at=now,
    )  # fmt: skip
    Item.objects.bulk_create(
        Item(
            fonds=fonds, reference_code=f"BENCH-FORMS-0001-{at:04d}", title=f"关于第{at}批设备采购合同付款方式与交货期调整事项的函", number=at, position=at,
            author="测量用机械制造有限公司", document_number=f"测函〔2026〕{at}号", dated_on=date(2026, 1, 1) + timedelta(days=at % 365), pages=3,
            first_page=at * 3 - 2, series=series, retention=retention, year=now.year, volume=volume, state="filed", responsible=person,
            department=person.department, created_at=now, filed_at=now,
        )
        for at in range(1, count + 1)
    )  # fmt: skip
    return Volume.objects.select_related(
        "fonds", "series", "retention", "department", "responsible", "inspected_by", "twin"
    ).get(pk=volume.pk)


def _boxes(person: Any, count: int) -> list[int]:
    from kedang.business.holdings.models import Location

    made = Location.objects.bulk_create(
        Location(
            fonds=person.fonds,
            kind="box",
            code=f"B{at:05d}",
            label=f"BENCH-A01-02-B{at:05d}",
            path=f"/bench/{at}/",
            thickness=30,
        )
        for at in range(1, count + 1)
    )
    return [box.pk for box in made]
