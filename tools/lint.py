"""All checks that need no running system; every one is run, then the failures are told together."""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
SHOWN = 60
"""Lines of one check that are printed when all are run."""

MIGRATIONS = (
    "import kedang.project.settings, django; django.setup();"
    "from django.core.management import call_command;"
    "call_command('makemigrations', check=True, dry_run=True, verbosity=1)"
)
CHECKS: dict[str, list[str]] = {
    "types": [PYTHON, "-m", "mypy"],
    "style": [PYTHON, "-m", "ruff", "check", "--output-format=concise", "."],
    "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
    "imports": [PYTHON, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-logo"],
    "migrations": [PYTHON, "-c", MIGRATIONS],
    "house": [PYTHON, "-m", "tools.house"],
    "messages": [PYTHON, "tools/messages.py", "check"],
}


def run(name: str) -> tuple[str, int, str, float]:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kedang-lint-") as folder:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "kedang.project.settings",
            "KEDANG_DATA_DIR": folder,
            "KEDANG_DATABASE_URL": "",
            "KEDANG_SECRET_KEY": "only-for-checks",
        }
        done = subprocess.run(CHECKS[name], cwd=ROOT, env=environment, capture_output=True, text=True)
    return name, done.returncode, done.stdout + done.stderr, time.monotonic() - began


def main() -> int:
    wanted = sys.argv[1:] or list(CHECKS)
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(run, wanted))
    for name, code, text, _seconds in results:
        if code:
            lines = text.strip().splitlines()
            more = [f"… and {len(lines) - SHOWN} lines more: make lint CHECK={name}"] if len(lines) > SHOWN else []
            print("\n".join([f"──── {name} ────", *(lines if len(wanted) == 1 else lines[:SHOWN] + more), ""]))
    for name, code, _text, seconds in results:
        print(f"{'✗' if code else '✓'} {name} ({seconds:.1f} s)")
    return 1 if any(code for _name, code, _text, _seconds in results) else 0


if __name__ == "__main__":
    sys.exit(main())
