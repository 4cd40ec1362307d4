"""交接清册 and 告知客户函 on paper."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.governance.models import Handover, HandoverLine
from kedang.foundation.access.grants import clearance_of
from kedang.foundation.access.handover import kinds
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.web.printing import Card, Column, Line, Lines, Mark, Section, Table, render_sheet
from kedang.foundation.web.printing.renderer import render, softened

LETTER = Path(__file__).resolve().parent / "letter.typ"


def list_pdf(row: Handover, lines: Sequence[HandoverLine], actor: Actor, mark: Mark) -> bytes:
    """交接清册: facts, every thing by sort with who takes it, all signatures."""
    return render_sheet(handover_card(row, lines, actor, mark))


def handover_card(row: Handover, lines: Sequence[HandoverLine], actor: Actor, mark: Mark) -> Card:
    """The list as a payload. Words above the reader's clearance are left out."""
    sections = [Section(_("交接概况"), [Lines(_facts(row))])]
    for kind in kinds():
        own = [line for line in lines if line.kind == kind.code]
        if own:
            sections.append(
                Section(
                    _("%(title)s（%(n)s 项）") % {"title": kind.title, "n": len(own)},
                    [_table(own, clearance_of(actor), ends=kind.ends)],
                )
            )
    sections.append(Section(_("签字"), [_signatures(row)]))
    return Card(
        title=_("工作交接清册"), number=row.number, name=f"{row.person.name}（{row.get_kind_display()}）", sections=sections, mark=mark,
        subtitle=_("开单：%(day)s") % {"day": _moment(row.opened_at)}, signatures=[_("移交人"), _("接收人"), _("监交人")],
        notes=[_("清册摘要（SHA-256）：%(digest)s") % {"digest": row.digest}] if row.digest else [_("移交人尚未签字。")],
    )  # fmt: skip


def _facts(row: Handover) -> list[Line]:
    department = row.department.name if row.department else ""
    facts = [
        Line(_("移交人"), row.person.name), Line(_("部门"), department), Line(_("事由"), str(row.get_kind_display())),
        Line(_("最后工作日"), f"{row.last_day:%Y-%m-%d}"), Line(_("监交人"), row.supervisor.name), Line(_("状态"), str(row.get_state_display())),
    ]  # fmt: skip
    if row.to_department is not None:
        facts.append(Line(_("调入部门"), row.to_department.name))
    return [*facts, Line(_("说明"), row.reason, wide=True)]


def _table(lines: Sequence[HandoverLine], clearance: int, *, ends: bool) -> Table:
    columns = [Column(_("编号"), 0.9), Column(_("名称"), 2.2), Column(_("分组"), 0.9)]
    columns += [Column(_("结果"), 1.5)] if ends else [Column(_("接收人"), 0.7), Column(_("结果"), 1.6)]
    rows = []
    for line in lines:
        words = [line.code, line.label, line.group] if line.level <= clearance else ["", _("（按权限不显示）"), ""]
        result = _("%(state)s %(at)s") % {
            "state": line.get_state_display(),
            "at": _moment(line.passed_at) if line.passed_at else "",
        }
        if ends:
            result = _("已终止 %(at)s") % {"at": _moment(line.passed_at)} if line.passed_at else _("办结时终止")
            rows.append([*words, result])
        else:
            rows.append([*words, line.part.successor.name if line.part else "", result.strip()])
    return Table(columns, rows, numbered=True)


def _signatures(row: Handover) -> Table:
    rows = [[_("移交人"), row.signed_by or row.person.name, _moment(row.signed_at) if row.signed_at else _("未签字")]]
    for part in row.parts.select_related("successor").order_by("id"):
        told = _moment(part.signed_at) if part.signed_at else str(part.get_state_display())
        rows.append([_("接收人"), part.signed_by or part.successor.name, told])
    rows.append([_("监交人"), row.supervisor.name, _moment(row.supervised_at) if row.supervised_at else _("未签字")])
    return Table([Column(_("身份"), 1), Column(_("签名"), 2), Column(_("时间"), 2)], rows)


def letters_pdf(row: Handover, lines: Sequence[HandoverLine], company: str) -> bytes:
    """A letter for each customer: who leaves, who follows, from when."""
    humans = humans_of(lines)
    data = {
        "company": company, "day": f"{clock.local(clock.now()):%Y 年 %m 月 %d 日}",
        "letters": [
            {
                "customer": _("尊敬的%(name)s") % {"name": line.told} if line.pk in humans else line.told, "number": row.number,
                "text": letter_text(row, line, to_human=line.pk in humans), "contact": _contact(line),
            }
            for line in lines
        ],
    }  # fmt: skip
    return render(LETTER, softened(data), tagged=len(lines) <= 50)


def humans_of(lines: Sequence[HandoverLine]) -> set[int]:
    """Lines whose customer is a natural person: a query for each sort of things that can tell."""
    found: set[int] = set()
    for kind in kinds():
        own = {line.subject_id: line.pk for line in lines if line.kind == kind.code}
        if own and kind.humans is not None:
            found |= {own[key] for key in kind.humans(own)}
    return found


def letter_text(row: Handover, line: HandoverLine, *, to_human: bool = False) -> list[str]:
    """The paragraphs; to a company or to a person."""
    successor: Any = line.part.successor if line.part else row.supervisor
    values = {
        "old": row.person.name, "new": successor.name, "day": f"{row.last_day.year} 年 {row.last_day.month} 月 {row.last_day.day} 日",
        "title": successor.title or _("客户负责人"), "you": _("您") if to_human else _("贵单位"),
    }  # fmt: skip
    return [
        _("感谢%(you)s一直以来对我公司的信任与支持。") % values,
        _(
            "因工作安排，原负责与%(you)s联系的%(old)s自 %(day)s 起不再负责此项工作，由我公司%(title)s%(new)s接替，各项业务照常办理。"
        )
        % values,
        _(
            "自上述日期起，请与%(new)s联系。如有人以%(old)s的名义继续与%(you)s洽谈业务、收取款项或索取资料，请与我公司核实。"
        )
        % values,
        _("由此给%(you)s带来的不便，敬请谅解。") % values,
    ]


def _contact(line: HandoverLine) -> str:
    if line.part is None:
        return ""
    person = line.part.successor
    told = f"{person.name}　{person.title}".strip()
    if not (person.mobile or person.email):
        return _("%(who)s　电话：%(blank)s") % {"who": told, "blank": "＿" * 12}
    return "　".join(part for part in (told, person.mobile, person.email) if part)


def _moment(at: Any) -> str:
    return f"{clock.local(at):%Y-%m-%d %H:%M}" if at else ""
