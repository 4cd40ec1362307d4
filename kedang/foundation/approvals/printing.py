"""审批单 on paper: what was asked, how it went, every opinion with its time, and places to sign (US-03)."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kedang.foundation.access.models import Fonds
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.registry import is_known, kind_of
from kedang.foundation.kernel import clock
from kedang.foundation.web.printing import Card, Column, Line, Lines, Mark, Section, Table, render_sheet

MOMENT = "%Y-%m-%d %H:%M"


def case_pdf(actor: Any, case: Case) -> bytes:
    """One case as the actor may see it, with all opinions so far."""
    kind = kind_of(case.kind) if is_known(case.kind) else None
    sections = [Section(_("申请"), [Lines(_asked(actor, case, kind))])]
    if lines := list(case.lines.all()):
        words = {True: _("准予"), False: _("不准"), None: _("待定")}
        rows = [[str(line.position), line.label, words[line.is_granted], line.remark] for line in lines]
        columns = [
            Column(_("序号"), "auto", "center"),
            Column(_("名称"), 4),
            Column(_("结果"), "auto", "center"),
            Column(_("说明"), 2),
        ]
        sections.append(Section(_("申请明细"), [Table(columns, rows)]))
    sections.append(Section(_("审批意见"), [Table(_columns(), _opinions(case), _("还没有审批意见。"))]))
    company = Fonds.objects.get(pk=case.fonds_id)
    secrecy = str(SecrecyLevel(case.secrecy_level).label) if case.secrecy_level >= SecrecyLevel.SECRET else ""
    mark = Mark(company.name, actor.display_name, clock.local(clock.now()).strftime(MOMENT), secrecy)
    card = Card(
        str(_("%(kind)s审批单") % {"kind": kind.title if kind else case.kind}), case.number, case.title, sections, mark,
        subtitle=str(case.get_state_display()), signatures=[_("申请人"), _("经办人"), _("日期")],
        notes=[_("本单由系统按审批记录生成，意见、时间和办理人以系统留痕为准。")],
    )  # fmt: skip
    return render_sheet(card)


def _asked(actor: Any, case: Case, kind: Any) -> list[Line]:
    told = [
        (str(label), str(text))
        for label, text in (kind.describe(actor, case) if kind else [])
        if str(text) != case.title
    ]
    lines = [
        Line(_("申请人"), case.requester.name),
        Line(_("申请部门"), case.department.name if case.department else ""),
        Line(_("提交时间"), _moment(case.opened_at)),
        Line(_("办结时间"), _moment(case.closed_at)),
        *(Line(label, text, wide=len(text) > 24) for label, text in told),
        Line(_("申请理由"), case.reason, wide=True),
    ]
    if case.is_urgent:
        lines.append(Line(_("紧急事由"), case.urgent_reason, wide=True))
    return [*lines, Line(_("审批流程"), str(case.flow), wide=True)]


def _columns() -> list[Column]:
    return [
        Column(_("步骤"), 1.4), Column(_("办理人"), 1.2), Column(pgettext("审批", "办理"), "auto", "center"), Column(_("意见"), 3.4),
        Column(_("时间"), "auto"),
    ]  # fmt: skip


def _opinions(case: Case) -> list[list[str]]:
    rows = []
    for one in case.decisions.order_by("id"):
        who = _("%(by)s（代%(of)s）") % {"by": one.by, "of": one.on_behalf_of} if one.on_behalf_of else one.by
        done = str(one.get_kind_display()) + (f" → {one.to}" if one.to else "")
        rows.append([one.step_name, who, done, one.opinion, _moment(one.at)])
    return rows


def _moment(at: Any) -> str:
    return clock.local(at).strftime(MOMENT) if at else ""
