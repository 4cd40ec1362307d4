"""``python -m tests.harness.keys --objects 100000 --kills 50 --seed 24 [--engine postgresql] [--plant]``

Half of the objects are mobile numbers, half bank accounts, with some sealed files beside them. ``kedang keys rotate`` runs as a process
of its own and is killed (SIGKILL) at a random moment; then every value and every file is opened and compared. When a rotation ends, the
next one begins, now and then with the other cipher suite. ``--plant`` takes a needed key away and must be found.
"""

import argparse
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHILD = """
import sys, django
from kedang.project import settings
django.setup()
from kedang.foundation.safekeeping.rekeying import columns
from kedang.project.cli import main
columns.BATCH = 100  # many small steps, so that a kill hits the middle
print("ready", flush=True)
sys.exit(main(["keys", "rotate", "--json"]))
"""
FILES, BATCH = 40, 2000
LOOK_SECONDS = 0.01
"""Between two looks at how far the rotation is; asking more often would take the machine from it."""
SUITES = ("aes-256-gcm", "sm4-ctr-hmac-sm3")


class Trial:
    """One scratch installation and what it must hold."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked, self.chance = asked, random.Random(asked.seed)
        self.findings: list[str] = []
        self.kills = self.ended = 0
        self.worst_keys = 0
        self.at_kill: Counter[str] = Counter()

    def prepare(self) -> None:
        """Set up, and put the objects in."""
        from django.core.management import call_command

        from kedang.business.customers.models import Customer
        from kedang.foundation.access.models import Fonds
        from kedang.foundation.kernel import clock, keys, sealed_files
        from kedang.foundation.web.jobs import export_folder, export_place

        keys.create_ring(keys.ring_path())
        call_command("migrate", interactive=False, verbosity=0)
        now = clock.now()
        fonds = Fonds.objects.create(code="001", name="青禾实业有限公司", created_at=now)
        wanted = self.asked.objects // 2
        for start in range(0, wanted, BATCH):
            Customer.objects.bulk_create(
                Customer(
                    fonds=fonds, number=f"K{n:07}", name=f"企业{n}", name_key=f"企业{n}", party_kind="enterprise",
                    mobile=mobile(n), bank_account=account(n), created_at=now, updated_at=now,
                )
                for n in range(start, min(wanted, start + BATCH))
            )  # fmt: skip
        for n in range(FILES):
            sealed_files.store(export_folder() / f"{n}.csv", export_place(n), io.BytesIO(content(n)))

    def play(self) -> None:
        """Kill, look, kill, look; at the end let it finish and look once more."""
        suite = SUITES[0]
        while self.kills < self.asked.kills and not self.findings:
            process = start(suite)
            self.wait(process)
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                self.kills += 1
            elif process.returncode != 0:
                self.findings.append(f"rotation refused: {process.stdout.read() if process.stdout else ''}")
            else:
                self.ended += 1
                suite = self.chance.choice(SUITES)
            close(process)
            if self.asked.plant and self.kills == 2:
                take_a_key_away()
            self.look()
            print(f"\r{self.kills} kills, {self.ended} rotations ended", end="", file=sys.stderr, flush=True)
        if not self.findings:
            process = start(suite)
            answer = json.loads((process.stdout.read() if process.stdout else "") or "{}")
            close(process)
            self.ended += 1
            if process.returncode or answer.get("unreadable") or answer.get("missing"):
                self.findings.append(f"last rotation: {answer}")
            self.look(at_rest=True)

    def wait(self, process: "subprocess.Popen[str]") -> None:
        """Until the work has come to a row chosen by chance; now and then a moment chosen by chance, to hit beginning and end too."""
        from django.db import connection

        from kedang.foundation.kernel import key_store, keys

        if self.chance.random() < 0.25:
            time.sleep(self.chance.random() * self.asked.reach)
            return
        active = key_store.read_ring(keys.ring_path()).active["fields"]
        until = time.monotonic() + 60

        def number(row: int) -> int | None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT mobile FROM customers_customer WHERE id = %s", [row])
                return keys.number_of(cursor.fetchone()[0])

        with connection.cursor() as cursor:
            cursor.execute("SELECT min(id), max(id) FROM customers_customer")
            first, last = cursor.fetchone()
        if number(last) != active:  # a rotation is under way: a row that it has not come to yet
            low, high = first, last
            while low < high:
                middle = (low + high) // 2
                low, high = (middle + 1, high) if number(middle) == active else (low, middle)
            first = low
        reach = last if self.chance.random() < 0.3 else first + (last - first) // 10
        row = self.chance.randint(first, max(first, reach))
        before = number(row)
        while number(row) == before and process.poll() is None and time.monotonic() < until:
            time.sleep(LOOK_SECONDS)

    def look(self, *, at_rest: bool = False) -> None:
        """Open everything."""
        from django.db import connection

        from kedang.foundation.kernel import key_store, keys
        from kedang.foundation.kernel.refused import Refused

        used: Counter[int] = Counter()
        keys.use_ring(None)
        ring = key_store.read_ring(keys.ring_path())
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, number, mobile, bank_account FROM customers_customer ORDER BY id")
            rows = cursor.fetchall()
        if len(rows) != self.asked.objects // 2:
            self.findings.append(f"{len(rows)} rows instead of {self.asked.objects // 2}")
        for _id, number, *sealed in rows:
            n = int(number[1:])
            for name, text, plain in zip(("mobile", "bank_account"), sealed, (mobile(n), account(n)), strict=True):
                used[keys.number_of(text) or -1] += 1
                try:
                    if keys.decrypt(text, f"customers.Customer.{name}") != plain:
                        self.findings.append(f"{number}.{name}: another value")
                except Refused as refusal:
                    self.findings.append(f"{number}.{name}: {refusal.code}")
                if len(self.findings) > 5:
                    return
        self.findings += list(self.files())
        unknown = set(used) - set(ring.keys)
        if unknown:
            self.findings.append(f"values under keys that the ring lacks: {unknown}")
        self.worst_keys = max(self.worst_keys, len(used))
        waiting = sum(count for number, count in used.items() if number != ring.active["fields"])
        self.at_kill["under way" if 0 < waiting < self.asked.objects else "begun" if waiting else "done"] += 1
        if at_rest and (waiting or ring.notes.get("rotation")):
            self.findings.append(f"{waiting} values wait after the end")

    def files(self) -> Iterator[str]:
        """Sealed files that do not open, or hold something else; files that nobody asked for."""
        from kedang.foundation.kernel import sealed_files
        from kedang.foundation.kernel.refused import Refused
        from kedang.foundation.web.jobs import export_folder, export_place

        for n in range(FILES):
            try:
                with sealed_files.opened(export_folder() / f"{n}.csv", export_place(n)) as stream:
                    if stream.read() != content(n):
                        yield f"file {n}: another content"
            except (Refused, OSError) as error:
                yield f"file {n}: {error}"
        left = {path.name for path in export_folder().iterdir()} - {f"{n}.csv" for n in range(FILES)}
        if left:
            yield f"strays: {sorted(left)}"


def mobile(n: int) -> str:
    return f"138{n:08}"


def account(n: int) -> str:
    return f"62220202{n:011}"


def content(n: int) -> bytes:
    return random.Random(n).randbytes(1000 + n * 4099)


def start(suite: str) -> "subprocess.Popen[str]":
    """``kedang keys rotate``, ready to work."""
    environment = {**os.environ, "KEDANG_CIPHER_SUITE": suite, "DJANGO_SETTINGS_MODULE": "kedang.project.settings"}
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if process.stdout is None or process.stdout.readline() != "ready\n":
        raise SystemExit("the command did not start")
    return process


def close(process: "subprocess.Popen[str]") -> None:
    process.wait()
    if process.stdout:
        process.stdout.close()


def take_a_key_away() -> None:
    """The planted fault: a key that values still need is no longer in the ring."""
    from dataclasses import replace

    from django.db import connection

    from kedang.foundation.kernel import key_store, keys

    ring = key_store.read_ring(keys.ring_path())
    with connection.cursor() as cursor:
        cursor.execute("SELECT mobile FROM customers_customer ORDER BY id DESC LIMIT 1")
        first = keys.number_of(cursor.fetchone()[0])
    left = {number: key for number, key in ring.keys.items() if number != first}
    active = {purpose: min(left) if number == first else number for purpose, number in ring.active.items()}
    key_store.save_ring(keys.ring_path(), replace(ring, keys=left, active=active, heads={}, _ciphers={}, _sealers={}))


def planted_is_found(asked: argparse.Namespace) -> bool:
    """Whether the planted fault turns the harness red."""
    command = [
        sys.executable,
        "-m",
        "tests.harness.keys",
        "--plant",
        "--kills",
        "3",
        "--objects",
        "3000",
        "--reach",
        "1",
    ]
    done = subprocess.run(
        [*command, "--engine", asked.engine, "--seed", str(asked.seed)], capture_output=True, text=True
    )
    is_found = done.returncode == 1 and "key_missing" in done.stdout
    print(
        "planted fault: found" if is_found else f"planted fault NOT found: {done.stdout} {done.stderr[-500:]}",
        flush=True,
    )
    return is_found


def main() -> int:
    parser = argparse.ArgumentParser(prog="keys", description=__doc__)
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--objects", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    parser.add_argument("--reach", type=float, default=6.0, help="latest moment of a kill, in seconds after the start")
    parser.add_argument("--plant", action="store_true", help="a fault that must be found")
    parser.add_argument("--prove", action="store_true", help="first show that the planted fault is found")
    asked = parser.parse_args()
    if asked.prove and not planted_is_found(asked):
        return 1
    folder = Path(tempfile.mkdtemp(prefix="kedang-keys-"))
    os.environ["KEDANG_DATA_DIR"] = str(folder)
    server: Any = None
    if asked.engine == "postgresql":
        from tools.postgres import Server

        server = Server(durable=True).start()
        os.environ["KEDANG_DATABASE_URL"] = server.url
    else:
        os.environ["KEDANG_DATABASE_URL"] = ""
    began = time.monotonic()
    try:
        from kedang.project import settings as _settings  # noqa: F401

        os.environ["DJANGO_SETTINGS_MODULE"] = "kedang.project.settings"
        import django

        django.setup()
        trial = Trial(asked)
        trial.prepare()
        trial.play()
        from django.db import connections

        connections.close_all()
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    summary = {
        "engine": asked.engine, "objects": asked.objects, "files": FILES, "kills": trial.kills, "seed": asked.seed,
        "rotations_ended": trial.ended, "state_after_kill": dict(trial.at_kill), "most_keys_in_use": trial.worst_keys,
        "findings": trial.findings[:6], "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip
    print(json.dumps(summary, ensure_ascii=False))
    return 1 if trial.findings else 0


if __name__ == "__main__":
    sys.exit(main())
