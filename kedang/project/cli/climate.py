"""``kedang climate add ROOM T H`` and ``kedang climate import ROOM FILE``: readings of devices (CS-03)."""

import argparse
from pathlib import Path
from typing import Any

from kedang.foundation.kernel.refused import Refused
from kedang.project.cli import json_flag


def add_parser(subparsers: Any) -> None:
    """``climate add`` and ``climate import``."""
    parser = subparsers.add_parser("climate", help="记录库房温湿度（供采集设备调用）")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    one = verbs.add_parser("add", help="记一次")
    _room(one)
    one.add_argument("temperature", metavar="T", help="温度，℃")
    one.add_argument("humidity", metavar="H", help="相对湿度，%%")
    one.add_argument("--at", default="", help="时间，如 2026-11-22 08:00；不写为现在")
    one.add_argument("--source", default="采集设备", help="来源名称")
    many = verbs.add_parser("import", help="导入 CSV：每行 时间,温度,湿度")
    _room(many)
    many.add_argument("file", metavar="FILE")
    for each in (one, many):
        each.set_defaults(run=run)


def _room(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("room", metavar="ROOM", help="库房的位置号，如 DA-1")
    parser.add_argument("--fonds", default="", help="全宗号；有几家公司时须写明")
    json_flag(parser)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Take the readings in, in the name of the device."""
    from kedang.business.holdings.services.climate import climate_add_many, moment, read_csv
    from kedang.foundation.kernel import clock, context
    from kedang.foundation.kernel.actors import system_actor

    room = _room_of(args.room, args.fonds)
    told: list[tuple[int, str]] = []
    if args.verb == "add":
        at = moment(args.at) if args.at else clock.now()
        if at is None:
            raise Refused("time_unreadable", f"时间“{args.at}”无法识别，请写成 2026-11-22 08:00。", "at")
        readings = [{"read_at": at, "temperature": args.temperature, "humidity": args.humidity}]
    else:
        path = Path(args.file)
        if not path.is_file():
            raise Refused("no_such_file", f"没有文件“{args.file}”，请检查路径。", "file")
        readings, told = read_csv(path.read_text(encoding="utf-8-sig", errors="replace"))
    with context.use(channel="command"):
        source = getattr(args, "source", "CSV")
        answer = climate_add_many(actor=system_actor("温湿度采集"), location=room, readings=readings, source=source)
    refused = [sentence for _line, sentence in [*told, *answer.refused]]
    if args.verb == "add" and refused:
        raise Refused("values_invalid", refused[0])
    return {
        "room": room.label,
        "added": answer.added,
        "known": answer.known,
        "out": answer.out,
        "refused": refused[:20],
    }


def _room_of(label: str, fonds: str) -> Any:
    from kedang.business.holdings.models import Location

    rows = Location.objects.filter(label=label)
    found = list((rows.filter(fonds__code=fonds) if fonds else rows)[:2])
    if not found:
        raise Refused("no_such_room", f"没有位置号为“{label}”的库房，请检查。", "room")
    if len(found) > 1:
        raise Refused("room_ambiguous", f"几家公司都有“{label}”，请用 --fonds 写明全宗号。", "fonds")
    return found[0]
