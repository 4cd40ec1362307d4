"""Is there a way to tell accounts from non-accounts by the time of the answer (R48)?

Four kinds of attempts, in random order, through the whole request with the real password hasher: wrong password, unknown name,
locked account with the right password, switched-off account with the right password. Medians must lie within 5 ms.

    python -m tests.harness.sign_in_timing [--tries 2000] [--seed 1] [--processor] [--json]

On a machine that others keep busy the time on the clock tells of them; ``--processor`` judges by processor time instead (both are shown).
"""

import argparse
import json
import logging
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

KINDS = ("wrong", "unknown", "locked", "inactive")
MOST_MS = 5.0


def prepared(folder: str) -> None:
    """A scratch installation with 40 people, some locked, some switched off."""
    os.environ["KEDANG_DATA_DIR"] = folder
    os.environ["KEDANG_DATABASE_URL"] = ""
    os.environ["KEDANG_SIGN_IN_FAILURES"] = "100000"
    os.environ["DJANGO_SETTINGS_MODULE"] = "kedang.project.settings"
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    import django

    from kedang.project import settings as _settings  # noqa: F401  (installs the engine)

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    from kedang.foundation.access.models import Fonds, Person
    from kedang.foundation.kernel import clock, keys

    keys.create_ring(keys.ring_path())  # names are counted under their blind index
    logging.disable(logging.INFO)
    fonds = Fonds.objects.create(code="001", name="青禾实业有限公司", created_at=clock.now())
    first = Person(fonds=fonds, username="p0", name="甲", created_at=clock.now())
    first.set_password("violet tram gravel")
    for number in range(40):
        Person.objects.create(
            fonds=fonds,
            username=f"p{number}",
            name="甲",
            created_at=clock.now(),
            password=first.password,
            is_active=number % 4 != 3,
        )


def lock(address: str, name: str) -> None:
    """Pause one pair of account and address, as five wrong passwords do, but for longer than a run on a busy machine takes."""
    from datetime import timedelta

    from kedang.foundation.access import throttle
    from kedang.foundation.access.models import SignInCounter
    from kedang.foundation.kernel import clock

    keys = throttle.begin_attempt(name, address, "").keys
    SignInCounter.objects.filter(key=keys[0]).update(locked_until=clock.now() + timedelta(days=1))


def measure(tries: int, seed: int, by_processor: bool = False) -> dict[str, Any]:
    """Medians in milliseconds by kind."""
    from django.test import Client

    chosen = random.Random(seed)
    kinds = [KINDS[at % len(KINDS)] for at in range(tries)]
    chosen.shuffle(kinds)
    for number in range(10):
        lock(f"198.51.100.{number}", f"p{4 * number}")
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    work: dict[str, list[float]] = {kind: [] for kind in KINDS}
    answers: set[tuple[int, int]] = set()
    for at, kind in enumerate(kinds):
        number = chosen.randrange(10)
        name = {
            "wrong": f"p{4 * number + 1}",
            "unknown": f"nobody{number}",
            "locked": f"p{4 * number}",
            "inactive": f"p{4 * number + 3}",
        }[kind]
        address = f"198.51.100.{number}" if kind == "locked" else f"203.0.{at // 250 % 250}.{at % 250}"
        client = Client(REMOTE_ADDR=address)
        given = {
            "username": name,
            "password": "wrong wrong wrong" if kind in {"wrong", "unknown"} else "violet tram gravel",
        }
        start, begun = time.perf_counter(), time.process_time()
        response = client.post("/sign-in/", given)
        times[kind].append((time.perf_counter() - start) * 1000)
        work[kind].append((time.process_time() - begun) * 1000)
        text = response.text.replace(name, "").split('name="csrfmiddlewaretoken"')[0]
        answers.add(
            (response.status_code, "用户名或密码不正确" in response.text and "暂停登录" in response.text and bool(text))
        )
    medians = {kind: round(statistics.median(found), 2) for kind, found in times.items()}
    processor = {kind: round(statistics.median(found), 2) for kind, found in work.items()}
    judged = processor if by_processor else medians
    spread = round(max(judged.values()) - min(judged.values()), 2)
    return {
        "tries": tries, "seed": seed, "median_ms": medians, "processor_ms": processor,
        "judged_by": "processor" if by_processor else "clock", "spread_ms": spread, "most_ms": MOST_MS,
        "one_answer": answers == {(422, True)}, "answers": sorted(answers), "ok": spread <= MOST_MS and answers == {(422, True)},
    }  # fmt: skip


def main() -> int:
    """Exit 0 when nothing can be told apart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processor", action="store_true", help="judge by processor time: for a busy machine")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kedang-timing-") as folder:
        prepared(folder)
        found = measure(args.tries, args.seed, args.processor)
    print(
        json.dumps(found, ensure_ascii=False)
        if args.json
        else "\n".join(f"{key}: {value}" for key, value in found.items())
    )
    return 0 if found["ok"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
