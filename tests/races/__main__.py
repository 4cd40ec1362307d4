"""``python -m tests.races [ROUNDS] [CLIENTS] [ENGINE …] [--pair-rounds N] [--seed S] [--group G] [--plant FAULT] [--prove]``

The whole harness, and its figures in one line per engine. ``ROUNDS``: in so many rounds of the mixed form every pair meets at least.
``--plant`` takes a protection away: the run must then fail. ``--prove`` plants every fault for a moment at the end: each must be noticed.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.races.planted import FAULTS

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ("sqlite", "postgresql")


def run(engine: str, asked: argparse.Namespace) -> bool:
    """Both forms on one engine, two processes side by side; prints and returns whether nothing was found."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kedang-races-") as folder:
        report = Path(asked.report or folder).resolve() / f"races-{engine}.jsonl"
        report.unlink(missing_ok=True)
        given = {
            "ENGINE": engine, "ROUNDS": asked.rounds, "PAIR_ROUNDS": asked.pair_rounds, "CLIENTS": asked.clients, "SEED": asked.seed,
            "GROUP": asked.group, "PLANT": asked.plant, "PROVE": "1" if asked.prove else "", "REPORT": report,
        }  # fmt: skip
        environment = {**os.environ, **{f"KEDANG_TEST_{name}": str(value) for name, value in given.items()}}
        pytest = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-n",
            str(asked.processes),
            "--maxschedchunk=1",
        ]
        code = subprocess.run([*pytest, "tests/races/harness_races.py"], cwd=ROOT, env=environment).returncode
        lines = (
            [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()] if report.exists() else []
        )
    told = {"harness": "races", "engine": engine, "seed": asked.seed, "clients": asked.clients, **sums(lines)}
    told |= {"planted": asked.plant} if asked.plant else {}
    told |= {"seconds": round(time.monotonic() - began), "ok": code == 0 and told["calls"] > 0}
    print(json.dumps(told, ensure_ascii=False), flush=True)
    if asked.json:
        with Path(asked.json).open("a", encoding="utf-8") as out:
            out.write(json.dumps(told, ensure_ascii=False) + "\n")
    return bool(told["ok"])


def sums(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures of all cases together."""
    played = [line for line in lines if line["form"] != "planted"]
    meetings: Counter[tuple[str, str]] = Counter()
    total: Counter[str] = Counter()
    for line in played:
        meetings.update({(line["group"], pair): count for pair, count in line["meetings"].items()})
        total.update({name: line[name] for name in ("calls", "won", "findings")})
        total[f"rounds_{line['form']}"] += line["rounds"]
    smallest = min(meetings.values(), default=0)
    figures = {
        "rounds_mixed": total["rounds_mixed"], "rounds_pairwise": total["rounds_pairs"], "pairs": len(meetings),
        "smallest_meetings_of_a_pair": smallest, "meetings": meetings.total(), "calls": total["calls"], "won": total["won"],
        "told_no": total["calls"] - total["won"], "findings": total["findings"],
        "slowest_call_ms": max((line["slowest_call_ms"] for line in played), default=0),
    }  # fmt: skip
    noticed = {line["fault"]: line["noticed"] for line in lines if line["form"] == "planted"}
    return {**figures, "planted_faults_noticed": noticed} if noticed else figures


def main() -> int:
    """Exit 0 when every engine passed."""
    parser = argparse.ArgumentParser(prog="tests.races")
    parser.add_argument(
        "rounds", nargs="?", type=int, default=200, help="rounds in which every pair meets at least (mixed form)"
    )
    parser.add_argument("clients", nargs="?", type=int, default=16)
    parser.add_argument("engines", nargs="*", default=ENGINES, metavar="ENGINE")
    parser.add_argument(
        "--pair-rounds", type=int, default=3, help="rounds of each pair by itself; 0: only the mixed form"
    )
    parser.add_argument("--seed", type=int, default=random.randrange(10**8))
    parser.add_argument("--group", default="", help="only this group, or several with commas between")
    parser.add_argument("--plant", choices=["", *FAULTS], default="", help="a fault: the run must fail")
    parser.add_argument(
        "--prove", action="store_true", help="at the end plant every fault for a moment: each must be noticed"
    )
    parser.add_argument(
        "--processes", type=int, default=2, help="that share the cases of an engine, each with a base of its own"
    )
    parser.add_argument(
        "--report", default="", help="folder that keeps the figures of every case as soon as it has ended"
    )
    parser.add_argument("--json", default="", help="add the lines to this file")
    asked = parser.parse_intermixed_args()
    if asked.plant:
        asked.group, asked.prove = FAULTS[asked.plant].group, False
    print(f"races: seed {asked.seed}", flush=True)
    passed = [run(engine, asked) for engine in asked.engines]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
