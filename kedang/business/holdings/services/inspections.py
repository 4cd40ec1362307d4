"""检查: planned by days or after an incident; every point is answered, what is wrong becomes a finding (CS-01)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.services.problems import Problems
from kedang.business.holdings.events.custody import INSPECTION_CHANGED, INSPECTION_DONE, INSPECTION_PLANNED
from kedang.business.holdings.models import FindingSource, Inspection, InspectionOccasion
from kedang.business.holdings.services.custody_writing import (
    Values,
    changed,
    checked,
    fonds_of,
    locked,
    save_changes,
    typed_values,
)
from kedang.business.holdings.services.findings import finding_note
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

FIELDS = ("location", "occasion", "planned_on", "every_days")
CHANGEABLE = ("planned_on", "every_days")
GOOD, BAD, NONE = "good", "bad", "none"


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the check list: what is looked at, and what good looks like."""

    key: str
    title: Any
    good: Any


POINTS = (
    Point("environment", gettext_lazy("库房环境"), gettext_lazy("整洁，无杂物，无异味")),
    Point("climate", gettext_lazy("温湿度"), gettext_lazy("在规定范围内，仪表正常，记录不缺")),
    Point("doors", gettext_lazy("门窗"), gettext_lazy("门锁、窗扇、窗帘完好，无人为损坏")),
    Point("misplaced", gettext_lazy("错位"), gettext_lazy("抽查位置与账面相符，柜列标识清楚")),
    Point("mould", gettext_lazy("霉变"), gettext_lazy("档案和柜架无霉斑")),
    Point("insects", gettext_lazy("虫鼠"), gettext_lazy("无虫蛀、鼠咬，驱虫药在期")),
    Point("fire", gettext_lazy("防火"), gettext_lazy("灭火器在期，通道畅通，无明火和私拉电线")),
    Point("damp", gettext_lazy("防水防潮"), gettext_lazy("无渗漏、返潮，除湿设备正常")),
    Point("dust", gettext_lazy("防尘防光"), gettext_lazy("无积尘，无阳光直射")),
    Point("theft", gettext_lazy("防盗"), gettext_lazy("监控、报警正常，钥匙登记与实物相符")),
    Point("condition", gettext_lazy("档案状况"), gettext_lazy("装具完好，无破损、褪色、粘连")),
)
KEYS = tuple(point.key for point in POINTS)


@transaction.atomic
def inspection_plan(*, actor: Actor, values: Values, fonds: Fonds | int | None = None) -> Inspection:
    """Lay down an inspection; with ``every_days`` the next one is laid down when this one is done.

    Raises:
        Refused: ``values_invalid``.
    """
    require(actor, "custody.keep")
    problems = Problems()
    clean = typed_values(Inspection, values, FIELDS, problems)
    place = clean.get("location")
    if place is None:
        problems.tell("location", _("请选择检查哪里。"))
    else:
        require(actor, "custody.keep", place)
    clean["planned_on"] = clean.get("planned_on") or clock.today()
    row = Inspection(fonds_id=fonds_of(actor, fonds or (place and place.fonds_id)), **clean)
    _check_days(row, problems)
    checked(row, ("occasion", "planned_on", "every_days"), problems)
    row.save(force_insert=True)
    _record_plan(actor, row)
    return row


@transaction.atomic
def inspection_change(
    *, actor: Actor, inspection: Inspection, values: Values, version: int | None = None
) -> Inspection:
    """Move an inspection to another day or change how often it comes.

    Raises:
        Refused: ``stale_version``, ``inspection_done``, ``values_invalid``.
    """
    row: Inspection = locked(Inspection, actor, inspection, "custody.keep")
    _refuse_done(row)
    changes = changed(row, values, CHANGEABLE, version)
    if changes:
        save_changes(row, *changes)
        record(actor, INSPECTION_CHANGED, row, changes=changes, meta={"version": row.version})
    return row


@transaction.atomic
def inspection_do(
    *,
    actor: Actor,
    inspection: Inspection,
    answers: Mapping[str, Mapping[str, Any]],
    conclusion: str = "",
    version: int | None = None,
) -> Inspection:
    """Answer every point (``{"doors": {"result": "bad", "note": "…"}}``); each bad one becomes a finding of this place.

    Raises:
        Refused: ``inspection_done``, ``answers_missing``, ``stale_version``.
    """
    row: Inspection = locked(Inspection, actor, inspection, "custody.keep")
    _refuse_done(row)
    if version is not None and version != row.version:
        raise Refused("stale_version", _("此次检查刚被他人修改过，请刷新后再填。"))
    row.answers = _answers(answers)
    row.done_at, row.done_by, row.conclusion = clock.now(), actor.display_name[:80], conclusion.strip()[:2000]
    save_changes(row, "answers", "done_at", "done_by", "conclusion")
    bad = [point for point in POINTS if row.answers[point.key]["result"] == BAD]
    record(actor, INSPECTION_DONE, row, meta={"bad": [point.key for point in bad]}, reason=row.conclusion[:300])
    for point in bad:
        told = f"{point.title}：{row.answers[point.key]['note']}"
        finding = finding_note(
            actor=actor,
            values={"location": row.location, "text": told[:300]},
            source=FindingSource.INSPECTION,
            fonds=row.fonds_id,
        )
        finding.inspection = row
        finding.save(update_fields=["inspection"])
    if row.every_days:
        _plan_next(actor, row)
    return row


def _answers(given: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    clean: dict[str, dict[str, str]] = {}
    problems = Problems()
    for point in POINTS:
        told = given.get(point.key) or {}
        result, note = str(told.get("result", "")), " ".join(str(told.get("note", "")).split())[:200]
        if result not in (GOOD, BAD, NONE):
            problems.tell(point.key, _("“%(point)s”还没有填写结果。") % {"point": point.title})
        elif result == BAD and len(note) < 2:
            problems.tell(point.key, _("“%(point)s”不正常，请写明情况，例如“窗户关不严”。") % {"point": point.title})
        clean[point.key] = {"result": result, "note": note}
    problems.refuse("answers_missing")
    return clean


def _plan_next(actor: Actor, row: Inspection) -> None:
    later = Inspection(
        fonds_id=row.fonds_id, location_id=row.location_id, occasion=InspectionOccasion.PLANNED, every_days=row.every_days,
        planned_on=clock.today() + timedelta(days=row.every_days or 0),
    )  # fmt: skip
    later.save(force_insert=True)
    _record_plan(actor, later)


def _record_plan(actor: Actor, row: Inspection) -> None:
    values = {
        "location": row.location_id,
        "occasion": row.occasion,
        "planned_on": row.planned_on,
        "every_days": row.every_days,
    }
    record(actor, INSPECTION_PLANNED, row, changes={name: (None, value) for name, value in values.items() if value})


def _check_days(row: Inspection, problems: Problems) -> None:
    if row.every_days is not None and not problems and not 1 <= row.every_days <= 731:
        problems.tell("every_days", _("间隔请填 1–731 天；不填则只检查一次。"))
    if row.every_days and row.occasion != InspectionOccasion.PLANNED:
        problems.tell("every_days", _("只有定期检查才有间隔，事后检查请不填。"))


def _refuse_done(row: Inspection) -> None:
    if row.done_at is not None:
        told = _("此次检查已由 %(who)s 完成，记录不能再改；发现的问题请在“待处理问题”中办理。") % {"who": row.done_by}
        raise Refused("inspection_done", told)
