"""``kedang bench holdings``: whole HTTP requests of the archive's lists, catalogues, volumes and searches at 100,000 items."""

import argparse
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import psutil
from django.db import connection
from django.urls import reverse

from kedang.foundation.access.models import Person
from kedang.foundation.kernel.refused import Refused
from kedang.project.cli import json_flag

LIMIT_MS = 80.0
"""95th percentile of any list, catalogue page or search (goal of the archive's room)."""
UNCOUNTED = 3
"""Rounds of every page before the counted ones."""


def add_parser(subparsers: Any) -> None:
    """``holdings``."""
    parser = subparsers.add_parser(
        "holdings", help="档案清单、目录、案卷页与检索的整页用时（空库时先装入 8000 卷 10 万件）"
    )
    parser.add_argument("--as", dest="username", default="", help="以谁的身份打开（默认第一位档案管理员）")
    parser.add_argument("--rounds", type=int, default=60, help="每页打开次数")
    parser.add_argument("--volumes", type=int, default=8000, help="空库时装入的卷数")
    parser.add_argument("--items", type=int, default=100_000, help="空库时装入的件数")
    json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fill an empty base, start a web process on a free port, open each page ``rounds`` times over one connection."""
    from kedang.business.holdings.models import Item, Volume
    from kedang.project.cli._bench_pages import WebProcess, measure, percentiles, reading_person
    from kedang.project.cli._holdings_base import fill, is_empty

    answer: dict[str, Any] = {"engine": connection.vendor, "limit_ms": LIMIT_MS}
    if is_empty():
        begun = time.monotonic()
        fill(args.volumes, args.items)
        answer["filled_seconds"] = round(time.monotonic() - begun, 1)
    person = reading_person(args.username)
    answer |= {
        "volumes": Volume.objects.visible_to(person).count(),
        "items": Item.objects.visible_to(person).count(),
        "as": person.username,
    }
    if not answer["volumes"] or not answer["items"]:
        raise Refused("nothing_to_measure", "库中没有可看的案卷和文件，请在空的数据目录中运行，或先装入演示数据。")
    pages = _pages(person)
    figures: dict[str, Any] = {}
    with WebProcess(person) as web:
        for name, address in pages.items():
            busy = _busy(web)
            figures[name] = percentiles(measure(lambda turn, address=address: web.get(address(turn)), args.rounds))  # type: ignore[misc]
            figures[name]["cpu_ms"] = round((_busy(web) - busy) * 1000 / (args.rounds + UNCOUNTED), 1)
    slow = {name: one["p95_ms"] for name, one in figures.items() if one["p95_ms"] > LIMIT_MS}
    answer |= {
        "pages": figures,
        "slowest_p95_ms": max(one["p95_ms"] for one in figures.values()),
        "within_limits": not slow,
    }
    if slow:
        raise Refused("pages_too_slow", f"整页用时超过 {LIMIT_MS:.0f} 毫秒：{slow}", None, **answer)
    return answer


def _busy(web: Any) -> float:
    """Processor seconds of the web server so far, its worker included: what a page costs however busy the machine is."""
    head = psutil.Process(web.process.pid)
    times = [one.cpu_times() for one in (head, *head.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


def _pages(person: Person) -> dict[str, Callable[[int], str]]:
    """Name → address of a turn; ids and words differ from turn to turn, so that nothing is answered from memory."""
    from kedang.business.holdings.models import Series, Volume

    volumes, items = reverse("holdings:volume-list"), reverse("holdings:item-list")
    total = Volume.objects.visible_to(person).count()
    keys = list(
        Volume.objects.visible_to(person).order_by("id").values_list("id", flat=True)[:: max(1, total // 60)][:60]
    )
    codes = list(Volume.objects.filter(pk__in=keys).values_list("reference_code", flat=True))
    names = list(
        Volume.objects.filter(pk__in=keys, customer__isnull=False).values_list("customer__name", flat=True)
    ) or ["合同"]
    held = Volume.objects.filter(pk__in=keys).values_list("series_id", flat=True)
    classes = list(Series.objects.filter(pk__in=held).values_list("pk", flat=True))
    years = sorted(set(Volume.objects.filter(pk__in=keys).values_list("year", flat=True)))
    search = reverse("web:search")

    def some(rows: Any) -> Callable[[int], Any]:
        return lambda turn: rows[turn % len(rows)]

    key, code, name, kind, year = some(keys), some(codes), some(names), some(classes), some(years)
    return {
        "volume_list": lambda turn: volumes,
        "volume_list_deep": lambda turn: f"{volumes}?page={max(1, total // 20 - turn % 3)}",
        "volume_list_by_code": lambda turn: f"{volumes}?sort=reference_code&page={turn + 1}",
        "volume_catalogue": lambda turn: f"{volumes}?series={kind(turn)}&year_from={year(turn)}&year_to={year(turn)}&sort=reference_code",
        "volume_list_unsigned": lambda turn: f"{volumes}?view=unsigned",
        "volume_list_keyword": lambda turn: f"{volumes}?q={quote(name(turn)[2:8])}",
        "volume_page": lambda turn: reverse("holdings:volume-detail", args=[key(turn)]),
        "volume_items": lambda turn: reverse("holdings:volume-items", args=[key(turn)]),
        "volume_notes": lambda turn: reverse("holdings:volume-notes", args=[key(turn)]),
        "item_list": lambda turn: items,
        "item_list_deep": lambda turn: f"{items}?page={4000 - turn % 3}",
        "item_list_keyword": lambda turn: f"{items}?q={quote(name(turn)[2:8])}",
        "search_volumes": lambda turn: f"{search}?kind=volume&q={quote(name(turn)[:6])}",
        "search_items": lambda turn: f"{search}?kind=item&q={quote(name(turn)[:6])}",
        "search_code": lambda turn: f"{search}?kind=volume&q={quote(code(turn))}",
        "home": lambda turn: "/",
    }  # fmt: skip
