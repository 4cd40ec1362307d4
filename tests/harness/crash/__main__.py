"""``python -m tests.harness.crash --engine sqlite --kills 1000 --seed 7 [--plant late-event] [--json FILE]``"""

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.harness.crash.inside.planted import FAULTS
from tests.harness.crash.post import opened
from tests.harness.crash.report import Report, show, write
from tests.harness.crash.run import Run, drawn
from tools.postgres import Server

MOST_CONNECTIONS = ("max_connections=60",)


def main() -> int:
    asked = parsed()
    kinds = drawn(asked.seed, asked.engine, asked.desks, asked.only)
    report = Report(asked.engine, asked.seed, asked.plant)
    folder = Path(tempfile.mkdtemp(prefix=f"kedang-crash-{asked.engine}-", dir=asked.folder))
    print(f"kill harness: {asked.engine}, {asked.kills} kills, seed {asked.seed}, in {folder}", flush=True)
    database = Server(durable=True, settings=MOST_CONNECTIONS).start() if asked.engine == "postgresql" else None
    try:
        with opened() as post:
            run = Run(folder, report, database, asked.whole_every, post, kinds)
            run.play(asked.kills, asked.minutes * 60)
    finally:
        if database:
            database.stop()
    summary = report.summary(run.journal.acts)
    show(summary)
    if asked.json:
        write(summary, Path(asked.json))
    if report.findings:
        print(f"  kept for a look: {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="crash", description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--plant", choices=["", *FAULTS], default="", help="a fault that must be found")
    parser.add_argument("--whole-every", type=int, default=20, help="compare the whole base every so many kills")
    parser.add_argument("--desks", type=int, default=0, help="so many desks, drawn by the seed (0: all)")
    parser.add_argument("--only", default="", help="these desks, for example Loan,Leaving")
    parser.add_argument("--minutes", type=float, default=0, help="stop after so long (0: never)")
    parser.add_argument("--json", default="", help="where to write the summary")
    parser.add_argument("--folder", default=None, help="where to work")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
