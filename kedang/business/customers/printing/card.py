"""客户档案卡: one customer on paper, exactly as its reader may see it."""

from collections.abc import Iterable, Sequence

from django.db import models
from django.utils.translation import gettext as _

from kedang.business.customers.fields import GROUPS, KEY_PERSON_FIELDS, PROFILE_FIELDS
from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson
from kedang.business.customers.printing.lists import ChangeRow
from kedang.business.customers.printing.marks import mark_of, money
from kedang.foundation.access.veil import reveal
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.web.printing import Card, Column, Line, Lines, Section, Table, render_sheet

WIDE = {"industry_code", "address", "household_address", "business_scope", "remarks", "grade_reason"} | {
    "family",
    "hobbies",
    "character",
    "ability",
}
AMOUNTS = {"registered_capital": "capital_currency", "annual_sales": "", "total_assets": ""}
ELSEWHERE = {"name", "party_subkind", "capital_currency", "responsible", "department", "secrecy_level"}
"""Fields that stand in the head of the card or together with another one."""
DEALING_GROUPS = {"standing", "size", "headcount", "care"}
"""Groups of the section 经营与往来情况; all others stand in 基本情况."""
GRADING = ("grade", "grade_reason")


def card_pdf(actor: Actor, customer: Customer, changes: Sequence[ChangeRow] = (), purpose: str = "") -> bytes:
    """The card as PDF. ``changes`` are veiled entries of the change register, newest first."""
    return render_sheet(customer_card(actor, customer, changes, purpose))


def customer_card(actor: Actor, customer: Customer, changes: Sequence[ChangeRow] = (), purpose: str = "") -> Card:
    """The card as a payload: every value has passed the veil."""
    return Card(
        title=_("客户档案卡"),
        number=customer.number,
        name=reveal(actor, customer, "name").text,
        subtitle=_("建档日期：{day}").format(day=f"{clock.local(customer.created_at):%Y-%m-%d}"),
        facts=_facts(actor, customer),
        sections=[section for section in _sections(actor, customer, changes) if section.blocks],
        mark=mark_of(actor, customer.secrecy_level, purpose),
        signatures=[_("填表人"), _("审核人"), _("归档人")],
        notes=[_("注：带 * 号的内容按打印人的权限部分隐藏。空白处为尚未收集的内容。")],
    )


def line_of(actor: Actor, obj: models.Model, field: str) -> Line:
    """One field as a labelled line, through the veil."""
    label = str(obj._meta.get_field(field).verbose_name)  # type: ignore[union-attr]  # own fields have a name
    shown = reveal(actor, obj, field)
    text = shown.text
    if field in AMOUNTS and shown.value is not None:
        text = money(shown.value, getattr(obj, AMOUNTS[field], "") if AMOUNTS[field] else "")
    return Line(label, text, str(shown.state.value), field in WIDE or field in PROFILE_FIELDS)  # type: ignore[arg-type]


def _fields(kind: str, *, dealing: bool) -> list[str]:
    """Fields of a kind in one of the two sections, in the order in which pages show them."""
    groups = [group for group in GROUPS if group.fits(kind) and (group.key in DEALING_GROUPS) == dealing]
    return [name for name in dict.fromkeys(n for group in groups for n in group.fields) if name not in ELSEWHERE]


def _lines(actor: Actor, obj: models.Model, fields: Iterable[str], filled_only: bool = False) -> list[Line]:
    lines = [line_of(actor, obj, field) for field in fields]
    return [line for line in lines if line.text or line.state == "hide"] if filled_only else lines


def _facts(actor: Actor, customer: Customer) -> list[Line]:
    kind = str(customer.get_party_kind_display())
    if customer.party_subkind:
        kind = f"{kind}（{customer.get_party_subkind_display()}）"
    responsible = customer.responsible.name if customer.responsible else ""
    if customer.department:
        responsible = f"{responsible}（{customer.department.name}）" if responsible else customer.department.name
    return [
        Line(_("客户类型"), kind),
        Line(_("负责人"), responsible),
        Line(_("密级"), str(customer.get_secrecy_level_display())),
        Line(_("完整度"), f"{customer.completeness}%"),
    ]


def _sections(actor: Actor, customer: Customer, changes: Sequence[ChangeRow]) -> list[Section]:
    former = "；".join(row.name for row in customer.former_names.all())
    basics = _lines(actor, customer, _fields(customer.party_kind, dealing=False))
    if former:
        basics.insert(0, Line(_("曾用名"), former, wide=True))
    business = _lines(actor, customer, (*_fields(customer.party_kind, dealing=True), *GRADING))
    profile = CustomerProfile.objects.filter(customer=customer).select_related("customer").first()
    return [
        Section(_("基本情况"), [Lines(basics)]),
        Section(_("经营与往来情况"), [Lines([*business, *_classes(customer)])]),
        Section(_("联系人"), [_contacts(actor, customer)]),
        Section(
            _("关键人物"),
            [_key_person(actor, customer, person) for person in customer.key_persons.filter(removed_at__isnull=True)],
        ),
        Section(_("特征与业务状况"), _profile(actor, profile)),
        Section(_("变更记录摘要"), [_changes(changes)] if changes else []),
    ]


def _classes(customer: Customer) -> list[Line]:
    named: dict[str, list[str]] = {}
    for row in customer.classes.select_related("term__axis").order_by("term__axis__position", "term__position"):
        named.setdefault(row.term.axis.name, []).append(row.term.name)
    return [Line(axis, "、".join(terms)) for axis, terms in named.items()]


def _contacts(actor: Actor, customer: Customer) -> Table:
    rows = []
    for contact in customer.contacts.filter(left_on__isnull=True):
        contact.customer = customer
        post = "　".join(filter(None, (contact.unit, reveal(actor, contact, "post").text)))
        reach = [reveal(actor, contact, field).text for field in ("mobile", "phone", "email", "wechat")]
        rows.append([reveal(actor, contact, "name").text, post, _roles(contact), *reach])
    columns = [
        Column(_("姓名")),
        Column(_("职务"), 1.2),
        Column(_("联络人"), "auto", "center"),
        Column(_("手机")),
        Column(_("电话")),
        Column(_("电子邮箱"), 1.4),
        Column(_("微信"), 1.1),
    ]
    return Table(columns, rows, empty=_("尚未登记联系人"), numbered=True)


def _roles(contact: Contact) -> str:
    flags = ((contact.is_primary, _("主要")), (contact.is_daily, _("日常")), (contact.is_emergency, _("紧急")))
    return "、".join(word for held, word in flags if held)


def _key_person(actor: Actor, customer: Customer, person: KeyPerson) -> Lines:
    person.customer = customer
    return Lines(
        _lines(actor, person, [name for name in KEY_PERSON_FIELDS if name != "name"], filled_only=True),
        caption=reveal(actor, person, "name").text,
    )


def _profile(actor: Actor, profile: CustomerProfile | None) -> list[Lines | Table]:
    if profile is None:
        return []
    lines = _lines(actor, profile, PROFILE_FIELDS, filled_only=True)
    return [Lines(lines)] if lines else []


def _changes(changes: Sequence[ChangeRow]) -> Table:
    columns = [
        Column(_("日期")),
        Column(_("变更项目"), 1.1),
        Column(_("变更前"), 1),
        Column(_("变更后"), 1.2),
        Column(_("原因"), 1.2),
        Column(_("办理人")),
    ]
    return Table(columns, [[row.day, row.field, row.old, row.new, row.reason, row.actor] for row in changes])
