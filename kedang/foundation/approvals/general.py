"""一般事项: the request that every company has from the first day, with words and an amount (US-03)."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.veil import format_value
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.registry import CaseKind, Fact, StepSpec, declare
from kedang.foundation.approvals.services.opening import case_open
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

GENERAL = "approvals.general"
LARGE = 10_000
MOST = Decimal(999999999999)


def case_ask(*, actor: Actor, title: str, reason: str, amount: str = "", urgent_reason: str = "") -> Case:
    """Hand in a request about anything.

    Args:
        amount: yuan, as typed; empty where it is not about money.

    Raises:
        Refused: ``title_missing``, ``amount_odd``, and as ``case_open``.
    """
    if len(title.strip()) < 2:
        raise Refused("title_missing", _now("请写明申请的事项，例如“批准更换库房除湿机”。"), "title")
    facts = {"amount": str(_amount(amount))} if amount.strip() else {}
    return case_open(actor=actor, kind=GENERAL, title=title, reason=reason, facts=facts, urgent_reason=urgent_reason)


def _amount(text: str) -> Decimal:
    try:
        value = Decimal(text.strip().replace(",", "").replace("，", "").removesuffix("元"))
    except InvalidOperation as error:
        raise Refused(
            "amount_odd", _now("金额“%(text)s”看不懂，请只填数字，例如 12800。") % {"text": text.strip()[:30]}, "amount"
        ) from error
    if not value.is_finite() or not 0 <= value <= MOST:
        raise Refused("amount_odd", _now("金额应在 0 到 %(most)s 元之间。") % {"most": f"{MOST:,}"}, "amount")
    return value.quantize(Decimal("0.01"))


def describe(actor: Actor, case: Case) -> list[tuple[Any, Any]]:
    """What is asked for."""
    asked: list[tuple[Any, Any]] = [(_("事项"), case.title)]
    if amount := case.facts.get("amount"):
        asked.append((_("金额（元）"), format_value(Decimal(amount))))
    return asked


def declare_general() -> CaseKind:
    """Make the kind known."""
    return declare(
        CaseKind(
            GENERAL, _("一般事项"), _("其他各类申请没有列出、又须留下批准记录的事，可填金额。"), "approvals.use",
            facts=(Fact("amount", _("金额（元）"), is_number=True),),
            steps=(
                StepSpec(_("部门负责人审批"), "head"),
                StepSpec(_("总经理审批"), "role:general_manager", conditions=(("amount", "at_least", LARGE),)),
            ),
            urgent_role="general_manager", describe=describe, start="approvals:case-ask", icon="message", order=900,
        )
    )  # fmt: skip
