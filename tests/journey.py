"""Browser journeys: a real installation with demo data, served as `kedang serve` does, and Debian's Chromium.

Where no browser is to be had the journeys are skipped and counted; with ``CI=true`` that is a failure.
"""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.engine import ENGINE, IS_XDIST_WORKER

ROOT = Path(__file__).resolve().parent.parent
KEDANG = [sys.executable, "-m", "kedang.project.cli"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
BROWSER_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
READY_SECONDS = 60
SMALL_DEMO = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "kedang.project.settings"
import kedang.project.settings
import django
django.setup()
from kedang.project.demo.load import load_demo
load_demo(customers=300)
"""


@dataclass(frozen=True)
class Site:
    """A running installation."""

    url: str
    data_dir: Path
    environment: dict[str, str]
    log: Path

    def last_words(self) -> str:
        """End of the server's log, for the message of a failing test."""
        return self.log.read_text(errors="replace")[-3000:]

    def kedang(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the ``kedang`` command on this installation."""
        return _run([*KEDANG, *arguments], self.environment)


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)


def browser_path() -> str | None:
    """Chromium of this machine, or of ``KEDANG_TEST_BROWSER``."""
    named = os.environ.get("KEDANG_TEST_BROWSER")
    return named or next((found for name in BROWSERS if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Everything that uses a page is a journey; those of one process share one installation."""
    journeys = [item for item in items if {"page", "site"} & set(getattr(item, "fixturenames", ()))]
    for item in journeys:
        item.add_marker(pytest.mark.journey)
    if journeys and not browser_path() and os.environ.get("CI") != "true":
        reason = f"没有浏览器，跳过 {len(journeys)} 个浏览器用例：请安装 chromium。 / no browser: install chromium"
        for item in journeys:
            item.add_marker(pytest.mark.skip(reason=reason))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _own_database() -> str:
    """URL of a fresh database for the installation: its own file, or a new database on the test server."""
    if ENGINE == "sqlite":
        return ""
    import psycopg

    url = os.environ["KEDANG_DATABASE_URL"]
    name = f"kedang_journey_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    return url.replace("/postgres?", f"/{name}?", 1)


def _with_demo(data: Path, environment: dict[str, str], common: Path) -> None:
    """The small demo company in the folder; on SQLite the processes of a run make it once and copy the folder."""
    from tools import bootstrap

    with (common / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        bootstrap.make_from_sources()
        made = common / "demo-company"
        if ENGINE == "sqlite" and made.is_dir():
            shutil.copytree(made, data)
            return
        done = _run([*KEDANG, "setup", "--json"], environment)
        assert done.returncode == 0, done.stdout + done.stderr
        done = _run([sys.executable, "-c", SMALL_DEMO], environment)
        assert done.returncode == 0, done.stdout + done.stderr
        if ENGINE == "sqlite":
            shutil.copytree(data, made)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the installation did not come up:\n{log.read_text(errors='replace')[-4000:]}")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demo installation, made once, with web and worker running as in real life."""
    folder = tmp_path_factory.mktemp("installation")
    port = free_port()
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("KEDANG_", "DJANGO_", "PYTEST_"))}
    environment = {**kept, "KEDANG_DATA_DIR": str(folder / "data"), "KEDANG_DATABASE_URL": _own_database()}
    made = Site(f"http://127.0.0.1:{port}", folder / "data", environment, folder / "log")
    base = tmp_path_factory.getbasetemp()
    _with_demo(made.data_dir, environment, base.parent if IS_XDIST_WORKER else base)
    with made.log.open("wb") as log:
        process = subprocess.Popen(
            [*KEDANG, "serve", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
            env=environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_for(f"{made.url}/sign-in/", process, made.log)
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for all journeys of the run."""
    from playwright.sync_api import sync_playwright

    executable = browser_path()
    assert executable, "没有浏览器：请安装 chromium。 / no browser: install chromium"
    # Playwright's event loop lives in this thread; Django must not take it for an asynchronous request.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=BROWSER_ARGS, headless=True)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """Open a page of one's own (own cookies); complaints of the browser itself fail the test."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def opened(*, width: int = 1366, height: int = 900, locale: str = "zh-CN", language: str = "") -> Any:
        context = browser.new_context(
            base_url=site.url, locale=locale, viewport={"width": width, "height": height}, accept_downloads=True
        )
        context.set_default_timeout(45_000)  # a busy machine is slow, not wrong
        if language:
            context.add_cookies([{"name": "kedang_language", "value": language, "url": site.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, complaints


def _is_complaint(message: Any) -> bool:
    """Errors the page made itself; that an address answers 403 or 404 is the test's own affair."""
    return message.type == "error" and "Failed to load resource" not in message.text


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """A wide page, nobody signed in."""
    return open_page()


@pytest.fixture
def sign_in(open_page: Callable[..., Any], site: Site) -> Callable[..., Any]:
    """A page on which a person of the demo company is signed in: ``page = sign_in("yezhen", width=390)``."""
    from django.conf import settings

    def signed_in(username: str, **options: Any) -> Any:
        page = open_page(**options)
        page.goto("/sign-in/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", settings.DEMO_PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: not url.endswith("/sign-in/"))
        if page.locator(".demo-code").count():  # who has a second step
            page.click(".demo-code")
            page.wait_for_url(lambda url: "/sign-in/" not in url)
        page.wait_for_selector("main#main")
        return page

    return signed_in
