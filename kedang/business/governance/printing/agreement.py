"""保密协议 on paper, as it was signed."""

from pathlib import Path

from django.utils.translation import gettext as _

from kedang.business.governance.models import Agreement
from kedang.foundation.kernel import clock
from kedang.foundation.web.printing.renderer import render, softened

PAPER = Path(__file__).resolve().parent / "agreement.typ"


def agreement_pdf(row: Agreement, company: str) -> bytes:
    """The text, the signature with its time, the fingerprint."""
    duty = _("离职后 %(months)s 个月") % {"months": row.text.after_months}
    if row.duty_until:
        duty = _("离职后至 %(day)s") % {"day": f"{row.duty_until:%Y-%m-%d}"}
    facts = [
        [_("签署人"), f"{row.person.name}（{row.person.username}）"], [_("部门"), row.person.department.name if row.person.department else ""],
        [_("签署时间"), f"{clock.local(row.signed_at):%Y-%m-%d %H:%M:%S}"], [_("有效至"), f"{row.valid_until:%Y-%m-%d}"], [_("保密期限"), duty],
        [_("来源地址"), row.address or "-"], [_("正文摘要（SHA-256）"), row.digest],
    ]  # fmt: skip
    data = {
        "company": company, "title": row.text.title, "version": f"V{row.text.number}", "body": row.text.body.splitlines(),
        "facts": facts, "signed": row.typed_name, "ended": f"{row.ended_why} {clock.local(row.ended_at):%Y-%m-%d}" if row.ended_at else "",
        "told": _("本协议由签署人登录系统，读至末尾，键入姓名并经本人验证后签署，签署记录存于操作留痕。"),
    }  # fmt: skip
    return render(PAPER, softened(data))
