"""Helpers that do not look at the environment find compiled modules where this process keeps them."""

import subprocess
import sys

import pytest

from kedang.foundation.kernel import compiled

ASK = [sys.executable, "-I", "-S"]
TELL = ["-c", "import sys; print(sys.pycache_prefix)"]


def test_an_isolated_helper_is_told_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", "/somewhere/compiled")
    done = subprocess.run([*ASK, *compiled.arguments(), *TELL], capture_output=True, text=True, check=True)
    assert done.stdout == "/somewhere/compiled\n"
    monkeypatch.setattr(sys, "pycache_prefix", None)
    assert compiled.arguments() == []
