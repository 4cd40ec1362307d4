"""``python -m tests.harness.log``: a log of many entries, its speed, and random changes of it before both verifiers.

1. A fresh database (embedded, or ``KEDANG_DATABASE_URL``) is filled, sealed, redacted here and there, verified whole, exported, and the
   bundle verified with bare Python. What writing an entry costs is measured beside it.
2. Then one random change after the other is made to a copy in memory: the touched batch, the chain of all seals, foreign entries and the
   kept checkpoints are looked at by the server's verifier and by the one of the bundle. Batches that the change does not touch were found
   good entry by entry in step 1 and are not read again; digests and signatures of what is untouched are remembered. Both must find every
   change; an unchanged copy must pass in between.

``--plant`` makes the server's verifier overlook altered entries with even ids: the run must then fail.
"""

import argparse
import json
import multiprocessing
import os
import resource
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.harness.log")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--changes", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31))
    parser.add_argument(
        "--batch", type=int, default=0, help="entries under one seal (default: so that there are some 400 seals)"
    )
    parser.add_argument("--workers", type=int, default=2, help="processes for the changes")
    parser.add_argument("--plant", action="store_true", help="plant a fault: the run must fail")
    parser.add_argument(
        "--prove", action="store_true", help="after the run a second one with the fault planted, which must be noticed"
    )
    parser.add_argument("--no-cost", action="store_true", help="do not measure what writing costs")
    parser.add_argument("--folder", type=Path, help="data folder that is kept; a log that lies there is not made again")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    print(f"seed {args.seed}", flush=True)
    with nullcontext(args.folder) if args.folder else tempfile.TemporaryDirectory(prefix="kedang-log-") as folder:
        os.environ["KEDANG_DATA_DIR"] = str(folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kedang.project.settings")
        from kedang.project import engine

        engine.install()
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0, interactive=False)
        figures = prepare(args, Path(folder))
        print(json.dumps(figures, ensure_ascii=False), file=sys.stderr, flush=True)
        connections.close_all()
        result = attack(args)
        if args.prove:
            args.plant = True
            connections.close_all()
            result["planted_fault_noticed"] = not attack(args)["ok"]
            result["ok"] = result["ok"] and result["planted_fault_noticed"]
        connections.close_all()
    print(json.dumps({"seed": args.seed, **figures, **result}, ensure_ascii=False, indent=1))
    return 0 if figures["ok"] and result["ok"] else 1


def prepare(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Fill, seal, redact, verify, export, verify offline; the times."""
    import subprocess
    from datetime import date

    from django.db import connection

    from kedang.foundation.audit.exporting.bundle import bundle_export
    from kedang.foundation.audit.models import Seal
    from kedang.foundation.audit.verifying.whole import verify
    from kedang.foundation.kernel.actors import SYSTEM
    from tests.harness.log import building, costing

    figures: dict[str, Any] = {"engine": connection.vendor}
    if not args.no_cost:
        figures["writing"] = costing.measure()
    is_made = Seal.objects.exists()
    if not is_made:
        building.seal_all(10_000)
        with timed(figures, "fill"):
            building.fill(args.events, args.seed)
        with timed(figures, "seal"):
            building.seal_all(args.batch or max(50, args.events // 400))
        figures["blanked"] = building.blank_some(200, args.events, args.seed)
    with timed(figures, "verify"):
        report = verify(actor=None)
    figures |= {"entries": report.events, "seals": report.seals, "ok": report.is_good}
    if report.first:
        figures["first_bad"] = report.first.sentence
    if is_made:
        return figures
    bundle = folder / "bundle"
    with timed(figures, "export"):
        bundle_export(actor=SYSTEM, folder=bundle, start=date(2025, 1, 1), end=date(2027, 12, 31))
    with timed(figures, "bundle_verify"):
        checked = subprocess.run(
            [sys.executable, "-I", str(bundle / "verify_bundle.py"), "--json"], capture_output=True, text=True
        )
    figures["bundle_mib"] = sum(path.stat().st_size for path in bundle.iterdir()) >> 20
    figures["ok"] = figures["ok"] and checked.returncode == 0
    if checked.returncode:
        figures["bundle_says"] = (checked.stdout + checked.stderr)[:600]
    return figures


@contextmanager
def timed(figures: dict[str, Any], name: str) -> Iterator[None]:
    """Seconds of the wall clock, and of processors in this process and the helpers that ended meanwhile (not of a server)."""
    began, used = time.monotonic(), processor()
    yield
    figures |= {f"{name}_s": round(time.monotonic() - began, 1), f"{name}_cpu_s": round(processor() - used, 1)}


def processor() -> float:
    """Processor time so far."""
    parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in parts)


def attack(args: argparse.Namespace) -> dict[str, Any]:
    """The changes, on two processes, grouped by the batch they touch."""
    took: dict[str, Any] = {}
    parts = [(args.seed, args.changes, args.plant, worker, args.workers) for worker in range(args.workers)]
    with timed(took, "attack"):
        pool = multiprocessing.get_context("fork").Pool(args.workers)
        results = pool.map(work, parts)
        pool.close()
        pool.join()
    total: Counter[str] = Counter()
    missed: list[str] = []
    for counts, faults in results:
        total.update(counts)
        missed += faults
    figures = {
        "changes": total["changes"],
        "clean_runs": total["clean"],
        **took,
        "cpu_ms_a_change": round(took["attack_cpu_s"] / max(total["changes"], 1) * 1000, 1),
    }
    kinds = {name[3:]: count for name, count in sorted(total.items()) if name.startswith("by ")}
    found = {"found_by_server": total["server"], "found_by_bundle": total["offline"], "same_seal_named": total["same"]}
    return {**figures, **found, "kinds": kinds, "ok": not missed, "missed": missed[:10]}


def work(task: tuple[int, int, bool, int, int]) -> tuple[Counter[str], list[str]]:
    """One process's share."""
    seed, changes, plant, worker, workers = task
    from tests.harness.log import trial

    return trial.run(seed, changes, plant, worker, workers)


if __name__ == "__main__":
    sys.exit(main())
