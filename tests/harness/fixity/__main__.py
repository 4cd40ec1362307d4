"""``python -m tests.harness.fixity --files 20000 --faults 1000 --seed 7 [--engine postgresql] [--plant] [--prove]``

Files of 1 byte to some MiB come in through the service; faults are planted in thirteen ways; the check reads everything. Each fault must be
found under its kind, foreign content must be named with the file it belongs to, and nothing else may be called faulty. Then all
is repaired from a backup made before, and only what no backup can heal is left. ``--plant`` makes the check blind for one way, and
the harness must turn red.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tools.postgres import Server

ROOM = 3 << 30


def main() -> int:
    """0 when everything was found and nothing else."""
    asked = arguments()
    if asked.prove and not planted_is_found(asked):
        return 1
    server = Server().start() if asked.engine == "postgresql" else None
    memory = Path("/dev/shm")
    statistics = os.statvfs(memory) if memory.is_dir() else None
    roomy = statistics is not None and statistics.f_bavail * statistics.f_frsize > ROOM
    try:
        with tempfile.TemporaryDirectory(prefix="kedang-fixity-", dir=memory if roomy else None) as folder:
            os.environ.update(
                KEDANG_DATA_DIR=folder, KEDANG_DATABASE_URL=server.url if server else "", KEDANG_CLAMD="off",
                KEDANG_LOG_LEVEL="ERROR", DJANGO_SETTINGS_MODULE="kedang.project.settings",
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


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--faults", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--engine", default="sqlite", choices=("sqlite", "postgresql"))
    parser.add_argument("--plant", action="store_true")
    parser.add_argument("--prove", action="store_true")
    return parser.parse_args()


def play(asked: argparse.Namespace) -> dict[str, Any]:
    """Fill, back up, plant, check, repair, check again."""
    from kedang.foundation.files.fixity import looking
    from kedang.foundation.files.models import StoredFile
    from kedang.foundation.files.services import files_repair, fixity_check
    from kedang.foundation.kernel.actors import SYSTEM
    from tests.harness.fixity.planting import Planter

    began = time.monotonic()
    fill(asked)
    filled = time.monotonic() - began
    clean = fixity_check(actor=SYSTEM, is_full=True)
    findings = [f"{fault} before anything was planted" for fault in clean.faults.all()[:5]]
    backed_up = back_up()
    rows = list(StoredFile.objects.order_by("pk"))
    planted = Planter(rows, asked.seed).plant(asked.faults)
    if asked.plant:
        looking._spare = lambda head, bound: None
    run = fixity_check(actor=SYSTEM, is_full=True)
    findings += judged(run, planted)
    repaired, left = files_repair(actor=SYSTEM)
    findings += healed(planted, repaired, left)
    return {
        "harness": "fixity", "engine": asked.engine, "seed": asked.seed, "files": len(rows), "bytes": sum(row.size for row in rows),
        "planted": len(planted.expected), "found": run.fault_count, "ways": len(set(planted.ways.values())),
        "repaired": repaired, "not_repairable": left, "fill_seconds": round(filled, 1), "backup_seconds": round(backed_up, 1),
        "fixity_seconds": round(run.seconds, 1), "fixity_mb_per_second": round(run.speed, 1), "findings": findings[:20],
    }  # fmt: skip


def fill(asked: argparse.Namespace) -> None:
    """An installation with so many files of all sizes."""
    from django.core.management import call_command

    from kedang.foundation.access.models import Fonds
    from kedang.foundation.files.services import file_store
    from kedang.foundation.kernel import clock, keys
    from kedang.foundation.kernel.actors import SYSTEM
    from kedang.foundation.safekeeping import identities

    keys.create_ring(keys.ring_path())
    identities.ensure_keys()
    call_command("migrate", interactive=False, verbosity=0)
    fonds = Fonds.objects.create(code="001", name="青禾实业有限公司", created_at=clock.now())
    chance = random.Random(asked.seed)
    for number in range(asked.files):
        size = (
            chance.choice([1, 70, 900, 65_536, 65_537]) if number % 7 == 0 else int(chance.lognormvariate(8.5, 1.3)) + 1
        )
        size = size * 40 if number % 500 == 3 else size
        content = chance.randbytes(min(size, 4 << 20))
        file_store(actor=SYSTEM, name=f"文件{number}.bin", chunks=[b"\x00" + content], fonds=fonds)
        if number % 500 == 0:
            print(f"\r{number} files", end="", file=sys.stderr, flush=True)


def back_up() -> float:
    """One set; how long it took."""
    from kedang.foundation.kernel.actors import SYSTEM
    from kedang.foundation.safekeeping import services

    began = time.monotonic()
    services.backup_create(actor=SYSTEM)
    return time.monotonic() - began


def judged(run: Any, planted: Any) -> list[str]:
    """Faults not found, found under another kind, not named, or found where none is."""
    told = {fault.place: fault for fault in run.faults.all()}
    findings = []
    for place, kind in planted.expected.items():
        fault, way = told.pop(place, None), planted.ways[place]
        allowed = {kind, "keyless"} if way in {"bit_in_head", "bit_in_spare"} else {kind}
        if fault is None:
            findings.append(f"{way} at {place} was not found")
        elif fault.kind not in allowed:
            findings.append(f"{way} at {place} was called {fault.kind}: {fault.words}")
        elif place in planted.origins and not re.search(rf"编号 {planted.origins[place]}\b", fault.words):
            findings.append(f"{way} at {place}: the other file is not named: {fault.words}")
        elif not re.search(r"[一-鿿]", fault.words):
            findings.append(f"{way} at {place} has no words")
    findings += [f"called faulty though nothing was planted: {fault} {fault.words}" for fault in told.values()]
    if run.fault_count != len(planted.expected):
        findings.append(f"the run counts {run.fault_count} faults, {len(planted.expected)} were planted")
    return findings


def healed(planted: Any, repaired: int, left: int) -> list[str]:
    """After the repair only extra files and changed notes are left."""
    from kedang.foundation.files.services import fixity_check
    from kedang.foundation.kernel.actors import SYSTEM

    hopeless = {place for place, way in planted.ways.items() if way == "noted_otherwise"}
    extras = {place for place, kind in planted.expected.items() if kind == "extra"}
    findings = []
    if (repaired, left) != (len(planted.expected) - len(hopeless) - len(extras), len(hopeless)):
        findings.append(f"{repaired} repaired and {left} left, of {len(planted.expected)}")
    again = {fault.place for fault in fixity_check(actor=SYSTEM, is_full=True).faults.all()}
    if again != hopeless | extras:
        findings.append(f"after the repair: {sorted(again ^ (hopeless | extras))[:5]}")
    return findings


def planted_is_found(asked: argparse.Namespace) -> bool:
    """Whether a check that is blind for one way turns the harness red."""
    words = ["--plant", "--files", "120", "--faults", "30", "--seed", str(asked.seed), "--engine", asked.engine]
    done = subprocess.run([sys.executable, "-m", "tests.harness.fixity", *words], capture_output=True, text=True)
    is_found = done.returncode == 1 and "was not found" in done.stdout
    print(
        "planted fault: found" if is_found else f"planted fault NOT found: {done.stdout} {done.stderr[-800:]}",
        flush=True,
    )
    return is_found


if __name__ == "__main__":
    sys.exit(main())
