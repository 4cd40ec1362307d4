"""Runs the parts of the test suite one after the other, each in two processes; the journeys come last.

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
IN_TWO = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
"""A file's tests stay together, in the order of ``tests/engine.py``: by the number of their tests the long ones came last. Journeys too:
each process has an installation and a browser of its own."""


def ensure_browser() -> None:
    """Debian's Chromium, installed where that is allowed; otherwise the journeys are skipped, said loudly."""
    from tests.journey import browser_path

    if not browser_path():
        print("→ 安装 Chromium（浏览器测试用）/ installing Chromium for the browser journeys", flush=True)
        install("chromium")


def ensure_scanner() -> None:
    """Debian's clamd, for the tests of the virus scan; where it cannot be installed they are skipped, except in CI."""
    from tests.files.clamd import clamd_path

    if not clamd_path():
        print("→ 安装 ClamAV（查毒测试用）/ installing ClamAV for the tests of the virus scan", flush=True)
        install("clamav-daemon")


def install(package: str) -> None:
    """From Debian's archive, where that is allowed."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
        subprocess.run(["apt-get", *command], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def run(name: str, arguments: list[str]) -> bool:
    """One part, written to the screen as it goes; whether it passed."""
    engine = "postgresql" if name == "postgresql" else "sqlite"
    chosen = ["-m", "journey" if name == "journeys" else "not journey", *IN_TWO]
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
    if set(wanted) & {"sqlite", "postgresql"}:
        ensure_scanner()
    began = time.monotonic()
    passed = [run(name, rest) for name in wanted]
    print(f"{'passed' if all(passed) else 'FAILED'} in {time.monotonic() - began:.0f} s")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
