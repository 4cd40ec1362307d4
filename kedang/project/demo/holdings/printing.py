"""What was printed for the boxes: the forms of a few volumes, before their notes grew, and one label run. Some of it is stale by now."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kedang.business.holdings.choices import VolumeState
from kedang.business.holdings.models import FormKind, Location, Volume
from kedang.business.holdings.printing import labels, volume
from kedang.business.holdings.printing.sheet import Sheet
from kedang.business.holdings.services.sheets import Printed, sheet_keep
from kedang.project.demo.acts import Act
from kedang.project.demo.staff import House

KEEPER = "yezhen"
VOLUMES, BOXES, ROWS_A_PAGE = 5, 24, 15


def printing_acts(house: House, today: date) -> list[Act]:
    """Two days ago, after the volumes were shelved and before the defects were noted."""
    moment = datetime.combine(today - timedelta(days=2), time(13, 50), ZoneInfo(settings.TIME_ZONE))
    return [Act(moment, KEEPER, lambda: _print(house, house.people[KEEPER]))]


def _print(house: House, actor: Any) -> None:
    rows = Volume.objects.filter(
        fonds=house.fonds, state__in=(VolumeState.SHELVED, VolumeState.CLOSED), series__code__endswith="HT"
    )
    names = ("fonds", "series", "retention", "department", "responsible", "inspected_by", "twin")
    options = volume.options_of(house.fonds.pk)
    for of in rows.select_related(*names).order_by("id")[:VOLUMES]:
        for form in (FormKind.COVER, FormKind.CONTENTS, FormKind.NOTES):
            _keep(actor, volume.FORMS[form](actor, of, options))
    boxes = Location.objects.filter(fonds=house.fonds, kind="box").order_by("id").values_list("pk", flat=True)[:BOXES]
    if boxes:
        _keep(actor, labels.labels(actor, house.fonds, {"kind": "box", "ids": ",".join(str(pk) for pk in boxes)}))


def _keep(actor: Any, sheet: Sheet) -> None:
    sheet_keep(
        actor=actor,
        printed=Printed(
            str(sheet.form), sheet.title, sheet.code, sheet.digest, sheet.lines, sheet.fonds.pk, sheet.subject, sheet.asked,
            sheet.secrecy_level, -(-len(sheet.lines) // ROWS_A_PAGE) if sheet.form == FormKind.CONTENTS else 1,
        ),
        purpose="装盒",
    )  # fmt: skip
