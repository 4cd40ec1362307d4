"""Faults put into the server under test on purpose, each of which the harness must find."""

import contextlib
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

WINDOW = 0.15
WIDE = 2.0
"""For what is done once in a while."""
After = Callable[[str], Callable[[Callable[[ModuleType], None]], Callable[[ModuleType], None]]]


def late_event(after: After) -> None:
    """The entry of a change is written after the change was committed."""

    @after("kedang.foundation.audit.record")
    def change(module: Any) -> None:
        real = module.record

        def record(actor: Any, event: Any, *args: Any, **kwargs: Any) -> Any:
            if event.code not in ("customers.changed", "customers.graded"):
                return real(actor, event, *args, **kwargs)
            from django.db import transaction

            def write() -> None:
                time.sleep(WINDOW)
                with transaction.atomic():
                    real(actor, event, *args, **kwargs)

            transaction.on_commit(write)
            return None

        module.record = record


def early_answer(after: After) -> None:
    """The person is told that it is done before it is."""

    @after("kedang.business.customers.services.customers")
    def change(module: Any) -> None:
        import threading

        real = module.customer_grade

        def customer_grade(**given: Any) -> Any:
            def later() -> None:
                from django.db import connection

                time.sleep(WINDOW)
                real(**given)
                connection.close()

            threading.Thread(target=later).start()
            return given["customer"]

        module.customer_grade = customer_grade


def left_file(after: After) -> None:
    """Nobody clears away what a dead process left lying."""

    @after("kedang.foundation.kernel.scratch")
    def change(module: Any) -> None:
        module.sweep = list

    @after("kedang.foundation.kernel.stores")
    def change_stores(module: Any) -> None:
        module.sweep = lambda *args, **kwargs: []


def early_done(after: After) -> None:
    """A job is marked done before its effect."""

    @after("kedang.foundation.jobs.worker")
    def change(module: Any) -> None:
        def work(self: Any, job: Any) -> None:
            from kedang.foundation.jobs.registry import kind_of

            self._end(job, module.JobState.DONE, result={})
            time.sleep(WINDOW)
            with contextlib.suppress(module.JobLost):
                kind_of(job.kind).handler(module.JobContext(job, self.name), **job.args)

        module.Worker.work = work


def half_chunk(after: After) -> None:
    """A chunk of an import is marked as written in a transaction of its own, before its rows."""

    @after("kedang.business.intake.pipeline.committing")
    def change(module: Any) -> None:
        real = module._Committer._create

        def create(self: Any, ready: Any, plan: Any, marks: Any, singly: bool) -> None:
            real(self, ready, plan, marks, singly)
            commit_now(4 * WINDOW)

        module._Committer._create = create


def commit_now(seconds: float) -> None:
    """Commit behind the back of the transaction that is open, and let a kill come between."""
    from django.db import connection

    if "tests.harness.crash.base" in sys.orig_argv:
        return  # the base is made whole
    raw: Any = connection.connection
    raw.commit()
    time.sleep(seconds)
    if connection.vendor == "sqlite":
        raw.execute("BEGIN IMMEDIATE")
    for name in filter(None, connection.savepoint_ids):
        raw.execute(f'SAVEPOINT "{name}"')


def torn_step(after: After) -> None:
    """The trace of a step of filing is committed before the item has taken it."""

    @after("kedang.business.holdings.services.items.writing")
    def change(module: Any) -> None:
        real = module.trace

        def trace(*args: Any, **kwargs: Any) -> Any:
            row = real(*args, **kwargs)
            commit_now(4 * WINDOW)
            return row

        module.trace = trace


def lone_file(after: After) -> None:
    """A file that comes in is committed before the item that it is for."""

    @after("kedang.business.holdings.services.items.bringing")
    def change(module: Any) -> None:
        real = module.stored_from

        def stored_from(*args: Any, **kwargs: Any) -> Any:
            stored = real(*args, **kwargs)
            commit_now(4 * WINDOW)
            return stored

        module.stored_from = stored_from


def before_record(name: str, code: str) -> Callable[[After], None]:
    """What a service of a module did is committed before its entry is written."""

    def plant_it(after: After) -> None:
        @after(name)
        def change(module: Any) -> None:
            real = module.record

            def record(actor: Any, event: Any, *args: Any, **kwargs: Any) -> Any:
                if event.code == code:
                    commit_now(WIDE)
                return real(actor, event, *args, **kwargs)

            module.record = record

    return plant_it


def torn_return(after: After) -> None:
    """A thing stands on its shelf again before the register of loans knows."""

    @after("kedang.business.lending.services.returning")
    def change(module: Any) -> None:
        real = module.thing_take_back

        def thing_take_back(**given: Any) -> Any:
            thing = real(**given)
            commit_now(4 * WINDOW)
            return thing

        module.thing_take_back = thing_take_back


def torn_hold(after: After) -> None:
    """A thing is held before the hold is in force."""

    @after("kedang.business.retention.services.holding")
    def change(module: Any) -> None:
        real = module._count

        def _count(*args: Any) -> None:
            real(*args)
            commit_now(WIDE)

        module._count = _count


def early_sent(after: After) -> None:
    """A message is written down as sent before it goes."""

    @after("kedang.foundation.notices.services.dispatching")
    def change(module: Any) -> None:
        real = module._send

        def _send(rows: Any) -> int:
            module.Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(state=module.DeliveryState.SENT)
            time.sleep(4 * WINDOW)
            return int(real(rows))

        module._send = _send


FAULTS = {
    "late-event": late_event,
    "early-answer": early_answer,
    "left-file": left_file,
    "early-done": early_done,
    "half-chunk": half_chunk,
    "torn-step": torn_step,
    "lone-file": lone_file,
    "torn-visit": before_record("kedang.business.holdings.services.visits", "custody.room_entered"),
    "torn-return": torn_return,
    "torn-passing": before_record("kedang.business.governance.services.taking_over", "governance.handover_passed"),
    "torn-hold": torn_hold,
    "early-sent": early_sent,
}


def plant(name: str, after: After) -> None:
    """Plant one fault."""
    FAULTS[name](after)
