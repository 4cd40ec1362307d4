"""No process of the service outlives the one that looks after it."""

import os
import signal
import subprocess
import sys

ASK = "import sys, time; from kedang.project.lifeline import die_with_parent; die_with_parent(int(sys.argv[1])); print('on'); time.sleep(0)"


def gone() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        return process.pid


def asked(parent: int) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", ASK, str(parent)], capture_output=True, text=True, timeout=30)


def test_a_process_whose_parent_had_ended_before_it_asked_ends_at_once() -> None:
    done = asked(gone())
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")


def test_a_process_with_its_parent_goes_on() -> None:
    done = asked(os.getpid())
    assert (done.returncode, done.stdout.strip()) == (0, "on")
