"""Columns of the lists of customers, contacts and key persons; colours of their tags."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kedang.business.customers.choices import Grade, ReviewState, Stage
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel import clock
from kedang.foundation.web.drawing import meter_html
from kedang.foundation.web.records import Column

STAGE_TONES = {Stage.PRESENT.value: "good", Stage.POTENTIAL.value: "blue", Stage.PAST.value: "plain"}
GRADE_TONES = {Grade.A.value: "seal", Grade.B.value: "violet", Grade.C.value: "blue", Grade.D.value: "plain"}
REVIEW_TONES = {ReviewState.PENDING.value: "warn", ReviewState.REJECTED.value: "bad"}
SECRECY_TONES = {
    SecrecyLevel.PUBLIC: "plain", SecrecyLevel.INTERNAL: "plain", SecrecyLevel.SECRET: "warn",
    SecrecyLevel.CONFIDENTIAL: "bad", SecrecyLevel.TOP_SECRET: "bad",
}  # fmt: skip


def responsible_name(customer: Any, actor: Any) -> str:
    """Name alone: the person's record is not the reader's business."""
    return customer.responsible.name if customer.responsible_id else ""


def department_name(customer: Any, actor: Any) -> str:
    """See :func:`responsible_name`."""
    return customer.department.name if customer.department_id else ""


def updated_day(customer: Any, actor: Any) -> str:
    """The day is enough in a list."""
    return f"{clock.local(customer.updated_at):%Y-%m-%d}"


CUSTOMER_COLUMNS: tuple[Column, ...] = (
    Column("number"),
    Column("name", lead=True),
    Column("party_kind"),
    Column("stage", tones=STAGE_TONES),
    Column("grade", tones=GRADE_TONES),
    Column("region_code"),
    Column("phone"),
    Column("responsible", _("负责人"), text=responsible_name, needs=("responsible",)),
    Column("completeness", align="right", draw=meter_html),
    Column("updated_at", _("更新日期"), text=updated_day, needs=("updated_at",)),
    Column("short_name", shown=False),
    Column("party_subkind", shown=False),
    Column("directness", shown=False),
    Column("uscc", shown=False),
    Column("legal_representative", shown=False),
    Column("legal_form", shown=False),
    Column("ownership", shown=False),
    Column("industry_code", shown=False),
    Column("registered_capital", shown=False),
    Column("established_on", shown=False),
    Column("employees", shown=False),
    Column("address", shown=False, wrap=True),
    Column("mobile", shown=False),
    Column("email", shown=False),
    Column("department", _("归属部门"), shown=False, text=department_name, needs=("department",)),
    Column("secrecy_level", shown=False, tones=SECRECY_TONES),
    Column("review_state", shown=False, tones=REVIEW_TONES),
    Column("source", shown=False),
    Column("first_dealt_on", shown=False),
    Column("route_order", shown=False),
    Column("created_at", shown=False),
)
