"""Requests of the house: one in each state, whose words are canaries, seen by those who take part and those who oversee."""

from datetime import timedelta
from typing import Any

from kedang.foundation.approvals import models as m
from kedang.foundation.approvals.general import GENERAL, case_ask
from kedang.foundation.approvals.services.deciding import case_approve
from kedang.foundation.approvals.services.flows import ensure_flows, flow_next
from kedang.foundation.approvals.services.stand_ins import stand_in_set
from kedang.foundation.kernel import clock
from tests.access.harness.archive import keep
from tests.access.harness.house import House
from tests.access.harness.rules import Fact

OVERSEE = "approvals.oversee"
#: 代岚 heads 销售一组, 何静 the department above it; the first is nearer.
ASKED: tuple[Fact, ...] = (
    Fact(
        "q_waiting",
        owner="salesperson",
        department="sales_one",
        act=OVERSEE,
        parties=frozenset({"salesperson", "acting"}),
    ),
    Fact("q_granted", owner="clerk", department="sales_one", act=OVERSEE, parties=frozenset({"clerk", "acting"})),
    Fact(
        "q_secret",
        level=4,
        owner="salesperson",
        department="sales_one",
        act=OVERSEE,
        parties=frozenset({"salesperson", "acting"}),
    ),
    Fact("q_foreign", fonds="B", owner="far", department="far", act=OVERSEE, parties=frozenset({"far"})),
)
WORD = ("internal", "word")
CASE = {"title": WORD, "reason": WORD}


def make_cases(house: House) -> None:
    """Everything, by the services where there are people who may decide."""
    for fonds in house.fonds.values():
        ensure_flows(fonds)
    for fact in ASKED:
        ask(house, fact)
    flow = m.Flow.objects.get(fonds=house.fonds["A"], kind=GENERAL)
    keep(house, None, flow, flow_next(actor=house.people["system_admin"], flow=flow))
    now = clock.now()
    away: Any = stand_in_set(
        actor=house.people["executive"],
        stand_in=house.people["general_manager"],
        since=now,
        until=now + timedelta(days=1),
        reason="出差",
    )
    keep(house, None, away)


def ask(house: House, fact: Fact) -> None:
    """One request; where nobody may decide it, its row alone."""
    words = house.sing(fact, "Case", CASE)
    person = house.people[fact.owner]
    if fact.fonds == "B":
        flow = m.Flow.objects.get(fonds=house.fonds["B"], kind=GENERAL)
        case = m.Case.objects.create(
            fonds=house.fonds["B"], number="SQ20269999", kind=GENERAL, flow=flow, requester=person, opened_at=clock.now(),
            department=house.departments["far"], **words,
        )  # fmt: skip
    else:
        case = case_ask(actor=person, **words)
    m.Case.objects.filter(pk=case.pk).update(secrecy_level=fact.level)
    if fact.key == "q_granted":
        case_approve(actor=house.people["acting"], case=case)
    keep(house, fact, case)


def acts(house: House) -> list[tuple[dict[str, Any], Fact | None]]:
    """A word on every request."""
    return [({"pk": key, "verb": "remark"}, fact) for key, fact in house.rows[m.Case].items()]


FILLINGS = {"approvals:case-act": acts}
