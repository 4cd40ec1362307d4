"""Colours of states, and small parts that several pages of this room draw."""

from collections.abc import Callable
from typing import Any

from django import forms

from kedang.business.service.choices import MatterKind, ReportState

STATE_TONES = {ReportState.REPORTED: "blue", ReportState.RETURNED: "warn", ReportState.ACCEPTED: "good"}
KIND_TONES = {MatterKind.COMPLAINT: "bad", MatterKind.CREDIT: "warn", MatterKind.RIVAL: "violet"}
SECRECY_TONES = {0: "plain", 1: "plain", 2: "warn", 3: "bad", 4: "bad"}


def person_name(field: str) -> Callable[[Any, Any], str]:
    """Text of a column: the name alone, for the person's record is not the reader's business."""

    def text(row: Any, actor: Any) -> str:
        person = getattr(row, field)
        return person.name if person is not None else ""

    return text


def customer_name(row: Any, actor: Any) -> str:
    """Who sees a report sees its customer."""
    return str(row.customer.name)


def note_input(label: Any, most: int) -> forms.Field:
    """A few lines to write."""
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(attrs={"rows": "4"}))
