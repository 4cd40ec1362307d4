"""Pages of customers, contacts and key persons, declared; menu entries; what the work list shows. Loaded by itself at start-up."""

from functools import cache
from typing import Any

from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.generic import RedirectView

from kedang.business.customers import events, services
from kedang.business.customers.choices import Grade, PartyKind, PartySubkind
from kedang.business.customers.fields import CONTACT_FIELDS, GROUPS, KEY_PERSON_FIELDS, PROFILE_FIELDS, FieldGroup
from kedang.business.customers.filters import CUSTOMER_FILTERS, CUSTOMER_VIEWS
from kedang.business.customers.forms import choice_input, date_input, text_input
from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson
from kedang.business.customers.numbers import DEFAULT_CODES, NUMBER_KEY
from kedang.business.customers.tables import CUSTOMER_COLUMNS, GRADE_TONES, REVIEW_TONES, SECRECY_TONES, STAGE_TONES
from kedang.business.customers.views import home
from kedang.business.customers.views.children import ContactForm, KeyPersonForm, ToDossier
from kedang.business.customers.views.detail import CustomerDetail, CustomerHistory
from kedang.business.customers.views.form import CustomerForm
from kedang.business.customers.views.lists import CustomerExport, CustomerList
from kedang.business.customers.views.seen import SeenTab
from kedang.business.customers.views.tabs import (
    ClassesTab,
    ContactsTab,
    CustomerTab,
    KeyPersonsTab,
    ProfileForm,
    ProfileTab,
)
from kedang.foundation.access.trail import may_see_readers
from kedang.foundation.numbering.subjects import NumberSubject, register_subject
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Panel, RecordPages, Tab, Verb

WIDE = ("business_scope", "address", "remarks", "household_address", "grade_reason")


def panels_from(groups: tuple[FieldGroup, ...]) -> tuple[Panel, ...]:
    """Groups of one title become one panel."""
    titles: dict[str, list[str]] = {}
    for group in groups:
        known = titles.setdefault(group.title, [])
        known += [name for name in group.fields if name not in known]
    return tuple(Panel(title, tuple(names), columns=3, wide=WIDE) for title, names in titles.items())


@cache
def kind_panels(party_kind: str) -> tuple[Panel, ...]:
    """Panels that customers of a kind have."""
    return panels_from(tuple(group for group in GROUPS if group.fits(party_kind)))


def waits_for_review(customer: Any) -> bool:
    """建档审核 has not been decided."""
    return bool(customer.is_to_review and not customer.is_withdrawn)


def may_be_submitted(customer: Any) -> bool:
    """It waits, and no request of it is under way."""
    return waits_for_review(customer) and (customer.review_case is None or not customer.review_case.is_open)


GRADING = Panel(
    _("客户等级"),
    ("grade", "grade_reason"),
    key="grade",
    readonly=("grade", "grade_reason"),
    columns=3,
    wide=("grade_reason",),
)
TRACKS = Panel(_("建档信息"), ("created_at", "updated_at"), key="tracks", columns=3)
EVERY_NAME = tuple(dict.fromkeys(name for group in GROUPS for name in group.fields))


class CustomerPages(RecordPages):
    """客户: /customers/ …"""

    model, prefix, icon = Customer, "customers", "building"
    head_code = "number"
    head_tags = ("party_kind", "stage", "grade", "secrecy_level", "review_state")
    head_keys = ("responsible",)
    panels = (Panel(_("基本信息"), EVERY_NAME, wide=WIDE), GRADING, TRACKS)
    tones = {
        "stage": STAGE_TONES,
        "grade": GRADE_TONES,
        "secrecy_level": SECRECY_TONES,
        "party_kind": {},
        "review_state": REVIEW_TONES,
    }
    columns, filters, views = CUSTOMER_COLUMNS, CUSTOMER_FILTERS, CUSTOMER_VIEWS
    empty_hint = _("点“新建”建立第一份客户档案，或从表格批量导入。")
    toolbar_links = (
        (_("导入"), "intake:batch-list", "upload", "intake.use"),
        (_("打印一览表"), "customers:list-print", "printer", "customers.print"),
    )
    tabs = (
        Tab(
            "contacts",
            _("联系人"),
            view=ContactsTab,
            action="customers.people",
            count=lambda actor, obj: obj.contact_count,
        ),
        Tab(
            "key-persons",
            _("关键人物"),
            view=KeyPersonsTab,
            action="customers.people",
            count=lambda actor, obj: obj.key_person_count,
        ),
        Tab("profile", _("特征与业务"), view=ProfileTab, action="customers.profile"),
        Tab("classes", _("分类"), view=ClassesTab, count=lambda actor, obj: obj.class_count),
        Tab("seen", _("谁看过"), view=SeenTab),
    )
    verbs = (
        Verb(
            "grade", _("评定等级"), services.customer_grade, action="customers.grade", icon="award", reason=True,
            fields={"grade": lambda: choice_input(_("等级"), Grade.choices)}, done=_("等级已评定，理由已记入档案。"),
            confirm=_("新的等级和理由立即显示在档案上，原等级留在变更历史里。"), batch=True,
        ),
        Verb(
            "former-name", _("登记曾用名"), services.former_name_add, action="customers.change", icon="signature",
            fields={"name": lambda: text_input(_("曾用名"), 200), "note": lambda: text_input(_("说明"), 200, required=False)},
            done=_("曾用名已登记，搜索此名也能找到客户。"), confirm=_("改名时会自动登记旧名；这里补记更早的名称。"),
        ),
        Verb(
            "kind", _("更改客户类型"), services.customer_kind_change, action="customers.change", icon="arrows-exchange", reason=True,
            fields={
                "party_kind": lambda: choice_input(_("客户类型"), PartyKind.choices),
                "party_subkind": lambda: choice_input(_("细分类型"), PartySubkind.choices, required=False),
            },
            done=_("客户类型已更改，编号不变。"), confirm=_("建档时选错了类型才需要更改；编号保持不变。"),
        ),
        Verb(
            "review-pass", _("审核通过"), services.review_pass, action="customers.settle", icon="circle-check", reason="optional",
            when=waits_for_review, done=_("已通过建档审核，档案从现在起计入。"), batch=True, main=True,
            confirm=_("通过后此档案计入统计、导出和打印的清单。"),
        ),
        Verb(
            "review-return", _("退回补充"), services.review_return, action="customers.settle", icon="arrow-back-up", reason=True,
            when=waits_for_review, done=_("已退回建档人补充。"), confirm=_("请写明还缺什么；建档人补全后再次提交。"),
        ),
        Verb(
            "review-refuse", _("审核不通过"), services.review_refuse, action="customers.settle", icon="circle-x", danger=True, reason=True,
            when=waits_for_review, done=_("未通过建档审核，档案已撤销。"), batch=True,
            confirm=_("不通过的档案随即撤销，编号不再使用，内容和历史全部保留。"),
        ),
        Verb(
            "review-submit", _("再次送审"), services.review_submit, action="customers.change", icon="send", reason="optional",
            when=may_be_submitted, done=_("已再次送建档审核。"), confirm=_("送审后由直接上级或档案管理员审核。"),
        ),
        Verb(
            "withdraw", _("撤销档案"), services.customer_withdraw, action="customers.withdraw", icon="archive", danger=True,
            reason=True, done=_("档案已撤销，可在“已撤销”视图中查看。"),
            confirm=_("撤销后此客户不再出现在列表和搜索里，不能再修改；编号不再使用，内容和历史全部保留。"),
        ),
    )  # fmt: skip
    create_action, change_action = "customers.create", "customers.change"
    unmask_action, export_action = "customers.unmask", "customers.export"
    create_service, change_service = services.customer_create, services.customer_change
    takes_values = True
    read_event, export_event = events.CUSTOMER_VIEWED, events.CUSTOMERS_EXPORTED
    list_view, detail_view, form_view = CustomerList, CustomerDetail, CustomerForm
    export_view, history_view, tab_view = CustomerExport, CustomerHistory, CustomerTab

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """One query for the record, the people on it and the numbers on its tabs."""
        return queryset.select_related("responsible", "department", "review_case").with_counts()

    @classmethod
    def tabs_for(cls, actor: Any, obj: Any) -> list[Tab]:
        """谁看过 only for who may ask."""
        return [tab for tab in super().tabs_for(actor, obj) if tab.key != "seen" or may_see_readers(actor, obj)]

    @classmethod
    def panels_for(cls, obj: Any) -> tuple[Panel, ...]:
        """Panels that fit the kind of customer."""
        return (*kind_panels(obj.party_kind), GRADING, TRACKS)

    @classmethod
    def form_pages(cls, party_kind: str) -> type["CustomerPages"]:
        """The same pages with the fields of one kind only, for its form."""
        return form_pages(party_kind)


@cache
def form_pages(party_kind: str) -> type[CustomerPages]:
    """The same pages with the fields of one kind only, for its form."""
    return type("KindPages", (CustomerPages,), {"panels": kind_panels(party_kind)})


class ChildPages(RecordPages):
    """A record that is read in its dossier: it has a form, verbs and an eye, but no page of its own."""

    change_action, unmask_action = "customers.change", "customers.unmask"
    takes_values, has_history, has_export = True, False, False
    tab = ""

    @classmethod
    def urls(cls) -> list[URLPattern]:
        """Form, verbs and eye; the addresses of page and list lead to the dossier."""
        kept = {f"{cls.word()}-{name}" for name in ("edit", "unmask", *(verb.key for verb in cls.every_verb()))}
        own = [route for route in super().urls() if route.name in kept]
        home = ToDossier.as_view(pages=cls, tab=cls.tab)
        return [
            path(
                f"{cls.prefix}/",
                RedirectView.as_view(pattern_name="customers:customer-list"),
                name=f"{cls.word()}-list",
            ),
            path(f"{cls.prefix}/<int:pk>/", home, name=f"{cls.word()}-detail"),
            *own,
        ]


class ContactPages(ChildPages):
    """联系人: made and changed from the dossier."""

    model, prefix, icon = Contact, "customers/contacts", "address-book"
    panels = (Panel(_("联系人"), CONTACT_FIELDS, wide=("remarks",)),)
    change_service = services.contact_change
    form_view, tab = ContactForm, "contacts"
    verbs = (
        Verb(
            "leave", _("登记离任"), services.contact_leave, action="customers.change", icon="user-off", reason="optional",
            fields={"left_on": lambda: date_input(_("离任日期"))}, done=_("已登记离任，资料留作历史。"),
            confirm=_("离任后不再列为现任联系人，资料和历次变动仍可查看。"),
        ),
    )  # fmt: skip


class KeyPersonPages(ChildPages):
    """关键人物: made and changed from the dossier."""

    model, prefix, noun, argument, icon = KeyPerson, "customers/key-persons", "key-person", "key_person", "user-star"
    panels = (Panel(_("关键人物"), KEY_PERSON_FIELDS, wide=("family", "hobbies", "character", "ability", "remarks")),)
    change_service = services.key_person_change
    form_view, tab = KeyPersonForm, "key-persons"
    verbs = (
        Verb(
            "remove", _("移除"), services.key_person_remove, action="customers.change", icon="user-minus", danger=True,
            reason=True, done=_("已移除，资料留作历史。"), confirm=_("移除后不再列为关键人物，资料和原因仍留在变更历史里。"),
        ),
    )  # fmt: skip


class ProfilePages(ChildPages):
    """特征与业务状况: one per customer, changed from its tab."""

    model, prefix, noun = CustomerProfile, "customers/profiles", "profile"
    panels = (
        Panel(_("客户特征"), PROFILE_FIELDS[:7], wide=PROFILE_FIELDS),
        Panel(_("业务状况"), PROFILE_FIELDS[7:13], wide=PROFILE_FIELDS),
        Panel(_("目前往来"), PROFILE_FIELDS[13:], wide=PROFILE_FIELDS),
    )
    change_service = services.profile_change
    form_view, tab = ProfileForm, "profile"


menu.add(
    Entry(
        pgettext_lazy("多条", "客户"),
        "customers:customer-list",
        icon="building",
        action="customers.view",
        group="dossiers",
        order=10,
    ),
    Entry(_("查漏补缺"), "customers:gaps", icon="checklist", action="customers.view", group="dossiers", order=20),
    Entry(_("异动登记簿"), "customers:register", icon="notebook", action="customers.view", group="dossiers", order=30),
    Entry(_("客户分类"), "customers:axis-list", icon="category", action="customers.classify", group="system", order=50),
    Entry(
        _("完整度要求"),
        "customers:requirements",
        icon="list-check",
        action="customers.classify",
        group="system",
        order=55,
    ),
    Entry(
        _("变更与审核"),
        "customers:dossier-rules",
        icon="shield-check",
        action="customers.classify",
        group="system",
        order=56,
    ),
)
home.declare()
register_subject(
    NumberSubject(
        NUMBER_KEY, _("客户编号"), tuple(PartyKind.choices), DEFAULT_CODES,
        _("例如格式 {code}{year}{serial}：工业客户 2023 年第 5 个为 GY202305。客户分类中“用于编号”的维度优先给出代码。"),
    )
)  # fmt: skip
