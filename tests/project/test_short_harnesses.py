"""The short harnesses: all are played, some side by side, and what failed stands at the end of the log."""

import pytest

from tests.harness import short

GOOD, BAD = ("platform",), ("tests.harness.there_is_none",)


def test_all_are_played_and_failures_are_told_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(short, "HARNESSES", (BAD, GOOD, GOOD, GOOD))
    monkeypatch.setattr(short, "AT_ONCE", 2)
    assert short.main() == 1
    told = capfd.readouterr().out
    assert told.count("(platform: ") == 3 and "4 harnesses, 1 failed" in told
    first, last = (told.rindex(word) for word in ("(platform: ", "FAILED: "))
    assert told.index("FAILED: ") > first and "there_is_none (exit 1)" in told[last:]
    assert "No module named" in told[told.index("FAILED: ") : last]


def test_none_failed_is_said_by_the_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short, "HARNESSES", (GOOD,))
    assert short.main() == 0
