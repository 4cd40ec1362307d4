"""Columns, conditions, views and tags of the list of items."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.business.holdings.choices import ItemState, SchemeState
from kedang.business.holdings.models import DocumentType, RetentionPeriod, Series
from kedang.business.holdings.views.items.finding import customer_q, keyword_q
from kedang.business.holdings.views.volumes.columns import department_choices, open_to_all, person_choices
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel import clock
from kedang.foundation.web.records import Column, Filter, View

STATE_TONES = {
    ItemState.RECEIVED.value: "warn", ItemState.OUT_OF_SCOPE.value: "plain", ItemState.IDENTIFIED.value: "blue",
    ItemState.PLACED.value: "blue", ItemState.CATALOGUED.value: "violet", ItemState.FILED.value: "good",
    ItemState.REMOVED.value: "plain", ItemState.DESTROYED.value: "bad",
}  # fmt: skip
SECRECY_TONES = {
    SecrecyLevel.PUBLIC: "plain", SecrecyLevel.INTERNAL: "plain", SecrecyLevel.SECRET: "warn",
    SecrecyLevel.CONFIDENTIAL: "bad", SecrecyLevel.TOP_SECRET: "bad",
}  # fmt: skip


def day_of(name: str) -> Any:
    """The day of an instant is enough in a list."""

    def day(item: Any, actor: Any) -> str:
        instant = getattr(item, name)
        return f"{clock.local(instant):%Y-%m-%d}" if instant else ""

    return day


def name_of(name: str) -> Any:
    """The name alone: the other record is not the reader's business."""
    return lambda item, actor: str(getattr(item, name).name) if getattr(item, f"{name}_id") else ""


def volume_code(item: Any, actor: Any) -> str:
    """Code of the volume."""
    return item.volume.reference_code if item.volume_id else ""


def pages_known(item: Any, actor: Any) -> str:
    """Nothing where nobody has counted them yet."""
    return str(item.pages or "")


ITEM_COLUMNS: tuple[Column, ...] = (
    Column("reference_code"),
    Column("title", lead=True, wrap=True),
    Column("state", tones=STATE_TONES),
    Column("document_type", _("种类"), text=name_of("document_type"), needs=("document_type",)),
    Column("customer", _("客户"), text=name_of("customer"), needs=("customer",)),
    Column("dated_on"),
    Column("year"),
    Column("retention", _("保管期限"), text=name_of("retention"), needs=("retention",)),
    Column("pages", align="right", text=pages_known, needs=("pages",)),
    Column("carrier", shown=False),
    Column("volume", _("案卷"), shown=False, text=volume_code, needs=("volume",)),
    Column("document_number", shown=False),
    Column("author", shown=False),
    Column("series", _("类别"), shown=False, text=name_of("series"), needs=("series",)),
    Column("project", _("项目"), shown=False, text=name_of("project"), needs=("project",)),
    Column("copies", shown=False),
    Column("language", shown=False),
    Column("secrecy_level", shown=False, tones=SECRECY_TONES),
    Column("relation", shown=False),
    Column("source", shown=False),
    Column("department", _("归档部门"), shown=False, text=name_of("department"), needs=("department",)),
    Column("responsible", _("经办人"), shown=False, text=name_of("responsible"), needs=("responsible",)),
    Column("created_at", _("收到日期"), shown=False, text=day_of("created_at"), needs=("created_at",)),
    Column("filed_at", _("归档日期"), shown=False, text=day_of("filed_at"), needs=("filed_at",)),
    Column("remarks", shown=False),
)


def series_choices(actor: Any) -> list[tuple[int, str]]:
    """Classes of the scheme in force, then those of older versions that hold something."""
    rows = Series.objects.filter(scheme__fonds_id=actor.fonds_id, scheme__state=SchemeState.IN_FORCE)
    return [(row.pk, f"{'　' * row.code.count('·')}{row.code} {row.name}") for row in rows.order_by("code")]


def retention_choices(actor: Any) -> list[tuple[int, str]]:
    """保管期限."""
    return list(RetentionPeriod.objects.filter(fonds_id=actor.fonds_id).values_list("pk", "name"))


def kind_choices(actor: Any) -> list[tuple[int, str]]:
    """Lines of the filing scope."""
    return list(DocumentType.objects.filter(fonds_id=actor.fonds_id).values_list("pk", "name"))


ITEM_FILTERS: tuple[Filter, ...] = (
    Filter(
        "q", _("关键词"), kind="text", q=keyword_q, may=open_to_all, operators=("has",), help=_("题名、文号、责任者、档号、客户…"),
    ),
    Filter("customer", _("客户"), kind="text", q=customer_q, operators=("has", "empty", "filled"), help=_("客户名称或编号")),
    Filter("document_type", _("文件材料"), choices=kind_choices),
    Filter("series", _("类别"), choices=series_choices),
    Filter("year"),
    Filter("retention", _("保管期限"), choices=retention_choices),
    Filter("carrier"),
    Filter("state"),
    Filter("dated_on"),
    Filter("created_at", _("收到日期")),
    Filter("filed_at", _("归档日期")),
    Filter("responsible", _("经办人"), choices=person_choices, basic=False),
    Filter("department", _("归档部门"), choices=department_choices, basic=False),
    *(
        Filter(name, basic=False)
        for name in ("reference_code", "title", "document_number", "author", "pages", "secrecy_level", "language", "source", "relation")
    ),
)  # fmt: skip


def in_state(*states: ItemState) -> Any:
    """Items in some states."""
    return lambda actor: Q(state__in=[state.value for state in states])


def mine_q(actor: Any) -> Q:
    """Items that the actor brought or looks after."""
    return Q(responsible_id=actor.pk)


ITEM_VIEWS: tuple[View, ...] = (
    View("mine", _("我的"), mine_q),
    View("received", _("待鉴别"), in_state(ItemState.RECEIVED)),
    View("identified", _("待定位"), in_state(ItemState.IDENTIFIED)),
    View("placed", _("待编目"), in_state(ItemState.PLACED)),
    View("catalogued", _("待入库"), in_state(ItemState.CATALOGUED)),
    View("filed", _("已归档"), in_state(ItemState.FILED)),
    View("aside", _("不归档与移出"), in_state(ItemState.OUT_OF_SCOPE, ItemState.REMOVED, ItemState.DESTROYED)),
)
