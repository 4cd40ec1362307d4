"""Colours of states, and small parts that several pages of this room draw."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.http import content_disposition_header

from kedang.business.governance.choices import AlertState, HandoverState, LineState, PartState, ReviewState, TextState
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel import clock
from kedang.foundation.web.printing import Mark

HANDOVER_TONES = {HandoverState.OPEN: "blue", HandoverState.SIGNED: "warn", HandoverState.CLOSED: "good"}
LINE_TONES = {LineState.WAITING: "warn", LineState.GIVEN: "blue", LineState.PASSED: "good", LineState.STUCK: "bad"}
PART_TONES = {PartState.WAITING: "warn", PartState.ACCEPTED: "blue", PartState.DONE: "good", PartState.DECLINED: "bad"}
TEXT_TONES = {TextState.DRAFT: "warn", TextState.IN_FORCE: "good"}
REVIEW_TONES = {ReviewState.OPEN: "blue", ReviewState.CLOSED: "good"}
ALERT_TONES = {AlertState.OPEN: "bad", AlertState.LOOKED: "warn", AlertState.CLOSED: "good"}
MOST_PEOPLE = 1000


class PersonChoice(forms.ModelChoiceField):
    """Colleagues with their department and title, so that two of one name are told apart."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}　{obj.department.name if obj.department else ''} {obj.title}".strip()


def colleagues(actor: Person) -> Any:
    """People of the company who are there."""
    rows = Person.objects.filter(fonds_id=actor.fonds_id, is_active=True)
    return rows.select_related("department").order_by("department__path", "id")


def people_choices(actor: Person, *without: int) -> list[tuple[str, str]]:
    """Colleagues as the options of a select, loaded once."""
    field = PersonChoice(Person.objects.none())
    return [
        (str(row.pk), field.label_from_instance(row))
        for row in colleagues(actor)[:MOST_PEOPLE]
        if row.pk not in without
    ]


def mark_of(actor: Person, purpose: str = "", level: int = SecrecyLevel.INTERNAL) -> Mark:
    """Who prints, when, for what."""
    fonds = Fonds.objects.filter(pk=actor.fonds_id).first()
    return Mark(
        company=fonds.name if fonds else "", printed_by=f"{actor.display_name}（{actor.username}）",
        printed_at=f"{clock.local(clock.now()):%Y-%m-%d %H:%M}", secrecy=str(SecrecyLevel(level).label), purpose=purpose,
    )  # fmt: skip


def pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF to look at, with its name."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response


def whole(text: str | None) -> int | None:
    """A key that came with a form."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 18 else None
