"""``kedang serve``: web processes and one worker, until Ctrl-C; ``kedang worker``: one more worker alone."""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from tempfile import TemporaryDirectory
from typing import Any

from kedang.foundation.kernel import scratch
from kedang.foundation.kernel.refused import Refused
from kedang.project.cli import json_flag
from kedang.project.lifeline import die_with_parent

STOP_SECONDS = 20.0
LOOK_SECONDS = 0.1
CALM_SECONDS = 1.5


def add_parser(subparsers: Any) -> None:
    """Both commands."""
    serve = subparsers.add_parser("serve", help="启动网页服务和后台任务进程，直到 Ctrl-C")
    serve.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    serve.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    serve.add_argument("--workers", type=int, default=2, help="网页进程数")
    serve.add_argument("--no-worker", action="store_true", help="不启动后台任务进程")
    json_flag(serve)
    serve.set_defaults(run=run_serve)
    worker = subparsers.add_parser("worker", help="启动一个后台任务进程，直到 Ctrl-C")
    json_flag(worker)
    worker.set_defaults(run=run_worker)


def run_worker(args: argparse.Namespace) -> None:
    """One worker in this process."""
    from kedang.foundation.jobs.worker import Worker
    from kedang.project.checks import refuse_unusable_ring

    refuse_unusable_ring()
    scratch.begin()
    Worker().run()


def run_serve(args: argparse.Namespace) -> None:
    """Web and worker as children; if one of them dies it is started again, and when asked to stop all stop."""
    _refuse_busy_port(args.host, args.port)
    _refuse_unready()
    scratch.begin()
    figures = shared_figures()
    stopping = False

    def ask_to_stop(number: int, frame: Any) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    commands = {"web": _web_command(args)}
    if not args.no_worker:
        commands["worker"] = [sys.executable, "-m", "kedang.project.cli", "worker"]
    children = {name: _start(command) for name, command in commands.items()}
    started = dict.fromkeys(commands, time.monotonic())
    shown = "127.0.0.1" if args.host == "0.0.0.0" else args.host  # noqa: S104  (only compared)
    print(f"客档已启动：http://{shown}:{args.port}/    按 Ctrl-C 停止", flush=True)
    try:
        while not stopping:
            for name, child in children.items():
                if child.poll() is not None and not stopping:
                    print(f"{name} 进程退出（{child.returncode}），正在重新启动……", file=sys.stderr, flush=True)
                    if time.monotonic() - started[name] < CALM_SECONDS:
                        time.sleep(1)  # one that dies again and again is not started as fast as the machine can
                    children[name], started[name] = _start(commands[name]), time.monotonic()
            time.sleep(LOOK_SECONDS)
    finally:
        _stop(list(children.values()))
        figures.cleanup()


def shared_figures() -> TemporaryDirectory[str]:
    """A folder in which the web processes count in common, see ``web/monitoring/figures.py``; it lives as long as they do."""
    folder = TemporaryDirectory(prefix="kedang-figures-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder.name
    return folder


def _web_command(args: argparse.Namespace) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", args.host, "--port", str(args.port),
        "--workers", str(args.workers), "--blocking-threads", "4", "--respawn-failed-workers",
        "--log-level", "warning", "--no-ws", "kedang.project.wsgi:application",
    ]  # fmt: skip


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    """A child in its own session, so that Ctrl-C reaches only us and we stop the children in order; it ends when we are killed."""
    return subprocess.Popen(command, start_new_session=True, preexec_fn=partial(die_with_parent, os.getpid()))


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _refuse_busy_port(host: str, port: int) -> None:
    """The web server shares its port, so a second copy would start silently: look first."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.settimeout(1)
        if probe.connect_ex(("127.0.0.1" if host == "0.0.0.0" else host, port)) == 0:  # noqa: S104  (only compared)
            raise Refused("port_busy", f"端口 {port} 已被占用，请先停掉占用它的程序，或用 --port 另选一个。")


def _refuse_unready() -> None:
    """Engine, journal mode and migrations are looked at before anything listens."""
    from django.core.management.base import SystemCheckError
    from django.db import connection

    from kedang.foundation.access.demo import refuse_demo_in_production
    from kedang.foundation.audit.sealing import guards
    from kedang.project.checks import refuse_unsafe_engine, refuse_unusable_ring
    from kedang.project.cli._readiness import missing

    refuse_unsafe_engine()
    if refusal := missing():
        raise refusal
    guards.refuse_missing()
    refuse_unusable_ring()
    refuse_demo_in_production()
    from django.core.management import call_command

    try:
        call_command("check", verbosity=0)
    except SystemCheckError as error:
        raise Refused("checks_failed", f"启动检查未通过：{error}") from error
    connection.close()
