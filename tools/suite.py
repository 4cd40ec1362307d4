"""Runs the parts of the test suite one after the other, each engine's half in two processes; the journeys come last.

``python -m tools.suite sqlite postgresql journeys -- PYTEST ARGUMENTS``
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("sqlite", "postgresql", "journeys")
NO_TESTS_COLLECTED = 5


def ensure_browser() -> None:
    """Debian's Chromium, installed where that is allowed; otherwise the journeys are skipped, said loudly."""
    from tests.journey import browser_path

    if browser_path() or not shutil.which("apt-get") or os.geteuid() != 0:
        return
    print("→ 安装 Chromium（浏览器测试用）/ installing Chromium for the browser journeys", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", *command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def run(name: str, arguments: list[str]) -> bool:
    """One part, written to the screen as it goes; whether it passed."""
    engine = "postgresql" if name == "postgresql" else "sqlite"
    chosen = ["-m", "journey"] if name == "journeys" else ["-m", "not journey", "-n", "2", "--dist", "loadfile"]
    print(f"════ {name} ════", flush=True)
    began = time.monotonic()
    code = subprocess.run(
        [sys.executable, "-m", "pytest", *chosen, *arguments],
        cwd=ROOT,
        env={**os.environ, "KEDANG_TEST_ENGINE": engine, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode
    print(f"({name}: exit status {code}, {time.monotonic() - began:.0f} s)\n", flush=True)
    return code == 0 or (bool(arguments) and code == NO_TESTS_COLLECTED)


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
    passed = [run(name, rest) for name in wanted]
    print(f"{'passed' if all(passed) else 'FAILED'} in {time.monotonic() - began:.0f} s")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
