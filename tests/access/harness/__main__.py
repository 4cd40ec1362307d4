"""``python -m tests.access.harness [--seed N] [--short] [--plant NAME|all] [--parts walk,bulk] [--json FILE] [--processes 2]``

Exit 0: nothing leaked (with ``--plant``: every planted fault was heard). Exit 1: the first twenty leaks are named.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from secrets import randbelow
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
IN_CI = ("veil", "scope", "export", "history", "search", "bulk", "loan", "sharing-kinds", "difference", "message")


def main() -> int:
    """The whole run, or one share of it where a parent asks for it."""
    args = arguments()
    if args.share:
        from tests.access.harness.running import run_share

        return run_share(args)
    seed = args.seed if args.seed is not None else randbelow(1_000_000)
    args.seed = seed
    if args.engine:
        os.environ["KEDANG_TEST_ENGINE"] = "" if args.engine == "sqlite" else args.engine
    print(f"access harness: engine {os.environ.get('KEDANG_TEST_ENGINE') or 'sqlite'}, seed {seed}", flush=True)
    began = time.monotonic()
    answers = run_processes(args)
    failed = any(answer is None for answer in answers)
    summary = merged([answer for answer in answers if answer is not None])
    summary |= {"seed": seed, "seconds": round(time.monotonic() - began, 1), "form": "short" if args.short else "full"}
    show(summary)
    if args.json:
        Path(args.json).write_text(json.dumps(summary, ensure_ascii=False, indent=1), encoding="utf-8")
    return (
        1
        if failed or summary["leaks"] or summary["deaf"] or any(not heard for heard in summary["planted"].values())
        else 0
    )


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="access harness", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(os.environ["SEED"]) if os.environ.get("SEED") else None)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--plant", default=os.environ.get("PLANT", ""), help="a fault's name, ci, or all")
    parser.add_argument("--engine", default="", choices=["", "sqlite", "postgresql"])
    parser.add_argument("--prove", action="store_true", help="afterwards plant the faults of ci, in the same house")
    parser.add_argument("--parts", default="")
    parser.add_argument("--people", default="")
    parser.add_argument("--only", default="", help="beginnings of names of addresses, as holdings:,files:")
    parser.add_argument("--json", default="")
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--share", default="", help=argparse.SUPPRESS)
    parser.add_argument("--out", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def run_processes(args: argparse.Namespace) -> list[dict[str, Any] | None]:
    """Several processes, each with a database of its own and a share of the questions."""
    server = None
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if environment.get("KEDANG_TEST_ENGINE") == "postgresql" and not environment.get("KEDANG_TEST_DATABASE_URL"):
        from tools.postgres import Server

        server = Server().start()
        environment["KEDANG_TEST_DATABASE_URL"] = server.url
    try:
        with tempfile.TemporaryDirectory(prefix="kedang-access-") as folder:
            running = []
            for at in range(args.processes):
                out = Path(folder) / f"{at}.json"
                command = [
                    sys.executable, "-m", "tests.access.harness", "--seed", str(args.seed), "--share", f"{at}/{args.processes}",
                    "--out", str(out), "--parts", args.parts, "--people", args.people, "--plant", args.plant, "--only", args.only,
                    *(["--short"] if args.short else []), *(["--prove"] if args.prove else []),
                ]  # fmt: skip
                running.append((subprocess.Popen(command, cwd=ROOT, env=environment), out))
            return [
                json.loads(out.read_text()) if process.wait() == 0 and out.exists() else None
                for process, out in running
            ]
    finally:
        if server is not None:
            server.stop()


def merged(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """One summary out of several."""
    asked: Counter[str] = Counter()
    checks: Counter[str] = Counter()
    for answer in answers:
        asked.update(answer["asked"])
        checks.update(answer["checks"])
    heard = set().union(*[set(answer["heard"]) for answer in answers]) if answers else set()
    fields = set(answers[0]["fields"]) if answers and answers[0]["is_whole"] else set()
    return {
        "responses": sum(asked.values()), "checks": sum(checks.values()), "close": sum(answer["close"] for answer in answers),
        "by_channel_and_person": {key: [asked[key], checks[key]] for key in sorted(asked)},
        "leaks": [leak for answer in answers for leak in answer["leaks"]], "deaf": sorted(fields - heard),
        "planted": {name: told for answer in answers for name, told in answer["planted"].items()},
        "processor": round(sum(answer["seconds"] for answer in answers), 1),
        "notes": {key: value for answer in answers for key, value in answer["notes"].items()},
    }  # fmt: skip


def show(summary: dict[str, Any]) -> None:
    """The figures by channel and person, then what leaked."""
    by_channel: Counter[str] = Counter()
    by_person: Counter[str] = Counter()
    questions: Counter[str] = Counter()
    for key, (asked, checks) in summary["by_channel_and_person"].items():
        channel, _, person = key.partition("|")
        by_channel[channel] += checks
        questions[channel] += asked
        by_person[person] += checks
    for channel, checks in by_channel.most_common():
        print(f"  {channel:<20} {questions[channel]:>8,} answers {checks:>14,} checks")
    print("  " + " · ".join(f"{person} {checks:,}" for person, checks in by_person.most_common()))
    for name, heard in summary["planted"].items():
        print(f"  planted {name}: {f'heard, {heard} leaks' if heard else 'NOT HEARD'}")
    for name, value in summary["notes"].items():
        print(f"  {name}: {value}")
    for name in summary["deaf"]:
        print(f"  never heard where it is allowed: {name}")
    for leak in summary["leaks"][:20]:
        print(f"  LEAK {leak}")
    told = f"{summary['responses']:,} answers, {summary['checks']:,} checks ({summary['close']:,} close), {len(summary['leaks'])} leaks"
    print(f"{told}, {summary['seconds']} s ({summary['processor']} s of processor), seed {summary['seed']}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
