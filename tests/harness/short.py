"""The short forms of all harnesses, as CI runs them after the tests: ``make harness-short``. Each harness adds its line.

Some run side by side: when one ends, the next begins. Those that compute stand between those that wait for kills, long ones first.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LAST_WORDS = 3000
AT_ONCE = (os.cpu_count() or 2) + 1
"""One more than the machine has processors: whoever kills also waits for what was killed to come again."""
LOOK_SECONDS = 0.1
ACCESS = ("tests.access.harness", "--short", "--prove", "--seed", "7", "--processes", "1", "--engine")
RACES = ("tests.races", "1", "6", "--pair-rounds", "1", "--seed", "4", "--prove", "--processes", "1")
CRASH = ("tests.harness.crash", *"--kills 16 --whole-every 8 --seed 11 --desks 10".split())
BACKUP = ("tests.harness.backup", *"--prove --trials 300 --kills 8 --drills 1 --seed 7".split())
KEYS = ("tests.harness.keys", *"--prove --objects 10000 --kills 4 --reach 1.5 --seed 24".split())
LOG = ("tests.harness.log", *"--events 3000 --changes 300 --seed 7 --workers 1 --no-cost --prove".split())
FIXITY = ("tests.harness.fixity", *"--files 500 --faults 120 --seed 7 --prove".split())
UPLOADS = ("tests.harness.uploads", *"--kills 6 --seed 7".split())
CODES = ("tests.harness.codes", *"--numbers 40 --seed 7 --prove".split())
POSTGRESQL = ("--engine", "postgresql")
HARNESSES: tuple[tuple[str, ...], ...] = (
    (*CRASH, *POSTGRESQL),
    (*ACCESS, "postgresql"),
    (*ACCESS, "sqlite"),
    CRASH,
    (*RACES, "postgresql"),
    (*RACES, "sqlite"),
    ("tests.harness.bench", "postgresql"),
    ("tests.harness.bench", "sqlite"),
    (*BACKUP, "--restores", "4", *POSTGRESQL),
    (*BACKUP, "--restores", "6"),
    (*KEYS, *POSTGRESQL),
    KEYS,
    (*CODES, *POSTGRESQL),
    (*CODES, "--engine", "sqlite"),
    LOG,
    (*UPLOADS, *POSTGRESQL),
    UPLOADS,
    (*FIXITY, *POSTGRESQL),
    FIXITY,
    ("tests.harness.crash.checkpoints", "--seconds", "10"),
    ("tests.harness.schema",),
)


class Running:
    """A harness that was started, and what it writes."""

    def __init__(self, words: tuple[str, ...], log: Path) -> None:
        self.words, self.log, self.began = words, log, time.monotonic()
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *words], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT
            )

    def told(self) -> str:
        """Its own words, once it has ended, and how long it took beside the others."""
        said = self.log.read_text(encoding="utf-8", errors="replace")
        print(f"{said}\n({' '.join(self.words)}: {time.monotonic() - self.began:.0f} s)\n", flush=True)
        return said


def main() -> int:
    """Each harness's own words as it ends; what failed says so once more at the very end, where a log is looked at first."""
    began, failed = time.monotonic(), list[tuple[str, str]]()
    waiting, running = list(enumerate(HARNESSES)), list[Running]()
    with tempfile.TemporaryDirectory(prefix="kedang-short-") as folder:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                number, words = waiting.pop(0)
                running.append(Running(words, Path(folder) / f"{number}.log"))
            time.sleep(LOOK_SECONDS)
            for one in [one for one in running if one.process.poll() is not None]:
                running.remove(one)
                said = one.told()
                if one.process.returncode:
                    what = f"python -m {' '.join(one.words)} (exit {one.process.returncode})"
                    failed.append((what, said[-LAST_WORDS:]))
    print(f"{len(HARNESSES)} harnesses, {len(failed)} failed, {time.monotonic() - began:.0f} s")
    for what, said in failed:
        print(f"FAILED: {what}\n{said}")
    for what, _said in failed:
        print(f"FAILED: {what}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
