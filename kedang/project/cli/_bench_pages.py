"""``kedang bench pages``: whole HTTP requests of the pages people open most, against raw SQL of the same rows."""

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

import psutil
from django.conf import settings
from django.contrib.auth import login
from django.db import connection
from django.http import HttpRequest

from kedang.foundation.access.models import Person
from kedang.foundation.access.services.factors import is_factor_due
from kedang.foundation.access.signin.passwords import is_overdue
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure
from kedang.project.cli import json_flag

PAGE_ROWS = 20
UNCOUNTED = 3
"""Rounds of every page before the counted ones."""
WARMING_SECONDS = 4.0
WARMING_PAGES = ("/", "/customers/", "/search/?q=kedang", "/search/?q=%E5%85%AC")
"""A web process loads its tables, templates and words beside its first requests; what is measured is the hours after."""


def add_parser(subparsers: Any) -> None:
    """``pages``."""
    parser = subparsers.add_parser("pages", help="清单首页、深页、档案页的整页用时，与同库裸 SQL 对比")
    parser.add_argument("--as", dest="username", default="", help="以谁的身份打开（默认第一位档案管理员）")
    parser.add_argument("--rounds", type=int, default=60, help="每页打开次数")
    parser.add_argument("--deep-page", type=int, default=5000)
    json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Starts a web process of its own on a free port, opens each page ``rounds`` times over one connection."""
    from kedang.business.customers.models import Customer

    person = reading_person(args.username)
    total = Customer.objects.visible_to(person).current().count()
    if not total:
        raise Refused("nothing_to_measure", "库中没有可看的客户，请先导入或装入演示数据。")
    ids = sample_ids(total)
    deep = min(args.deep_page, max(1, total // PAGE_ROWS))
    pages: dict[str, Callable[[int], str]] = {
        "list_first": lambda turn: "/customers/",
        "list_deep": lambda turn: f"/customers/?page={deep - turn % 3}",
        "dossier": lambda turn: f"/customers/{ids[turn % len(ids)]}/",
        "home": lambda turn: "/",
    }
    raw = {
        "list_first": raw_page(0),
        "list_deep": raw_page((deep - 1) * PAGE_ROWS),
        "dossier": lambda turn: raw_row(ids[turn % len(ids)]),
    }
    answer: dict[str, Any] = {"engine": connection.vendor, "customers": total, "deep_page": deep, "as": person.username}
    with WebProcess(person) as web:
        for name, address in pages.items():
            busy = web.busy_seconds
            times = measure(lambda turn, address=address: web.get(address(turn)), args.rounds)  # type: ignore[misc]
            answer[name] = percentiles(times)
            answer[name]["cpu_ms"] = round((web.busy_seconds - busy) * 1000 / (args.rounds + UNCOUNTED), 1)
            if name in raw:
                base = percentiles(measure(raw[name], args.rounds))
                answer[name] |= {
                    "raw_sql_p50_ms": base["p50_ms"],
                    "ratio": round(answer[name]["p50_ms"] / max(base["p50_ms"], 0.01), 1),
                }
    return answer


def reading_person(username: str) -> Person:
    """The named person, or the first archivist."""
    found: Person | None = (
        Person.objects.filter(username=username).first()
        if username
        else Person.objects.filter(is_active=True, grants__role__code="archivist", grants__ended_at=None).first()
    )
    if found is None:
        raise Refused("no_such_person", f"没有用户“{username or '档案管理员'}”，请用 --as 指定。")
    return found


def sample_ids(total: int) -> list[int]:
    """Fifty customers spread over the base."""
    from kedang.business.customers.models import Customer

    step = max(1, total // 50)
    return list(Customer.objects.current().order_by("id").values_list("id", flat=True)[::step][:50])


def raw_page(offset: int) -> Callable[[int], Any]:
    """The rows of one list page by raw SQL."""

    def fetch(turn: int) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, number, name, party_kind, stage, grade, region_code, updated_at FROM customers_customer"
                " WHERE withdrawn_at IS NULL ORDER BY id DESC LIMIT %s OFFSET %s",
                [PAGE_ROWS, offset],
            )
            return cursor.fetchall()

    return fetch


def raw_row(key: int) -> Any:
    """One row by raw SQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM customers_customer WHERE id = %s", [key])
        return cursor.fetchone()


def measure(act: Callable[[int], Any], rounds: int) -> list[float]:
    """Milliseconds of each round after those that are not counted."""
    for turn in range(UNCOUNTED):
        act(turn)
    times = []
    for turn in range(rounds):
        begun = time.perf_counter()
        act(turn)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def percentiles(times: list[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    ordered = sorted(times)
    return {
        "p50_ms": round(statistics.median(ordered), 2),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 2),
    }


def session_key(person: Person) -> str:
    """A signed-in session of the person, opened as the sign-in page opens it; one who cannot open pages yet is refused with the way out."""
    if person.must_change_password or is_overdue(person) or is_factor_due(person):
        raise Refused(
            "reader_not_ready", f"{person} 须先在浏览器中登录并完成口令或第二步验证设置，或用 --as 指定另一位用户。"
        )
    request = HttpRequest()
    request.META |= {"SERVER_NAME": "localhost", "SERVER_PORT": "0", "HTTP_USER_AGENT": "kedang bench"}
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    login(request, person, settings.AUTHENTICATION_BACKENDS[0])
    request.session.save()
    return str(request.session.session_key)


class WebProcess:
    """The real web server on a free port, with a session of one person; gone when the block ends."""

    def __init__(self, person: Person) -> None:
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={session_key(person)}"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None
        self.connection: http.client.HTTPConnection | None = None

    def __enter__(self) -> "WebProcess":
        command = [
            sys.executable, "-m", "kedang.project.cli", "serve", "--port", str(self.port), "--workers", "1", "--no-worker",
        ]  # fmt: skip
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=dict(os.environ))
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        warm = time.monotonic() + WARMING_SECONDS
        while time.monotonic() < warm:
            for path in WARMING_PAGES:
                self.get(path)
        return self

    def get(self, path: str) -> bytes:
        """One page; anything but 200 is an error."""
        connection = sure(self.connection)
        connection.request(
            "GET", path, headers={"Cookie": self.cookie, "Host": "localhost", "Accept-Encoding": "identity"}
        )
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise Refused("page_failed", f"打开 {path} 得到状态 {response.status}。")
        return body

    @property
    def busy_seconds(self) -> float:
        """Processor time of the server so far, its worker included: what a page costs however busy the machine is."""
        head = psutil.Process(sure(self.process).pid)
        times = [one.cpu_times() for one in (head, *head.children(recursive=True))]
        return float(sum(one.user + one.system for one in times))

    def __exit__(self, *error: object) -> None:
        if self.connection is not None:
            self.connection.close()
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
