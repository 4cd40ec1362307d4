"""Acts on a dossier with a change that waits, on one that waits for review, on a volume with a hold that waits, on channels of notices."""

from datetime import timedelta
from typing import Any

from kedang.business.customers import services as s
from kedang.business.customers.models import ChangeRequest, Customer
from kedang.business.customers.services import changing
from kedang.business.holdings.choices import Whereabouts
from kedang.business.holdings.models import Volume
from kedang.business.holdings.services.whereabouts import thing_issue, thing_withdraw
from kedang.business.retention.models import Hold
from kedang.business.retention.services.holding import hold_ask, release_ask
from kedang.foundation.approvals.models import Case, Flow
from kedang.foundation.approvals.services.deciding import case_approve, case_reject
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.notices.services.writing import channel_change
from tests.cast import Cast
from tests.customers.making import enterprise
from tests.lending.making import shelved
from tests.races.acts import Act, Ground, Group, told

FIRST, SECOND, THIRD = "张一", "李二", "王三"
CLOSED = told("case_closed", "not_your_turn", "stale_version")
GONE = told("customer_withdrawn")


def flows(cast: Cast) -> None:
    """The flows, once."""
    if not Flow.objects.filter(fonds=cast.fonds, kind="retention.hold").exists():
        ensure_flows(cast.fonds)


def a_dossier(cast: Cast, maker: Any) -> Customer:
    values = enterprise(
        name=f"变更{clock.now():%H%M%S%f}有限公司",
        phone="",
        legal_representative=FIRST,
        responsible=cast.salesperson,
        department=cast.sales_one,
    )
    made: Customer = s.customer_create(actor=maker, values=values, confirmed_duplicates=True)
    return made


def a_change(cast: Cast, number: int) -> Ground:
    """A change that one agreement is still missing."""
    flows(cast)
    customer = a_dossier(cast, cast.archivist)
    row = s.customer_change(
        actor=cast.salesperson,
        customer=customer,
        values={"legal_representative": SECOND},
        version=None,
        reason="客户来函",
    ).waiting_change
    case_approve(actor=cast.head, case=row.case)
    return Ground(cast, number, customer, {"case": row.case, "change": row}, [customer])


def applied_once(ground: Ground) -> list[str]:
    """What the request says became of it is what lies in the dossier and in the trail."""
    row = ChangeRequest.objects.get(pk=ground.more["change"].pk)
    case = Case.objects.get(pk=ground.more["case"].pk)
    applied = Event.objects.filter(code="customers.change_applied", subject_id=row.pk).count()
    found = []
    if (row.state == "applied") != (case.state == "approved") or applied != (row.state == "applied"):
        found.append(f"change {row.state}, case {case.state}, applied {applied} times")
    if Customer.objects.get(pk=ground.on.pk).legal_representative not in (FIRST, SECOND, THIRD):
        found.append("another name")
    return found


CHANGE = Group(
    "change", a_change,
    (
        Act("change_apply", lambda g, n: case_approve(actor=g.cast.archivist, case=g.more["case"]), once=True,
            told=CLOSED | GONE | told("subject_changed")),
        Act("change_reject", lambda g, n: case_reject(actor=g.cast.archivist, case=g.more["case"], opinion="来函未盖章"), once=True,
            told=CLOSED),
        Act("customer_change the same", lambda g, n: s.customer_change(
            actor=g.cast.archivist, customer=g.on, values={"legal_representative": THIRD}, version=None, reason="核对更正"),
            told=GONE, quiet=True),
        Act("customer_withdraw", lambda g, n: s.customer_withdraw(actor=g.cast.archivist, customer=g.on, reason="重复建档"), once=True,
            told=GONE),
        Act("change_ask", lambda g, n: s.customer_change(
            actor=g.cast.salesperson, customer=g.on, values={"bank_name": f"{n}号银行"}, version=None, reason="变更开户行"),
            told=GONE | told("change_waiting", "case_open_already"), opened=True),
    ),
    applied_once,
)  # fmt: skip


def a_scheduled(cast: Cast, number: int) -> Ground:
    """A change whose day has not come."""
    flows(cast)
    customer = a_dossier(cast, cast.archivist)
    later = clock.today() + timedelta(days=9)
    row = s.customer_change(
        actor=cast.archivist,
        customer=customer,
        values={"legal_representative": SECOND},
        version=None,
        reason="客户来函",
        effective_on=later,
    ).waiting_change
    return Ground(cast, number, row, {}, [customer])


SCHEDULED = Group(
    "scheduled change", a_scheduled,
    (
        Act("change_call_off", lambda g, n: changing.change_call_off(actor=g.cast.archivist, request=g.on, reason="客户撤函"), once=True,
            told=told("change_ended")),
        Act("change_apply", lambda g, n: changing.change_apply(actor=g.cast.archivist, request=g.on), once=True, told=told("change_ended")),
    ),
)  # fmt: skip


def a_review(cast: Cast, number: int) -> Ground:
    """A dossier that 唐果 has made."""
    flows(cast)
    customer = a_dossier(cast, cast.clerk)
    found = Customer.objects.select_related("review_case").get(pk=customer.pk)
    return Ground(cast, number, found, {"case": found.review_case}, [found])


def reviewed_once(ground: Ground) -> list[str]:
    """Passed or withdrawn, never both."""
    passed = Event.objects.filter(code="customers.review_passed", subject_id=ground.on.pk).count()
    refused = Event.objects.filter(code="customers.review_refused", subject_id=ground.on.pk).count()
    return [f"passed {passed} times, refused {refused} times"] if passed + refused > 1 else []


REVIEWED = told(
    "not_to_review",
    "case_closed",
    "not_your_turn",
    "customer_withdrawn",
    "not_handed_in",
    "stale_version",
    "case_returned",
)
REVIEW = Group(
    "dossier review", a_review,
    (
        Act("review_pass", lambda g, n: s.review_pass(actor=g.cast.archivist, customer=g.on), once=True, told=REVIEWED),
        Act("review_refuse", lambda g, n: s.review_refuse(actor=g.cast.archivist, customer=g.on, reason="重复建档"), once=True, told=REVIEWED),
        Act("review by the superior", lambda g, n: case_approve(actor=g.cast.head, case=g.more["case"]), once=True, told=REVIEWED),
    ),
    reviewed_once,
)  # fmt: skip


def a_hold(cast: Cast, number: int) -> Ground:
    """A volume on the shelf, a hold that waits, and one in force on another volume."""
    flows(cast)
    volume, other = shelved(cast, 2)
    given = {"title": "货款纠纷一案", "legal_basis": "(2026)粤0305民初1234号", "reason": "法院保全"}
    hold = hold_ask(actor=cast.archivist, things=[volume], **given)
    there = hold_ask(actor=cast.archivist, things=[other], **given)
    case_approve(actor=cast.manager, case=there.case)
    return Ground(
        cast, number, volume, {"hold": hold, "case": hold.case, "there": Hold.objects.get(pk=there.pk)}, [volume, hold]
    )


def held_or_out(ground: Ground) -> list[str]:
    """Nothing left the store after the hold was in force."""
    volume, hold = Volume.objects.get(pk=ground.on.pk), Hold.objects.get(pk=ground.more["hold"].pk)
    found = []
    if bool(volume.hold_count) != (hold.state == "in_force") or volume.hold_count not in (None, 0, 1):
        found.append(f"hold {hold.state}, counted {volume.hold_count}")
    held = Event.objects.filter(
        code="retention.thing_held", subject_type="holdings.volume", subject_id=volume.pk
    ).first()
    if held is not None and volume.whereabouts != Whereabouts.IN_STORE:
        left = (
            Event.objects.filter(code__in=["custody.withdrawn", "custody.issued"], subject_id=volume.pk)
            .order_by("-id")
            .first()
        )
        if left is not None and left.pk > held.pk:
            found.append(f"{left.code} after the hold")
    return found


HELD = told("thing_held", "thing_withdrawn", "thing_issued")
HOLD = Group(
    "hold", a_hold,
    (
        Act("hold set", lambda g, n: case_approve(actor=g.cast.manager, case=g.more["case"]), once=True, told=CLOSED | told("thing_gone")),
        Act("hold refused", lambda g, n: case_reject(actor=g.cast.manager, case=g.more["case"], opinion="无须冻结"), once=True, told=CLOSED),
        Act("thing_withdraw", lambda g, n: thing_withdraw(actor=g.cast.archivist, thing=g.on, reason="列入销毁清册"), once=True, told=HELD),
        Act("thing_issue", lambda g, n: thing_issue(actor=g.cast.archivist, thing=g.on), once=True, told=HELD),
        Act("release_ask", lambda g, n: release_ask(actor=g.cast.archivist, hold=g.more["there"], reason="已结案"), once=True,
            told=told("case_open_already", "hold_not_in_force")),
    ),
    held_or_out,
)  # fmt: skip


def a_channel(cast: Cast, number: int) -> Ground:
    """The company's mail server as it is set."""
    values = {"host": "smtp.example.com", "port": 465, "security": "tls", "sender": "kedang@example.com"}
    row = channel_change(actor=cast.admin, kind="email", is_active=False, values={**values, "username": f"u{number}"})
    return Ground(cast, number, row, {"values": values}, [row])


CHANNEL = Group(
    "channel", a_channel,
    (
        Act("channel_change", lambda g, n: channel_change(
            actor=g.cast.admin, kind="email", is_active=False, values={**g.more["values"], "username": f"n{n}"}, version=g.on.version),
            once=True, told=told("stale_version")),
        Act("channel_change without a look", lambda g, n: channel_change(
            actor=g.cast.admin, kind="email", is_active=False, values={**g.more["values"], "username": f"m{n}"}), quiet=True),
    ),
)  # fmt: skip

OF_CHANGES: tuple[Group, ...] = (CHANGE, SCHEDULED, REVIEW, HOLD, CHANNEL)
ROOMS_OF_CHANGES = ("kedang.business.retention.services", "kedang.foundation.notices.services")
ELSEWHERE_OF_CHANGES: dict[str, str] = {
    "hold_ask": "makes its own object, as case_open",
    "review_submit": "a second open request for a dossier is refused by a constraint: tests/customers/test_reviews.py",
    "review_decide": "see review_pass and review_refuse",
    "review_return": "locks the case as review_pass; twice is refused by the state",
    "batch_review_begin": "part of the end of one import, which runs once",
    "dossier_rules_set": "under the lock of the company; the version decides: tests/customers/test_changes.py",
    "change_unmask": "changes nothing but the trail and one's own quota, as every unmasking",
    "changes_write": "part of customer_change and change_apply",
    "task_claim": "part of review_pass, under the lock of the case",
    "channel_try": "sends, and writes down how it went",
    "preference_change": "one's own, under the lock of the person",
    "deliveries_retry": "one update; what is taken by a worker is not given up",
    "notice_open": "one's own; reading twice is reading",
    "notices_read": "one's own; reading twice is reading",
}
