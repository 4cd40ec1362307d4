"""Runs inside every process of the installation of the quarter's journey, and only there: its clock stands where the story is.

The seconds by which it is moved stand in the file that ``KEDANG_TEST_CLOCK`` names. The product itself knows nothing of it.
"""

import importlib.abc
import importlib.util
import os
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

CLOCK = "kedang.foundation.kernel.clock"


def moved() -> timedelta:
    """How far the story's time is from the machine's."""
    return timedelta(seconds=float(Path(os.environ["KEDANG_TEST_CLOCK"]).read_text()))


def move(clock: Any) -> None:
    """Every reading of the clock that is not frozen gives the story's time."""
    ours = clock.now
    clock.now = lambda: ours() + moved() if clock._frozen.get() is None else ours()


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != CLOCK:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def then(module: ModuleType) -> None:
                run(module)
                move(module)

            spec.loader.exec_module = then  # type: ignore[method-assign]  # only here
        return spec


if "KEDANG_TEST_CLOCK" in os.environ:
    sys.meta_path.insert(0, _Finder())
