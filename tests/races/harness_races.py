"""``make harness-races``: every pair of every group, sixteen clients, two hundred rounds (see docs/operate/proof.md).

``KEDANG_TEST_ROUNDS``, ``KEDANG_TEST_CLIENTS`` and ``KEDANG_TEST_GROUP`` change the measure. Not collected by ``make test``.
"""

import json
import os
import re
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.cast import make_cast
from tests.engine import ENGINE
from tests.races.acts import Act, Group
from tests.races.groups import GROUPS
from tests.races.playing import Clients, play

ROUNDS = int(os.environ.get("KEDANG_TEST_ROUNDS", "200"))
CLIENTS = int(os.environ.get("KEDANG_TEST_CLIENTS", "16"))
ONLY = os.environ.get("KEDANG_TEST_GROUP", "")
REPORT = os.environ.get("KEDANG_TEST_REPORT", "")
CASES = [(group, act) for group in GROUPS if ONLY in ("", group.name) for act in group.acts]


@pytest.mark.unwatched
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("group", "first"), CASES, ids=lambda one: one.name.replace(" ", "_"))
def test_an_act_against_every_act_from_its_own_on(group: Group, first: Act) -> None:
    began, cast, clients = time.monotonic(), make_cast(), Clients(CLIENTS)
    findings: Counter[str] = Counter()
    told: Counter[str] = Counter()
    slowest = 0.0
    try:
        for one, second in group.pairs():
            if one is first:
                tally = play(group, one, second, cast=cast, clients=clients, rounds=ROUNDS)
                findings.update(re.sub(r", round \d+|\d{6,}", "", sentence) for sentence in tally.findings)
                won = sum(count for answer, count in tally.answers.items() if answer.endswith(": won"))
                told.update(pairs=1, calls=tally.calls, won=won, told_no=tally.calls - won)
                slowest = max(slowest, tally.slowest)
    finally:
        clients.close()
    line = {
        "engine": ENGINE, "group": group.name, "act": first.name, "rounds": ROUNDS, "clients": CLIENTS, **told,
        "slowest_call_ms": round(slowest * 1000), "seconds": round(time.monotonic() - began), "findings": sum(findings.values()),
    }  # fmt: skip
    if REPORT:
        with Path(REPORT).open("a", encoding="utf-8") as out:
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    if findings:
        pytest.fail("\n".join(f"{count} × {sentence}" for sentence, count in findings.most_common(40)), pytrace=False)
