"""A real upload for ``kedang bench files --http``: ``kedang serve`` over a passing installation of its own, a person who signs in, a form.

Nothing of it touches the installation that is asked to measure, but the disk it lies on. ``python -m`` this module, inside the
passing installation, sets that up.
"""

import argparse
import http.client
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import psutil

from kedang.foundation.kernel.refused import Refused

MB, MIB = 1_000_000, 1 << 20
EVERY_SECONDS = 0.25
BOUNDARY = "kedang-bench-7f3a"
PERSON = "measure"
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


def measured(mib: int, pieces: Iterable[bytes], mark: bytes, around: Path) -> dict[str, Any]:
    """Upload so many MiB and say how fast it went, what memory the service had, and whether a plain block ever lay on the disk.

    Args:
        mib: size of the file.
        pieces: its bytes.
        mark: bytes that stand within its first four MiB.
        around: folder on the disk to be measured; a passing folder is made in it.

    Raises:
        Refused: ``bench_upload`` where the service does not start, sign in or take the file.
    """
    with tempfile.TemporaryDirectory(prefix="kedang-bench-", dir=around) as folder, _Service(Path(folder)) as service:
        visitor = _Visitor(service.port)
        visitor.sign_in(service.password)
        with _Watcher(service.process.pid, Path(folder), mark) as watcher:
            time.sleep(4 * EVERY_SECONDS)
            watcher.idle_now()
            seconds = visitor.upload(mib * MIB, pieces)
        stored = [path.stat().st_size for path in (Path(folder) / "files").rglob("*.sealed")]
        if len(stored) != 1 or stored[0] < mib * MIB:
            raise Refused("bench_upload", f"上传后存储中的文件不对：{stored}")
    return {
        "mb_per_second": round(mib * MIB / MB / seconds, 1),
        "seconds": round(seconds, 2),
        "idle_rss_mib": watcher.idle // MIB,
        "peak_rss_mib": watcher.peak // MIB,
        "grown_mib": (watcher.peak - watcher.idle) // MIB,
        "largest_process_mib": watcher.largest // MIB,
        "plain_files_seen": sorted(watcher.plain),
    }


class _Service:
    """``kedang setup`` and ``kedang serve`` in a folder, on a free port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.password = folder, secrets.token_urlsafe(18)
        (folder / "temp").mkdir()
        self._environment = {
            **os.environ, "KEDANG_DATA_DIR": str(folder), "KEDANG_DATABASE_URL": "", "KEDANG_CLAMD": "off", "KEDANG_PRODUCTION": "",
            "KEDANG_HTTPS": "", "KEDANG_LOG_LEVEL": "ERROR", "KEDANG_LOG_REQUESTS": "false", "KEDANG_LOG_FILE": "",
            "KEDANG_INBOX_DIR": "", "KEDANG_BACKUP_DIR": "", "TMPDIR": str(folder / "temp"), "KEDANG_BENCH_PASSWORD": self.password,
        }  # fmt: skip
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def __enter__(self) -> Self:
        made = self._run("kedang.project.cli._uploading")
        if made.wait():
            raise Refused("bench_upload", "没能建立测速用的临时系统，请看上面的错误。")
        self.process = self._run("kedang.project.cli", "serve", "--port", str(self.port))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return self
            time.sleep(0.1)
        self.__exit__()
        raise Refused("bench_upload", "测速用的网页服务没有启动。")

    def __exit__(self, *_: Any) -> None:
        self.process.terminate()
        self.process.wait()

    def _run(self, *module: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", *module], env=self._environment, stdout=subprocess.DEVNULL, cwd=self.folder
        )


class _Visitor:
    """A browser without a screen: cookies, the token of a form, an upload."""

    def __init__(self, port: int) -> None:
        self._wire = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self._cookies: dict[str, str] = {}

    def sign_in(self, password: str) -> None:
        """Through the door."""
        from django.urls import reverse

        door = reverse("access:sign-in")
        form = {"csrfmiddlewaretoken": self._token(door), "username": PERSON, "password": password}
        answer = self._ask(
            "POST", door, urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        )
        if answer[0] != 302:
            raise Refused("bench_upload", f"测速用的账户没能登录（{answer[0]}）。")

    def upload(self, size: int, pieces: Iterable[bytes]) -> float:
        """A file into the inbox; seconds from the first byte to the answer."""
        from django.urls import reverse

        inbox = reverse("holdings:inbox")
        begin, end = _form(self._token(inbox))
        headers = {
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Content-Length": str(len(begin) + size + len(end)),
        }

        def body() -> Iterator[bytes]:
            yield begin
            yield from pieces
            yield end

        began = time.monotonic()
        try:
            status, said = self._ask("POST", inbox, body(), headers)
        except OSError as error:
            raise Refused("bench_upload", f"上传中断：{error}") from error
        if status != 302:
            raise Refused("bench_upload", f"上传没有成功（{status}）：{said[:200]!r}")
        return time.monotonic() - began

    def _token(self, path: str) -> str:
        found = TOKEN.search(self._ask("GET", path)[1])
        if found is None:
            raise Refused("bench_upload", f"页面 {path} 上没有表单。")
        return found[1].decode()

    def _ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        self._wire.request(method, path, body, {**(headers or {}), "Cookie": cookies})
        answer = self._wire.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, answer.read()


class _Watcher:
    """Looks four times a second at the memory of all processes of the service, and at the files it has on the disk."""

    def __init__(self, pid: int, folder: Path, mark: bytes) -> None:
        self._service, self._folder, self._mark = psutil.Process(pid), folder, mark
        self.idle = self.peak = self.largest = self._now = 0
        self.plain: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        self._thread.join()

    def idle_now(self) -> None:
        """What it has before the upload begins."""
        self.idle = self._now

    def _watch(self) -> None:
        while True:
            sizes = []
            for process in [self._service, *self._service.children(recursive=True)]:
                with suppress(psutil.Error):
                    sizes.append(process.memory_info().rss)
            self._now = sum(sizes)
            self.peak, self.largest = max(self.peak, self._now), max(self.largest, *sizes, 0)
            self._look()
            if self._stop.wait(EVERY_SECONDS):
                return

    def _look(self) -> None:
        for path in self._folder.rglob("*"):
            with suppress(OSError):
                if path.is_file() and path.stat().st_size > MIB:
                    with path.open("rb") as file:
                        if self._mark in file.read(5 * MIB):
                            self.plain.add(path.name)


def _form(token: str) -> tuple[bytes, bytes]:
    """What comes before and after the bytes of the file."""
    fields = {"csrfmiddlewaretoken": token, "source": "测速"}
    begin = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    begin += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="测速.bin"\r\n'
    begin += "Content-Type: application/octet-stream\r\n\r\n"
    return begin.encode(), f"\r\n--{BOUNDARY}--\r\n".encode()


def set_up() -> None:
    """Tables, roles, a company, and a person who may bring files."""
    from kedang.foundation.access.models import Role
    from kedang.foundation.access.secrecy import SecrecyLevel
    from kedang.foundation.access.services.companies import FirstPerson, first_run
    from kedang.foundation.access.services.grants import grant_give
    from kedang.foundation.access.services.people import person_create
    from kedang.foundation.kernel.actors import system_actor
    from kedang.project.cli import setup

    setup.run(argparse.Namespace(demo=False, empty=True, as_json=True))
    password, actor = os.environ["KEDANG_BENCH_PASSWORD"], system_actor("kedang bench")
    first = [FirstPerson(f"first{number}", f"测速{number}", secrets.token_urlsafe(18)) for number in range(2)]
    fonds = first_run(company="测速用临时单位", administrator=first[0], archivist=first[1])
    person = person_create(
        actor=actor, fonds=fonds, username=PERSON, name="测速", password=password, clearance=SecrecyLevel.INTERNAL,
        must_change_password=False,
    )  # fmt: skip
    grant_give(actor=actor, person=person, role=Role.objects.get(code="archivist"), reason="测速")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kedang.project.settings")
    import django

    from kedang.project import settings as _settings  # noqa: F401  (installs the SQLite engine before Django loads it)

    django.setup()
    set_up()
    print(json.dumps({"ok": True}))
