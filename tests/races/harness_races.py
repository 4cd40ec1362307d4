"""``make harness-races``: every pair of every group, sixteen clients, two hundred rounds (see docs/operate/proof.md).

``KEDANG_TEST_ROUNDS``, ``KEDANG_TEST_CLIENTS`` and ``KEDANG_TEST_GROUP`` change the measure. Not collected by ``make test``.
"""

import json
import os
import re
import time
from collections import Counter

import pytest

from tests.cast import make_cast
from tests.engine import ENGINE
from tests.races.groups import GROUPS
from tests.races.playing import Clients, play

ROUNDS = int(os.environ.get("KEDANG_TEST_ROUNDS", "200"))
CLIENTS = int(os.environ.get("KEDANG_TEST_CLIENTS", "16"))
ONLY = os.environ.get("KEDANG_TEST_GROUP", "")


@pytest.mark.unwatched
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("group", [g for g in GROUPS if ONLY in ("", g.name)], ids=lambda group: group.name)
def test_group(group: object, capsys: pytest.CaptureFixture[str]) -> None:
    began, cast, clients = time.monotonic(), make_cast(), Clients(CLIENTS)
    findings: list[str] = []
    answers: Counter[str] = Counter()
    calls, slowest = 0, 0.0
    try:
        for first, second in group.pairs():  # type: ignore[attr-defined]  # a Group by parametrisation
            tally = play(group, first, second, cast=cast, clients=clients, rounds=ROUNDS)  # type: ignore[arg-type]
            findings += tally.findings
            answers += tally.answers
            calls, slowest = calls + tally.calls, max(slowest, tally.slowest)
    finally:
        clients.close()
    told = {
        "group": group.name, "engine": ENGINE, "pairs": len(group.pairs()), "rounds": ROUNDS, "clients": CLIENTS,  # type: ignore[attr-defined]
        "calls": calls, "won": sum(n for key, n in answers.items() if key.endswith(": won")),
        "slowest_call_ms": round(slowest * 1000), "seconds": round(time.monotonic() - began), "findings": len(findings),
    }  # fmt: skip
    with capsys.disabled():
        print("\n" + json.dumps(told, ensure_ascii=False), flush=True)
    distinct = Counter(re.sub(r", round \d+|\d{6,}", "", sentence) for sentence in findings)
    if findings:
        pytest.fail("\n".join(f"{count} × {sentence}" for sentence, count in distinct.most_common(60)), pytrace=False)
