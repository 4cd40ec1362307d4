"""``kedang move --to URL``: everything into another database, compared; the source is kept."""

import argparse
from typing import Any

from kedang.foundation.kernel.actors import system_actor
from kedang.project.cli import json_flag
from kedang.project.cli.backup import shown


def add_parser(subparsers: Any) -> None:
    """The command."""
    parser = subparsers.add_parser("move", help="迁移到另一个数据库（SQLite ↔ PostgreSQL），逐表核对，原数据库保留")
    parser.add_argument(
        "--to", required=True, metavar="URL", help="目标，如 postgresql://用户:密码@主机/库 或 sqlite:///路径"
    )
    parser.add_argument("--force", action="store_true", help="目标已有数据也替换")
    json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Move and compare."""
    from kedang.foundation.safekeeping.moving import move

    return move(actor=system_actor("kedang move"), url=args.to, force=args.force, show=shown(args))
