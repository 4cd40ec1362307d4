"""借阅单, 归还单 and 借阅登记簿. Payloads only: every text has passed the veil."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.lending.choices import Moment
from kedang.business.lending.models import Loan
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.veil import reveal
from kedang.foundation.kernel import clock
from kedang.foundation.web.printing import Card, Column, Line, Lines, Listing, Mark, Section, Table

BREAKS = "-\u200b"
"""A long code may go on in the next line after its hyphens."""


def mark_of(actor: Any, secrecy: str = "") -> Mark:
    """Who prints, and when."""
    fonds = Fonds.objects.filter(pk=actor.fonds_id).first() if actor.fonds_id else None
    username = getattr(actor, "username", "")
    return Mark(
        company=fonds.name if fonds else "", printed_at=f"{clock.local(clock.now()):%Y-%m-%d %H:%M}", secrecy=secrecy,
        printed_by=f"{actor.display_name}（{username}）" if username else actor.display_name,
    )  # fmt: skip


def _at(moment: Any) -> str:
    return f"{clock.local(moment):%Y-%m-%d %H:%M}" if moment else ""


def _shown(actor: Any, loan: Loan, name: str, label: str, *, wide: bool = False) -> Line:
    seen = reveal(actor, loan, name)
    return Line(label, seen.text, "hide" if seen.is_hidden else "mask" if seen.is_masked else "show", wide)


def _faults(loan: Loan, moment: str) -> Table:
    rows = [
        [str(one.get_kind_display()), one.item.title if one.item else "", one.pages, one.text]
        for one in loan.faults.filter(moment=moment).select_related("item")
    ]
    heads = [
        Column(_("问题"), "auto", "center"),
        Column(_("件"), 1.6),
        Column(_("页"), "auto", "center"),
        Column(_("说明"), 1.4),
    ]
    return Table(heads, rows, empty=_("没有缺损"), numbered=True)


def _subject(actor: Any, loan: Loan) -> list[Line]:
    return [
        Line(_("档号"), loan.subject_code, wide=True), Line(_("份数"), str(loan.copies)), Line(_("目录页数"), str(loan.expected_pages)),
        *_filled(Line(_("存放位置"), loan.location_text)),
    ]  # fmt: skip


def _filled(*lines: Line) -> list[Line]:
    """Lines that say something; on paper an empty box looks like something forgotten."""
    return [line for line in lines if line.text]


def _name(actor: Any, loan: Loan) -> str:
    """Title of the thing, its code where the reader may not know the title."""
    return reveal(actor, loan, "subject_title").text or loan.subject_code


def _reader(actor: Any, loan: Loan) -> list[Line]:
    lines = [
        Line(_("借阅人"), str(loan.borrower)), Line(_("部门"), str(loan.department or "")), Line(_("利用目的"), str(loan.get_purpose_display())),
        Line(_("审批"), " ".join(part for part in (loan.request.number if loan.request else "", loan.approved_by) if part)),
        _shown(actor, loan, "reason", _("用途说明"), wide=True),
    ]  # fmt: skip
    if loan.reader_name:
        lines += [
            Line(_("外单位读者"), loan.reader), _shown(actor, loan, "reader_paper", _("证件及号码")),
            _shown(actor, loan, "reader_phone", _("读者电话")),
        ]  # fmt: skip
    return lines


def slip(actor: Any, loan: Loan) -> Card:
    """借阅单: what was handed over to whom, counted, until when, with places to sign."""
    handed = [
        Line(_("方式"), str(loan.get_place_display())), *_filled(Line(_("座位"), loan.seat)), Line(_("交接时间"), _at(loan.issued_at)),
        Line(_("应还日期"), str(loan.due_on or "")), Line(_("交出页数"), "" if loan.issued_pages is None else str(loan.issued_pages)),
        Line(_("实体状况"), str(loan.get_issued_condition_display())), Line(_("经手人"), loan.issued_by),
        Line(
            _("签收"), " ".join(part for part in (loan.signed_name, str(loan.get_signed_how_display()), _at(loan.signed_at)) if part),
            wide=True,
        ),
        *_filled(Line(_("说明"), loan.issued_note, wide=True)),
    ]  # fmt: skip
    return Card(
        title=_("档案借阅单"), number=loan.number, name=_name(actor, loan), mark=mark_of(actor, str(loan.get_secrecy_level_display())),
        subtitle=str(loan.get_state_display()),
        sections=[
            Section(_("档案"), [Lines(_subject(actor, loan))]), Section(_("利用人"), [Lines(_reader(actor, loan))]),
            Section(_("交接"), [Lines(handed)]), Section(_("交接时已有的缺损"), [_faults(loan, Moment.ISSUE)]),
        ],
        signatures=[_("借阅人"), _("经手人"), _("日期")],
        notes=[_("请爱护档案，不得拆散、涂改、转借、拍照。请于应还日期前归还，归还时逐页清点。")],
    )  # fmt: skip


def receipt(actor: Any, loan: Loan) -> Card:
    """归还单: what came back, counted, and what was found wrong."""
    whole = "" if loan.is_whole is None else _("完好无缺") if loan.is_whole else _("有缺损")
    back = [
        Line(_("归还时间"), _at(loan.returned_at)), Line(_("应还日期"), str(loan.due_on or "")),
        Line(_("交出页数"), "" if loan.issued_pages is None else str(loan.issued_pages)),
        Line(_("归还页数"), "" if loan.returned_pages is None else str(loan.returned_pages)), Line(_("归还结论"), whole),
        Line(_("实体状况"), str(loan.get_returned_condition_display())), Line(_("经手人"), loan.returned_by),
        *_filled(
            Line(_("销号"), " ".join(part for part in (loan.closed_by, _at(loan.closed_at)) if part)),
            Line(_("说明"), "；".join(part for part in (loan.returned_note, loan.closing_note) if part), wide=True),
        ),
    ]  # fmt: skip
    return Card(
        title=_("档案归还单"), number=loan.number, name=_name(actor, loan), mark=mark_of(actor, str(loan.get_secrecy_level_display())),
        subtitle=str(loan.get_state_display()),
        sections=[
            Section(_("档案"), [Lines(_subject(actor, loan))]), Section(_("利用人"), [Lines(_reader(actor, loan))]),
            Section(_("归还清点"), [Lines(back)]), Section(_("缺损"), [_faults(loan, Moment.RETURN)]),
        ],
        signatures=[_("归还人"), _("经手人"), _("日期")],
    )  # fmt: skip


def register(actor: Any, loans: Iterable[Loan], conditions: str, more: int) -> Listing:
    """借阅登记簿."""
    heads = [
        Column(_("登记号"), "auto"), Column(_("借阅日期"), "auto", "center"), Column(_("部门"), 0.8), Column(_("借阅人"), 0.8), Column(_("档号"), 1.9),
        Column(_("题名"), 1.8), Column(_("页数"), "auto", "right"), Column(_("目的"), "auto"), Column(_("审批"), 0.8),
        Column(_("应还"), "auto", "center"), Column(_("归还"), "auto", "center"), Column(_("完好"), "auto", "center"),
        Column(_("状态"), "auto", "center"),
    ]  # fmt: skip
    rows = [
        [
            one.number, _at(one.issued_at)[:10], str(one.department or ""), one.reader, one.subject_code.replace("-", BREAKS),
            reveal(actor, one, "subject_title").text,
            str(one.issued_pages if one.issued_pages is not None else one.expected_pages), str(one.get_purpose_display()), one.approved_by,
            str(one.due_on or ""), _at(one.returned_at)[:10], "" if one.is_whole is None else _("是") if one.is_whole else _("否"),
            str(one.get_state_display()),
        ]
        for one in loans
    ]  # fmt: skip
    total = _("共 %(n)s 次") % {"n": len(rows) + more}
    if more:
        total = _("%(total)s，只列最近 %(n)s 次") % {"total": total, "n": len(rows)}
    return Listing(
        title=_("档案借阅登记簿"), table=Table(heads, rows, empty=_("没有借阅"), numbered=True), mark=mark_of(actor), conditions=conditions,
        total=total, signatures=[_("档案管理员"), _("负责人"), _("日期")],
    )  # fmt: skip
