"""Reports of important contacts in the house: as secret as their customer or more so, waiting, sent back, accepted and added to."""

from datetime import timedelta

from kedang.business.service.models import ContactReport
from kedang.business.service.services.reporting import report_make
from kedang.business.service.services.settling import report_accept, report_return, report_supplement, step_done
from kedang.foundation.kernel import clock
from tests.access.harness.archive import actor_of, keep
from tests.access.harness.house import FACTS, House
from tests.access.harness.rules import Fact

VIEW = "service.view"
#: (state of the dossier, level of the report, what became of it)
REPORTS = (
    ("own", 1, "waiting"), ("own", 2, "accepted"), ("own", 3, "returned"), ("own", 4, "waiting"), ("colleague", 1, "accepted"),
    ("team", 1, "returned"), ("beside", 1, "waiting"), ("office", 1, "accepted"), ("unowned", 1, "waiting"), ("classed", 1, "accepted"),
    ("public", 1, "waiting"), ("secret", 2, "waiting"), ("confidential", 3, "accepted"), ("top_secret", 4, "waiting"),
    ("foreign", 1, "accepted"), ("foreign_unowned", 1, "waiting"),
)  # fmt: skip
MODELS = {
    "service.contactreport": "rows", "service.reportnote": "on the page of its report, whose canaries are in reports.py",
    "service.servicerules": "settings of the company",
}  # fmt: skip
WORD = ("internal", "word")
SAID = dict.fromkeys(("subject", "told", "our_people", "their_people", "next_step", "secrecy_reason"), WORD)


def make_reports(house: House) -> None:
    """By the services, so that the trail, notices and work lists know of them."""
    known = {fact.key: fact for fact in FACTS}
    for number, (key, level, fate) in enumerate(REPORTS):
        above = known[key]
        fact = Fact(
            f"k_{key}_{level}_{number}", fonds=above.fonds, owner=above.owner, department=above.department, region=above.region,
            level=max(level, above.level), terms=above.terms, kind=above.kind, act=VIEW,
        )  # fmt: skip
        actor, today = actor_of(house, fact), clock.today()
        report = report_make(
            actor=actor, customer=house.customers[key],
            values={
                "happened_on": today, "way": "visit", "kind": "contract", "next_due_on": today + timedelta(days=3),
                "next_person": actor, "secrecy_level": level, **house.sing(fact, "ContactReport", SAID),
            },
        )  # fmt: skip
        settle(house, fact, report, fate)
        keep(house, fact, report)


def settle(house: House, fact: Fact, report: ContactReport, fate: str) -> None:
    """What became of it."""
    actor = actor_of(house, fact)
    if fate == "returned":
        report_return(
            actor=actor, report=report, reason=house.sing(fact, "ContactReport", {"returned_why": WORD})["returned_why"]
        )
    if fate == "accepted":
        report_accept(actor=actor, report=report)
        report_supplement(actor=actor, report=report, text=house.sing(fact, "ReportNote", {"text": WORD})["text"])
        step_done(actor=actor, report=report, note=house.sing(fact, "ContactReport", {"next_note": WORD})["next_note"])
