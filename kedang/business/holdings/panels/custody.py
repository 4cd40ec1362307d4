"""Pages of custody, declared; menu entries; what the work list shows."""

from typing import Any

from django import forms
from django.db.models import Q
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.holdings.choices import FindingState, LocationKind, StockState
from kedang.business.holdings.models import Equipment, Finding, Inspection, Location, RoomVisit, StockTake
from kedang.business.holdings.services.equipment import equipment_add, equipment_change, equipment_look_after
from kedang.business.holdings.services.finding_things import thing_of
from kedang.business.holdings.services.findings import finding_change, finding_note, finding_solve
from kedang.business.holdings.services.inspections import inspection_change, inspection_plan
from kedang.business.holdings.services.locations import boxes_make, cabinet_make, location_change, location_create
from kedang.business.holdings.services.placing import box_move
from kedang.business.holdings.services.stock_closing import stock_take_close
from kedang.business.holdings.services.stocktaking import stock_take_begin
from kedang.business.holdings.services.visits import room_enter, room_leave, visit_correct
from kedang.business.holdings.views.custody import home
from kedang.business.holdings.views.custody.climate import Climate, ClimateRoom
from kedang.business.holdings.views.custody.climate_api import ClimateReadings
from kedang.business.holdings.views.custody.counting import Count, Expected, Scans, TakePage, Worker
from kedang.business.holdings.views.custody.figures import Statistics, StatisticsPaper
from kedang.business.holdings.views.custody.inspecting import FindingPage, InspectionDo, InspectionPage, InspectionPrint
from kedang.business.holdings.views.custody.places import PastTab, PlaceForm, PlacePage, Places, RoomForm
from kedang.business.holdings.views.custody.reports import ClimatePrint, PlaceVerb, StockTakePrint
from kedang.business.holdings.views.custody.scanning import Scan
from kedang.foundation.kernel import clock
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Tab, Verb, View

KEEP, LAYOUT, LOOK = "custody.keep", "custody.layout", "custody.view"
TAKE_TONES = {"running": "blue", "closed": "good"}
FINDING_TONES = {"open": "warn", "solved": "good"}


def text(label: Any, most: int = 60, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """A line of text."""
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text)


def number(
    label: Any, initial: int | None = None, *, required: bool = True, least: int = 1, most: int = 400
) -> forms.IntegerField:
    """A whole number."""
    return forms.IntegerField(label=label, initial=initial, required=required, min_value=least, max_value=most)


def box_to(*, actor: Any, location: Location, to: str, reason: str = "") -> Location:
    """Carry a box to the shelf whose label was scanned or typed."""
    return box_move(actor=actor, box=location, to=thing_of(actor, to).obj, reason=reason)


def is_kind(*kinds: str) -> Any:
    """Condition of a verb: the place is of one of these kinds."""
    return lambda place: place.kind in kinds


class LocationPages(RecordPages):
    """存放位置: flat list with conditions; the tree and the page of a place are pages of their own."""

    model, prefix, icon = Location, "places", "building-warehouse"
    verb_view = PlaceVerb
    head_name, head_tags = "label", ("kind",)
    tones = {"kind": {}}
    panels = (
        Panel(
            _("位置"),
            ("kind", "parent", "code", "name", "capacity", "thickness", "is_blocked", "position", "note"),
            wide=("note",),
        ),
    )
    columns = (
        Column("label", lead=True, sort=True), Column("kind", tones={}), "name", "used", "capacity",
        "is_blocked", "note",
    )  # fmt: skip
    default_sort = ("label",)
    filters = (Filter("label"), Filter("kind"), Filter("is_blocked"), Filter("name", basic=False))
    toolbar_links = ((_("按库房查看"), "holdings:places", "hierarchy", LOOK),)
    empty_hint = _("先建库区和库房，再成批建柜和盒。")
    create_service, change_service = location_create, location_change
    form_view, detail_view = PlaceForm, PlacePage
    takes_values, in_drawer = True, True
    tabs = (Tab("past", _("存放历史"), view=PastTab),)
    verbs = (
        Verb(
            "cabinet", _("成批建柜"), cabinet_make, action=LAYOUT, icon="columns-3", main=True,
            fields={
                "code": lambda: text(_("柜号"), 20), "name": lambda: text(_("名称"), required=False),
                "shelves": lambda: number(_("层数"), 6, most=20), "sides": lambda: number(_("面数（1 或 2）"), 1, most=2),
                "capacity": lambda: number(_("每层容量（盒或卷）"), 20, required=False, most=5000),
            },
            when=is_kind(LocationKind.ROOM), done=_("柜和各层已建好。"), confirm=_("一次建好柜和它的各层；双面柜的层号为 A1…、B1…。"),
        ),
        Verb(
            "boxes", _("成批建盒"), boxes_make, action=LAYOUT, icon="box", main=True,
            fields={
                "count": lambda: number(_("盒数"), 10), "thickness": lambda: number(_("盒脊厚度（毫米）"), 50, least=10, most=200),
            },
            when=is_kind(LocationKind.SHELF), done=_("空盒已建好，盒号取自台账。"), confirm=_("在这一层上建空盒，盒号依次取自台账。"),
        ),
        Verb(
            "move", _("移到别的层"), box_to, action=KEEP, icon="truck", main=True, reason="optional",
            fields={"to": lambda: text(_("目标层的位置号"), 120, help_text=_("扫层上的码，或输入如 K-1-01-A2。"))},
            when=is_kind(LocationKind.BOX), done=_("盒已移位，盒内档案随盒移动。"), confirm=_("盒号和盒内档案不变，移动记入存放历史。"),
        ),
        Verb(
            "count", _("开始盘点"), stock_take_begin, action=KEEP, icon="checklist",
            fields={"title": lambda: text(_("盘点名称"), 80, required=False)}, done=_("盘点已开始，可以用手机清点。"),
            confirm=_("把此处以下现在在架的全部档案定为应有，然后用手机逐件扫码。"),
        ),
    )  # fmt: skip


class StockTakePages(RecordPages):
    model, prefix, noun, icon = StockTake, "stock-takes", "stock-take", "checklist"
    title = _("盘点")
    lead = _("从某个位置的页面开始；手机没有网络也能清点，有网络时自动合并。")
    empty_hint = _("打开一个库房、柜或层，点“更多 → 开始盘点”。")
    toolbar_links = ((_("选位置开始盘点"), "holdings:places", "building-warehouse", KEEP),)
    head_name, head_tags = "title", ("state",)
    tones = {"state": TAKE_TONES}
    panels = (
        Panel(
            _("盘点"), ("location", "begun_by", "begun_at", "closed_at", "conclusion"), columns=3, wide=("conclusion",)
        ),
    )
    columns = (
        Column("title", lead=True), Column("state", tones=TAKE_TONES), "location", "expected_count", "found_count", "differing_count",
        "begun_by", Column("begun_at", sort="pk"), "closed_at",
    )  # fmt: skip
    filters = ("title", Filter("state"), Filter("begun_at"))
    views = (View("running", _("进行中"), lambda actor: Q(state=StockState.RUNNING)),)
    detail_view = TakePage
    verbs = (
        Verb(
            "close", _("结束盘点"), stock_take_close, action=KEEP, icon="check", main=True,
            fields={"conclusion": lambda: text(_("结论"), 500, required=False)}, when=lambda take: take.state == StockState.RUNNING,
            done=_("盘点已结束，差异已列入待处理问题。"),
            confirm=_("请先确认各手机都已上传。没有扫到的记为未找到，每个差异成为一个待处理问题；结束后不能再扫。"),
        ),
    )  # fmt: skip


class InspectionPages(RecordPages):
    model, prefix, icon = Inspection, "inspections", "clipboard-check"
    title = _("库房检查")
    lead = _("定期检查和事后检查；发现的问题逐项处理到解决为止。")
    head_name, head_tags = "location", ("occasion",)
    tones = {"occasion": {"planned": "blue", "": "plain"}}
    panels = (Panel(_("检查"), ("location", "occasion", "planned_on", "every_days", "done_at", "done_by"), columns=3),)
    columns = (
        Column("planned_on", sort=True), Column("location", lead=True), Column("occasion", tones={}), "every_days", "done_at", "done_by",
    )  # fmt: skip
    default_sort = ("-planned_on", "-pk")
    filters = (Filter("occasion"), Filter("planned_on"), Filter("done_at", basic=False))
    views = (
        View("due", _("待检查"), lambda actor: Q(done_at__isnull=True)),
        View("late", _("已逾期"), lambda actor: Q(done_at__isnull=True, planned_on__lt=clock.today())),
        View("done", _("已检查"), lambda actor: Q(done_at__isnull=False)),
    )
    create_service, change_service, create_label = inspection_plan, inspection_change, _("安排检查")
    form_view, detail_view, takes_values, in_drawer = RoomForm, InspectionPage, True, True


class FindingPages(RecordPages):
    model, prefix, icon = Finding, "findings", "alert-triangle"
    title = _("待处理问题")
    head_name, head_tags = "text", ("state", "source")
    tones = {"state": FINDING_TONES, "source": {}}
    panels = (
        Panel(_("问题"), ("location", "text", "owner", "due_on"), wide=("text",)),
        Panel(_("处理"), ("found_at", "solved_at", "solved_by", "solution"), wide=("solution",)),
    )
    columns = (
        Column("text", lead=True, wrap=True), Column("state", tones=FINDING_TONES), Column("source", tones={}), "location", "owner",
        "due_on", Column("found_at", sort="pk"), "solution",
    )  # fmt: skip
    filters = ("text", Filter("state"), Filter("source"), Filter("found_at"), Filter("due_on", basic=False))
    views = (
        View("mine", _("我的"), lambda actor: Q(owner_id=actor.pk)),
        View("open", _("未解决"), lambda actor: Q(state=FindingState.OPEN)),
        View("late", _("已逾期"), lambda actor: Q(state=FindingState.OPEN, due_on__lt=clock.today())),
    )
    create_service, change_service, create_label = finding_note, finding_change, _("登记问题")
    form_view, detail_view = RoomForm, FindingPage
    takes_values, in_drawer = True, True
    verbs = (
        Verb(
            "solve", _("处理完毕"), finding_solve, action=KEEP, icon="check", main=True, reason=True, batch=True,
            when=lambda row: row.state == FindingState.OPEN, done=_("已处理，问题从待办中移除。"), confirm=_("请写明是怎样处理的，记录长期保留。"),
        ),
    )  # fmt: skip


class EquipmentPages(RecordPages):
    model, prefix, icon = Equipment, "equipment", "tool"
    title = _("库房设备")
    head_name, head_tags = "name", ("kind",)
    tones = {"kind": {}}
    panels = (
        Panel(
            _("设备"), ("location", "kind", "name", "model_name", "bought_on", "every_days", "due_on", "is_retired", "remarks"),
            wide=("remarks",),
        ),
    )  # fmt: skip
    columns = (
        Column("name", lead=True), Column("kind", tones={}), "model_name", "location", "every_days", Column("due_on", sort=True),
        "is_retired",
    )  # fmt: skip
    default_sort = ("due_on", "pk")
    filters = ("name", Filter("kind"), Filter("due_on"), Filter("is_retired", basic=False))
    views = (View("late", _("已逾期"), lambda actor: Q(is_retired=False, due_on__lt=clock.today())),)
    create_service, change_service, create_label = equipment_add, equipment_change, _("登记设备")
    form_view, takes_values, in_drawer = RoomForm, True, True
    verbs = (
        Verb(
            "look-after", _("登记检查保养"), equipment_look_after, action=KEEP, icon="check", main=True, reason=True, batch=True,
            when=lambda row: not row.is_retired, done=_("已登记，下次日期已顺延。"), confirm=_("写明检查情况；下次检查日期从今天起按间隔重新计算。"),
        ),
    )  # fmt: skip


class VisitPages(RecordPages):
    model, prefix, noun, icon = RoomVisit, "visits", "visit", "door-enter"
    title = _("入库登记")
    lead = _("非库房人员入库登记，以及钥匙的领用和交回。")
    head_name = "visitor"
    panels = (
        Panel(
            pgettext_lazy("进库房", "入库"),
            ("location", "visitor", "unit", "purpose", "escorted_by", "key_number"),
            wide=("purpose",),
        ),
        Panel(_("时间"), ("entered_at", "left_at"), readonly=("entered_at", "left_at")),
    )
    columns = (
        Column("visitor", lead=True), "unit", "location", "purpose", "escorted_by", "key_number",
        Column("entered_at", sort="pk"), "left_at",
    )  # fmt: skip
    filters = ("unit", "key_number", Filter("entered_at"))
    views = (
        View("inside", _("尚未离开"), lambda actor: Q(left_at__isnull=True)),
        View("keys", _("钥匙未还"), lambda actor: Q(left_at__isnull=True) & ~Q(key_number="")),
    )
    create_service, change_service, create_label = room_enter, visit_correct, _("登记入库")
    form_view, takes_values, in_drawer = RoomForm, True, True
    verbs = (
        Verb(
            "leave", _("登记离开"), room_leave, action=KEEP, icon="logout", main=True, batch=True, when=lambda row: row.left_at is None,
            done=_("已登记离开，钥匙已交回。"), confirm=_("记下离开时间；领用的钥匙同时记为交回。"),
        ),
    )  # fmt: skip


URLS: list[URLPattern] = [
    path("places/tree/", Places.as_view(), name="places"),
    path("scan/", Scan.as_view(), name="scan"),
    path("stock-takes/worker.js", Worker.as_view(), name="stock-take-worker"),
    path("stock-takes/<int:pk>/print/", StockTakePrint.as_view(), name="stock-take-print"),
    path("climate/<int:pk>/print/", ClimatePrint.as_view(), name="climate-print"),
    path("stock-takes/<int:pk>/count/", Count.as_view(), name="stock-take-count"),
    path("stock-takes/<int:pk>/expected/", Expected.as_view(), name="stock-take-expected"),
    path("stock-takes/<int:pk>/scans/", Scans.as_view(), name="stock-take-scans"),
    path("inspections/<int:pk>/do/", InspectionDo.as_view(), name="inspection-do"),
    path("inspections/<int:pk>/print/", InspectionPrint.as_view(), name="inspection-print"),
    path("climate/", Climate.as_view(), name="climate"),
    path("climate/<int:pk>/readings/", ClimateReadings.as_view(), name="climate-readings"),
    path("climate/<int:pk>/", ClimateRoom.as_view(), name="climate-room"),
    path("statistics/", Statistics.as_view(), name="statistics"),
    path("statistics/print/", StatisticsPaper.as_view(form="pdf"), name="statistics-print"),
    path("statistics/workbook/", StatisticsPaper.as_view(form="xlsx"), name="statistics-workbook"),
    *LocationPages.urls(),
    *StockTakePages.urls(),
    *InspectionPages.urls(),
    *FindingPages.urls(),
    *EquipmentPages.urls(),
    *VisitPages.urls(),
]

menu.add_group("custody", _("库房"), 27)
menu.add(
    Entry(_("库房与位置"), "holdings:places", icon="building-warehouse", action=LOOK, group="custody", order=10),
    Entry(_("扫码上架"), "holdings:scan", icon="scan", action=KEEP, group="custody", order=20),
    Entry(_("盘点"), "holdings:stock-take-list", icon="checklist", action=LOOK, group="custody", order=30),
    Entry(_("库房检查"), "holdings:inspection-list", icon="clipboard-check", action=LOOK, group="custody", order=40),
    Entry(_("待处理问题"), "holdings:finding-list", icon="alert-triangle", action=LOOK, group="custody", order=50),
    Entry(_("温湿度"), "holdings:climate", icon="temperature", action=LOOK, group="custody", order=60),
    Entry(_("库房设备"), "holdings:equipment-list", icon="tool", action=LOOK, group="custody", order=70),
    Entry(_("入库登记"), "holdings:visit-list", icon="door-enter", action=LOOK, group="custody", order=80),
    Entry(_("档案统计"), "holdings:statistics", icon="chart-bar", action=LOOK, group="custody", order=90),
)
home.declare()
