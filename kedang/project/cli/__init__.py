"""The ``kedang`` command: one module per verb in this package, each with ``add_parser(subparsers)`` and ``run(args)``.

``run`` returns the answer as a dict. With ``--json`` it is printed as one JSON object, else as readable lines. Exit
status: 0 done, 1 refused (the object then has ``error``), 2 wrong usage.
"""

import argparse
import gc
import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def build_parser() -> argparse.ArgumentParser:
    """Parser with every command module found in this package."""
    parser = argparse.ArgumentParser(prog="kedang", description="客档：客户档案管理系统")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda found: found.name):
        if not module.name.startswith("_"):
            importlib.import_module(f"{__name__}.{module.name}").add_parser(subparsers)
    return parser


def json_flag(parser: argparse.ArgumentParser) -> None:
    """The flag that every command has."""
    parser.add_argument("--json", action="store_true", dest="as_json", help="以一个 JSON 对象输出结果")


def show(answer: dict[str, Any], as_json: bool) -> None:
    """Print the answer for a script or for a person."""
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, default=str))
        return
    for key, value in answer.items():
        print(
            f"{key}: {json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else value}"
        )


@contextmanager
def loading() -> Iterator[None]:
    """What is loaded stays: nobody looks through it for what may go, which is a sixth of the time that a command takes to start."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            gc.freeze()
        if was_on:
            gc.enable()


def main(argv: list[str] | None = None) -> int:
    """Entry point of the console script."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kedang.project.settings")
    import django

    from kedang.project import settings as _settings  # noqa: F401  (installs the SQLite engine before Django loads it)

    arguments = list(sys.argv[1:] if argv is None else argv)
    from kedang.project.cli.import_ import start_helpers

    start_helpers(arguments)
    with loading():
        django.setup()
        from django.db import DatabaseError

        from kedang.foundation.kernel.refused import Refused
        from kedang.foundation.safekeeping.interrupted import refuse_interrupted

        parser = build_parser()
    args = parser.parse_args(arguments)
    as_json = bool(getattr(args, "as_json", False))
    try:
        if args.command != "backup" or args.verb in {"create", "drill"}:
            refuse_interrupted()
        answer = args.run(args)
    except Refused as refusal:
        return _refused(refusal, as_json)
    except DatabaseError as error:
        from kedang.project.cli._readiness import explained

        return _refused(explained(error), as_json)
    if answer is not None:
        show(answer, as_json)
    return 0


def _refused(refusal: Any, as_json: bool) -> int:
    show({"error": refusal.sentence, "code": refusal.code, **refusal.details}, as_json)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
