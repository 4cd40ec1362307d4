"""Pages of packages that come and of whole dossiers that leave, declared; their menu entry."""

from typing import Any

from django.db.models import Q
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from kedang.business.holdings.events import handing as events
from kedang.business.holdings.models import ArrivalState, PackageArrival
from kedang.business.holdings.panels.scheme import SECRECY_TONES
from kedang.business.holdings.services import arrivals as services
from kedang.business.holdings.views.handing import arrivals as drawn
from kedang.business.holdings.views.handing.packages import DossierPackageMake
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, RecordPages, Tab, Verb, View

STATE_TONES: Any = {
    ArrivalState.CHECKING.value: "blue", ArrivalState.SOUND.value: "violet", ArrivalState.REJECTED.value: "bad",
    ArrivalState.IMPORTING.value: "blue", ArrivalState.IMPORTED.value: "good",
}  # fmt: skip


def in_state(*states: ArrivalState) -> Any:
    """Whether a package has come so far."""
    return lambda arrival: arrival.state in states


class ArrivalPages(RecordPages):
    """来包: /archive/arrivals/ …"""

    model, prefix, noun, argument, icon, head_name = (
        PackageArrival,
        "archive/arrivals",
        "arrival",
        "arrival",
        "package",
        "name",
    )
    title, lead = (
        _("来包"),
        _("别的单位或系统交来的封装包：先核验，看清里面有什么、有什么不对，再导入。没有通过核验的不导入，原因留存。"),
    )
    empty_hint = _("点“导入封装包”，选择 BagIt 或 E-ARK CSIP 封装包（ZIP）。")
    head_tags, head_keys, tones = (
        ("state", "secrecy_level"),
        ("origin", "brought_by"),
        {"state": STATE_TONES, "secrecy_level": SECRECY_TONES},
    )
    columns = (
        Column("name", lead=True, wrap=True), Column("state", tones=STATE_TONES), Column("title", wrap=True), "origin", "kind",
        "brought_by", Column("brought_at", sort="pk"), Column("imported_at", shown=False), Column("imported_by", shown=False),
    )  # fmt: skip
    filters = (Filter("name"), Filter("state"), Filter("brought_at"))
    views = (
        View("sound", _("待导入"), lambda actor: Q(state=ArrivalState.SOUND)),
        View("rejected", _("不予导入"), lambda actor: Q(state=ArrivalState.REJECTED)),
    )
    toolbar_links = ((_("导入封装包"), "holdings:arrival-upload", "upload", "holdings.receive"),)
    verbs = (
        Verb(
            "import", _("导入"), services.arrival_import_ask, action="holdings.receive", icon="package", main=True,
            when=in_state(ArrivalState.SOUND), done=_("已开始导入，进度见本页。"),
            confirm=_("按包里的著录建立案卷和文件。已在本单位的不重复导入；档号已有归属的另编新号，旧号记入台账。"),
        ),
        Verb(
            "recheck", _("重新核验"), services.arrival_check_ask, action="holdings.receive", icon="refresh",
            when=in_state(ArrivalState.CHECKING, ArrivalState.REJECTED, ArrivalState.SOUND), done=_("已重新开始核验。"),
            confirm=_("重新核对摘要、清单、著录和留痕证据，再看哪些已在本单位。"),
        ),
    )  # fmt: skip
    read_event = events.ARRIVAL_VIEWED
    has_export = False
    detail_view = drawn.ArrivalDetail

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """Who brought it and what came of it come along."""
        return queryset.select_related("fonds", "file", "brought_by", "volume", "customer")


URLS: list[URLPattern] = [
    path("archive/arrivals/upload/", drawn.ArrivalUpload.as_view(), name="arrival-upload"),
    path("archive/customers/<int:pk>/package/", DossierPackageMake.as_view(), name="dossier-package"),
    *ArrivalPages.urls(),
]

RecordPages.add_tab(
    "customers.customer",
    Tab("packages", _("封装包"), template="holdings/handing/dossier_packages.html", rows=drawn.packages_of_customer,
        action="holdings.export"),
)  # fmt: skip
menu.add(
    Entry(_("来包"), "holdings:arrival-list", icon="package", action="holdings.receive", group="archive", order=42)
)
