"""Printed sheets are kept with their lines; the settings of printing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kedang.business.holdings.events.printing import PRINT_SETTINGS_CHANGED, SHEET_PRINTED
from kedang.business.holdings.models import Location, PrintedSheet, PrintSettings, Transfer, Volume
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.opened.services import opening_spend
from kedang.foundation.access.policies import require
from kedang.foundation.access.signin.quota import spend
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

PRINT, EXPORT = "holdings.print", "holdings.export"
SETTINGS = (
    "standard", "cover_size", "spine_width", "row_height", "page_marks", "sides", "label_columns", "label_rows", "label_margin_top",
    "label_margin_side",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Printed:
    """What a print said: form, code, fingerprint, the lines (key and cells), of what, under which conditions, for whom secret."""

    form: str
    title: str
    code: str
    digest: str
    lines: list[tuple[str, list[str]]]
    fonds_id: int
    subject: Volume | Location | Transfer | None = None
    asked: Mapping[str, Any] = field(default_factory=dict)
    secrecy_level: int = 0
    page_count: int = 0
    file_kind: str = "pdf"
    rows_out: int = 0
    """Rows that count against the day's share of who prints lists."""
    read_at: datetime | None = None
    """When the books were opened for it: what changed later is not on the paper, though it was still being set."""


@transaction.atomic
def sheet_keep(*, actor: Actor, printed: Printed, purpose: str = "") -> PrintedSheet:
    """Write a print down before it leaves: who, what, when, and its lines under seal, so that the paper can be asked later.

    Raises:
        OutOfScope, NotAllowed: no right to print this (or, as a workbook, to export).
        QuotaExceeded: more rows of lists than the day's share.
    """
    require(actor, PRINT, printed.subject)
    if printed.file_kind == "xlsx":
        require(actor, EXPORT, printed.subject)
    spend(actor, "export", printed.rows_out)
    if printed.subject is not None:
        opening_spend(actor=actor, code=PRINT, obj=printed.subject)
    person = actor if isinstance(actor, Person) else None
    sheet: PrintedSheet = PrintedSheet.objects.create(
        fonds_id=printed.fonds_id,
        form=printed.form,
        code=printed.code,
        digest=printed.digest,
        asked=dict(printed.asked),
        lines=orjson.dumps(printed.lines).decode(),
        language=get_language() or "zh-hans",
        file_kind=printed.file_kind,
        line_count=len(printed.lines),
        page_count=printed.page_count,
        volume=printed.subject if isinstance(printed.subject, Volume) else None,
        location=printed.subject if isinstance(printed.subject, Location) else None,
        transfer=printed.subject if isinstance(printed.subject, Transfer) else None,
        secrecy_level=printed.secrecy_level,
        department_id=person.department_id if person else None,
        printed_by=person,
        printer_name=actor.display_name[:80],
        printed_at=printed.read_at or clock.now(),
    )
    about = printed.subject or SubjectRef(
        PrintedSheet._meta.label_lower, sheet.pk, printed.title, fonds_id=printed.fonds_id
    )
    meta = {
        "form": printed.form, "title": printed.title, "code": printed.code, "digest": printed.digest, "format": printed.file_kind,
        "rows": len(printed.lines), "pages": printed.page_count, "conditions": [str(c) for c in printed.asked.get("words", [])],
    }  # fmt: skip
    record(actor, SHEET_PRINTED, about, reason=purpose, meta=meta)
    return sheet


def settings_of(fonds_id: int | None) -> PrintSettings:
    """The settings of a company; the shipped ones, unsaved, where nothing was ever changed."""
    found: PrintSettings | None = PrintSettings.objects.filter(fonds_id=fonds_id or 0).first()
    return found or PrintSettings(fonds_id=fonds_id or 0, version=0)


@transaction.atomic
def print_settings_change(*, actor: Actor, values: Mapping[str, Any], version: int | None = None) -> PrintSettings:
    """Lay down how forms are printed unless chosen otherwise.

    Raises:
        NotAllowed: not the actor's to lay down.
        Refused: somebody else changed them meanwhile, or a value that no paper has.
    """
    require(actor, "holdings.scheme")
    fonds = Fonds.objects.select_for_update().get(pk=actor.fonds_id or 0)
    settings = settings_of(fonds.pk)
    if version is not None and settings.version != version:
        raise Refused("stale_version", str(_("打印设置刚被他人修改，请核对后再保存。")))
    changes: dict[str, tuple[Any, Any]] = {}
    for name in SETTINGS:
        if name not in values:
            continue
        try:
            value = PrintSettings._meta.get_field(name).clean(values[name], settings)  # type: ignore[union-attr]
        except ValidationError as error:
            told = str(_("“%(label)s”的值不合适：%(why)s")) % {"label": _label(name), "why": "".join(error.messages)}
            raise Refused("print_setting_wrong", told, name) from error
        if value != getattr(settings, name):
            changes[name] = (getattr(settings, name), value)
            setattr(settings, name, value)
    _refuse_tiny_labels(settings)
    if not changes:
        return settings
    settings.version += 1
    settings.save()
    record(actor, PRINT_SETTINGS_CHANGED, settings, changes=changes)
    return settings


def _label(name: str) -> str:
    return str(PrintSettings._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # own fields have a name


def _refuse_tiny_labels(settings: PrintSettings) -> None:
    width = (210 - 2 * settings.label_margin_side) / settings.label_columns
    height = (297 - 2 * settings.label_margin_top) / settings.label_rows
    if width < 45 or height < 18:
        told = _("标签每张为 %(width)d × %(height)d 毫米，放不下二维码与档号；每张至少 45 × 18 毫米。")
        raise Refused("label_too_small", str(told) % {"width": width, "height": height}, "label_columns")
