"""The importing process is killed outright, again and again; whoever goes on finds every row done exactly once."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from kedang.business.intake.models import BatchState, ChunkState, ImportBatch
from kedang.business.intake.services import batch_commit, batch_undo
from kedang.foundation.jobs.models import Job, JobState
from kedang.foundation.jobs.worker import Worker
from tests.cast import make_cast
from tests.intake.bringing import again, outcomes, row, staged, table
from tests.intake.test_batch_trouble import exactly_once, small_chunks  # noqa: F401  # a fixture

WORKER = """
import sys, django
django.setup()
from kedang.foundation.jobs.worker import Worker
from kedang.business.intake.pipeline import committing, undoing
committing.PAUSE_SECONDS = undoing.PAUSE_SECONDS = 0.01
print("ready", flush=True)
sys.exit(0 if Worker("to be killed").run_once() else 3)
"""
ROWS = 150


def database_url() -> str:
    """Address of the test database for another process."""
    config = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(config['NAME']))}"
    return f"postgresql://{config['USER']}@/{config['NAME']}?host={quote(config['HOST'], safe='')}"


def kill_a_worker(job: Job, batch: ImportBatch, state: ChunkState, chance: random.Random) -> int:
    """Start a worker, let it get some chunks further, kill it; returns how many chunks were done when it died."""
    environment = {
        **os.environ, "KEDANG_DATA_DIR": str(settings.DATA_DIR), "KEDANG_DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "kedang.project.settings",
    }  # fmt: skip
    before = batch.chunks.filter(state=state).count()
    process = subprocess.Popen([sys.executable, "-c", WORKER], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    wanted = before + chance.randint(1, 4)
    until = time.monotonic() + 30
    while batch.chunks.filter(state=state).count() < wanted and process.poll() is None and time.monotonic() < until:
        time.sleep(0.002)
    time.sleep(chance.random() * 0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(heartbeat_at="2020-01-01T00:00:00Z", attempts=1)
    return batch.chunks.filter(state=state).count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
@pytest.mark.usefixtures("small_chunks")
def test_killed_while_writing_and_while_undoing(tmp_path: Path) -> None:
    seed = int(os.environ.get("KEDANG_TEST_SEED", "20261121"))
    chance = random.Random(seed)
    people = make_cast()
    batch = staged(people.archivist, table([row(n) for n in range(ROWS)]))
    job = batch_commit(actor=people.archivist, batch_id=batch.pk)
    reached = [kill_a_worker(job, batch, ChunkState.COMMITTED, chance) for _ in range(3)]
    assert 0 < reached[0] <= reached[-1] < batch.chunks.count(), f"seed {seed}: {reached}"
    exactly_once(5 * reached[-1])
    assert Worker("the last").run_once()
    assert again(batch).state == BatchState.DONE and outcomes(again(batch)) == {"created": ROWS}
    exactly_once(ROWS)
    job = batch_undo(actor=people.archivist, batch_id=batch.pk, reason="试")
    kill_a_worker(job, batch, ChunkState.UNDONE, chance)
    assert Worker("the last").run_once()
    assert again(batch).undo_counts == {"reversed": ROWS, "kept": 0, "failed": 0}
