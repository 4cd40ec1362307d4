"""A real clamd with one signature, for one test run."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.files.making import EICAR

CONFIG = """Foreground yes
DatabaseDirectory {folder}/signatures
LocalSocket {folder}/clamd.sock
TemporaryDirectory {folder}
LogFile {folder}/clamd.log
StreamMaxLength 4M
MaxScanSize 32M
AlertExceedsMax yes
User {user}
"""
STARTING_SECONDS = 60


def clamd_path() -> str | None:
    """The daemon of this machine; it lies where only administrators look."""
    return shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class Scanner:
    """The daemon with its folder; it can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.process = folder, None  # type: tuple[Path, subprocess.Popen[bytes] | None]
        self.socket = folder / "clamd.sock"
        (folder / "signatures").mkdir()
        (folder / "signatures" / "test.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
        import getpass

        (folder / "clamd.conf").write_text(CONFIG.format(folder=folder, user=getpass.getuser()))

    def start(self) -> "Scanner":
        """Until it answers."""
        program = clamd_path()
        assert program, "没有 clamd：请安装 clamav-daemon。 / no clamd: install clamav-daemon"
        self.process = subprocess.Popen(
            [program, "-c", str(self.folder / "clamd.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < until:
            with socket.socket(socket.AF_UNIX) as wire:
                try:
                    wire.connect(str(self.socket))
                except OSError:
                    assert self.process.poll() is None, (self.folder / "clamd.log").read_text()
                    time.sleep(0.05)
                else:
                    return self
        raise AssertionError("clamd did not come up")

    def stop(self) -> None:
        """It is gone when this returns."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.socket.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def clamd_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short path: that of a socket may have 107 bytes."""
    return tmp_path_factory.mktemp("c")


@pytest.fixture(scope="session")
def scanner_process(clamd_folder: Path) -> Iterator[Scanner]:
    """One daemon for the run. Without one installed the tests are skipped and say so, except in CI, where they fail."""
    if clamd_path() is None and os.environ.get("CI") != "true":
        pytest.skip("没有 clamd，跳过查毒用例：请安装 clamav-daemon。 / no clamd: install clamav-daemon")
    found = Scanner(clamd_folder).start()
    yield found
    found.stop()


@pytest.fixture
def scanner(scanner_process: Scanner, settings: object) -> Iterator[Scanner]:
    """The daemon, running, and the setting that names it."""
    if scanner_process.process is None:
        scanner_process.start()
    settings.CLAMD = str(scanner_process.socket)  # type: ignore[attr-defined]
    yield scanner_process
