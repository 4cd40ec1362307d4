"""冻结: the list, a hold's page, the request; what holds bring to the pages of customers, volumes and items."""

from typing import Any

from django.db.models import Q
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.retention import events
from kedang.business.retention.choices import HoldState
from kedang.business.retention.models import Hold
from kedang.business.retention.numbers import NUMBER_CODE, NUMBER_KEY
from kedang.business.retention.services.holding import release_ask
from kedang.business.retention.views.holds import HoldAsk, HoldDetail
from kedang.business.retention.views.marks import marks_of
from kedang.foundation.numbering.subjects import NumberSubject, register_subject
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Verb, View

STATE_TONES = {
    HoldState.ASKED: "warn", HoldState.IN_FORCE: "seal", HoldState.REFUSED: "bad", HoldState.CALLED_OFF: "plain",
    HoldState.RELEASED: "good",
}  # fmt: skip
SECRECY_TONES = {0: "plain", 1: "plain", 2: "warn", 3: "bad", 4: "bad"}


def may_be_released(hold: Any) -> bool:
    """In force, and no request for its release under way."""
    return hold.state == HoldState.IN_FORCE and (hold.release_case is None or not hold.release_case.is_open)


class HoldPages(RecordPages):
    """冻结: /holds/ …"""

    model, prefix, icon, head_name, head_code = Hold, "holds", "lock", "title", "number"
    title, lead = (
        pgettext_lazy("多条", "冻结"),
        _("诉讼、审计、检查需要原样保留的客户档案、案卷和件；冻结期间不得撤销、移出、销毁。"),
    )
    empty_hint = _("没有符合条件的冻结。")
    head_tags, head_keys = ("state", "secrecy_level"), ("made_by",)
    tones = {"state": STATE_TONES, "secrecy_level": SECRECY_TONES}
    panels = (
        Panel(
            _("冻结"), ("legal_basis", "reason", "is_no_loan", "review_on", "department", "made_by", "made_at", "in_force_at", "released_at",
                     "release_reason"),
            wide=("legal_basis", "reason", "release_reason"),
        ),
    )  # fmt: skip
    columns = (
        "number", Column("title", lead=True), Column("state", tones=STATE_TONES), "legal_basis", "is_no_loan", "review_on", "in_force_at",
        "released_at", "made_by",
    )  # fmt: skip
    filters = ("number", "title", Filter("state"), Filter("is_no_loan", basic=False), Filter("review_on", basic=False))
    views = (
        View("in-force", _("冻结中"), lambda actor: Q(state=HoldState.IN_FORCE)),
        View("asked", _("待批准"), lambda actor: Q(state=HoldState.ASKED)),
        View("released", _("已解除"), lambda actor: Q(state=HoldState.RELEASED)),
    )
    verbs = (
        Verb(
            "release", _("申请解除"), release_ask, action="retention.hold", icon="lock-open", reason=True, when=may_be_released,
            done=_("已提交解除冻结的申请。"), confirm=_("批准后冻结解除，所列档案恢复正常保管和利用。"), main=True,
        ),
    )  # fmt: skip
    toolbar_links = ((_("申请冻结"), "retention:hold-ask", "lock", "retention.hold"),)
    read_event = events.HOLD_VIEWED
    has_export = False
    detail_view = HoldDetail

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """With its cases."""
        return queryset.select_related("made_by", "department", "case", "release_case")


for kind in ("customers.customer", "holdings.volume", "holdings.item"):
    RecordPages.add_marks(kind, marks_of)
URLS = [path("holds/ask/", HoldAsk.as_view(), name="hold-ask"), *HoldPages.urls()]
menu.add(
    Entry(
        pgettext_lazy("多条", "冻结"),
        "retention:hold-list",
        icon="lock",
        action="retention.view",
        group="archive",
        order=80,
    )
)
register_subject(
    NumberSubject(
        NUMBER_KEY, _("冻结编号"), ((NUMBER_KEY, _("冻结")),), {NUMBER_KEY: NUMBER_CODE}, _("例如 DJ2026001。")
    )
)
