"""Nobody of the service outlives the one that looks after it."""

import os
import signal
import subprocess
import sys
import time

PARENT = """
import subprocess, sys, time
from kedang.project.cli.serve import _start
print(_start([sys.executable, "-c", "import time; time.sleep(60)"]).pid, flush=True)
time.sleep(60)
"""


def is_running(number: int) -> bool:
    try:
        with open(f"/proc/{number}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_child_dies_with_its_parent() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "kedang.project.settings"}
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_running(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 5
    while is_running(child) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_running(child)
