"""``make test-optimised`` runs the program under ``python -O``: its asserts are gone, those of the tests are not."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.counting import __name__ as helper
from tools import house

IS_OPTIMISED = bool(sys.flags.optimize)


def test_an_assert_in_the_program_says_nothing_under_optimisation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted where no test is: as the program is compiled in this very run."""
    (tmp_path / "planted_in_the_program.py").write_text("assert False\nreached = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    if IS_OPTIMISED:
        assert importlib.import_module("planted_in_the_program").reached
    else:
        with pytest.raises(AssertionError):
            importlib.import_module("planted_in_the_program")


def test_asserts_of_tests_and_of_their_helpers_hold_in_both(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        assert [] == [1]
    loader = sys.modules[helper].__loader__
    assert type(loader).__name__ == "AssertionRewritingHook"


@pytest.mark.parametrize("flags", [[], ["-O"]])
def test_processes_that_tests_start_are_optimised_as_the_run_is(flags: list[str]) -> None:
    told = subprocess.run(
        [sys.executable, *flags, "-c", "import sys; print(sys.flags.optimize)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(told.stdout) == max(len(flags), sys.flags.optimize)


def test_the_program_relies_on_no_assert() -> None:
    assert list(house.bare_asserts()) == []
