"""``python -m tests.harness.codes [--engine E] [--numbers N] [--seed S] [--plant] [--prove]``

Two archivists who see nothing of each other's files (disjoint departments) issue N codes each at once, from the same series, as two
processes. One transaction in ten is rolled back after its number was taken. Then: N codes each, none twice, every number of the ledger
accounted for, every code in the register with the volume that carries it, and neither of the two sees one volume of the other.

``--plant`` takes the number in a transaction of its own, so that a filing that fails leaves a gap: the run must then fail. ``--prove``
runs with the fault first, and fails unless it was noticed.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from tools.postgres import Server

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENTS = ("甲", "乙")
ONE_IN = 10


class Abandoned(Exception):
    """The filing is given up."""


def main() -> int:
    """Exit 1 names what was found."""
    parser = argparse.ArgumentParser(prog="tests.harness.codes")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--numbers", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--plant", action="store_true")
    parser.add_argument("--prove", action="store_true")
    parser.add_argument("--role", default="")
    asked = parser.parse_args()
    if asked.role:
        return role(asked)
    good = True
    for engine in asked.engine or ["sqlite", "postgresql"]:
        if asked.prove:
            noticed = bool(run(engine, asked, is_planted=True)["faults"])
            print(json.dumps({"harness": "codes", "engine": engine, "planted": "gap", "noticed": noticed}), flush=True)
            good = good and noticed
        told = run(engine, asked, is_planted=asked.plant)
        print(json.dumps(told, ensure_ascii=False), flush=True)
        good = good and not told["faults"]
    return 0 if good else 1


def run(engine: str, asked: argparse.Namespace, *, is_planted: bool) -> dict[str, Any]:
    """One engine: a fresh base, two processes at once, the count."""
    server = Server().start() if engine == "postgresql" else None
    try:
        with tempfile.TemporaryDirectory(prefix="kedang-codes-") as folder:
            environment = {
                **{name: value for name, value in os.environ.items() if not name.startswith("KEDANG_")},
                "KEDANG_DATA_DIR": folder, "KEDANG_DATABASE_URL": server.url if server else "",
                "DJANGO_SETTINGS_MODULE": "kedang.project.settings",
            }  # fmt: skip
            words = ["--numbers", str(asked.numbers), "--seed", str(asked.seed), *(["--plant"] if is_planted else [])]
            said(start("base", words, environment))
            began = time.monotonic()
            both = [start(name, words, environment) for name in CLIENTS]
            answers = [said(process) for process in both]
            seconds = time.monotonic() - began
            found = said(start("check", words, environment))
    finally:
        if server:
            server.stop()
    faults = [fault for answer in answers for fault in answer["faults"]] + found["faults"]
    return {
        "harness": "codes", "engine": engine, "seed": asked.seed, "numbers_each": asked.numbers, "codes": found["codes"],
        "rolled_back": sum(answer["rolled_back"] for answer in answers), "seconds": round(seconds, 1),
        "codes_per_second": round(found["codes"] / max(seconds, 0.001)), "slowest_ms": max(answer["slowest_ms"] for answer in answers),
        "turns": found["turns"], "faults": faults,
    }  # fmt: skip


def start(name: str, words: list[str], environment: dict[str, str]) -> "subprocess.Popen[str]":
    """A process of ours in one role."""
    command = [sys.executable, "-m", "tests.harness.codes", "--role", name, *words]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def said(process: "subprocess.Popen[str]") -> dict[str, Any]:
    """Its last line, or the fault it died of."""
    out, errors = process.communicate()
    if process.returncode:
        raise RuntimeError(errors[-3000:])
    answer: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
    return answer


def role(asked: argparse.Namespace) -> int:
    """Inside a process: make the base, issue codes, or count."""
    import django

    django.setup()
    answer = base() if asked.role == "base" else check(asked) if asked.role == "check" else client(asked)
    print(json.dumps(answer, ensure_ascii=False))
    return 0


def base() -> dict[str, Any]:
    """A company with two departments, and an archivist in each who reaches no further."""
    from django.core.management import call_command

    from kedang.foundation.access.models import Fonds
    from kedang.foundation.access.roles import ensure_builtin_roles
    from kedang.foundation.kernel import clock, keys
    from kedang.project.cli.setup import ensure_archives
    from tests.cast import make_department, make_person

    keys.create_ring(keys.ring_path())
    call_command("migrate", interactive=False, verbosity=0)
    ensure_builtin_roles()
    fonds = Fonds.objects.create(code="Q001", name="青禾实业有限公司", created_at=clock.now())
    ensure_archives()
    for name, username in zip(CLIENTS, ("one", "two"), strict=True):
        make_person(fonds, username, name, "archivist", make_department(fonds, f"{name}部"), scope="department")
    return {}


def client(asked: argparse.Namespace) -> dict[str, Any]:
    """Issue the codes of one archivist, as fast as it goes; now and then a filing is given up after the number was taken."""
    from kedang.foundation.access.models import Person

    actor = Person.objects.get(name=asked.role)
    chance = random.Random(f"{asked.seed}/{asked.role}")
    faults: list[str] = []
    rolled_back, slowest, done = 0, 0.0, 0
    while done < asked.numbers and len(faults) < 5:
        gives_up, began = chance.randrange(ONE_IN) == 0, time.monotonic()
        try:
            one(actor, gives_up=gives_up, is_planted=asked.plant)
            done += 1
        except Abandoned:
            rolled_back += 1
        except Exception as error:
            faults.append(f"{asked.role}: {error!r}")
        slowest = max(slowest, time.monotonic() - began)
    return {"rolled_back": rolled_back, "slowest_ms": round(slowest * 1000), "faults": faults}


def one(actor: Any, *, gives_up: bool, is_planted: bool) -> None:
    """One filing: the volume with its code, or neither."""
    from django.db import transaction

    from kedang.business.holdings.choices import SchemeState
    from kedang.business.holdings.models import Series
    from kedang.business.holdings.services.codes import codes_issue_volume
    from kedang.business.holdings.services.templates import template_for
    from kedang.business.holdings.services.volumes import volume_create

    series: Any = Series.objects.select_related("scheme", "retention").get(
        scheme__state=SchemeState.IN_FORCE, code="ZY·KH·HT"
    )
    if is_planted and gives_up:
        with transaction.atomic():
            codes_issue_volume(
                actor=actor, template=template_for(actor.fonds_id, "volume"), series=series, year=2026, retention=series.retention
            )  # fmt: skip
        raise Abandoned
    with transaction.atomic():
        volume_create(
            actor=actor, values={"series": series, "year": 2026, "retention": series.retention, "department": actor.department}
        )  # fmt: skip
        if gives_up:
            raise Abandoned


def check(asked: argparse.Namespace) -> dict[str, Any]:
    """Count what is there."""
    from kedang.business.holdings.codes.ledger import VOLUME_KEY, tallies
    from kedang.business.holdings.models import ReferenceCode, Volume
    from kedang.foundation.access.models import Person
    from kedang.foundation.numbering.models import NumberEntry, NumberSeries

    faults: list[str] = []
    series = list(NumberSeries.objects.filter(key=VOLUME_KEY))
    tally = tallies(series)[0]
    if len(series) != 1 or tally.gaps:
        faults.append(f"{len(series)} series, {tally.missing} numbers without explanation: {tally.gap_texts()[:5]}")
    held = dict(ReferenceCode.objects.values_list("code", "volume_id"))
    carried = dict(Volume.objects.values_list("reference_code", "id"))
    if held != carried or len(carried) != Volume.objects.count():
        faults.append(f"{len(held)} codes in the register, {len(carried)} on volumes")
    numbers = sorted(Volume.objects.values_list("number", flat=True))
    if not asked.plant and numbers != list(range(1, len(numbers) + 1)):
        faults.append("numbers are not 1 … n")
    entered = sum(entry.last - entry.first + 1 for entry in NumberEntry.objects.filter(series__in=series))
    if entered != tally.series.last:
        faults.append(f"the ledger has {entered} numbers, the series {tally.series.last}")
    people = [Person.objects.get(name=name) for name in CLIENTS]
    seen = [set(Volume.objects.visible_to(person).values_list("id", flat=True)) for person in people]
    if [len(one) for one in seen] != [asked.numbers] * 2 or seen[0] & seen[1]:
        faults.append(f"the two see {[len(one) for one in seen]} volumes, {len(seen[0] & seen[1])} of them both")
    owners = list(Volume.objects.order_by("number").values_list("responsible_id", flat=True))
    turns = sum(1 for a, b in pairwise(owners) if a != b)
    if turns < 2:
        faults.append("the two did not issue at the same time")
    return {"codes": len(held), "turns": turns, "faults": faults}


if __name__ == "__main__":
    sys.exit(main())
