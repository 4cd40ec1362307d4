"""Sets up what the house needs in its own folder, and nothing twice. Standard library only; run by ``bin/setup``.

Four steps, each skipped when its stamp says that nothing changed: packages from the hashed lock into ``.venv`` (by uv,
else venv, else pip into a folder of its own), front-end packages and fonts, translations, static files.
"""

import argparse
import hashlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "kedang-stamps"
LOCKS = {False: ROOT / "requirements.lock", True: ROOT / "requirements-test.lock"}
OCR_LOCK = ROOT / "requirements-ocr.lock"
STATIC = ROOT / "build" / "static"

LAUNCHER = """\
#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
exec "$here/python" -m kedang.project.cli "$@"
"""

# Where no virtual environment can be made: this machine's Python, with the packages' folder before it.
BORROWED_PYTHON = """\
#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")/.." && pwd)
PYTHONPATH="$here/packages:$(dirname -- "$here")${{PYTHONPATH:+:$PYTHONPATH}}" exec "{python}" "$@"
"""

NOTHING_WORKS = """\
无法安装所需组件：这台机器的 Python 没有 venv，也没有 pip；请先运行 apt-get install python3-venv（或安装 uv）再试。
The packages cannot be installed: this Python has neither venv nor pip;
run `apt-get install python3-venv` (or install uv), then run again.
"""
NOT_FETCHED = """\
组件下载或校验失败：请检查网络（或软件源设置），再重新运行；已下载的部分不会重复下载。
Packages could not be fetched or verified: check the network (or the index settings) and run again.
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/setup", description="Sets up the house in its own folder.")
    parser.add_argument("--test", action="store_true", help="also what tests and checks need")
    parser.add_argument("--ocr", action="store_true", help="also what recognises the text of scans")
    options = parser.parse_args()
    install_packages(with_tests=options.test)
    if options.ocr:
        install_recognition()
    write_launcher()
    make_from_sources()
    return 0


# --- packages -------------------------------------------------------------------------------------------------------


def install_packages(*, with_tests: bool) -> None:
    stamp = STAMPS / "packages"
    wanted = digest_of([LOCKS[with_tests]])
    enough = {wanted, digest_of([LOCKS[True]])}
    if PYTHON.exists() and stamp.exists() and stamp.read_text() in enough:
        return
    say("安装组件", "packages")
    install(LOCKS[with_tests])
    for site in site_folders():
        (site / "kedang.pth").write_text(f"{ROOT}\n")
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(wanted)


def install_recognition() -> None:
    """The packages that recognise text in scans, beside the others."""
    stamp, wanted = STAMPS / "recognition", digest_of([OCR_LOCK])
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("安装文字识别组件", "text recognition")
    install(OCR_LOCK)
    stamp.write_text(wanted)


def install(lock: Path) -> None:
    way = existing_way() or make_environment()
    if not way:
        sys.stderr.write(NOTHING_WORKS)
        raise SystemExit(1)
    done = subprocess.run(
        [*way, "--require-hashes", "-r", str(lock)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        sys.stderr.write(f"{done.stdout[-3000:]}\n{NOT_FETCHED}")
        raise SystemExit(1)


def existing_way() -> list[str] | None:
    """How to install into the environment that is there already; an environment that does not run is made anew."""
    if not PYTHON.exists():
        return None
    if not succeeded([str(PYTHON), "-c", "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))"]):
        shutil.rmtree(VENV)
        return None
    if (VENV / "packages").is_dir():
        return target_way()
    return uv_way() or venv_pip_way()


def make_environment() -> list[str] | None:
    """Make ``.venv`` by the best means this machine has; the command that installs into it, or None."""
    uv = shutil.which("uv")
    if uv and succeeded([uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]):
        return uv_way()
    if quietly_succeeded([sys.executable, "-m", "venv", str(VENV)]):
        return venv_pip_way()
    shutil.rmtree(VENV, ignore_errors=True)
    if has_pip(sys.executable) and quietly_succeeded([sys.executable, "-m", "venv", "--without-pip", str(VENV)]):
        return venv_pip_way()
    shutil.rmtree(VENV, ignore_errors=True)
    return target_way() if has_pip(sys.executable) else None


def uv_way() -> list[str] | None:
    uv = shutil.which("uv")
    return [uv, "pip", "install", "--quiet", "--python", str(PYTHON)] if uv else None


def venv_pip_way() -> list[str] | None:
    quiet = ["install", "--quiet", "--disable-pip-version-check", "--no-input"]
    if has_pip(str(PYTHON)):
        return [str(PYTHON), "-m", "pip", *quiet]
    if has_pip(sys.executable):  # Debian without python3-venv: the machine's pip installs into the environment
        return [sys.executable, "-m", "pip", "--python", str(PYTHON), *quiet]
    return None


def target_way() -> list[str]:
    """No environment at all: packages in a folder, and a small program that puts the folder in front."""
    (VENV / "bin").mkdir(parents=True, exist_ok=True)
    (VENV / "packages").mkdir(exist_ok=True)
    write_program(PYTHON, BORROWED_PYTHON.format(python=sys.executable))
    quiet = ["install", "--quiet", "--disable-pip-version-check", "--no-input"]
    return [sys.executable, "-m", "pip", *quiet, "--upgrade", "--target", str(VENV / "packages")]


def has_pip(python: str) -> bool:
    return quietly_succeeded([python, "-m", "pip", "--version"])


def site_folders() -> Iterator[Path]:
    yield from VENV.glob("lib/python3.*/site-packages")


def write_launcher() -> None:
    launcher = VENV / "bin" / "kedang"
    if not launcher.exists() or launcher.read_text() != LAUNCHER:
        write_program(launcher, LAUNCHER)


def write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


# --- what is made from the sources ----------------------------------------------------------------------------------


def make_from_sources() -> None:
    """Front-end files, translations and collected static files, as far as their sources changed."""
    run_step("tools/assets.py")
    run_step("tools/messages.py", "compile")
    collect_static()


def run_step(*command: str) -> None:
    """Steps that look after their own stamps."""
    done = subprocess.run([str(PYTHON), *command], cwd=ROOT)
    if done.returncode:
        raise SystemExit(done.returncode)


def collect_static() -> None:
    """Static files with digests in their names, compressed. Older ones stay for pages that are still open."""
    stamp = STAMPS / "static"
    wanted = digest_of(static_sources(), contents=False)
    if stamp.exists() and stamp.read_text() == wanted and (STATIC / "staticfiles.json").exists():
        return
    say("整理静态文件", "static files")
    code = (
        "import kedang.project.settings, django\n"
        "from django.core.management import call_command\n"
        "django.setup()\n"
        "call_command('collectstatic', interactive=False, verbosity=0)\n"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "kedang.project.settings", "KEDANG_DEBUG": "0"}
    # Static files need no database and no keys: what is set for the real installation is left alone.
    environment.update(KEDANG_SECRET_KEY="only-for-static-files", KEDANG_DATABASE_URL="")
    done = subprocess.run([str(PYTHON), "-c", code], cwd=ROOT, env=environment)
    if done.returncode:
        raise SystemExit(done.returncode)
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(wanted)


def static_sources() -> list[Path]:
    folders = [ROOT / "build" / "assets", *sorted((ROOT / "kedang").glob("**/static"))]
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()] + [LOCKS[False]]


# --- small tools ----------------------------------------------------------------------------------------------------


def digest_of(paths: list[Path], *, contents: bool = True) -> str:
    digest = hashlib.sha256()
    for path in paths:
        status = path.stat()
        digest.update(f"{path.relative_to(ROOT)}\0{'' if contents else (status.st_size, status.st_mtime_ns)}".encode())
        if contents:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def succeeded(command: list[str]) -> bool:
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def quietly_succeeded(command: list[str]) -> bool:
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0
    except OSError:
        return False


def say(chinese: str, english: str) -> None:
    print(f"→ {chinese} / {english}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
