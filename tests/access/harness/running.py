"""One process of a run: its own database, its own house, its share of the tasks."""

import argparse
import gc
import json
import logging
import time
from pathlib import Path
from typing import Any
from unittest import mock

from tests.access.harness.ground import ground


def run_share(args: argparse.Namespace) -> int:
    """Build the house, do the share, write what was found."""
    at, of = (int(part) for part in args.share.split("/"))
    gc.set_threshold(50_000, 20, 50)
    with ground(f"kedang_access_{at}") as folder:
        logging.disable(logging.CRITICAL)
        from tests.access.harness.ear import Ear
        from tests.access.harness.house import build
        from tests.access.harness.verdict import Tally

        house = build(args.seed, folder)
        ear, tally = Ear(house), Tally()
        print(f"    house built: {len(house.canaries)} canaries, {time.process_time():.0f} s", flush=True)
        gc.collect()
        gc.freeze()
        planted: dict[str, int] = {}
        if not args.plant or args.prove:
            work(args, house, ear, tally, at, of)
        if args.plant or args.prove:
            planted = plant(args.plant or "ci", house, ear, at, of)
        print(f"    process {at + 1} of {of}: {time.process_time():.0f} s of processor", flush=True)
        fields = {f"{canary.model}.{canary.name}" for canary in house.canaries}
        answer: dict[str, Any] = {
            "asked": {"|".join(key): count for key, count in tally.asked.items()},
            "checks": {"|".join(key): count for key, count in tally.checks.items()},
            "close": tally.close,
            "leaks": [str(leak) for leak in tally.leaks],
            "planted": planted,
            "notes": tally.notes,
            "heard": sorted(ear.heard),
            "fields": sorted(fields),
            "is_whole": not args.plant and not args.parts and not args.people and not args.only and not args.short,
            "seconds": time.process_time(),
        }
        Path(args.out).write_text(json.dumps(answer, ensure_ascii=False, default=str), encoding="utf-8")
    return 0


def work(args: argparse.Namespace, house: Any, ear: Any, tally: Any, at: int, of: int) -> None:
    """The tasks of this process, told as they end."""
    from tests.access.harness.choice import FULL, SHORT
    from tests.access.harness.completeness import gaps
    from tests.access.harness.parts import PARTS, do, tasks

    size = SHORT if args.short else FULL
    for gap in gaps(house):
        tally.leak("not covered", "see docs/cookbook/access-matrix.md", "everybody", gap)
    every = tasks(size, tuple(args.parts.split(",")) if args.parts else PARTS)
    if args.people:
        every = [task for task in every if task[1] in args.people.split(",")]
    for part, key in every[at::of]:
        began = time.monotonic()
        do(part, key, house, ear, size, tally, only=tuple(filter(None, args.only.split(","))))
        if not args.short:
            print(f"    {part} {key}: {time.monotonic() - began:.1f} s, {len(tally.leaks)} leaks so far", flush=True)


def plant(names: str, house: Any, ear: Any, at: int, of: int) -> dict[str, int]:
    """Each fault planted, the part that must hear it done, the leaks counted."""
    from tests.access.harness.__main__ import IN_CI
    from tests.access.harness.choice import PLANTED, PLANTED_HERE
    from tests.access.harness.parts import do
    from tests.access.harness.plants import PLANTS
    from tests.access.harness.verdict import Enough, Tally

    chosen = [one for one in PLANTS if names == "all" or one.name in (IN_CI if names == "ci" else names.split(","))]
    heard = {}
    for one in chosen[at::of]:
        tally = Tally(stops=names == "ci")
        try:
            broken = one.make()
            broken.start()
        except AttributeError as error:
            print(f"    {one.name}: what it breaks is gone, plant it elsewhere in plants.py: {error}", flush=True)
            heard[one.name] = 0
            continue
        try:
            with worked_out_anew():
                do(one.part, one.who, house, ear, PLANTED_HERE if one.only else PLANTED, tally, one.channels, one.only)
        except Enough:
            pass
        finally:
            broken.stop()
        heard[one.name] = len(tally.leaks)
        print(f"    {one.name} ({one.told}): {next(iter(tally.leaks), 'not heard')}", flush=True)
    return heard


def worked_out_anew() -> Any:
    """While it holds, SQL is worked out afresh, each once: what was kept from before a fault would go on without it."""
    from django.db import connection

    from kedang.foundation.kernel.prepared import Prepared

    now = object()

    def ready(self: Any) -> Any:
        since, kept = getattr(self.known, "planted", (None, None))
        if since is not now:
            kept = self._worked_out(connection)
            self.known.planted = (now, kept)
        return kept

    return mock.patch.object(Prepared, "_ready", ready)
