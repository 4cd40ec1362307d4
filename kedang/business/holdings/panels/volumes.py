"""Pages of volumes, declared; their menu entries; what they put on the work list."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.holdings.choices import Carrier, VolumeState
from kedang.business.holdings.events import volumes as told
from kedang.business.holdings.models import Volume, VolumeNote
from kedang.business.holdings.services import volumes as services
from kedang.business.holdings.views.handing.checks import VolumeChecksTab
from kedang.business.holdings.views.handing.packages import PackagesTab
from kedang.business.holdings.views.volumes import home
from kedang.business.holdings.views.volumes.acts import (
    DecideReopening,
    VolumeVerb,
    close_volume,
    drop_twin,
    kind_field,
    set_twin,
    text_field,
    write_note,
)
from kedang.business.holdings.views.volumes.arrange import Arrange
from kedang.business.holdings.views.volumes.columns import COLUMNS, FILTERS, TONES, VIEWS
from kedang.business.holdings.views.volumes.form import VolumeForm, named_fields
from kedang.business.holdings.views.volumes.inside import ItemsTab, ReleaseItem, TakeItems
from kedang.business.holdings.views.volumes.lists import VolumeExport, VolumeList
from kedang.business.holdings.views.volumes.papers import NotesTab, TwinTab
from kedang.business.holdings.views.volumes.record import VolumeDetail, VolumeHistory
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Panel, RecordPages, Tab, Verb


def is_open(volume: Any) -> bool:
    """Items may go in."""
    return bool(volume.state == VolumeState.OPEN)


def is_shut(volume: Any) -> bool:
    """Closed or shelved."""
    return volume.state in {VolumeState.CLOSED, VolumeState.SHELVED}


def is_kept(volume: Any) -> bool:
    """Not destroyed."""
    return bool(volume.state != VolumeState.DESTROYED)


def may_twin(volume: Any) -> bool:
    """On one carrier, without a twin yet."""
    return is_kept(volume) and volume.twin_id is None and volume.carrier in {Carrier.PAPER, Carrier.ELECTRONIC}


def note_count(actor: Any) -> Any:
    """Number of lines of the 备考表, as part of the query of the record."""
    rows = (
        VolumeNote.objects.filter(volume=OuterRef("pk"))
        .order_by()
        .values("volume")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return Coalesce(Subquery(rows, output_field=IntegerField()), 0)


ASKED = ("catalogue", "reserved_code")
"""Values that are asked for here and there only."""


class VolumePages(RecordPages):
    """案卷: /volumes/ …"""

    model, prefix, icon, head_name = Volume, "volumes", "archive", "title"
    head_code = "reference_code"
    head_tags = ("state", "secrecy_level", "carrier", "whereabouts")
    head_keys = ("responsible", "location")
    tones = TONES
    panels = (
        Panel(
            _("案卷"),
            ("title", "series", "year", "retention", "secrecy_level", "carrier", "template", "customer", "project",
             "started_on", "ended_on"),
            wide=("title",), readonly=("customer", "project"), columns=3,
        ),
        Panel(
            _("立卷与保管"),
            ("department", "responsible", "created_at", "inspected_by", "closed_at", "shelved_at", "location", "whereabouts", "changed_at"),
            key="custody", columns=3,
        ),
        Panel(_("说明"), ("situation", "remarks"), wide=("situation", "remarks")),
    )  # fmt: skip
    columns, filters, views = COLUMNS, FILTERS, VIEWS
    empty_hint = _("点“新建”立一卷，或用“自动组卷”由系统按类别、年度、期限和客户建议。")
    toolbar_links = ((_("自动组卷"), "holdings:volume-arrange", "wand", "holdings.arrange"),)
    tabs = (
        Tab("items", _("卷内文件"), view=ItemsTab, count=lambda actor, obj: obj.item_count),
        Tab("notes", _("备考表"), view=NotesTab, counted=note_count),
        Tab("twin", _("互见"), view=TwinTab),
        Tab("checks", _("四性检测"), view=VolumeChecksTab, action="holdings.check"),
        Tab("packages", _("封装包"), view=PackagesTab, action="holdings.export"),
    )
    verbs = (
        Verb(
            "close", _("结卷"), close_volume, action="holdings.arrange", icon="lock", main=True, when=is_open,
            fields={"inspector": lambda: text_field(_("检查人")), "situation": lambda: text_field(_("本卷情况说明"), required=False, rows=3)},
            done=_("已结卷，卷内各件已编件号和档号。"),
            confirm=_("结卷时检查成套、页数和编目是否齐全，并编定件号。结卷后不能再改动，确需改动须申请重新开卷。"),
        ),
        Verb(
            "reopen", _("申请开卷"), services.volume_reopen_ask, action="holdings.mend", icon="lock-open", when=is_shut, reason=True,
            done=_("申请已提交，由有审批权的人办理。"), confirm=_("说明为什么要改动。批准后案卷重新打开，备考表自动记一笔。"),
        ),
        Verb(
            "note", _("登记备考"), write_note, action="holdings.mend", icon="note", when=is_kept,
            fields={"kind": kind_field, "text": lambda: text_field(_("情况说明"), rows=3)}, done=_("已记入备考表。"),
            confirm=_("缺损、缺页等情况记入备考表，连同姓名和时间；补入、移出、移库等由系统自动登记。"),
        ),
        Verb(
            "twin-set", _("设置互见"), set_twin, action="holdings.mend", icon="link", when=may_twin, reason="optional",
            fields={"code": lambda: text_field(_("另一载体案卷的档号"), most=120)}, done=_("互见已设置，两卷互相指引。"),
            confirm=_("纸质案卷与内容相同的电子案卷互相指引，并逐件核对页数。"),
        ),
        Verb(
            "twin-drop", _("解除互见"), drop_twin, action="holdings.mend", icon="x", when=lambda volume: volume.twin_id is not None,
            reason=True,
            danger=True, done=_("互见已解除。"), confirm=_("两卷不再互相指引；备考表记一笔。"),
        ),
    )  # fmt: skip
    create_action = change_action = "holdings.arrange"
    export_action = "holdings.export"
    create_service, change_service = services.volume_create, services.volume_change
    create_fields = (
        "title", "series", "year", "retention", "secrecy_level", "carrier", "department", "responsible", "template", "situation", "remarks",
    )  # fmt: skip
    takes_values = True
    read_event, export_event = told.VOLUME_VIEWED, told.VOLUMES_EXPORTED
    list_view, detail_view, form_view, verb_view = VolumeList, VolumeDetail, VolumeForm, VolumeVerb
    export_view, history_view = VolumeExport, VolumeHistory

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """One query for the volume and everything named on it."""
        return queryset.select_related(
            "series",
            "retention",
            "template",
            "department",
            "responsible",
            "inspected_by",
            "customer",
            "project",
            "location",
            "twin",
        )

    @classmethod
    def extra_fields(cls, actor: Any, obj: Any) -> dict[str, Any]:
        """Customer and project by name."""
        return named_fields(actor, obj)

    @classmethod
    def _given(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Everything is a value; 目录号 and 预留号 too."""
        return {"values": {name: value for name, value in data.items() if name not in ASKED or value}}


URLS: list[URLPattern] = [
    path("volumes/arrange/", Arrange.as_view(), name="volume-arrange"),
    path("volumes/reopenings/<int:pk>/", DecideReopening.as_view(), name="reopening-decide"),
    path("volumes/<int:pk>/take/", TakeItems.as_view(pages=VolumePages), name="volume-take"),
    path("volumes/<int:pk>/release/<int:item_pk>/", ReleaseItem.as_view(pages=VolumePages), name="volume-release"),
]

menu.add(
    Entry(
        pgettext_lazy("多条", "案卷"),
        "holdings:volume-list",
        icon="archive",
        action="holdings.view",
        group="archive",
        order=20,
    ),
    Entry(_("自动组卷"), "holdings:volume-arrange", icon="wand", action="holdings.arrange", group="archive", order=25),
)
home.declare()
