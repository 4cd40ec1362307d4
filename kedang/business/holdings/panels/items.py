"""Pages of 件 and of their filing, declared; menu entries; what the work list shows."""

from typing import Any

from django import forms
from django.db.models import Count
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.holdings.choices import ItemState, Relation
from kedang.business.holdings.events import items as events
from kedang.business.holdings.models import Item
from kedang.business.holdings.services import items as services
from kedang.business.holdings.views.handing.checks import ItemChecksTab
from kedang.business.holdings.views.items.authors import author_fill
from kedang.business.holdings.views.items.declared import (
    ITEM_COLUMNS,
    ITEM_FILTERS,
    ITEM_VIEWS,
    SECRECY_TONES,
    STATE_TONES,
)
from kedang.business.holdings.views.items.detail import CompanionsTab, ItemDetail, ItemHistory, TracesTab
from kedang.business.holdings.views.items.files import FileAdd, FileDownload, FilesTab
from kedang.business.holdings.views.items.filing import Filing
from kedang.business.holdings.views.items.form import ItemForm
from kedang.business.holdings.views.items.inbox import Inbox
from kedang.business.holdings.views.items.lists import ItemExport, ItemList
from kedang.business.holdings.views.items.register import Register, RegisterExport, RegisterPrint
from kedang.business.holdings.views.items.verbs import advance_told, bind_named, gather_told
from kedang.business.holdings.views.pickers import ItemField, Picker, PickerWidget
from kedang.foundation.access.prepared import PreparedWithin
from kedang.foundation.web.home import Tile, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Panel, RecordPages, Tab, Verb

ENTRY = Panel(
    _("著录"),
    ("title", "is_title_made", "document_type", "document_number", "author", "dated_on", "pages", "copies", "language",
     "carrier", "secrecy_level", "period_from", "period_to", "remarks"),
    wide=("title", "remarks"),
)  # fmt: skip
BELONGING = Panel(_("归属"), ("customer", "project", "department", "responsible"))
PLACE = Panel(
    _("位置"),
    ("series", "year", "retention", "volume", "number", "position", "first_page", "location", "whereabouts"),
    readonly=("series", "year", "retention"),
)
COMING = Panel(_("收件与归档"), ("source", "created_at", "filed_at"))

STEP: dict[str, tuple[Any, Any, ItemState, str]] = {
    "identify": (_("按建议鉴别"), services.item_identify, ItemState.RECEIVED, "checklist"),
    "place": (_("按建议定位"), services.item_place, ItemState.IDENTIFIED, "map-pin"),
    "catalogue": (_("编目"), services.item_catalogue, ItemState.PLACED, "list-details"),
    "put-away": (_("入库"), services.item_put_away, ItemState.CATALOGUED, "archive"),
}
STEP_TOLD = {
    "identify": _("按归档范围逐件判断；识别不出种类的会留下，由您逐件办理。"),
    "place": _("按归档范围与分类方案定下类别、年度、期限和案卷；定不下的会留下。"),
    "catalogue": _("按现有著录登记目录；缺责任者、日期或页数的会留下。"),
    "put-away": _("电子件和已在卷内的件随即归档；单独上架的纸质件会留下，请逐件选择位置。"),
}
BACK_FROM = (ItemState.OUT_OF_SCOPE, ItemState.IDENTIFIED, ItemState.PLACED, ItemState.CATALOGUED)
TO_DESCRIBE = (ItemState.RECEIVED, ItemState.IDENTIFIED, ItemState.PLACED)
ENDED = (ItemState.REMOVED, ItemState.DESTROYED)


def in_state(state: ItemState) -> Any:
    """Whether an item is in a state."""
    return lambda obj: obj.state == state


def step_verbs() -> tuple[Verb, ...]:
    """The steps as the rules propose them, for picked rows; one item by itself is filed on its own page."""
    return tuple(
        Verb(
            key, label, service, action="holdings.file", icon=icon, batch=True, confirm=STEP_TOLD[key], argument="item",
            when=in_state(state),
        )
        for key, (label, service, state, icon) in STEP.items()
    )  # fmt: skip


class ItemPages(RecordPages):
    """件: /archive/items/ …"""

    model, prefix, icon = Item, "archive/items", "file-text"
    head_name, head_code = "shown_title", "reference_code"
    head_tags = ("state", "carrier", "secrecy_level")
    head_keys = ("customer", "document_type")
    panels = (ENTRY, BELONGING, PLACE, COMING)
    tones = {"state": STATE_TONES, "secrecy_level": SECRECY_TONES, "carrier": {}}
    columns, filters, views = ITEM_COLUMNS, ITEM_FILTERS, ITEM_VIEWS
    empty_hint = _("在“收件箱”里放入文件，或点“登记一件”登记纸质文件。")
    create_label = _("登记一件")
    create_action, change_action, export_action = "holdings.deliver", "holdings.deliver", "holdings.export"
    create_service, change_service = services.item_receive, services.item_change
    takes_values = True
    read_event, export_event = events.ITEM_VIEWED, events.ITEMS_EXPORTED
    list_view, detail_view, form_view = ItemList, ItemDetail, ItemForm
    export_view, history_view = ItemExport, ItemHistory
    toolbar_links = ((_("收件箱"), "holdings:inbox", "inbox", "holdings.view"),)
    tabs = (
        Tab("files", _("文件"), view=FilesTab, count=lambda actor, obj: obj.file_count),
        Tab("companions", _("成套文件"), view=CompanionsTab),
        Tab("traces", _("归档轨迹"), view=TracesTab),
        Tab("checks", _("四性检测"), view=ItemChecksTab, action="holdings.check"),
    )
    verbs = (
        *step_verbs(),
        Verb(
            "advance", _("按建议办完各步"), advance_told, action="holdings.file", icon="wand", batch=True,
            confirm=_("依次鉴别、定位、编目、入库，能定的都按建议办；定不下的停在那一步，由您办理。每一步都留下轨迹。"),
            when=lambda obj: obj.state in {state.value for _label, _service, state, _icon in STEP.values()},
        ),
        Verb(
            "gather", _("按建议办到待组卷"), gather_told, action="holdings.file", icon="files", batch=True,
            confirm=_("依次鉴别、定位、编目，按卷整理的先不入卷，留到“自动组卷”一次编成。每一步都留下轨迹。"),
            when=lambda obj: obj.state in TO_DESCRIBE,
        ),
        Verb(
            "author", _("填责任者"), author_fill, action="holdings.deliver", icon="user", batch=True,
            fields={"author": lambda: forms.CharField(label=_("责任者"), max_length=200)},
            confirm=_("选中的件是同一责任者所作时使用；已填的会改为此责任者。"),
            done=_("责任者已填写。"), when=lambda obj: obj.state in TO_DESCRIBE,
        ),
        Verb(
            "bind", _("登记附属关系"), bind_named, action="holdings.deliver", icon="link",
            fields={
                "main": lambda: forms.CharField(label=_("所属的正件"), widget=PickerWidget("item", ItemField.placeholder)),
                "relation": lambda: forms.ChoiceField(label=_("本件是它的"), choices=[("", _("请选择")), *Relation.choices]),
            },
            confirm=_("正件与附件、印件与定稿、转发文件与原件、请示与批复、不同文字的文本放在一起，不得分开；此后本件随正件定位。"),
            done=_("附属关系已登记。"), when=lambda obj: obj.belongs_to_id is None and obj.state not in ENDED,
        ),
        Verb(
            "unbind", _("解除附属关系"), services.item_unbind, action="holdings.deliver", icon="x", reason=True,
            done=_("附属关系已解除。"), confirm=_("登记错了才需要解除；理由留在操作记录里。"),
            when=lambda obj: obj.belongs_to_id is not None and obj.state not in ENDED,
        ),
        Verb(
            "step-back", _("退回重办"), services.item_step_back, action="holdings.file", icon="arrow-back-up", reason=True,
            done=_("已退回上一步。"), confirm=_("退回上一步重办；从“待编目”退回时移出案卷，已编的档号作废、不再使用，重新编目时另编新号。理由留在操作记录里。"),
            when=lambda obj: obj.state in BACK_FROM,
        ),
        Verb(
            "remove", _("移出"), services.item_remove, action="holdings.file", icon="archive", danger=True, reason=True,
            done=_("已移出，著录、档号和历史留存。"),
            confirm=_("移出后此件（连同附属于它的文件）离开案卷和位置；著录、档号、文件和历史全部保留，档号不再给别的件。"),
            when=lambda obj: obj.state not in ENDED,
        ),
    )  # fmt: skip

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """One query for the record, what it names, and the number of its files."""
        return queryset.select_related(
            "document_type",
            "customer",
            "project",
            "department",
            "responsible",
            "series",
            "retention",
            "volume__location",
            "location",
            "belongs_to",
        ).annotate(file_count=Count("files"))

    @classmethod
    def _policy_fields(cls) -> list[str]:
        """What every list loads besides: the name of an item is made of two columns."""
        return [*super()._policy_fields(), "title", "is_title_made"]

    @classmethod
    def verbs_for(cls, actor: Any, obj: Any) -> list[Verb]:
        """The steps of one item are on its own page, not in the menu."""
        return [verb for verb in super().verbs_for(actor, obj) if verb.key not in STEP]


_by_step = PreparedWithin(
    Item,
    lambda rows: (
        rows.filter(state__in=[state.value for _label, _service, state, _icon in STEP.values()])
        .order_by()
        .values_list("state")
        .annotate(n=Count("pk"))
    ),
    "holdings.file",
)


def tiles(actor: Any) -> list[Tile]:
    """How much waits for filing; one query."""
    counted = dict(_by_step.tuples(actor))
    received = counted.pop(ItemState.RECEIVED.value, 0)
    inbox = reverse("holdings:inbox")
    return [
        Tile(_("待鉴别"), received, inbox, "inbox", pgettext_lazy("单位", "件"), tone="warn" if received else ""),
        Tile(
            _("归档在办"),
            sum(counted.values()),
            f"{inbox}?step=identified",
            "clipboard-list",
            pgettext_lazy("单位", "件"),
        ),
    ]


menu.add(
    Entry(_("收件箱"), "holdings:inbox", icon="inbox", action="holdings.view", group="archive", order=10),
    Entry(
        pgettext_lazy("多条", "件"),
        "holdings:item-list",
        icon="file-text",
        action="holdings.view",
        group="archive",
        order=20,
    ),
    Entry(
        _("归档登记簿"), "holdings:filing-register", icon="notebook", action="holdings.view", group="archive", order=25
    ),
)
work_list.add_tiles(tiles, action="holdings.file", order=40)
work_list.add_quick(_("收件"), "holdings:inbox", "inbox", "holdings.deliver", order=40)

URLS = [
    path("archive/inbox/", Inbox.as_view(), name="inbox"),
    path("archive/options/<str:kind>/", Picker.as_view(), name="picker"),
    path("archive/register/", Register.as_view(), name="filing-register"),
    path("archive/register/print.pdf", RegisterPrint.as_view(), name="filing-register-print"),
    path("archive/register/export/", RegisterExport.as_view(), name="filing-register-export"),
    path("archive/items/<int:pk>/filing/", Filing.as_view(), name="item-filing"),
    path("archive/items/<int:pk>/files/add/", FileAdd.as_view(), name="item-file-add"),
    path("archive/items/<int:pk>/files/<int:file_pk>/", FileDownload.as_view(), name="item-file"),
]
