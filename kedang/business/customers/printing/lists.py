"""客户一览表 and 异动登记簿: lists on A4 across with repeated heads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kedang.business.customers.models import Contact, Customer
from kedang.business.customers.printing.marks import mark_of
from kedang.business.customers.reference import region_name
from kedang.foundation.access.veil import reveal
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.web.printing import Column, Listing, Table, render_listing


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One changed field of one dossier, every text veiled for its reader."""

    day: str
    number: str
    name: str
    field: str
    old: str
    new: str
    reason: str
    actor: str


def list_pdf(actor: Actor, customers: QuerySet[Customer], conditions: str = "", total: int | None = None) -> bytes:
    """客户一览表 as PDF, of the rows given (already inside the actor's scope)."""
    return render_listing(customer_list(actor, customers, conditions, total))


def register_pdf(actor: Actor, changes: Sequence[ChangeRow], period: str = "") -> bytes:
    """异动登记簿 as PDF."""
    return render_listing(register(actor, changes, period))


def customer_list(
    actor: Actor, customers: QuerySet[Customer], conditions: str = "", total: int | None = None
) -> Listing:
    """The list as a payload. The rows of one page of 2,000 cost three queries."""
    primary = Contact.objects.filter(left_on__isnull=True, is_primary=True)
    rows = [
        _list_row(actor, customer)
        for customer in customers.select_related("responsible").prefetch_related(
            Prefetch("contacts", queryset=primary, to_attr="primary_contacts")
        )
    ]
    columns = [
        Column(_("客户编号")),
        Column(_("客户名称"), 2.2),
        Column(_("类型"), "auto", "center"),
        Column(_("等级"), "auto", "center"),
        Column(_("统一社会信用代码")),
        Column(_("所在地区"), 1.5),
        Column(_("联系人"), "auto"),
        Column(_("联系电话"), "auto"),
        Column(_("负责人")),
        Column(_("建档日期"), "auto", "center"),
        Column(_("完整度"), "auto", "right"),
    ]
    count = _("共 {count} 户").format(count=f"{total if total is not None else len(rows):,}")
    table = Table(columns, rows, empty=_("没有符合条件的客户"), numbered=True)
    return Listing(
        _("客户一览表"),
        table,
        mark_of(actor),
        conditions or _("全部"),
        count,
        signatures=[_("制表"), pgettext("签字", "复核"), _("日期")],
    )


def _list_row(actor: Actor, customer: Customer) -> list[str]:
    contacts: list[Contact] = getattr(customer, "primary_contacts", [])
    contact = contacts[0] if contacts else None
    if contact is not None:
        contact.customer = customer
        person, phone = reveal(actor, contact, "name").text, reveal(actor, contact, "mobile").text
    else:
        person, phone = "", reveal(actor, customer, "mobile").text or reveal(actor, customer, "phone").text
    return [
        customer.number,
        reveal(actor, customer, "name").text,
        str(customer.get_party_kind_display()),
        reveal(actor, customer, "grade").text.removesuffix(" 级"),
        reveal(actor, customer, "uscc").text,
        region_name(customer.region_code) if customer.region_code else "",
        person,
        phone,
        customer.responsible.name if customer.responsible else "",
        f"{clock.local(customer.created_at):%Y-%m-%d}",
        f"{customer.completeness}%",
    ]


def register(actor: Actor, changes: Iterable[ChangeRow], period: str = "") -> Listing:
    """The change register as a payload."""
    rows = [[c.day, c.number, c.name, c.field, c.old, c.new, c.reason, c.actor] for c in changes]
    columns = [
        Column(_("变更日期")),
        Column(_("客户编号")),
        Column(_("客户名称"), 1.5),
        Column(_("变更项目"), 1.1),
        Column(_("变更前"), 1.3),
        Column(_("变更后"), 1.4),
        Column(_("变更原因"), 1.3),
        Column(_("登记人")),
    ]
    return Listing(
        _("客户档案异动登记簿"),
        Table(columns, rows, empty=_("此期间没有异动"), numbered=True),
        mark_of(actor),
        conditions=period,
        total=_("共 {count} 项").format(count=f"{len(rows):,}"),
        signatures=[_("登记"), pgettext("签字", "复核"), _("日期")],
    )
