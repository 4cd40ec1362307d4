"""``python -m tests.races [ROUNDS] [CLIENTS] [ENGINE …]``: the whole harness, and its figures in one line per engine."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(engine: str, rounds: str, clients: str) -> bool:
    """All pairs on one engine, two processes side by side; prints and returns whether nothing was found."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kedang-races-") as folder:
        report = Path(folder) / "report.jsonl"
        given = {"ENGINE": engine, "ROUNDS": rounds, "CLIENTS": clients, "REPORT": str(report)}
        environment = {**os.environ, **{f"KEDANG_TEST_{name}": value for name, value in given.items()}}
        command = [sys.executable, "-m", "pytest", "tests/races/harness_races.py", "-q", "-n", "2", "--durations=0"]
        code = subprocess.run(command, cwd=ROOT, env=environment).returncode
        lines = (
            [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()] if report.exists() else []
        )
    sums: Counter[str] = Counter()
    for line in lines:
        sums.update({name: line[name] for name in ("pairs", "calls", "won", "told_no", "findings")})
    slowest = max((line["slowest_call_ms"] for line in lines), default=0)
    told = {"harness": "races", "engine": engine, "rounds": int(rounds), "clients": int(clients), **sums}
    print(json.dumps({**told, "slowest_call_ms": slowest, "seconds": round(time.monotonic() - began)}), flush=True)
    return code == 0 and sums["calls"] > 0


def main() -> int:
    """Exit 0 when every engine passed."""
    given = sys.argv[1:]
    rounds, clients = (given + ["200", "16"][len(given) :])[:2]
    engines = given[2:] or ["sqlite", "postgresql"]
    passed = [run(engine, rounds, clients) for engine in engines]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
