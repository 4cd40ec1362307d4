"""The short forms of all harnesses, as CI runs them after the tests: ``make harness-short``. Each harness adds its line.

What stands in one group runs side by side.
"""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
RACES = ("tests.races", "1", "6")
GROUPS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (
        ("tests.harness.crash", "--engine", "sqlite", "--kills", "15", "--whole-every", "8", "--seed", "11"),
        ("tests.harness.crash", "--engine", "postgresql", "--kills", "15", "--whole-every", "8", "--seed", "11"),
    ),
    (
        ("tests.harness.backup", "--prove", "--trials", "300", "--kills", "8", "--drills", "1", "--seed", "7"),
        (
            "tests.harness.backup",
            "--prove",
            "--trials",
            "300",
            "--kills",
            "8",
            "--drills",
            "1",
            "--seed",
            "7",
            "--engine",
            "postgresql",
        ),
    ),
    (
        ("tests.harness.keys", "--prove", "--objects", "10000", "--kills", "4", "--reach", "1.5", "--seed", "24"),
        (
            "tests.harness.keys",
            "--prove",
            "--objects",
            "10000",
            "--kills",
            "4",
            "--reach",
            "1.5",
            "--seed",
            "24",
            "--engine",
            "postgresql",
        ),
    ),
    ((*RACES, "sqlite"), (*RACES, "postgresql")),
    (
        ("tests.harness.crash.checkpoints", "--seconds", "10"),
        (
            "tests.harness.log",
            "--events",
            "3000",
            "--changes",
            "300",
            "--seed",
            "7",
            "--workers",
            "1",
            "--no-cost",
            "--prove",
        ),
    ),
)


def main() -> int:
    failed = []
    for group in GROUPS:
        began = time.monotonic()
        running = [(words, subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT)) for words in group]
        failed += [" ".join(words) for words, process in running if process.wait()]
        print(f"({time.monotonic() - began:.0f} s)", flush=True)
    for words in failed:
        print(f"FAILED: python -m {words}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
