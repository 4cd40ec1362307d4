"""The server under test: ``kedang serve`` with its web and worker processes, found by their parents, killed and started again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

from kedang.project.lifeline import die_with_parent

ROOT = Path(__file__).resolve().parent.parent.parent.parent
INSIDE = Path(__file__).resolve().parent / "inside"
GONE_WITHIN = 20.0  # a process that was still starting notices once it has; on a busy machine that takes seconds
GROWN_AFTER, GROWN_WITHIN = 1.0, 5.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Kedang:
    """One installation that runs, is killed, and runs again."""

    def __init__(self, folder: Path, database_url: str, plant: str = "", post: int = 0) -> None:
        self.folder, self.port = folder, free_port()
        self.log = (folder / "server.log").open("ab")
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("KEDANG_")},
            "KEDANG_DATA_DIR": str(folder / "data"), "KEDANG_DATABASE_URL": database_url, "KEDANG_CRASH_PLANT": plant,
            "KEDANG_CRASH_POST": str(post or ""),
            "DJANGO_SETTINGS_MODULE": "kedang.project.settings", "TMPDIR": str(folder / "tmp"),
            "PYTHONPATH": os.pathsep.join([str(INSIDE), str(ROOT)]),
        }  # fmt: skip
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installation keeps its compiled modules
        (folder / "tmp").mkdir(exist_ok=True)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "kedang.project.cli", "serve", "--port", str(self.port), "--workers", "2"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            start_new_session=True, preexec_fn=die_with_parent,
        )  # fmt: skip

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command of the same installation, to its end."""
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def members(self) -> dict[str, list[int]]:
        """Process ids by what they do: ``parent``, ``web`` (the supervisor of the web processes), ``page``, ``worker``, ``helper``."""
        found: dict[str, list[int]] = {"parent": [], "web": [], "page": [], "worker": [], "helper": []}
        if not self.is_running:
            return found
        assert self.process
        found["parent"].append(self.process.pid)
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(self.process.pid).children():
                with contextlib.suppress(psutil.Error):
                    line = child.cmdline()
                    name = "web" if "granian" in line else "worker" if "worker" in line else ""
                    if not name:
                        continue
                    found[name].append(child.pid)
                    for below in child.children(recursive=True):
                        is_page = name == "web" and "resource_tracker" not in " ".join(below.cmdline())
                        found["page" if is_page else "helper"].append(below.pid)
        return found

    def grown_up(self, target: str) -> dict[str, list[int]]:
        """The processes, once those that are to be killed are past their own start: a kill there would hit nothing but imports."""
        until = time.monotonic() + GROWN_WITHIN
        while time.monotonic() < until:
            found = self.members()
            some = found["page"] + found["worker"] if target in ("all", "parent", "web") else found.get(target, [])
            if target in ("backend", "database") or (some and all(_age(number) > GROWN_AFTER for number in some)):
                return found
            time.sleep(0.02)
        return self.members()

    def kill(self, numbers: list[int]) -> list[int]:
        """End processes at once; returns those that were alive."""
        hit = []
        for number in numbers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
                hit.append(number)
        if self.process is not None and self.process.pid in numbers:
            self.process.wait()
        return hit

    def left_over(self, numbers: list[int]) -> list[int]:
        """Processes of a killed parent that live on after a while, which nobody looks after any more; they are ended here."""
        until = time.monotonic() + GONE_WITHIN
        alive = [number for number in numbers if _lives(number)]
        while alive and time.monotonic() < until:
            time.sleep(0.02)
            alive = [number for number in alive if _lives(number)]
        self.kill(alive)
        return alive

    def stop(self) -> None:
        """In order, at the end."""
        if self.process is not None and self.is_running:
            everybody = [number for numbers in self.members().values() for number in numbers]
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill(everybody)
            self.left_over(everybody)
        self.log.flush()


def _age(number: int) -> float:
    try:
        return time.time() - psutil.Process(number).create_time()
    except psutil.Error:
        return GROWN_WITHIN


def _lives(number: int) -> bool:
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
