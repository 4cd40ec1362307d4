"""Runs inside every process of the server under test, and only there: the harness puts this folder on its ``PYTHONPATH``.

It makes work come in smaller steps, so that a kill hits the middle of one more often, and plants a fault where
``KEDANG_CRASH_PLANT`` names one. The product itself knows nothing of it.
"""

import importlib.abc
import importlib.util
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

CHUNK_ROWS = 25
EXPORT_AT_ONCE = 0
SWEEP_SECONDS = 4
PASSED_AT_ONCE = 1
SEND_SECONDS, LEASE_SECONDS = 1, 4
_after: dict[str, list[Callable[[ModuleType], None]]] = {}


def after(name: str) -> Callable[[Callable[[ModuleType], None]], Callable[[ModuleType], None]]:
    """Run a function with a module as soon as it was imported."""

    def note(change: Callable[[ModuleType], None]) -> Callable[[ModuleType], None]:
        _after.setdefault(name, []).append(change)
        return change

    return note


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name not in _after:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        if spec is None or spec.loader is None:
            return None
        loader, run = spec.loader, spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            for change in _after[name]:
                change(module)

        loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


@after("kedang.business.intake.pipeline.staging")
def _small_chunks(module: ModuleType) -> None:
    module.CHUNK_ROWS = CHUNK_ROWS  # type: ignore[attr-defined]


@after("kedang.foundation.web.records.export")
def _exports_by_the_worker(module: ModuleType) -> None:
    module.AT_ONCE = EXPORT_AT_ONCE  # type: ignore[attr-defined]


@after("kedang.foundation.jobs.apps")
def _sweep_soon(module: ModuleType) -> None:
    module.SWEEP_EVERY = timedelta(seconds=SWEEP_SECONDS)  # type: ignore[attr-defined]


@after("kedang.business.governance.services.taking_over")
def _passing_by_the_worker(module: ModuleType) -> None:
    if "tests.harness.crash.base" not in sys.orig_argv:  # nobody works off jobs while the base is made
        module.AT_ONCE = PASSED_AT_ONCE  # type: ignore[attr-defined]


@after("kedang.foundation.notices.services.dispatching")
def _short_lease(module: ModuleType) -> None:
    module.LEASE = timedelta(seconds=LEASE_SECONDS)  # type: ignore[attr-defined]


@after("kedang.foundation.jobs.schedules")
def _send_soon(module: ModuleType) -> None:
    real = module.schedule

    def schedule(name: str, **given: Any) -> None:
        if name == "notices.send":
            given["every"] = timedelta(seconds=SEND_SECONDS)
        real(name, **given)

    module.schedule = schedule  # type: ignore[attr-defined]


@after("kedang.project.warming")
def _cold(module: ModuleType) -> None:
    module.warm_up_beside = lambda: None  # type: ignore[attr-defined]


sys.meta_path.insert(0, _Finder())
if os.environ.get("KEDANG_CRASH_PLANT"):
    import planted

    planted.plant(os.environ["KEDANG_CRASH_PLANT"], after)
