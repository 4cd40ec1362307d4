"""Runs the parts of the test suite: both engines at the same time, and the browser journeys when one has ended.

``python -m tools.suite sqlite postgresql journeys -- PYTEST ARGUMENTS``
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("sqlite", "postgresql", "journeys")
NO_TESTS_COLLECTED = 5


@dataclass
class Part:
    """A part that runs; its output is kept until it ends, unless it writes to the screen as it goes."""

    name: str
    process: subprocess.Popen[bytes]
    kept: IO[bytes] | None
    began: float


def ensure_browser() -> None:
    """Debian's Chromium, installed where that is allowed; otherwise the journeys are skipped, said loudly."""
    from tests.journey import browser_path

    if browser_path() or not shutil.which("apt-get") or os.geteuid() != 0:
        return
    print("→ 安装 Chromium（浏览器测试用）/ installing Chromium for the browser journeys", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def start(name: str, arguments: list[str], *, on_screen: bool) -> Part:
    engine = "postgresql" if name == "postgresql" else "sqlite"
    chosen = ["-m", "journey" if name == "journeys" else "not journey"]
    kept = None if on_screen else tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
    if on_screen:
        print(f"════ {name} ════", flush=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *chosen, *arguments],
        cwd=ROOT,
        env={**os.environ, "KEDANG_TEST_ENGINE": engine, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=kept,
        stderr=subprocess.STDOUT if kept else None,
    )
    return Part(name, process, kept, time.monotonic())


def finish(part: Part, *, may_be_empty: bool) -> bool:
    """Wait, show the part's output; whether it passed."""
    code = part.process.wait()
    if part.kept:
        part.kept.seek(0)
        print(f"════ {part.name} ════", flush=True)
        sys.stdout.buffer.write(part.kept.read())
        part.kept.close()
    print(f"({part.name}: exit status {code}, {time.monotonic() - part.began:.0f} s)\n", flush=True)
    return code == 0 or (may_be_empty and code == NO_TESTS_COLLECTED)


def main() -> int:
    arguments = sys.argv[1:]
    own, rest = arguments, []
    if "--" in arguments:
        cut = arguments.index("--")
        own, rest = arguments[:cut], arguments[cut + 1 :]
    wanted = [name for name in PARTS if name in own]
    if not wanted or set(own) - set(PARTS):
        sys.exit(__doc__)
    if "journeys" in wanted:
        ensure_browser()
    began = time.monotonic()
    engines = [name for name in wanted if name != "journeys"]
    parts = [start(name, rest, on_screen=name == engines[0]) for name in engines]
    if "journeys" in wanted:
        while parts and all(part.process.poll() is None for part in parts):
            time.sleep(0.5)  # the journeys take the core of the half that ends first
        parts.append(start("journeys", rest, on_screen=not parts))
    passed = [finish(part, may_be_empty=bool(rest)) for part in parts]
    print(f"{'passed' if all(passed) else 'FAILED'} in {time.monotonic() - began:.0f} s")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
