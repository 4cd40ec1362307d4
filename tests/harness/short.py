"""The short forms of all harnesses, as CI runs them after the tests: ``make harness-short``. Each harness adds its line.

What stands in one group runs side by side.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LAST_WORDS = 3000
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
GROUPS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (CRASH, (*CRASH, *POSTGRESQL)),
    ((*BACKUP, "--restores", "6"), (*BACKUP, "--restores", "4", *POSTGRESQL)),
    (KEYS, (*KEYS, *POSTGRESQL)),
    (FIXITY, (*FIXITY, *POSTGRESQL)),
    ((*CODES, "--engine", "sqlite"), (*CODES, *POSTGRESQL)),
    (UPLOADS, (*UPLOADS, *POSTGRESQL)),
    ((*RACES, "sqlite"), (*RACES, "postgresql")),
    ((*ACCESS, "sqlite"), (*ACCESS, "postgresql")),
    (("tests.harness.bench", "sqlite"), ("tests.harness.bench", "postgresql")),
    (("tests.harness.crash.checkpoints", "--seconds", "10"), LOG, ("tests.harness.schema",)),
)


def main() -> int:
    """Each harness's own words as it ends; what failed says so once more at the very end, where a log is looked at first."""
    failed: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory(prefix="kedang-short-") as folder:
        for group in GROUPS:
            began = time.monotonic()
            started = [start(words, Path(folder) / f"{number}.log") for number, words in enumerate(group)]
            for words, process, log in started:
                code = process.wait()
                said = log.read_text(encoding="utf-8", errors="replace")
                print(said, flush=True)
                if code:
                    failed.append((f"python -m {' '.join(words)} (exit {code})", said[-LAST_WORDS:]))
            print(f"({time.monotonic() - began:.0f} s)", flush=True)
    for what, said in failed:
        print(f"FAILED: {what}\n{said}")
    for what, _said in failed:
        print(f"FAILED: {what}")
    return 1 if failed else 0


def start(words: tuple[str, ...], log: Path) -> tuple[tuple[str, ...], "subprocess.Popen[bytes]", Path]:
    """Run a harness beside the others of its group."""
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    return words, process, log


if __name__ == "__main__":
    sys.exit(main())
