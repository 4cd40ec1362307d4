"""``python -m tests.harness.bench [ENGINE]``: the commands that measure must themselves work: each is run once on a small company.

Nothing is judged by the clock here; figures come from ``kedang bench`` on a large base.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools.postgres import Server

ROOT = Path(__file__).resolve().parent.parent.parent
MEASURES = (
    ("import", "--rows", "3000"),
    ("pages", "--rounds", "2"),
    ("search", "--each", "1"),
    ("files", "--mib", "16", "--small", "5", "--http"),
)
ARCHIVE = ("holdings", "--rounds", "2", "--volumes", "30", "--items", "400", "--documents", "20", "--limit", "60000")
USE = ("use", "--rounds", "2", "--cases", "30", "--loans", "6", "--limit", "60000", "--decision-limit", "60000")
"""These two in installations of their own, which they fill themselves."""
EXPECTED = {
    "holdings": {"volumes", "items", "pages", "slowest_p95_ms", "within_limits", "limit_ms", "filled_seconds"},
    "import": {"rows", "created", "rows_per_second", "raw_rows_per_second", "ratio", "scaling", "undo", "peak_rss_mib"},
    "pages": {"customers", "list_first", "list_deep", "dossier", "home"},
    "files": {
        "store_mb_per_second",
        "fixity_mb_per_second",
        "faults",
        "peak_rss_mib",
        "small_files_per_second",
        "upload",
    },
    "search": {"customers", "all", "http", "compared", "wrong"},
    "use": {"cases", "loans", "pages", "decision", "within_limits", "filled_seconds"},
}


def main() -> int:
    """Exit 1 names what a command did not tell."""
    engine = (sys.argv[1:] or ["sqlite"])[0]
    server = Server().start() if engine == "postgresql" else None
    try:
        with tempfile.TemporaryDirectory(prefix="kedang-bench-") as folder:
            environment = {
                **{name: value for name, value in os.environ.items() if not name.startswith("KEDANG_")},
                "KEDANG_DATA_DIR": folder, "KEDANG_DATABASE_URL": server.url if server else "",
                "DJANGO_SETTINGS_MODULE": "kedang.project.settings",
            }  # fmt: skip
            made = ran(["tests.harness.crash.base"], environment)
            if made.returncode:
                raise RuntimeError(made.stderr[-2000:])
            faults = [fault for words in MEASURES for fault in judged(words, environment)]
            faults += [fault for words in (ARCHIVE, USE) for fault in faults_in_own(words, environment)]
    finally:
        if server:
            server.stop()
    print(json.dumps({"harness": "bench", "engine": engine, "faults": faults}, ensure_ascii=False))
    return 1 if faults else 0


def faults_in_own(words: tuple[str, ...], environment: dict[str, str]) -> list[str]:
    """What is measured where nobody is yet: with a database and a data folder of its own."""
    server = Server().start() if environment["KEDANG_DATABASE_URL"] else None
    try:
        with tempfile.TemporaryDirectory(prefix="kedang-bench-") as folder:
            own = {**environment, "KEDANG_DATA_DIR": folder, "KEDANG_DATABASE_URL": server.url if server else ""}
            made = ran(["kedang.project.cli", "setup", "--empty"], own)
            if made.returncode:
                raise RuntimeError(made.stderr[-2000:])
            return judged(words, own)
    finally:
        if server:
            server.stop()


def ran(words: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """A module of ours, to its end."""
    return subprocess.run([sys.executable, "-m", *words], cwd=ROOT, env=environment, capture_output=True, text=True)


def judged(words: tuple[str, ...], environment: dict[str, str]) -> list[str]:
    """What is wrong with the answer of a measuring command."""
    done = ran(["kedang.project.cli", "bench", *words, "--json"], environment)
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1]) if done.stdout.strip() else {}
    if done.returncode or "error" in told:
        return [f"bench {words[0]}: exit {done.returncode}: {told.get('error') or done.stderr[-600:]}"]
    faults = [f"bench {words[0]} does not tell {name}" for name in sorted(EXPECTED[words[0]] - set(told))]
    if told.get("wrong"):
        faults.append(f"bench search found wrong hits for {told['wrong']}")
    return faults


if __name__ == "__main__":
    sys.exit(main())
