"""Pages of periods, schemes, filing scope, templates and the register of codes, declared; their menu entries."""

from typing import Any

from django import forms
from django.db.models import Q
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from kedang.business.holdings.choices import CodeState, SchemeState, YearRule
from kedang.business.holdings.events import scheme as events
from kedang.business.holdings.models import (
    CodeTemplate,
    DocumentType,
    ReferenceCode,
    RetentionPeriod,
    Scheme,
    Series,
)
from kedang.business.holdings.services import periods, schemes, series, templates, types
from kedang.business.holdings.services.codes import code_replace
from kedang.business.holdings.views import codes as code_views
from kedang.business.holdings.views import scheme as drawn
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Tab, Verb, View

KEPT_TONES: Any = {True: "good", False: "plain"}
ACTIVE_TONES: Any = {True: "good", False: "warn"}
SECRECY_TONES: Any = {
    SecrecyLevel.PUBLIC: "plain", SecrecyLevel.INTERNAL: "plain", SecrecyLevel.SECRET: "warn", SecrecyLevel.CONFIDENTIAL: "bad",
    SecrecyLevel.TOP_SECRET: "bad",
}  # fmt: skip
STATE_TONES: Any = {
    SchemeState.DRAFT.value: "blue",
    SchemeState.IN_FORCE.value: "good",
    SchemeState.RETIRED.value: "plain",
}
CODE_TONES: Any = {CodeState.CURRENT.value: "good", CodeState.FORMER.value: "blue", CodeState.VOID.value: "bad"}


def text_input(label: Any, length: int) -> forms.CharField:
    """A text that must be there."""
    told = gettext("请填写“%(label)s”。") % {"label": label}
    return forms.CharField(label=label, max_length=length, error_messages={"required": told})


def department_name(row: Any, actor: Any) -> str:
    """Name alone."""
    return row.department.name if row.department_id else ""


class SettingPages(RecordPages):
    """What the archivist lays down: everybody who works with holdings may look, forms take a mapping."""

    takes_values, create_action, change_action = True, "holdings.scheme", "holdings.scheme"
    default_sort = ("position", "pk")


def years_text(row: Any, actor: Any) -> str:
    """永久 for ever."""
    return gettext("永久") if row.years is None else gettext("%(n)s 年") % {"n": row.years}


class PeriodPages(SettingPages):
    """保管期限: /archive/periods/"""

    model, prefix, noun, icon, in_drawer = RetentionPeriod, "archive/periods", "period", "hourglass", True
    lead = _("现行期限用 Y、D30、D10 等代码编入档号；旧的长期、短期并存，注明按哪一个现行期限执行。")
    head_code = "code"
    tones = {"is_old": {True: "warn"}, "is_active": ACTIVE_TONES}
    panels = (Panel(_("保管期限"), periods.FIELDS, columns=2, note=_("年数留空为永久")),)
    columns = (
        Column("name", lead=True), Column("code"), Column("years", _("年数"), text=years_text, needs=("years",)), Column("is_old"),
        Column("reads_as"), Column("is_active", tones=ACTIVE_TONES), Column("position", shown=False),
    )  # fmt: skip
    filters = (Filter("name"), Filter("code"), Filter("is_old"), Filter("is_active"))
    create_service, change_service = periods.period_create, periods.period_change


class SchemePages(RecordPages):
    """分类方案: /archive/schemes/"""

    model, prefix, icon, in_drawer = Scheme, "archive/schemes", "hierarchy-2", True
    lead = _("拟订新版时自动复制现行类别并记下原类别；施行后旧版停用，已归档的仍留在原类别下，一卷一件都不会丢。")
    head_name, head_tags, head_keys = "title", ("state",), ("number", "published_at", "retired_at")
    tones = {"state": STATE_TONES}
    panels = (Panel(_("方案"), ("title", "note"), wide=("note",)),)
    columns = (
        Column("title", lead=True), Column("number"), Column("state", tones=STATE_TONES), Column("published_at"), Column("retired_at"),
        Column("note", wrap=True, shown=False),
    )  # fmt: skip
    filters = (Filter("title"), Filter("state"))
    default_sort = ("-number",)
    create_label = _("拟订新版")
    create_action, change_action = "holdings.scheme", "holdings.scheme"
    create_service, change_service = schemes.scheme_draft, schemes.scheme_change
    detail_view, form_view = drawn.SchemeDetail, drawn.SchemeForm
    tabs = (Tab("changes", _("旧新类目对照"), view=drawn.SchemeChanges, when=lambda obj: obj.number > 1),)
    verbs = (
        Verb(
            "publish", _("施行"), schemes.scheme_publish, action="holdings.scheme", icon="circle-check", main=True,
            when=lambda obj: obj.state == SchemeState.DRAFT, done=_("新版已施行，归档范围中的类别号已随之更新。"),
            confirm=_("施行后即按此版归档，现行版本同时停用；停用版之下的案卷和件保持不变，旧类目由新类目承接。施行后类别号不能再改。"),
        ),
        Verb(
            "retire", _("废弃草稿"), schemes.scheme_retire, action="holdings.scheme", icon="trash", danger=True, reason="optional",
            when=lambda obj: obj.state == SchemeState.DRAFT, done=_("草稿已废弃，版次号不再使用。"),
            confirm=_("废弃后此版不再修改、也不能施行，内容留作记录。"),
        ),
    )  # fmt: skip


class SeriesPages(SettingPages):
    """类别: made and changed in the tree of its scheme."""

    model, prefix, icon, in_drawer, has_history = Series, "archive/series", "category", True, False
    panels = (
        Panel(
            _("类别"), ("parent", "code", "name", "arrangement", "retention", "former", "position", "is_active", "scope_note"),
            wide=("scope_note",),
        ),
    )  # fmt: skip
    change_service, form_view = series.series_change, drawn.SeriesForm

    @classmethod
    def _given(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Everything is a value; the merged classes too."""
        return {"values": data}

    verbs = (
        Verb(
            "remove", _("移除类别"), series.series_remove, action="holdings.scheme", icon="trash", danger=True,
            done=_("类别已从草稿中移除。"), confirm=_("只从这一版草稿中移除；其下已有归档文件的原类别须另有类别承接。"),
        ),
    )  # fmt: skip

    @classmethod
    def urls(cls) -> list[URLPattern]:
        """Forms and the verb; the addresses of page and list lead to the tree."""
        kept = [route for route in super().urls() if route.name in {"series-edit", "series-remove"}]
        make = path(
            "archive/schemes/<int:scheme_pk>/series/new/", drawn.SeriesForm.as_view(pages=cls), name="series-create"
        )
        home = path("archive/series/<int:pk>/", drawn.ToTree.as_view(), name="series-detail")
        every = path("archive/series/", RedirectView.as_view(pattern_name="holdings:scheme-list"), name="series-list")
        return [make, every, home, *kept]


class DocumentTypePages(SettingPages):
    """归档范围: /archive/scope/"""

    model, prefix, noun, argument, icon = DocumentType, "archive/scope", "document-type", "document_type", "list-check"
    in_drawer = True
    lead = _("哪些文件材料要归档、归入哪一类、保管多久、密级、由哪个部门在几天内交来。收到文件时按识别词自动建议。")
    head_code, head_tags, head_keys = "code", ("secrecy_level",), ("series_code", "retention")
    tones = {"is_kept": KEPT_TONES, "secrecy_level": SECRECY_TONES, "is_active": ACTIVE_TONES}
    panels = (
        Panel(_("文件材料"), ("code", "name", "is_kept", "series_code", "retention", "secrecy_level")),
        Panel(_("归档规则"), ("year_rule", "department", "due_days", "order_weight", "keywords", "basis", "position", "is_active"),
              wide=("keywords", "basis"), note=_("卷内次序数字小的在前；识别词以空格分开")),
    )  # fmt: skip
    columns = (
        Column("code"), Column("name", lead=True, wrap=True), Column("is_kept", _("归档")), Column("series_code"),
        Column("retention"), Column("secrecy_level", tones=SECRECY_TONES), Column("year_rule"),
        Column("department", _("归档部门"), text=department_name, needs=("department",)), Column("due_days", _("几天内归档")),
        Column("keywords", wrap=True, shown=False), Column("order_weight", shown=False), Column("basis", wrap=True, shown=False),
        Column("is_active", shown=False, tones=ACTIVE_TONES),
    )  # fmt: skip
    filters = (
        Filter("name"), Filter("series_code", kind="choice", choices=lambda actor: drawn.class_choices(actor.fonds_id)),
        Filter("retention"), Filter("secrecy_level"), Filter("year_rule", choices=lambda actor: YearRule.choices), Filter("is_kept"),
        Filter("is_active"), Filter("code", basic=False), Filter("keywords", basic=False), Filter("due_days", basic=False),
    )  # fmt: skip
    views = (
        View("kept", _("列入范围"), lambda actor: Q(is_kept=True, is_active=True)),
        View("not-kept", _("不归档"), lambda actor: Q(is_kept=False)),
        View("no-department", _("未定归档部门"), lambda actor: Q(is_kept=True, department__isnull=True)),
        View("inactive", _("已停用"), lambda actor: Q(is_active=False)),
    )
    toolbar_links = ((_("补全归档部门"), "holdings:document-type-assign", "building-community", "holdings.scheme"),)
    create_service, change_service, form_view = (
        types.document_type_create,
        types.document_type_change,
        drawn.DocumentTypeForm,
    )
    export_action, export_event = "holdings.export", events.SCOPE_EXPORTED


class TemplatePages(SettingPages):
    """档号模板: /archive/code-templates/"""

    model, prefix, noun, argument, icon = CodeTemplate, "archive/code-templates", "code-template", "template", "hash"
    lead = _("档号怎样组成：部分、次序、位数和分隔符都由模板定。立卷和编目时用默认模板，也可以逐卷选择。")
    head_tags, head_keys = ("arrangement",), ("standard",)
    tones = {"arrangement": {}, "is_default": {True: "seal"}, "is_active": ACTIVE_TONES}
    panels = (
        Panel(_("模板"), ("name", "arrangement", "standard", "position", "is_default", "is_active")),
        Panel(_("格式"), ("volume_template", "item_template"), columns=1, note=_("按件整理时案卷档号格式留空")),
    )
    columns = (
        Column("name", lead=True), Column("arrangement"), Column("standard"), Column("volume_template"), Column("item_template"),
        Column("is_default", tones={True: "seal"}), Column("is_active", tones=ACTIVE_TONES),
    )  # fmt: skip
    filters = (Filter("name"), Filter("arrangement"), Filter("is_active"))
    create_service, change_service = templates.template_create, templates.template_change
    detail_view, form_view = drawn.TemplateDetail, drawn.TemplateForm


def code_link(cell: Any) -> SafeString:
    """The code leads to its own page: QR code, holder, history."""
    url = f"{reverse('holdings:code-find')}?{urlencode({'code': cell.text, 'stay': 1})}"
    return format_html('<a href="{}"><span class="number">{}</span></a>', url, cell.text)


def code_change(*, actor: Any, code: ReferenceCode, new_code: str, reason: str) -> ReferenceCode:
    """Replace the code of whatever has it."""
    return code_replace(actor=actor, volume=code.volume, item=code.item, new_code=new_code, reason=reason)


class ReferenceCodePages(RecordPages):
    """档号台账: /archive/code-register/"""

    model, prefix, noun, icon, has_detail = ReferenceCode, "archive/code-register", "code", "hash", False
    title = _("档号台账")
    lead = _("每一个发出过的档号，归谁、何时、由谁编、后来改成了什么。旧档号永远可以查到现在的档案。")
    has_history = False
    columns = (
        Column("code", draw=code_link), Column("state", tones=CODE_TONES),
        Column("kind", _("对象"), text=lambda row, actor: kind_of(row), needs=("code",)),
        Column("successor"), Column("reason", wrap=True), Column("given_by"), Column("given_at"),
    )  # fmt: skip
    filters = (
        Filter("code"), Filter("state"), Filter("given_at", kind="date"), Filter("given_by", basic=False), Filter("reason", basic=False),
    )  # fmt: skip
    views = (
        View("replaced", _("已改换"), lambda actor: Q(state=CodeState.FORMER)),
        View("void", _("作废"), lambda actor: Q(state=CodeState.VOID)),
    )
    toolbar_links = (
        (_("按档号查找"), "holdings:code-find", "qrcode", "holdings.view"),
        (_("号段与空号"), "holdings:ledger", "numbers", "holdings.view"),
    )
    export_action, export_event = "holdings.export", events.CODES_EXPORTED
    verbs = (
        Verb(
            "replace", _("改换档号"), code_change, action="holdings.scheme", icon="switch-horizontal", reason=True,
            fields={"new_code": lambda: text_input(_("新档号"), 120)}, when=lambda obj: obj.state == CodeState.CURRENT,
            done=_("档号已改换，旧档号永远可以查到这份档案。"),
            confirm=_("改换案卷档号时，卷内各件的档号随之改换。请重印封面、目录和标签。旧档号记入对照表，不再给别的档案。"),
        ),
    )  # fmt: skip

    @classmethod
    def for_list(cls, queryset: Any, columns: Any) -> Any:
        """Whole rows: they are small, and whose a code is stands in two of their columns."""
        return queryset.select_related("successor")


def kind_of(row: Any) -> str:
    """What has the code."""
    return gettext("案卷") if row.volume_id else gettext("件") if row.item_id else ""


URLS: list[URLPattern] = [
    path("archive/scope/assign/", drawn.TypesAssign.as_view(), name="document-type-assign"),
    path("archive/code-templates/preview/", drawn.TemplatePreview.as_view(), name="code-template-preview"),
    path("archive/codes/", code_views.CodeFind.as_view(), name="code-find"),
    path("archive/codes/qr.svg", code_views.CodeQr.as_view(), name="code-qr"),
    path("archive/ledger/", code_views.Ledger.as_view(), name="ledger"),
    *PeriodPages.urls(),
    *SeriesPages.urls(),
    *SchemePages.urls(),
    *DocumentTypePages.urls(),
    *TemplatePages.urls(),
    *ReferenceCodePages.urls(),
]

menu.add(
    Entry(_("按档号查找"), "holdings:code-find", icon="qrcode", action="holdings.view", group="archive", order=70),
    Entry(_("档号台账"), "holdings:code-list", icon="hash", action="holdings.view", group="archive", order=75),
    Entry(
        _("归档范围"),
        "holdings:document-type-list",
        icon="list-check",
        action="holdings.view",
        group="archive",
        order=80,
    ),
    Entry(
        pgettext_lazy("多条", "分类方案"),
        "holdings:scheme-list",
        icon="hierarchy-2",
        action="holdings.view",
        group="archive",
        order=85,
    ),
    Entry(
        pgettext_lazy("多条", "保管期限"),
        "holdings:period-list",
        icon="hourglass",
        action="holdings.scheme",
        group="system",
        order=61,
    ),
    Entry(
        _("档号模板"),
        "holdings:code-template-list",
        icon="template",
        action="holdings.scheme",
        group="system",
        order=62,
    ),
)
