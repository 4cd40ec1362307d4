"""A large log like a company's: entries of many kinds, sealed in batches, some parts blanked, checkpoints kept."""

import random
import time
from typing import Any

SURNAMES, NAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许", "明华建国秀英丽敏静强磊洋艳勇军杰娟涛超兰霞平刚桂"
KINDS = (
    ("customers.viewed", "read", "customers.customer"),
    ("customers.changed", "change", "customers.customer"),
    ("search.asked", "search", ""),
    ("access.signed_in", "sign_in", "access.person"),
    ("customers.exported", "disclose", "customers.customer"),
)
VARYING = (
    "at", "actor_id", "actor_name", "code", "category", "subject_type", "subject_id", "subject_label", "changes", "reason", "meta",
    "channel", "address", "request_id", "fonds_id",
)  # fmt: skip
AT_ONCE = 20_000


def fill(count: int, seed: int) -> float:
    """Write entries at the speed of the engine; seconds."""
    from django.db import transaction

    from kedang.foundation.audit.models import Event
    from kedang.foundation.kernel import bulk

    rng = random.Random(seed)
    shape = bulk.shape_of(Event, head=(), varying=VARYING)
    began = time.monotonic()
    for start in range(0, count, AT_ONCE):
        rows = [((), shape.tail(entry(rng, start + n))) for n in range(min(AT_ONCE, count - start))]
        with transaction.atomic():
            bulk.insert_rows(shape, rows)
    return time.monotonic() - began


def entry(rng: random.Random, number: int) -> tuple[Any, ...]:
    """One entry's varying columns."""
    code, category, kind = KINDS[int(rng.random() * len(KINDS))]
    name = rng.choice(SURNAMES) + "".join(rng.choices(NAMES, k=2))
    place = rng.randrange(1, 200_000)
    changes = ""
    if category == "change":
        changes = f'{{"name":["{name}一","{name}二"],"website":["","{place}.example"]}}'
    seconds = number // 3
    day = f"2026-{1 + seconds // 2_500_000 % 9:02}-{1 + seconds // 86_400 % 28:02}"
    at = f"{day} {seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rng.randrange(10**6):06}"
    return (
        at, rng.randrange(1, 60), name, code, category, kind, place if kind else None,
        f"{name}精密机械有限公司（{place}）" if kind else "", changes, "客户来函更正" if changes else "",
        f'{{"total":{place}}}' if category == "search" else "", "page", f"10.0.{place % 250}.{number % 250}", f"{number:x}", 1,
    )  # fmt: skip


def seal_all(batch: int) -> float:
    """Seal everything in batches of a given size, then tell the checkpoints; seconds."""
    from kedang.foundation.audit.sealing import sealer

    usual, sealer.BATCH = sealer.BATCH, batch
    began = time.monotonic()
    try:
        sealer.seal_now()
    finally:
        sealer.BATCH = usual
    return time.monotonic() - began


def blank_some(count: int, total: int, seed: int) -> int:
    """Redact entries here and there; how many."""
    from kedang.foundation.audit.redacting import event_redact
    from kedang.foundation.kernel.actors import SYSTEM

    ids = random.Random(seed + 1).sample(range(1, total + 1), min(count, total // 20))
    return event_redact(actor=SYSTEM, event_ids=ids, parts=["actor", "subject", "changes"], reason="本人请求删除")
