"""Acts on a hand-over, an agreement, a review of rights and an alert that several people work at in the same moment."""

from datetime import timedelta
from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.governance.models import Agreement, AgreementText, Alert, Handover, ReviewLine, RightsReview
from kedang.business.governance.services import agreements, alerts, handing, reviews, taking_over
from kedang.foundation.access.models import Person
from kedang.foundation.kernel import clock
from tests.cast import Cast, make_person
from tests.customers.making import make_customer
from tests.governance.making import security_of, text_of
from tests.races.acts import Act, Ground, Group, told

ENDED = told("handover_ended", "handover_signed", "part_settled", "not_successor")


def a_folder(cast: Cast, number: int) -> Ground:
    """Somebody of 周航's group with one dossier; it is given to 林悦."""
    number = Handover.objects.count()
    leaver = make_person(cast.fonds, f"leaver{number}", f"顾军{number}", "salesperson", cast.sales_one)
    customer = make_customer(
        cast.archivist, name=f"交接客户{number}号", responsible=leaver.pk, department=cast.sales_one.pk
    )
    row = handing.handover_open(
        actor=cast.head, person=leaver, last_day=clock.today() + timedelta(days=5), supervisor=cast.head
    )
    handing.handover_split(actor=cast.head, handover=row, successor=cast.colleague)
    return Ground(cast, number, row, {"customer": customer, "leaver": leaver, "part": row.parts.get()}, [row])


def folder_is_whole(ground: Ground) -> list[str]:
    """A thing passed is in its successor's hands, a closed folder has all its signatures, who may work again is not read-only."""
    row = Handover.objects.select_related("person").get(pk=ground.on.pk)
    customer = Customer.objects.get(pk=ground.more["customer"].pk)
    line, found = row.lines.select_related("part").get(kind="customers.customer"), []
    if line.state == "passed" and line.part is not None and customer.responsible_id != line.part.successor_id:
        found.append("passed, and the dossier is not the successor's")
    if line.state in ("waiting", "given") and customer.responsible_id != row.person_id:
        found.append(f"{line.state}, and the dossier is no longer the leaver's")
    if row.state in ("closed", "cancelled") and row.person.handing_since is not None:
        found.append(f"{row.state}, and the leaver still only reads")
    if row.state in ("open", "signed") and row.person.handing_since is None:
        found.append(f"{row.state}, and the leaver works as before")
    if (row.state == "closed") != (not row.person.is_active):
        found.append(f"{row.state}, account {row.person.is_active}")
    return found


def _leaver(ground: Ground) -> Person:
    found: Person = Person.objects.select_related("fonds").get(pk=ground.more["leaver"].pk)
    return found


HANDOVER = Group(
    "handover",
    a_folder,
    (
        Act(
            "part_accept",
            lambda g, n: taking_over.part_accept(actor=g.cast.colleague, part=g.more["part"], typed_name="林悦"),
            once=True,
            told=ENDED,
            gone=True,
        ),
        Act(
            "part_decline",
            lambda g, n: taking_over.part_decline(actor=g.cast.colleague, part=g.more["part"], reason="不熟悉"),
            once=True,
            told=ENDED,
            gone=True,
        ),
        Act(
            "handover_split",
            lambda g, n: handing.handover_split(actor=g.cast.head, handover=g.on, successor=g.cast.clerk),
            told=told("handover_ended", "handover_signed", "nothing_picked"),
        ),
        Act(
            "handover_gather",
            lambda g, n: handing.handover_gather(actor=g.cast.head, handover=g.on),
            told=told("handover_ended", "handover_signed"),
        ),
        Act(
            "handover_sign",
            lambda g, n: taking_over.handover_sign(actor=_leaver(g), handover=g.on, typed_name=g.more["leaver"].name),
            once=True,
            opened=True,
            gone=True,
            told=told("handover_ended", "handover_signed", "handover_unfinished"),
        ),
        Act(
            "handover_close",
            lambda g, n: taking_over.handover_close(actor=g.cast.head, handover=g.on, typed_name="何静"),
            once=True,
            opened=True,
            told=told("handover_ended", "handover_not_signed", "handover_unfinished", "handover_changed"),
        ),
        Act(
            "handover_cancel",
            lambda g, n: taking_over.handover_cancel(actor=g.cast.head, handover=g.on, reason="留任"),
            once=True,
            told=told("handover_ended"),
        ),
    ),
    folder_is_whole,
)


def a_text(cast: Cast, number: int) -> Ground:
    """A version in force, and the next one as a draft."""
    security = security_of(cast)
    AgreementText.objects.filter(fonds=cast.fonds, state="draft").update(state="retired")
    text = text_of(cast)
    draft = agreements.text_draft(actor=security)
    Agreement.objects.filter(person=cast.salesperson, ended_at__isnull=True).update(ended_at=clock.now())
    return Ground(cast, number, draft, {"text": text, "security": security}, [draft])


def signed_once(ground: Ground) -> list[str]:
    """One version in force, one running agreement a person, and the person's day is that of it."""
    found = []
    if AgreementText.objects.filter(fonds=ground.cast.fonds, state="in_force").count() != 1:
        found.append("not one version in force")
    running = list(Agreement.objects.filter(person=ground.cast.salesperson, ended_at__isnull=True))
    if len(running) > 1:
        found.append(f"{len(running)} agreements run")
    until = Person.objects.get(pk=ground.cast.salesperson.pk).agreed_until
    if running and until != running[0].valid_until:
        found.append(f"signed until {running[0].valid_until}, the person has {until}")
    return found


def _sign(g: Ground, n: int) -> Any:
    text = g.more["text"]
    return agreements.agreement_sign(
        actor=g.cast.salesperson, text=text, digest=text.digest, typed_name="周航", is_read=True
    )


AGREEMENT = Group(
    "agreement",
    a_text,
    (
        Act("agreement_sign", _sign, told=told("text_changed", "signed_already")),
        Act(
            "text_put_in_force",
            lambda g, n: agreements.text_put_in_force(actor=g.more["security"], text=g.on),
            once=True,
            told=told("text_fixed"),
        ),
        Act(
            "text_change",
            lambda g, n: agreements.text_change(actor=g.more["security"], text=g.on, title=f"协议第 {n} 稿"),
            told=told("text_fixed"),
            quiet=True,
        ),
    ),
    signed_once,
)


def a_review(cast: Cast, number: int) -> Ground:
    """A review of a year of its own; the reader's grant is to be judged."""
    security = security_of(cast)
    row = reviews.review_open(actor=security, year=1000 + RightsReview.objects.count())
    line = row.lines.filter(person=cast.reader).first()
    return Ground(cast, number, row, {"security": security, "line": line}, [row])


def judged_once(ground: Ground) -> list[str]:
    """A closed review has looked at every grant but the reviewer's own."""
    row = RightsReview.objects.get(pk=ground.on.pk)
    left = (
        ReviewLine.objects.filter(review=row, verdict="", grant__ended_at__isnull=True)
        .exclude(person=ground.more["security"])
        .count()
    )
    return [f"closed, and {left} grants were not judged"] if row.state == "closed" and left else []


def _judge(g: Ground, n: int) -> Any:
    keys = g.on.lines.exclude(person=g.more["security"]).values_list("pk", flat=True)
    return reviews.review_judge(actor=g.more["security"], review=g.on, verdicts=dict.fromkeys(keys, "keep"))


REVIEW = Group(
    "review",
    a_review,
    (
        Act("review_judge", _judge, once=True, told=told("nothing_picked", "review_closed")),
        Act(
            "review_close",
            lambda g, n: reviews.review_close(actor=g.more["security"], review=g.on, conclusion="相符"),
            once=True,
            opened=True,
            told=told("review_closed", "review_unfinished"),
        ),
    ),
    judged_once,
)


def an_alert(cast: Cast, number: int) -> Ground:
    """An alert about 周航."""
    now, before = clock.now(), Alert.objects.count()
    row: Any = Alert.objects.create(
        fonds=cast.fonds,
        rule="bulk",
        person=cast.salesperson,
        day=clock.today() - timedelta(days=before),
        told="批量",
        count=40,
        first_at=now,
        last_at=now,
        raised_at=now,
    )
    return Ground(cast, number, row, {}, [row])


ALERT = Group(
    "alert",
    an_alert,
    (
        Act("alert_look", lambda g, n: alerts.alert_look(actor=g.cast.auditor, alert=g.on), told=told("alert_closed")),
        Act(
            "alert_close",
            lambda g, n: alerts.alert_close(actor=g.cast.auditor, alert=g.on, finding="work", reason=f"核实 {n}"),
            once=True,
            told=told("alert_closed"),
        ),
    ),
)
