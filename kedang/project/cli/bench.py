"""``kedang bench import|search|pages``: measures against raw SQL of the same engine in the same run.

Every module ``_bench_*.py`` beside this one brings one of them: ``add_parser(subparsers)`` like a command of its own.
"""

import importlib
import pkgutil
from typing import Any

from kedang.project import cli


def add_parser(subparsers: Any) -> None:
    """Declare the verb with every measurement found."""
    parser = subparsers.add_parser("bench", help="性能测量（与同一引擎的原生 SQL 对照）")
    verbs = parser.add_subparsers(dest="bench_verb", required=True, metavar="WHAT")
    for module in sorted(pkgutil.iter_modules(cli.__path__), key=lambda found: found.name):
        if module.name.startswith("_bench_"):
            importlib.import_module(f"{cli.__name__}.{module.name}").add_parser(verbs)
