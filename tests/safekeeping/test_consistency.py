"""Sets made while people work: every file that the set's database names is in the set, and whole."""

import hashlib
import itertools
import threading
import time
from pathlib import Path

import pytest
from django.db import connection, connections, transaction

from kedang.foundation.kernel import clock, stores
from kedang.foundation.safekeeping import identities
from kedang.foundation.safekeeping.making import make_set
from kedang.foundation.safekeeping.models import Drill
from kedang.foundation.safekeeping.rebuilding import Rebuilding, opened, rebuild_file, unpack_files
from kedang.foundation.safekeeping.rows import open_sqlite
from tests.cast import Cast

SETS = 4


def work(folder: Path, stopped: threading.Event, seen: list[int]) -> None:
    """A record names a file by its digest: written before the row, discarded after it."""
    try:
        for number in itertools.count():
            if stopped.is_set():
                return
            content = (b"%d " % number) * 4000
            name = f"{hashlib.sha256(content).hexdigest()}.bin"
            with stores.written(folder / name) as out:
                out.write(content)
            now = clock.now()
            with transaction.atomic():
                Drill.objects.create(backup_code=name[:40], words=name, started_at=now, finished_at=now, is_passed=True)
            seen.append(number)
            if number % 3 == 2:
                with transaction.atomic():
                    oldest = Drill.objects.order_by("pk").first()
                    assert oldest is not None
                    Drill.objects.filter(pk=oldest.pk).delete()
                stores.discard(folder / oldest.words)
    finally:
        connections.close_all()


def named(building: Rebuilding) -> set[str]:
    """Files that the database of the set names."""
    if building.is_file:
        rebuild_file(building, thorough=True)
        found = open_sqlite(building.database)
        try:
            return {row[0] for row in found.execute("SELECT words FROM safekeeping_drill")}
        finally:
            found.close()
    with building.found.reader("table-safekeeping_drill.kdp", building.key) as reader:
        lines = b"".join(iter(reader.read, b"")).decode().splitlines()
    at = [c.name for t in building.found.tables if t.name == "safekeeping_drill" for c in t.columns].index("words")
    return {line.split("\t")[at] for line in lines}


@pytest.mark.django_db(transaction=True)
@pytest.mark.unwatched("the test's own record, without services")
def test_no_set_names_a_file_that_it_does_not_hold(people: Cast, home: Path, tmp_path: Path) -> None:
    (home / "exports").mkdir()
    stopped, seen = threading.Event(), [0]
    worker = threading.Thread(target=work, args=(home / "exports", stopped, seen))
    worker.start()
    try:
        sets = []
        for _turn in range(SETS):
            wanted = seen[-1] + 5
            until = time.monotonic() + 20
            while seen[-1] < wanted and time.monotonic() < until:
                time.sleep(0.005)
            sets.append(make_set())
    finally:
        stopped.set()
        worker.join()
    assert seen[-1] > 10, "nobody worked"
    for turn, made in enumerate(sets):
        place = tmp_path / str(turn)
        place.mkdir()
        building = opened(made, identities.read_identity(), place)
        unpack_files(building)
        held = {path.name: path for path in (place / "files" / "exports").iterdir()}
        names = named(building)
        assert names and names <= set(held), connection.vendor
        for name in names:
            assert hashlib.sha256(held[name].read_bytes()).hexdigest() == name.removesuffix(".bin")
