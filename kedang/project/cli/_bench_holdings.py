"""``kedang bench holdings``: whole HTTP requests of the archive's lists, catalogues, volumes and searches at 100,000 items."""

import argparse
import time
from typing import Any

from django.db import connection

from kedang.foundation.kernel.refused import Refused
from kedang.project.cli import json_flag

LIMIT_MS = 80.0
"""95th percentile of any list, catalogue page or search (goal of the archive's room)."""


def add_parser(subparsers: Any) -> None:
    """``holdings``."""
    parser = subparsers.add_parser(
        "holdings", help="档案清单、目录、案卷页与检索的整页用时（空库时先装入 8000 卷 10 万件）"
    )
    parser.add_argument("--as", dest="username", default="", help="以谁的身份打开（默认第一位档案管理员）")
    parser.add_argument("--rounds", type=int, default=60, help="每页打开次数")
    parser.add_argument("--volumes", type=int, default=8000, help="空库时装入的卷数")
    parser.add_argument("--items", type=int, default=100_000, help="空库时装入的件数")
    parser.add_argument("--documents", type=int, default=20_000, help="空库时装入的文件正文数")
    parser.add_argument("--limit", type=float, default=LIMIT_MS, help="95 分位不得超过的毫秒数")
    json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fill an empty base, start a web process on a free port, open each page ``rounds`` times over one connection."""
    from kedang.business.holdings.models import Item, Volume
    from kedang.project.cli._bench_pages import UNCOUNTED, WebProcess, measure, percentiles, reading_person
    from kedang.project.cli._holdings_base import fill, is_empty
    from kedang.project.cli._holdings_pages import pages

    answer: dict[str, Any] = {"engine": connection.vendor, "limit_ms": args.limit}
    if is_empty():
        begun = time.monotonic()
        fill(args.volumes, args.items, args.documents)
        answer["filled_seconds"] = round(time.monotonic() - begun, 1)
    person = reading_person(args.username)
    answer |= {
        "volumes": Volume.objects.visible_to(person).count(),
        "items": Item.objects.visible_to(person).count(),
        "as": person.username,
    }
    if not answer["volumes"] or not answer["items"]:
        raise Refused("nothing_to_measure", "库中没有可看的案卷和文件，请在空的数据目录中运行，或先装入演示数据。")
    figures: dict[str, Any] = {}
    with WebProcess(person) as web:
        for name, address in pages(person).items():
            busy = web.busy_seconds
            figures[name] = percentiles(measure(lambda turn, address=address: web.get(address(turn)), args.rounds))  # type: ignore[misc]
            figures[name]["cpu_ms"] = round((web.busy_seconds - busy) * 1000 / (args.rounds + UNCOUNTED), 1)
    slow = {name: one["p95_ms"] for name, one in figures.items() if one["p95_ms"] > args.limit}
    answer |= {
        "pages": figures,
        "slowest_p95_ms": max(one["p95_ms"] for one in figures.values()),
        "within_limits": not slow,
    }
    if slow:
        raise Refused("pages_too_slow", f"整页用时超过 {args.limit:.0f} 毫秒：{slow}", None, **answer)
    return answer
