"""Kinds of request to use the archive: what they are called, by whom they are decided, and what they do when they are granted."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.lending.choices import Place, Purpose
from kedang.business.lending.choices_use import UseSort, WantedState
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.access.veil import reveal
from kedang.foundation.approvals.registry import CaseKind, Fact, StepSpec, declare
from kedang.foundation.kernel.actors import Actor

if TYPE_CHECKING:
    from kedang.foundation.approvals.models import Case

FACTS = (
    Fact(
        "purpose",
        _("利用目的"),
        choices=lambda fonds_id: [(str(value), str(label)) for value, label in Purpose.choices],
    ),
    Fact("is_outside", _("外单位读者"), choices=lambda fonds_id: [("True", str(_("是"))), ("False", str(_("否")))]),
    Fact("copies", _("份数"), is_number=True),
    Fact("count", _("申请项数"), is_number=True),
)
STEPS = (
    StepSpec(_("部门负责人同意"), "head"),
    StepSpec(_("档案管理员审核"), "role:archivist"),
    StepSpec(
        _("总经理批准"),
        "role:general_manager",
        conditions=(("secrecy_level", "at_least", int(SecrecyLevel.CONFIDENTIAL)),),
    ),
)
"""机密 and above go to the general manager as well."""
TAKING_STEPS = (
    StepSpec(_("部门负责人同意"), "head"),
    StepSpec(_("档案管理员审核"), "role:archivist"),
    StepSpec(
        _("总经理批准"), "role:general_manager", conditions=(("secrecy_level", "at_least", int(SecrecyLevel.SECRET)),)
    ),
)
"""What leaves the house goes to the general manager from 秘密 on."""
SORTS: dict[str, tuple[Any, str, tuple[StepSpec, ...]]] = {
    UseSort.READ: (_("在系统中逐页阅读，带水印，到期自动收回"), "eye", STEPS),
    UseSort.LOAN: (_("借纸质案卷或文件：阅览室查阅，或经批准借出"), "archive", STEPS),
    UseSort.COPY: (_("取得文件的复制件，带姓名、时间和单号，按份计数"), "copy", TAKING_STEPS),
    UseSort.PRINT: (_("打印客户档案卡、案卷目录或文件，按份计数"), "printer", TAKING_STEPS),
    UseSort.EXPORT: (_("导出客户档案、卷内目录或电子文件原件，按次计数"), "file-export", TAKING_STEPS),
    UseSort.UNMASK: (_("一段时间内看到联系方式、证件号码等敏感内容"), "lock-open", TAKING_STEPS),
}


def declare_kinds() -> None:
    """Called once at start-up."""
    from kedang.business.lending.services.granting import take_back

    for order, (sort, (note, icon, steps)) in enumerate(SORTS.items()):
        declare(
            CaseKind(
                f"lending.{sort}", UseSort(sort).label, note, action="lending.ask", facts=FACTS, steps=steps, urgent_role="general_manager",
                on_approved=on_approved, on_unconfirmed=take_back, describe=describe,
                block=block, start=f"lending:use-new-{sort}", edit="lending:use-change", icon=icon, is_line_by_line=True, order=10 + order,
            )
        )  # fmt: skip


def on_approved(actor: Actor, case: "Case") -> None:
    """Open what was granted."""
    from kedang.business.lending.services.granting import grant_what_was_asked

    grant_what_was_asked(actor, case)


def describe(actor: Actor, case: "Case") -> list[tuple[Any, Any]]:
    """Particulars of the request, as far as this reader may see them."""
    row = _of(case)
    if row is None:
        return []
    told: list[tuple[Any, Any]] = [(_("利用目的"), row.get_purpose_display()), (_("利用人"), row.reader_text)]
    if row.outside_name:
        told.append((_("接待人"), row.reader.name))
        told += [
            (label, shown.text)
            for label, name in ((_("证件及号码"), "outside_paper"), (_("读者电话"), "outside_phone"))
            if (shown := reveal(actor, row, name)).text
        ]
    told.append((_("利用时间"), _now("%(first)s 至 %(last)s") % {"first": row.wanted_from, "last": row.wanted_until}))
    if row.until:
        told.append((_("批准用至"), row.until))
    if row.sort == UseSort.LOAN:
        told.append((_("借阅方式"), Place(row.place).label))
        told.append((_("电子件可代替"), _now("是") if row.is_scan_enough else _now("否")))
    elif row.sort in (UseSort.COPY, UseSort.PRINT, UseSort.EXPORT):
        told.append((_("份数"), row.copies))
    if row.pages:
        told.append((_("页码范围"), row.pages))
    if row.sort == UseSort.UNMASK:
        from kedang.business.lending.services.requesting import classes_text

        told.append((_("敏感内容"), classes_text(row)))
    return told


def block(actor: Actor, case: "Case") -> tuple[str, dict[str, Any]] | None:
    """What stands on the case's page: numbers to be matched, what was opened, and where it is read."""
    row = _of(case)
    if row is None:
        return None
    from kedang.business.lending.services.granting import may_close, may_shorten, open_grants
    from kedang.foundation.access.policies import can

    open_now = len(open_grants(case)) if case.effective_at else 0
    wanted = list(row.wanted.all())
    keeps = can(actor, "lending.keep")
    return "lending/use/on_case.html", {
        "request": row, "open_now": open_now, "wanted": wanted, "must_match": any(one.state == WantedState.OPEN for one in wanted),
        "may_match": keeps and case.is_open, "may_close": bool(open_now) and may_close(actor, row), "may_shorten": may_shorten(actor, row),
        "again_url": again_url(actor, row), "reader_left": row.case.is_open and not row.reader.is_active,
        "is_reader": actor.id == row.reader_id, "left_out": row.left_out if keeps else [], "keeps": keeps,
    }  # fmt: skip


def again_url(actor: Actor, row: Any) -> str:
    """Where the request is asked once more: by who asked it when it is over, by the successor of who left; else empty."""
    from django.urls import reverse

    from kedang.foundation.access.policies import can

    case, asker = row.case, row.case.requester
    is_over = case.requester_id == actor.id and not case.is_open
    has_left = not asker.is_active or asker.handing_since is not None
    if not (is_over or (has_left and case.copies.filter(person_id=actor.id or 0).exists())) or not can(
        actor, "lending.ask"
    ):
        return ""
    return f"{reverse(f'lending:use-new-{row.sort}')}?from={case.pk}"


def _of(case: "Case") -> Any:
    from kedang.business.lending.models import UseRequest

    return UseRequest.objects.select_related("reader", "case__requester").filter(case=case).first()
