"""Records of custody on paper: an inspection, the statistics of a period. Payloads only; the furniture sets them."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kedang.business.holdings.models import Finding, Inspection
from kedang.business.holdings.services.inspections import BAD, GOOD, NONE, POINTS
from kedang.business.holdings.services.statistics import Chapter
from kedang.foundation.access.models import Fonds
from kedang.foundation.kernel import clock
from kedang.foundation.web.printing import Card, Column, Line, Lines, Mark, Section, Table


def mark_of(actor: Any) -> Mark:
    """Who prints, and when."""
    fonds = Fonds.objects.filter(pk=actor.fonds_id).first() if actor.fonds_id else None
    username = getattr(actor, "username", "")
    return Mark(
        company=fonds.name if fonds else "", printed_at=f"{clock.local(clock.now()):%Y-%m-%d %H:%M}",
        printed_by=f"{actor.display_name}（{username}）" if username else actor.display_name,
    )  # fmt: skip


def inspection_card(actor: Any, row: Inspection) -> Card:
    """库房检查记录: when, where, why, every point, findings with what became of them, places to sign."""
    words = {GOOD: _("正常"), BAD: _("有问题"), NONE: _("不涉及")}
    told = row.answers or {}
    points = [
        [
            str(point.title),
            str(point.good),
            words.get(told.get(point.key, {}).get("result", ""), ""),
            told.get(point.key, {}).get("note", ""),
        ]
        for point in POINTS
    ]
    findings = [
        [
            one.text,
            one.get_state_display(),
            one.solution,
            f"{clock.local(one.solved_at):%Y-%m-%d}" if one.solved_at else "",
        ]
        for one in Finding.objects.filter(inspection=row).order_by("id")
    ]
    done = f"{clock.local(row.done_at):%Y-%m-%d %H:%M}" if row.done_at else _("尚未检查")
    columns = [
        Column(_("检查项目")),
        Column(_("要求"), 1.6),
        Column(_("结果"), "auto", "center"),
        Column(_("情况"), 1.4),
    ]
    blocks: list[Lines | Table] = [Table(columns, points, numbered=True)]
    heads = [Column(_("问题"), 2.0), Column(_("状态")), Column(_("处理结果"), 1.6), Column(_("处理日期"))]
    return Card(
        title=_("库房检查记录"), number=f"{row.location.label} {row.planned_on}", name=row.location.name or row.location.label,
        mark=mark_of(actor), subtitle=row.get_occasion_display(),
        facts=[
            Line(_("计划日期"), str(row.planned_on)), Line(_("检查时间"), done), Line(_("检查人"), row.done_by),
            Line(_("缘由"), str(row.get_occasion_display())),
        ],
        sections=[
            Section(_("检查项目"), blocks),
            Section(_("发现的问题"), [Table(heads, findings, empty=_("没有发现问题"), numbered=True)]),
            Section(_("结论"), [Lines([Line(_("结论"), row.conclusion, wide=True)])]),
        ],
        signatures=[_("检查人"), _("负责人"), _("日期")],
    )  # fmt: skip


def statistics_card(actor: Any, title: str, period: str, chapters: list[Chapter]) -> Card:
    """档案统计表 of a period."""
    columns = [
        Column(pgettext("表头", "项目"), 2.0),
        Column(_("数量"), 1.0, "right"),
        Column(_("单位"), "auto", "center"),
    ]
    sections = []
    for chapter in chapters:
        note = _("本期发生数") if chapter.is_period else ""
        rows = [[line.label, f"{line.value:,}", line.unit] for line in chapter.figures]
        sections.append(Section(chapter.title, [Table(columns, rows)], note))
    return Card(
        title=title, number=period, name=mark_of(actor).company, sections=sections, mark=mark_of(actor), subtitle=_("统计期间"),
        signatures=[_("制表"), _("审核"), _("日期")],
    )  # fmt: skip
