"""``kedang search TEXT``: customers by any fragment, as one person sees them."""

import argparse
from typing import Any

from kedang.foundation.kernel.refused import Refused
from kedang.project.cli import json_flag


def add_parser(subparsers: Any) -> None:
    """``search``."""
    parser = subparsers.add_parser("search", help="按任意片段检索客户")
    parser.add_argument("text", metavar="TEXT", help="汉字片段、拼音或首字母、编号、电话尾号；空格表示“且”，| 表示“或”")
    parser.add_argument("--as", dest="username", default="", help="以谁的身份检索（默认系统，可见全部）")
    parser.add_argument("--limit", type=int, default=20, help="最多列出多少条")
    parser.add_argument("--kind", default="customer", help=argparse.SUPPRESS)
    json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """One search, written down like every other."""
    from kedang.business.customers.models import Customer
    from kedang.foundation.kernel import context
    from kedang.foundation.search.query import parse
    from kedang.foundation.search.services import search_run

    if not parse(args.text).groups:
        raise Refused("search_empty", "请输入要检索的文字，只有空格或符号时无从检索。", "text")
    actor = searching_person(args.username)
    with context.use(channel="command"):
        result = search_run(actor=actor, kind=args.kind, text=args.text, page_size=max(args.limit, 1))
    rows = Customer.objects.visible_to(actor).only("number", "name", "party_kind").in_bulk(result.ids)
    return {
        "total": result.total,
        "is_capped": result.is_capped,
        "took_ms": round(result.took_ms, 1),
        "hits": [
            {"number": row.number, "name": row.name, "kind": row.get_party_kind_display(), "why": hit.why_text}
            for hit in result.hits
            if (row := rows.get(hit.id)) is not None
        ],
    }


def searching_person(username: str) -> Any:
    """The named person, else the system."""
    from kedang.foundation.access.models import Person
    from kedang.foundation.kernel.actors import system_actor

    if not username:
        return system_actor("kedang search")
    person = Person.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise Refused("no_such_person", f"没有可用的用户“{username}”，请检查用户名。", "as")
    return person
