"""Sixteen people at one volume: deciding on it, lending it, taking it back, holding it and withdrawing it in the same moment.

Three grounds take turns: the volume is in a reader's hands and another waits; it lies at the desk for a reader; it is held and the
release waits. On all of them a request to borrow it waits for its last agreement, and so does a hold (or the release of one).
"""

from collections import Counter
from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services.whereabouts import thing_put_back, thing_withdraw
from kedang.business.lending.choices import OUT_STATES
from kedang.business.lending.models import Loan
from kedang.business.lending.services import fetching, issuing, returning
from kedang.business.retention.models import Hold
from kedang.business.retention.services.holding import hold_ask, release_ask
from kedang.foundation.approvals.models import Case, Flow
from kedang.foundation.approvals.services.deciding import case_approve, case_reject
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.approvals.services.owning import case_withdraw
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.refused import OutOfScope
from tests.cast import Cast
from tests.lending.making import a_loan, issued, paper_in, shelved
from tests.lending.using import ask, fresh
from tests.races.acts import Act, Ground, Group, told
from tests.races.history import Course, told_by
from tests.races.of_loans import AWAY, no_limit

KINDS = 3
ASKED: dict[str, Any] = {"title": "货款纠纷一案", "legal_basis": "(2026)粤0305民初1234号", "reason": "法院保全"}
ENDED = told("case_closed", "not_your_turn", "stale_version")
BARRED = told("thing_held", "loan_state", "not_first", "kept_for_another", *AWAY)
WORDS = {
    "deciding": "approvals.case_approved", "refusing": "approvals.case_rejected", "taking back": "approvals.case_withdrawn",
    "lending": "loan.issued", "returning": "loan.returned", "cancelling": "loan.cancelled", "withdrawing": "custody.withdrawn",
    "putting back": "custody.put_back",
}  # fmt: skip
"""What a client was told it had done → the entry that must be there as often."""


def one_volume(cast: Cast, number: int) -> Ground:
    """A fresh volume in one of three states, with everything that people may want of it at once."""
    no_limit(cast)
    if not Flow.objects.filter(fonds=cast.fonds, kind="retention.hold").exists():
        ensure_flows(cast.fonds)
    volume, kind = shelved(cast, responsible=cast.colleague)[0], number % KINDS
    paper_in(volume)
    request = ask(cast, volume, sort="loan", by=cast.colleague)
    case_approve(actor=fresh(cast.head), case=request.case_id)
    hold = hold_ask(actor=cast.archivist, things=[volume], **ASKED)
    question: Any = hold.case
    first = issued(cast, volume) if kind == 0 else a_loan(cast, volume)
    waiting = a_loan(cast, volume, cast.reader) if kind == 0 else first
    if kind == 1:
        fetching.loan_fetch(actor=cast.archivist, loan=first)
    if kind == 2:
        case_approve(actor=cast.manager, case=question)
        question = release_ask(actor=cast.archivist, hold=Hold.objects.get(pk=hold.pk), reason="已结案").release_case
    volume.refresh_from_db()
    cases = {one.number: one.pk for one in (Case.objects.get(pk=request.case_id), question)}
    course = Course(
        where=volume.whereabouts, held=volume.hold_count or 0, numbers=cases, cases=dict.fromkeys(cases.values(), "running"),
        loans=dict(Loan.objects.filter(volume=volume).values_list("pk", "state")),
    )  # fmt: skip
    more: dict[str, Any] = {
        "asked": request.case_id, "question": question.pk, "waiting": waiting, "hold": hold.pk, "course": course, "done": [],
        "last": Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
    }  # fmt: skip
    return Ground(cast, number, volume, more, [first, waiting, volume, hold])


def done(name: str, run: Callable[[Ground], Any]) -> Callable[[Ground, int], Any]:
    """The act, which remembers that it was told to have been done."""

    def act(ground: Ground, client: int) -> Any:
        answer = run(ground)
        ground.more["done"].append(name)
        return answer

    return act


def lend(ground: Ground, **of: Any) -> Any:
    """Hand over the loan that is meant, as it is now."""
    loan = Loan.objects.filter(volume=ground.on, **of).select_related("volume", "item").first()
    if loan is None:
        raise OutOfScope
    return issuing.loan_issue(actor=ground.cast.archivist, loan=loan, pages=loan.expected_pages)


def take_back(ground: Ground) -> Any:
    """Whatever of the volume is in a reader's hands."""
    loan: Any = Loan.objects.filter(volume=ground.on, state__in=OUT_STATES).select_related("volume", "item").first()
    if loan is None:
        raise OutOfScope
    return returning.loan_return(actor=ground.cast.archivist, loan=loan, pages=loan.issued_pages)


def possible(ground: Ground) -> list[str]:
    """The entries of the round tell a possible course, which ends where the rows stand, and hold what the clients were told."""
    volume = Volume.objects.get(pk=ground.on.pk)
    loans = dict(Loan.objects.filter(volume=volume).values_list("pk", "state"))
    cases = [ground.more["asked"], ground.more["question"]]
    course, kinds = ground.more["course"], {
        "holdings.volume": [volume.pk], "lending.loan": list(loans), "approvals.case": cases, "retention.hold": [ground.more["hold"]],
    }  # fmt: skip
    about = reduce(or_, (Q(subject_type=kind, subject_id__in=keys) for kind, keys in kinds.items()))
    events = list(Event.objects.filter(about, pk__gt=ground.more["last"]).exclude(category="read").order_by("pk"))
    found: list[str] = course.read(told_by(event) for event in events)
    found += differences(course, volume, loans, dict(Case.objects.filter(pk__in=cases).values_list("pk", "state")))
    said, told_of = Counter(ground.more["done"]), Counter(event.code for event in events)
    for name, code in WORDS.items():
        if said[name] != told_of[code]:
            found.append(f"{said[name]} clients were told of {name}, {told_of[code]} entries {code}")
    return found


def differences(course: Course, volume: Volume, loans: dict[int, str], cases: dict[int, str]) -> list[str]:
    """Where the rows do not stand where the entries end."""
    papers = set(Item.objects.filter(volume=volume).values_list("whereabouts", flat=True))
    held = {volume.hold_count or 0, volume.loan_hold_count or 0}
    pairs = (
        ("the volume", {course.where}, {volume.whereabouts} | papers), ("holds", {course.held}, held),
        ("loans", course.loans, loans), ("requests", course.cases, cases),
    )  # fmt: skip
    return [f"{what}: the entries end in {told!r}, there is {now!r}" for what, told, now in pairs if told != now]


ONE_THING = Group(
    "one thing", one_volume,
    (
        Act("case_approve the loan", done("deciding", lambda g: case_approve(actor=g.cast.archivist, case=g.more["asked"])), once=True,
            told=ENDED | told("thing_withdrawn")),
        Act("case_reject the loan", done("refusing", lambda g: case_reject(actor=g.cast.archivist, case=g.more["asked"], opinion="不符")),
            once=True, told=ENDED),
        Act("case_withdraw the loan", done("taking back", lambda g: case_withdraw(actor=g.cast.colleague, case=g.more["asked"])),
            once=True, told=ENDED),
        Act("case_approve the hold", done("deciding", lambda g: case_approve(actor=g.cast.manager, case=g.more["question"])), once=True,
            told=ENDED),
        Act("case_withdraw the hold", done("taking back", lambda g: case_withdraw(actor=g.cast.archivist, case=g.more["question"])),
            once=True, told=ENDED),
        Act("loan_issue", done("lending", lambda g: lend(g, pk=g.more["waiting"].pk)), once=True, told=BARRED, opened=True),
        Act("loan_issue of what was asked", done("lending", lambda g: lend(g, request_id=g.more["asked"])), once=True, told=BARRED,
            gone=True, opened=True),
        Act("loan_return", done("returning", take_back), told=told("loan_state"), gone=True, opened=True),
        Act("loan_cancel", done("cancelling", lambda g: fetching.loan_cancel(
            actor=g.cast.archivist, loan=g.more["waiting"], reason="不要了")), once=True, told=told("loan_state"), opened=True),
        Act("thing_withdraw", done("withdrawing", lambda g: thing_withdraw(actor=g.cast.archivist, thing=g.on, reason="列入清册")),
            told=told("promised_to_reader", "thing_held", *AWAY), opened=True),
        Act("thing_put_back", done("putting back", lambda g: thing_put_back(actor=g.cast.archivist, thing=g.on, reason="误列")),
            told=told("thing_not_withdrawn"), opened=True),
    ),
    possible,
)  # fmt: skip
