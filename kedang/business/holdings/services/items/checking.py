"""Checks of what is written about an item."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.customers.services.problems import Problems, clean_record, typed
from kedang.business.holdings.models import DocumentType, Item, Project
from kedang.foundation.access.models import Department, Person
from kedang.foundation.access.policies import policy_for
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor

DESCRIPTION = (
    "title", "is_title_made", "document_number", "author", "dated_on", "period_from", "period_to", "pages", "copies",
    "language", "carrier", "secrecy_level", "remarks",
)  # fmt: skip
"""What describes a document."""

BELONGING = ("document_type", "customer", "project", "department", "responsible")
"""Of what kind it is, whom it is about, whose it is."""

EDITABLE = (*BELONGING, *DESCRIPTION)
_MODELS: dict[str, Any] = {
    "document_type": DocumentType, "customer": Customer, "project": Project, "department": Department, "responsible": Person,
}  # fmt: skip
EARLIEST = date(1600, 1, 1)


def checked(
    actor: Actor, values: Mapping[str, Any], fonds_id: int, problems: Problems, current: Item | None = None
) -> dict[str, Any]:
    """Values in their own types and everything that is wrong with them; records are looked up within the actor's reach."""
    clean: dict[str, Any] = {}
    for name, value in values.items():
        if name not in EDITABLE:
            problems.tell(name, _("件没有“%(name)s”这一项。") % {"name": name})
        elif name in _MODELS:
            clean[name] = _found(actor, name, value, fonds_id, problems, current)
        elif name == "is_title_made":
            clean[name] = bool(value)
        else:
            clean[name] = typed(Item, name, value, problems)
    _check_dates(clean, current, problems)
    _check_project(clean, current, problems)
    if "copies" in clean and clean["copies"] == 0:
        problems.tell("copies", _("份数至少为 1。"))
    return clean


def check_record(item: Item, names: Any, problems: Problems) -> None:
    """Django's own checks of these fields."""
    clean_record(item, tuple(names), problems)


def _found(actor: Actor, name: str, value: Any, fonds_id: int, problems: Problems, current: Item | None) -> Any:
    if value in (None, ""):
        return None
    model = _MODELS[name]
    key = value.pk if isinstance(value, model) else value
    if current is not None and str(getattr(current, f"{name}_id")) == str(key):
        return getattr(current, name)
    rows = model.objects.filter(fonds_id=fonds_id)
    if name in ("customer", "project"):
        rows = rows.filter(policy_for(model).scope(actor))
    row = rows.filter(pk=key).first() if str(key).isdecimal() else None
    if row is None or getattr(row, "is_active", True) is False or getattr(row, "withdrawn_at", None) is not None:
        title = Item._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        problems.tell(name, _("所选的%(label)s不存在、已停用或不在您的范围内，请重新选择。") % {"label": title})
        return None
    return row


def _check_dates(clean: dict[str, Any], current: Item | None, problems: Problems) -> None:
    day = clean.get("dated_on")
    if isinstance(day, date) and not EARLIEST <= day <= clock.today():
        told = _("成文日期 %(day)s 不合常理，应在 %(today)s 以前，请核对。")
        problems.tell("dated_on", told % {"day": day.isoformat(), "today": clock.today().isoformat()})
    first = clean.get("period_from", getattr(current, "period_from", None))
    last = clean.get("period_to", getattr(current, "period_to", None))
    for name, year in (("period_from", first), ("period_to", last)):
        if isinstance(year, int) and not 1600 <= year <= clock.today().year + 50:
            problems.tell(name, _("年度“%(year)s”不合常理，请填写四位年份，例如 2026。") % {"year": year})
    if isinstance(first, int) and isinstance(last, int) and last < first:
        problems.tell("period_to", _("所针对年度的终止年早于起始年，请核对。"))


def _check_project(clean: dict[str, Any], current: Item | None, problems: Problems) -> None:
    """A project is one of the customer's; it alone names the customer."""
    project = clean.get("project", getattr(current, "project", None))
    if project is None:
        return
    customer_id = (
        clean["customer"].pk
        if clean.get("customer")
        else None
        if "customer" in clean
        else getattr(current, "customer_id", None)
    )
    if customer_id is None:
        if "customer" not in problems and "project" in clean:
            clean["customer"] = project.customer
    elif customer_id != project.customer_id:
        problems.tell("project", _("项目“%(project)s”不属于所选客户，请核对。") % {"project": project.name})
