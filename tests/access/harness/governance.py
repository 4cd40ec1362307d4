"""Agreements, hand-overs, rights and alerts of the house: one of each, seen by who has a part in it and by who looks after it."""

from datetime import timedelta
from typing import Any

from kedang.business.governance import models as m
from kedang.foundation.access.models import Role
from kedang.foundation.approvals.models import Case
from kedang.foundation.kernel import clock
from tests.access.harness.archive import keep
from tests.access.harness.house import House
from tests.access.harness.rules import Fact

WORD = ("internal", "word")
FOLDERS: tuple[Fact, ...] = (
    Fact(
        "h_clerk",
        level=0,
        owner="clerk",
        department="sales_one",
        act="handover.manage",
        parties=frozenset({"clerk", "acting", "salesperson"}),
    ),
    Fact(
        "h_foreign",
        level=0,
        fonds="B",
        owner="far",
        department="far",
        act="handover.manage",
        parties=frozenset({"far"}),
    ),
)
SIGNED = Fact(
    "g_signed",
    level=0,
    owner="salesperson",
    act="governance.agreements",
    is_common=True,
    parties=frozenset({"salesperson"}),
)
TEXT = Fact("g_text", level=0, act="governance.agreements", is_common=True)
ASKED = Fact(
    "g_asked", level=0, owner="salesperson", act="governance.review", is_common=True, parties=frozenset({"salesperson"})
)
REVIEW = Fact("g_review", level=0, act="governance.review", is_common=True)
ALERT = Fact("g_alert", level=0, act="governance.alerts", is_common=True)

MODELS = {
    "governance.handover": "rows",
    "governance.agreement": "rows",
    "governance.agreementtext": "rows",
    "governance.rightsrequest": "rows",
    "governance.rightsreview": "rows",
    "governance.alert": "rows",
    "governance.governancerules": "settings of the company",
    "governance.handoverline": "on the page of its folder, by part and level: tests/governance/test_pages.py",
    "governance.handoverpart": "names of people",
    "governance.reviewline": "on the page of its review",
    "governance.alertmark": "a number",
}


def make_governance(house: House) -> None:
    """Rows alone: what services do with them is asked in tests/governance."""
    now, today = clock.now(), clock.today()
    for number, fact in enumerate(FOLDERS):
        words = house.sing(fact, "Handover", {"reason": WORD})
        folder: Any = m.Handover.objects.create(
            fonds=house.fonds[fact.fonds],
            number=f"JJ20269{number}",
            person=house.people[fact.owner],
            last_day=today,
            opened_by="沈砚",
            opened_at=now,
            department=house.departments[fact.department],
            supervisor=house.people["acting" if fact.fonds == "A" else "archivist"],
            **words,
        )
        if fact.fonds == "A":
            m.HandoverPart.objects.create(handover=folder, successor=house.people["salesperson"])
        keep(house, fact, folder)
    home, person = house.fonds["A"], house.people["salesperson"]
    text: Any = m.AgreementText.objects.create(
        fonds=home,
        number=1,
        made_by="白露",
        made_at=now,
        state="in_force",
        digest="0" * 64,
        title="保密协议",
        body="人人都要读，人人都要签。",
    )
    keep(house, TEXT, text)
    keep(
        house,
        SIGNED,
        m.Agreement.objects.create(
            fonds=home,
            person=person,
            text=text,
            digest="0" * 64,
            signed_at=now,
            valid_until=today + timedelta(days=300),
            typed_name="周航",
        ),
    )
    keep(
        house,
        REVIEW,
        m.RightsReview.objects.create(
            fonds=home,
            year=2025,
            opened_by="白露",
            opened_at=now,
            **house.sing(REVIEW, "RightsReview", {"conclusion": WORD}),
        ),
    )
    keep(
        house,
        ALERT,
        m.Alert.objects.create(
            fonds=home,
            rule="bulk",
            person=person,
            day=today,
            count=40,
            first_at=now,
            last_at=now,
            raised_at=now,
            **house.sing(ALERT, "Alert", {"told": WORD}),
        ),
    )
    case: Any = Case.objects.filter(requester=person).order_by("id").first()
    keep(
        house,
        ASKED,
        m.RightsRequest.objects.create(
            fonds=home,
            case=case,
            kind="give",
            person=person,
            role=Role.objects.get(code="reader"),
            scope="department",
        ),
    )


def one(model: Any, *verbs: str) -> Any:
    """Fillings of the buttons of a record."""

    def fillings(house: House) -> list[tuple[dict[str, Any], Fact | None]]:
        return [({"pk": key, "verb": verb}, fact) for key, fact in house.rows[model].items() for verb in verbs]

    return fillings


FILLINGS = {
    "governance:handover-act": one(m.Handover, "gather", "sign"),
    "governance:review-act": one(m.RightsReview, "close"),
    "governance:alert-act": one(m.Alert, "look"),
}
NAMED: dict[str, Any] = {}
