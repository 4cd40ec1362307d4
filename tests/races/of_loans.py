"""Acts on what is lent: two readers who want one volume, a paper of it, and disposal that would withdraw it; a loan that is out."""

from typing import Any

from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services.whereabouts import thing_put_back, thing_withdraw
from kedang.business.lending.choices import OUT_STATES, TAKEN_STATES
from kedang.business.lending.models import LendingRules, Loan
from kedang.business.lending.services import correcting, fetching, going, issuing, preparing, returning
from kedang.business.lending.services.faults import Fault
from tests.cast import Cast
from tests.lending.making import a_loan, approved, issued, paper_in, shelved
from tests.races.acts import Act, Ground, Group, told

AWAY = ("thing_issued", "thing_withdrawn", "paper_of_volume_away", "volume_of_paper_away")
TAKEN = told("loan_state", "not_first", "kept_for_another", *AWAY)


def who(ground: Ground) -> Any:
    return ground.cast.archivist


def no_limit(cast: Cast) -> None:
    """What earlier rounds left in readers' hands does not count."""
    LendingRules.objects.update_or_create(fonds=cast.fonds, defaults={"most_loans": 500, "blocks_overdue": False})


def a_wanted_volume(cast: Cast, number: int) -> Ground:
    """A volume that two readers wait for, and a paper of it that a third one wants."""
    no_limit(cast)
    volume = shelved(cast)[0]
    paper = paper_in(volume)
    first, second = a_loan(cast, volume), a_loan(cast, volume, cast.colleague)
    third = a_loan(cast, paper, cast.clerk)
    more = {"first": first, "second": second, "third": third, "volume": volume, "paper": paper}
    return Ground(cast, number, first, more, [first, second, third, volume])


def in_one_place(ground: Ground) -> list[str]:
    """What the loans say, what the volume says and what its paper says is one story."""
    volume, paper = Volume.objects.get(pk=ground.more["volume"].pk), Item.objects.get(pk=ground.more["paper"].pk)
    out = Loan.objects.filter(volume=volume, state__in=OUT_STATES).count()
    paper_out = Loan.objects.filter(item=paper, state__in=OUT_STATES).count()
    found = []
    if out + paper_out > 1:
        found.append(f"{out} loans of the volume and {paper_out} of its paper are out")
    if (volume.whereabouts == "issued") != bool(out):
        found.append(f"{out} loans are out, the volume is {volume.whereabouts}")
    if (paper.whereabouts == "issued") != bool(out or paper_out):
        found.append(f"{paper_out} loans of the paper are out, it is {paper.whereabouts}")
    if (volume.whereabouts == "withdrawn") != (paper.whereabouts == "withdrawn"):
        found.append(f"the volume is {volume.whereabouts}, its paper {paper.whereabouts}")
    kept = Loan.objects.filter(volume=volume, state__in=TAKEN_STATES).count()
    if kept and volume.whereabouts == "withdrawn":
        found.append("withdrawn, and kept for a reader")
    return found


def hand(ground: Ground, name: str) -> Any:
    loan = ground.more[name]
    return issuing.loan_issue(actor=who(ground), loan=loan, pages=loan.expected_pages)


WANTED = Group(
    "wanted", a_wanted_volume,
    (
        Act("loan_fetch", lambda g, n: fetching.loan_fetch(actor=who(g), loan=g.on), once=True, told=TAKEN),
        Act("loan_issue", lambda g, n: hand(g, "first"), once=True, told=TAKEN),
        Act("loan_issue to the second", lambda g, n: hand(g, "second"), once=True, told=TAKEN, opened=True),
        Act("loan_issue of a paper", lambda g, n: hand(g, "third"), once=True, told=TAKEN),
        Act("loan_cancel", lambda g, n: fetching.loan_cancel(actor=g.cast.salesperson, loan=g.on, reason="不要了"), once=True,
            told=told("loan_state")),
        Act("thing_withdraw", lambda g, n: thing_withdraw(actor=who(g), thing=g.more["volume"], reason="列入清册"),
            told=told("promised_to_reader", *AWAY)),
        Act("thing_put_back", lambda g, n: thing_put_back(actor=who(g), thing=g.more["volume"], reason="误列"),
            told=told("thing_not_withdrawn"), opened=True),
        Act("loan_prepare", lambda g, n: preparing.loan_prepare(
            actor=g.cast.head, request=approved(g.cast, g.cast.reader, number=f"R{g.round}-{g.on.pk}-{n}"), thing=g.more["volume"],
            borrower=g.cast.reader), once=True, told=told("loan_asked_already", "thing_withdrawn")),
    ),
    in_one_place,
)  # fmt: skip


def a_loan_that_is_out(cast: Cast, number: int) -> Ground:
    """A volume in a reader's hands."""
    no_limit(cast)
    volume = shelved(cast)[0]
    paper = paper_in(volume)
    loan = issued(cast, volume)
    return Ground(cast, number, loan, {"volume": volume, "paper": paper, "loan": loan}, [loan, volume])


ENDED = told("loan_state", "loan_recalled")


def back(ground: Ground, **more: Any) -> Any:
    return returning.loan_return(actor=who(ground), loan=ground.on, pages=ground.on.issued_pages, **more)


OUT = Group(
    "lent", a_loan_that_is_out,
    (
        Act("loan_return", lambda g, n: back(g), once=True, told=told("loan_state")),
        Act("loan_return damaged", lambda g, n: back(g, faults=[Fault("damaged", 2, text="撕裂")]), once=True, told=told("loan_state")),
        Act("loan_renew", lambda g, n: going.loan_renew(actor=g.cast.salesperson, loan=g.on), once=True,
            told=told("renewed_enough", *ENDED)),
        Act("loan_recall", lambda g, n: going.loan_recall(actor=who(g), loan=g.on, reason="急用"), once=True, told=told("loan_state")),
        Act("loan_sign", lambda g, n: issuing.loan_sign(actor=g.cast.salesperson, loan=g.on), once=True,
            told=told("signed_already", "loan_state")),
        Act("loan_close", lambda g, n: returning.loan_close(actor=who(g), loan=g.on, reason="已修补"), told=told("loan_state"), opened=True),
        Act("loan_correct", lambda g, n: correcting.loan_correct(actor=who(g), loan=g.on, values={"remarks": f"第 {n} 次"}), quiet=True),
        Act("thing_withdraw", lambda g, n: thing_withdraw(actor=who(g), thing=g.more["volume"], reason="列入清册"), once=True,
            told=told(*AWAY), opened=True),
    ),
    in_one_place,
)  # fmt: skip
