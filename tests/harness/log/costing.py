"""What writing an entry costs beside the single-row write it goes with, durable as installations are.

``update``: one row changed in one transaction of its own: ``BEGIN``, ``UPDATE … WHERE id = …``, ``COMMIT``. ``save``: the least that a
change through the models does: ``BEGIN``, read and lock the row, set a field and the version, save, ``COMMIT``. ``edit``: the service that
people's edits go through (``customer_change``: rights, checks, duplicates, completeness, search index). Each once
without and once with the entry, in turn, the order of the two changing every round; what is told of each pair:

* wall clock: median and quartiles of both, and the median of what one pair differs by, in percent of the median without;
* processor time of this process and, on PostgreSQL, of the server process that answers it: means, and the percentage.

Wall clock tells what a person waits for, most of it the disk; processor time is steady on a busy machine.

``python -m tests.harness.log.costing [--rounds N]`` measures alone, on a fresh embedded database or a throw-away durable PostgreSQL
(``--postgresql``).
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Act = Callable[[int], None]
ROUNDS = 400
WARM = 30


def measure(rounds: int = ROUNDS) -> dict[str, Any]:
    """Milliseconds and shares of the three writes."""
    customer = _customer()
    made = (("update", _update(customer), 1), ("save", _save(customer), 1), ("edit", _edit(customer), 4))
    return {name: _told(*_alternate(*acts, rounds // less)) for name, acts, less in made}


def _customer() -> Any:
    from kedang.business.customers.models import Customer
    from kedang.foundation.access.models import Fonds
    from kedang.foundation.kernel import clock

    moment = clock.now()
    fonds, _made = Fonds.objects.get_or_create(code="H001", defaults={"name": "量测公司", "created_at": moment})
    return Customer.objects.create(
        fonds=fonds, number="H1", name="量测客户有限公司", created_at=moment, updated_at=moment
    )


def _entry(customer: Any) -> Act:
    from kedang.business.customers.events import CUSTOMER_CHANGED
    from kedang.foundation.audit.record import SubjectRef, record
    from kedang.foundation.kernel.actors import SYSTEM

    ref = SubjectRef("customers.customer", customer.pk, customer.name, fonds_id=customer.fonds_id)

    def entry(number: int) -> None:
        changes = {"website": (f"{number - 1}.example", f"{number}.example")}
        record(SYSTEM, CUSTOMER_CHANGED, ref, changes=changes, reason="来函")

    return entry


def _update(customer: Any) -> tuple[Act, Act]:
    from django.db import connection

    key = customer.pk

    def change(number: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE customers_customer SET website = %s WHERE id = %s", [f"{number}.example", key])

    return _in_one_transaction(change, _entry(customer))


def _in_one_transaction(change: Act, entry: Act) -> tuple[Act, Act]:
    """The change alone, and with its entry."""
    from django.db import transaction

    def without(number: int) -> None:
        with transaction.atomic():
            change(number)

    def whole(number: int) -> None:
        with transaction.atomic():
            change(number)
            entry(number)

    return without, whole


def _save(customer: Any) -> tuple[Act, Act]:

    from kedang.foundation.kernel import clock

    rows = type(customer).objects.select_for_update().filter(pk=customer.pk)

    def change(number: int) -> None:
        row = rows.get()
        row.website, row.version, row.updated_at = f"{number}.example", row.version + 1, clock.now()
        row.save(update_fields=["website", "version", "updated_at"])

    return _in_one_transaction(change, _entry(customer))


def _edit(customer: Any) -> tuple[Act, Act]:
    from kedang.business.customers.services import customers as services
    from kedang.foundation.kernel.actors import SYSTEM

    real = services.record
    customer.refresh_from_db()

    def whole(number: int) -> None:
        values = {"website": f"s{number}.example"}
        services.customer_change(actor=SYSTEM, customer=customer, values=values, version=None, reason="来函")

    def without(number: int) -> None:
        services.record = lambda *args, **more: None  # type: ignore[assignment,return-value]
        try:
            whole(number)
        finally:
            services.record = real

    return without, whole


Times = tuple[list[float], float, float]
"""Wall clock of every round; processor time in all of this process and of the server's."""


def _alternate(without: Act, whole: Act, rounds: int) -> tuple[Times, Times]:
    """Both acts in turn."""
    for number in range(-WARM, 0):
        without(2 * number)
        whole(2 * number + 1)
    walls: tuple[list[float], list[float]] = ([], [])
    own, servers = [0.0, 0.0], [0.0, 0.0]
    backend = _backend()
    for number in range(rounds):
        order = ((0, without), (1, whole)) if number % 2 else ((1, whole), (0, without))
        for place, act in order:
            there, here, began = backend(), time.process_time(), time.perf_counter()
            act(2 * number + place)  # never the value that is there: SQLite writes nothing then
            walls[place].append(time.perf_counter() - began)
            own[place] += time.process_time() - here
            servers[place] += backend() - there
    return (walls[0], own[0], servers[0]), (walls[1], own[1], servers[1])


def _backend() -> Callable[[], float]:
    """Reads the processor time of the server process behind the connection (nanoseconds, where the system tells them)."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return lambda: 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        told = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return (lambda: int(told.read_text().split()[0]) / 1e9) if told.exists() else (lambda: 0.0)


def _told(without: Times, whole: Times) -> dict[str, Any]:
    """The figures of one write."""
    alone, both = _quartiles(without[0]), _quartiles(whole[0])
    differing = statistics.median(b - a for a, b in zip(without[0], whole[0], strict=True))
    rounds = len(without[0])
    cpu = [round((times[1] + times[2]) / rounds * 1000, 3) for times in (without, whole)]
    return {
        "wall_ms": alone, "wall_with_entry_ms": both, "entry_ms": round(differing * 1000, 3),
        "entry_percent": round(differing / statistics.median(without[0]) * 100, 1),
        "cpu_ms": cpu[0], "cpu_with_entry_ms": cpu[1], "cpu_percent": round((cpu[1] / cpu[0] - 1) * 100, 1), "rounds": rounds,
    }  # fmt: skip


def _quartiles(times: list[float]) -> list[float]:
    return [round(edge * 1000, 3) for edge in statistics.quantiles(times, n=4)]


def main() -> int:
    """Measure alone."""
    import argparse
    import json
    import tempfile

    parser = argparse.ArgumentParser(prog="python -m tests.harness.log.costing")
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--postgresql", action="store_true")
    args = parser.parse_args()
    server = None
    if args.postgresql:
        from tools.postgres import Server

        server = Server(durable=True).start()
        os.environ["KEDANG_DATABASE_URL"] = server.url
    try:
        with tempfile.TemporaryDirectory(prefix="kedang-cost-") as folder:
            os.environ["KEDANG_DATA_DIR"] = folder
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kedang.project.settings")
            from kedang.project import engine

            engine.install()
            import django

            django.setup()
            from django.core.management import call_command
            from django.db import connections

            call_command("migrate", verbosity=0, interactive=False)
            for name, told in measure(args.rounds).items():
                print(name, json.dumps(told), flush=True)
            connections.close_all()
    finally:
        if server:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
