"""Writes the locks from pyproject.toml: exact versions with digests, for every platform, no addresses inside."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = ["--quiet", "--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url"]


def uv() -> str:
    """uv of the machine or of the environment; else a copy in a folder that is thrown away."""
    beside = Path(sys.executable).with_name("uv")
    found = shutil.which("uv") or (str(beside) if beside.exists() else None)
    if found:
        return found
    folder = tempfile.mkdtemp(prefix="kedang-uv-")
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", folder, "uv"], check=True)
    return f"{folder}/bin/uv"


def main() -> int:
    compile_ = [uv(), "pip", "compile", *OPTIONS, "pyproject.toml"]
    test = "requirements-test.lock"
    steps = [
        [*compile_, "--extra", "test", "-o", test],
        [*compile_, "--constraint", test, "-o", "requirements.lock"],
        [*compile_, "--extra", "ocr", "--constraint", test, "-o", "requirements-ocr.lock"],
    ]
    for step in steps:
        subprocess.run(step, cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
