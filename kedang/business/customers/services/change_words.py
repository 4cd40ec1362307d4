"""A change that waits, in words: what each reader sees of it, and what who decides is told."""

from copy import copy
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.customers.fields import label
from kedang.business.customers.models import ChangeLine, ChangeRequest, Customer
from kedang.business.customers.services.checking import FOREIGN_KEYS
from kedang.foundation.access.models import Department, Person
from kedang.foundation.access.policies import can
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.access.veil import reveal_value, right_on, text_of
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.policies import decides
from kedang.foundation.approvals.registry import Veiled
from kedang.foundation.kernel.actors import Actor


def shown_lines(actor: Actor, row: ChangeRequest, customer: Customer | None = None) -> list[tuple[str, str, str]]:
    """(label, from, to) of a difference as the actor may see it. That a field changes is told in any case: who agrees without being shown
    a value must know that there is one.
    """
    owner = customer or row.customer
    return [(str(label(line.field)), *shown_line(actor, owner, line)) for line in row.lines.all()]


def shown_line(actor: Actor, owner: Customer, line: ChangeLine) -> tuple[str, str]:
    """One of them: from, to."""
    right = right_on(actor, owner, line.field)
    old, new = (
        reveal_value(right, Customer, line.field, text, _words(owner, line.field, str(text))).text
        for text in (line.old, line.new)
    )
    if right == FieldRight.HIDE:
        new = _("已变更，权限不足以查看")
    elif right == FieldRight.MASK and old == new:
        new = _("已变更，差别在被遮蔽的部分")
    return old, new


def in_full(owner: Customer, line: ChangeLine) -> str:
    """From and to as they are, for who has said why."""
    old, new = (_words(owner, line.field, str(text)) for text in (line.old, line.new))
    return arrow(old, new or "-")


def arrow(old: str, new: str) -> str:
    """From and to in one line."""
    return f"{old} → {new}" if old else new


def may_look(actor: Actor, row: ChangeRequest, field: str) -> bool:
    """Whether who decides may see a masked field in full, once they have said why."""
    return can(actor, "customers.unmask", row.customer) and right_on(actor, row.customer, field) == FieldRight.MASK


def describe(actor: Actor, case: Case) -> list[tuple[Any, Any]]:
    """What is asked for, to who sees the customer; to others only which fields. Who decides without seeing all of it is told so, and sees
    an eye where they may look.
    """
    row = ChangeRequest.objects.select_related("customer").prefetch_related("lines").filter(case=case).first()
    if row is None:
        return []
    is_deciding = decides(actor, case)
    asked, lines = list[tuple[Any, Any]](), list(row.lines.all())
    if Customer.objects.visible_to(actor).filter(pk=row.customer_id).exists():
        looked = {one.field for one in lines if is_deciding and may_look(actor, row, one.field)}
        unseen = [
            str(label(one.field))
            for one in lines
            if one.field not in looked and right_on(actor, row.customer, one.field) != FieldRight.SHOW
        ]
        asked.append((_("客户"), row.customer.audit_label))
        for line in lines:
            told = arrow(*shown_line(actor, row.customer, line))
            asked.append((str(label(line.field)), _with_eye(row, line, told) if line.field in looked else told))
        if looked:
            told = _("%(fields)s有部分内容被遮蔽，请点旁边的眼睛图标写明原因，核对原文后再决定；查看会留下记录。")
            asked.append(
                (
                    _("核对提示"),
                    told % {"fields": "、".join(str(label(one.field)) for one in lines if one.field in looked)},
                )
            )
    else:
        unseen = [str(label(line.field)) for line in lines]
        asked.append((_("变更内容"), "、".join(unseen)))
    if unseen and is_deciding:
        told = _(
            "您的权限看不全%(fields)s。须核对原文才能判断的，请先申请“查看敏感内容”，或转交、加签给有权查看的人；不要凭看不全的内容同意。"
        )
        asked.append((_("审批提示"), told % {"fields": "、".join(unseen)}))
    asked.append((_("生效"), row.effective_on.isoformat() if row.effective_on else _("批准后立即生效")))
    if row.proof_id:
        asked.append((_("证明材料"), _("已附，见客户档案页")))
    return asked


def _with_eye(row: ChangeRequest, line: ChangeLine, told: str) -> Veiled:
    return Veiled(told, reverse("customers:change-unmask", args=[row.pk, line.field]), row.pk, line.field)


def _words(customer: Customer, field: str, text: str) -> str:
    """A kept value as people read it."""
    if field in FOREIGN_KEYS:
        model: Any = Person if field == "responsible" else Department
        found = model.objects.filter(pk=text, fonds_id=customer.fonds_id).first() if text.isdecimal() else None
        return str(found or text or "-")
    probe = copy(customer)
    column: Any = Customer._meta.get_field(field)
    setattr(probe, field, column.to_python(text) if text else None)
    return text_of(probe, field)
