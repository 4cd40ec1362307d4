"""``python -m tests.harness.backup``: damage, kills and drills on a fresh installation with the demo company.

1. ``--trials`` random damages (three of four a single bit) to copies of a set: each must be found before a restore would write.
2. ``--kills`` backups killed at random moments: listed sets stay whole, the next backup clears up.
3. ``--restores`` restores killed at random moments into empty and filled places: as before, marked, or whole; the next one makes it whole.
4. ``--drills`` sets, each after some work, restored to a scratch place and compared.

``--plant`` makes the verification overlook the content of one part: the run must then fail. The seed is printed; a run is repeated with it.
"""

import argparse
import json
import os
import random
import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

UNSEEN = "keys.kdp"
"""The part that a planted fault makes the verification overlook."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.harness.backup")
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--restores", type=int, default=100)
    parser.add_argument("--drills", type=int, default=5)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 31))
    parser.add_argument("--plant", action="store_true", help="plant a fault: the run must fail")
    parser.add_argument(
        "--prove", action="store_true", help="afterwards a second, short run with the fault, which must be noticed"
    )
    return parser.parse_args()


def main() -> int:
    args = arguments()
    print(f"seed {args.seed}", flush=True)
    if args.engine == "postgresql":
        from tools.postgres import Server

        with Server() as server:
            return run(args, server.url)
    return run(args, "")


def run(args: argparse.Namespace, url: str) -> int:
    """One run in a folder and a database of its own; exit status 1 when anything was missed."""
    with tempfile.TemporaryDirectory(prefix="kedang-backup-") as folder:
        os.environ.update(
            KEDANG_DATA_DIR=folder,
            KEDANG_DATABASE_URL=url,
            KEDANG_BACKUP_AT="off",
            DJANGO_SETTINGS_MODULE="kedang.project.settings",
        )
        from kedang.project import engine

        engine.install()
        import django

        django.setup()
        home = Path(folder)
        prepare(home)
        faults, figures = trials(args, home, url)
    print(json.dumps(figures, ensure_ascii=False), flush=True)
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    if faults:
        print(f"{len(faults)} faults; again with --seed {args.seed} --engine {args.engine}", file=sys.stderr)
    return 1 if faults else 0


def prepare(home: Path) -> None:
    """A system with people, records and files."""
    from django.db import transaction

    from kedang.foundation.kernel import stores
    from kedang.project.cli.setup import run as set_up
    from tests.cast import make_cast

    set_up(argparse.Namespace(demo=False, empty=True, as_json=True))
    with transaction.atomic():
        make_cast()
    (home / "imports").mkdir(exist_ok=True)
    for number in range(12):
        with stores.written(home / "imports" / f"{number}.sealed") as out:
            out.write(os.urandom(3000 + 5000 * number))


def trials(args: argparse.Namespace, home: Path, url: str) -> tuple[list[str], dict[str, Any]]:
    """The four parts, and the fifth that proves them."""
    from kedang.foundation.safekeeping.making import make_set
    from tests.harness.backup.damage import hurt_and_look
    from tests.harness.backup.kills import kill_backups
    from tests.harness.backup.restores import kill_restores, planted_is_noticed

    chance = random.Random(args.seed)
    figures: dict[str, Any] = {"engine": args.engine, "seed": args.seed}
    if args.plant:
        plant()
    work = home / "hurt"
    work.mkdir()
    begin = time.monotonic()
    missed = hurt_and_look(make_set().folder, work, args.trials, chance)
    figures |= {"damages": args.trials, "missed": len(missed), "damage_seconds": round(time.monotonic() - begin, 1)}
    if args.plant:
        return [f"not found: {what}" for what in missed], figures
    faults, killed = kill_backups(home, args.kills, chance)
    figures |= {"kills": args.kills, "killed_before_done": killed, "kill_faults": len(faults)}
    begin = time.monotonic()
    halves, states = kill_restores(home, args.restores, chance, url)
    figures |= {"restores_killed": args.restores, "restore_faults": len(halves), "restore_states": states}
    figures["restore_seconds"] = round(time.monotonic() - begin, 1)
    faults += halves
    failed = drills(args.drills, chance)
    figures |= {"drills": args.drills, "drills_failed": len(failed)}
    faults += [f"not found: {what}" for what in missed] + failed
    if args.prove:
        plant()
        noticed = len(hurt_and_look(make_set().folder, work, 20, chance, UNSEEN)) == 20
        figures["planted_fault_noticed"] = noticed
        faults += [] if noticed else ["the planted fault was not noticed"]
        print("a restore without marker is planted: the complaints that follow are wanted", file=sys.stderr, flush=True)
        figures["unmarked_restore_noticed"] = planted_is_noticed(home, chance, url)
        faults += [] if figures["unmarked_restore_noticed"] else ["a restore without marker was not noticed"]
    return faults, figures


def drills(count: int, chance: random.Random) -> list[str]:
    """Work, back up, restore to a scratch place, compare."""
    from kedang.foundation.access.models import Department, Fonds
    from kedang.foundation.safekeeping.drilling import rehearse
    from kedang.foundation.safekeeping.making import make_set

    failed = []
    for number in range(count):
        words = "".join(chance.choice("客户\\档案\t\"'\n😀ab%$") for _ in range(12))
        Department.objects.create(fonds=Fonds.objects.earliest("pk"), name=f"{number}{words}")
        made = make_set()
        outcome = rehearse(lambda made=made: made)
        if not outcome.is_passed:
            failed.append(f"drill {number}: {outcome.words}")
    return failed


def plant() -> None:
    """From now on the content of the part :data:`UNSEEN` is not looked at."""
    from kedang.foundation.safekeeping import sets

    honest = sets.refuse_damaged

    def careless(found: sets.BackupSet, step: Any = None) -> int:
        found.manifest["parts"] = [part for part in found.manifest["parts"] if part["name"] != UNSEEN]
        left = sets.BackupSet(found.folder, found.manifest, found.signer)
        known = {part["name"] for part in found.manifest["parts"]} | {sets.MANIFEST, sets.SIGNATURE, UNSEEN}
        for path in found.folder.iterdir():
            if path.name not in known:
                return honest(left, step)
        aside = found.folder.with_name("aside.keys")
        hidden = found.folder / UNSEEN
        if hidden.exists():
            hidden.rename(aside)
        try:
            return honest(left, step)
        finally:
            if aside.exists():
                aside.rename(hidden)

    import tests.harness.backup.damage as damage

    damage.refuse_damaged = careless


if __name__ == "__main__":
    raise SystemExit(main())
