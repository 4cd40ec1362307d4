"""Conditions of the customer list: keyword through the index, places by name, classes, ranges; the view tabs."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.choices import ReviewState
from kedang.business.customers.models import ClassTerm, Customer, CustomerClass
from kedang.business.customers.querysets import STALE_AFTER_DAYS
from kedang.business.customers.reference import (
    find_region,
    industry_children,
    industry_descendants,
    region,
    region_prefix,
)
from kedang.business.customers.searching import keyword_q
from kedang.foundation.access.models import Department, Person
from kedang.foundation.access.policies import can
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.prepared import Prepared
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.web.departments import departments_in_order
from kedang.foundation.web.records import Filter, View

INCOMPLETE_BELOW = 60


def under(path: str, prefix: str) -> Q:
    """Codes that begin with a prefix, as a range that an index serves on both engines."""
    return Q(**{f"{path}__gte": prefix, f"{path}__lt": f"{prefix[:-1]}{chr(ord(prefix[-1]) + 1)}"})


def region_q(actor: Any, operator: str, values: list[Any]) -> Q:
    """Customers in a place, given by name or code, with everything below it."""
    if operator in {"empty", "filled"}:
        empty = Q(region_code="")
        return empty if operator == "empty" else ~empty
    text = str(values[0] or "").strip()
    code = text if text.isdecimal() and region(text.ljust(6, "0")) else find_region(text, "", "")
    if not code:
        told = _("没有找到名为“%(text)s”的地区。请写省、市或区县的名称，例如“广东省”“深圳”“南山区”。") % {"text": text}
        raise Refused("condition_unreadable", told, "region_code")
    # A partial index is used only where its own condition is repeated.
    q = under("region_code", region_prefix(code.ljust(6, "0")) or code) & ~Q(region_code="")
    return ~q if operator in {"ne", "hasnt"} else q


def industry_q(actor: Any, operator: str, values: list[Any]) -> Q:
    """Customers of an industry at any depth."""
    if operator in {"empty", "filled"}:
        empty = Q(industry_code="")
        return empty if operator == "empty" else ~empty
    codes: set[str] = set()
    for value in values:
        codes |= industry_descendants(str(value))
    return ~Q(industry_code__in=codes) if operator == "ne" else Q(industry_code__in=codes)


def class_q(actor: Any, operator: str, values: list[Any]) -> Q:
    """Customers of one's own classes."""
    terms = [int(value) for value in values if str(value).isdecimal()]
    linked = (
        CustomerClass.objects.all()
        if operator in {"empty", "filled"}
        else CustomerClass.objects.filter(term_id__in=terms)
    )
    q = Q(pk__in=linked.values("customer_id"))
    return ~q if operator in {"ne", "empty"} else q


def industry_choices(actor: Any) -> list[tuple[str, str]]:
    """The twenty sections of GB/T 4754."""
    return [(row.code, row.name) for row in industry_children()]


def term_choices(actor: Any) -> list[tuple[int, str]]:
    """Classes in use on the company's axes."""
    return [(key, f"{axis}：{name}") for key, axis, name in _terms.tuples(fonds_id=actor.fonds_id or 0)]


def _terms_of(fonds_id: int) -> Any:
    rows = ClassTerm.objects.filter(axis__fonds_id=fonds_id, axis__is_active=True, is_active=True)
    return rows.order_by("axis__position", "position").values_list("pk", "axis__name", "name")


_terms = Prepared(_terms_of, fonds_id=int)


def person_choices(actor: Any) -> list[tuple[int, str]]:
    """People of the company."""
    return _people.tuples(fonds_id=actor.fonds_id or 0)


def _people_of(fonds_id: int) -> Any:
    return Person.objects.filter(fonds_id=fonds_id).order_by("-is_active", "id").values_list("id", "name")[:500]


_people = Prepared(_people_of, fonds_id=int)


def department_choices(actor: Any) -> list[tuple[int, str]]:
    """Departments of the company as an indented tree."""
    return [(row.pk, f"{'　' * (row.path.count('/') - 2)}{row.name}") for row in departments_in_order(actor.fonds_id)]


def open_to_all(actor: Any) -> bool:
    """The condition says nothing that is veiled."""
    return True


CUSTOMER_FILTERS: tuple[Filter, ...] = (
    Filter(
        "q", gettext_lazy("关键词"), kind="text", q=keyword_q, may=open_to_all, operators=("has",),
        help=gettext_lazy("名称、编号、拼音、曾用名、信用代码…"),
    ),
    Filter("party_kind"),
    Filter("stage"),
    Filter("grade"),
    Filter("region_code", kind="text", q=region_q, operators=("has", "hasnt", "empty", "filled"), help=gettext_lazy("省、市或区县名，如 深圳")),
    Filter("industry_code", kind="choice", q=industry_q, choices=industry_choices, operators=("eq", "ne", "in", "empty", "filled")),
    Filter("responsible", choices=person_choices),
    Filter("department", choices=department_choices),
    Filter("classes", gettext_lazy("归类"), kind="choice", q=class_q, choices=term_choices, may=open_to_all),
    Filter("completeness"),
    Filter("created_at"),
    Filter("updated_at"),
    *(
        Filter(name, basic=False)
        for name in (
            "number", "name", "party_subkind", "directness", "uscc", "legal_representative", "legal_form", "ownership",
            "established_on", "registered_capital", "employees", "annual_sales", "address", "source", "first_dealt_on",
            "secrecy_level", "route_order", "born_on", "sex",
        )
    ),
)  # fmt: skip


def mine_q(actor: Any) -> Q:
    """Customers that the actor looks after."""
    return Q(responsible_id=actor.pk)


def department_q(actor: Any) -> Q:
    """Customers of the actor's department and those below it."""
    if actor.department_id is None:
        return Q(pk__in=[])
    below = Department.objects.filter(path__contains=f"/{actor.department_id}/").values_list("id", flat=True)
    return Q(department_id__in=[actor.department_id, *below])


def incomplete_q(actor: Any) -> Q:
    """查漏补缺: too much is missing."""
    return Q(completeness__lt=INCOMPLETE_BELOW)


def stale_q(actor: Any) -> Q:
    """Nobody has touched them for a year."""
    return Q(updated_at__lt=clock.now() - timedelta(days=STALE_AFTER_DAYS))


def to_review_q(actor: Any) -> Q:
    """建档审核 has not been decided."""
    return Q(review_state=ReviewState.PENDING)


def withdrawn_q(actor: Any) -> Q:
    """Taken back."""
    return Q(withdrawn_at__isnull=False)


CUSTOMER_VIEWS: tuple[View, ...] = (
    View("mine", gettext_lazy("我的"), mine_q),
    View("department", gettext_lazy("部门"), department_q, when=lambda actor: actor.department_id is not None),
    View("incomplete", gettext_lazy("待补全"), incomplete_q),
    View("stale", gettext_lazy("久未更新"), stale_q),
    View("to-review", gettext_lazy("待审核"), to_review_q),
    View("withdrawn", gettext_lazy("已撤销"), withdrawn_q, when=lambda actor: can(actor, "customers.withdraw")),
)


def current_rows(actor: Any, view_key: str = "") -> Any:
    """Rows of the list: without withdrawn dossiers, unless the view asks for them."""
    rows = Customer.objects.visible_to(actor)
    return rows if view_key == "withdrawn" else rows.current()
