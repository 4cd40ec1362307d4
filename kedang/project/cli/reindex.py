"""``kedang reindex``: the search index built anew from the records, while the system runs."""

import argparse
import sys
import time
from typing import Any

from kedang.project.cli import json_flag


def add_parser(subparsers: Any) -> None:
    """``reindex``."""
    parser = subparsers.add_parser("reindex", help="重建检索索引（升级说明要求时，或检索结果可疑时）")
    json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Every kind in turn; the search finds what is done already."""
    from kedang.foundation.search import index
    from kedang.foundation.search.sources import kinds

    start = time.monotonic()
    counts: dict[str, int] = {}
    for kind in kinds():
        counts[kind] = index.rebuild(kind, None if args.as_json else lambda done, kind=kind: _say(kind, done))
    return {"documents": counts, "seconds": round(time.monotonic() - start, 1)}


def _say(kind: str, done: int) -> None:
    if done % 20_000 == 0:
        print(f"{kind}: {done:,}", file=sys.stderr, flush=True)
