"""``python -m tests.harness.uploads --kills 30 --seed 7 [--engine postgresql] [--plant]``: uploads killed at random moments.

A process takes files in through the service, alone and inside a caller's transaction, from pieces and as the web receives them, and says
of each when it was acknowledged; it is killed (SIGKILL) at a random moment and begins anew. After the last kill the worker's sweep clears
away. Then every acknowledged file must be there and whole, every row must have its file, and no file may lie there without a row.
``--plant`` removes one acknowledged file.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tools.postgres import Server

ROOT = Path(__file__).resolve().parent.parent.parent
CHILD = """
import hashlib, os, sys
import django
from kedang.project import settings
django.setup()
from django.db import transaction
from kedang.foundation.files.receiving import Held
from kedang.foundation.files.services import file_store
from kedang.foundation.kernel import scratch
from kedang.foundation.kernel.actors import SYSTEM
scratch.begin()
number = 0
print("ready", flush=True)
while True:
    number += 1
    content = b"\\0" + os.urandom(1 + (number * 77_777) % 400_000)
    pieces = [content[at:at + 50_000] for at in range(0, len(content), 50_000)]
    held = None
    if number % 4 < 2:  # as the web takes it in: sealed while it arrives, then taken over
        held = Held(f"{number}.bin", 1 << 30)
        for piece in pieces:
            held.write(piece)
        held.complete()
        pieces = held
    if number % 3:
        row = file_store(actor=SYSTEM, name=f"{number}.bin", chunks=pieces, fonds=1)
    else:
        with transaction.atomic():
            row = file_store(actor=SYSTEM, name=f"{number}.bin", chunks=pieces, fonds=1)
            if number % 2:
                transaction.set_rollback(True)
    if held is not None:
        held.drop()
    if not number % 3 and number % 2:
        continue
    print(row.pk, hashlib.sha256(content).hexdigest(), flush=True)
"""


def main() -> int:
    """0 when nothing acknowledged was lost and nothing was left lying."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--engine", default="sqlite", choices=("sqlite", "postgresql"))
    parser.add_argument("--plant", action="store_true")
    asked = parser.parse_args()
    server = Server().start() if asked.engine == "postgresql" else None
    try:
        with tempfile.TemporaryDirectory(prefix="kedang-uploads-") as folder:
            os.environ.update(
                KEDANG_DATA_DIR=folder, KEDANG_DATABASE_URL=server.url if server else "", KEDANG_CLAMD="off",
                KEDANG_LOG_LEVEL="CRITICAL", DJANGO_SETTINGS_MODULE="kedang.project.settings",
            )  # fmt: skip
            import django

            from kedang.project import settings  # noqa: F401

            django.setup()
            answer = play(asked)
    finally:
        if server:
            server.stop()
    print(json.dumps(answer, ensure_ascii=False))
    return 1 if answer["findings"] else 0


def play(asked: argparse.Namespace) -> dict[str, Any]:
    """Upload and kill, again and again; then look."""
    from django.core.management import call_command

    from kedang.foundation.access.models import Fonds
    from kedang.foundation.files import places
    from kedang.foundation.files.models import StoredFile
    from kedang.foundation.kernel import clock, keys, scratch, stores

    keys.create_ring(keys.ring_path())
    call_command("migrate", interactive=False, verbosity=0)
    Fonds.objects.create(pk=1, code="001", name="青禾实业有限公司", created_at=clock.now())
    chance = random.Random(asked.seed)
    told: dict[int, str] = {}
    for _ in range(asked.kills):
        told |= one_round(chance.random() * 0.8)
    before = len(list(places.all_places()))
    stores.sweep()
    time.sleep(scratch.SETTLED_AFTER + 0.5)
    stores.sweep()
    if asked.plant and told:
        places.path_of(StoredFile.objects.get(pk=min(told)).place).unlink()
    return {
        "harness": "uploads", "engine": asked.engine, "seed": asked.seed, "kills": asked.kills, "acknowledged": len(told),
        "rows": StoredFile.objects.count(), "strays_cleared": before - len(list(places.all_places())), "findings": judged(told)[:20],
    }  # fmt: skip


def one_round(seconds: float) -> dict[int, str]:
    """Start, let it work for so long, kill it; what it had acknowledged."""
    process = subprocess.Popen([sys.executable, "-c", CHILD], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if process.stdout is None or process.stdout.readline() != "ready\n":
        raise SystemExit("the uploading process did not start")
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    lines = process.stdout.read().splitlines(keepends=True)
    process.wait()
    timer.join()
    if process.returncode != -signal.SIGKILL:
        raise SystemExit(f"the uploading process ended by itself: {process.returncode}")
    whole = [line.split() for line in lines if line.endswith("\n")]
    return {int(pk): digest for pk, digest in whole}


def judged(told: dict[int, str]) -> list[str]:
    """Acknowledged files lost or changed, rows without a whole file, files without a row, unfinished ones, open notes."""
    from django.conf import settings

    from kedang.foundation.files import places
    from kedang.foundation.files.models import StoredFile
    from kedang.foundation.files.services import file_open
    from kedang.foundation.kernel.refused import Refused

    rows = {row.pk: row for row in StoredFile.objects.all()}
    findings = [f"acknowledged file {pk} has no row" for pk in told if pk not in rows]
    for pk, row in rows.items():
        try:
            with file_open(row) as stream:
                digest = hashlib.sha256(stream.read()).hexdigest()
        except Refused as refusal:
            findings.append(f"file {pk}: {refusal.code}")
            continue
        if digest != told.get(pk, row.sha256):
            findings.append(f"file {pk} holds something else")
    named = {row.place for row in rows.values()}
    findings += [f"without a row: {place}" for place in places.all_places() if place not in named]
    data = Path(settings.DATA_DIR)
    findings += [f"left lying: {path.name}" for path in (data / "files").rglob("*.part")]
    findings += [f"left lying: {path.name}" for path in (data / "tmp").rglob("*.upload")]
    return findings


if __name__ == "__main__":
    sys.exit(main())
