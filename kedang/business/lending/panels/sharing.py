"""Pages of sharings, declared; their tag on dossiers, menu and work list."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from kedang.business.lending import events_use as events
from kedang.business.lending.numbers import SHARE_CODE, SHARE_KEY
from kedang.business.lending.services import sharing
from kedang.business.lending.views.sharing import pages, shown
from kedang.foundation.access.grants import active_grants
from kedang.foundation.access.models import RecordShare
from kedang.foundation.access.prepared import PreparedWithin
from kedang.foundation.access.shared.models import ShareReach
from kedang.foundation.kernel import clock
from kedang.foundation.numbering.subjects import NumberSubject, register_subject
from kedang.foundation.web.home import Tile, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Verb, View

SHARE = "lending.share"


def mine(actor: Any) -> Q:
    """Sharings through which something is open to me now."""
    return Q(pk__in=sorted({grant.reach.share for grant in active_grants(actor) if grant.reach is not None}))


class SharePages(RecordPages):
    """共享: /use/shares/"""

    model, prefix, noun, namespace, icon = RecordShare, "use/shares", "share", "lending", "share"
    title, lead = (
        _("共享"),
        _("部分客户档案的部分内容，共享给其他部门、角色或人员，不必逐次申请；到期自己停止，每年复核。"),
    )
    empty_hint = _("还没有共享。")
    head_name, head_code, head_keys = "title", "number", ("given_by", "valid_until")
    panels = (
        Panel(
            _("期限与复核"),
            ("valid_from", "valid_until", "review_by", "secrecy_level", "given_by", "department", "given_at"),
        ),
        Panel(_("上次复核"), ("reviewed_at", "reviewed_by"), when=lambda row: row.reviewed_at is not None),
        Panel(_("停止"), ("ended_at", "ended_why"), when=lambda row: row.ended_at is not None),
    )  # fmt: skip
    columns = (
        Column("number"), Column("title", lead=True),
        Column("with_text", _("共享给"), text=lambda row, actor: row.with_text, needs=("number",)),
        Column("reach_text", _("哪些客户"), text=lambda row, actor: row.reach_text, needs=("reach", "reach_value", "records")),
        Column("parts_text", _("内容"), wrap=True, text=lambda row, actor: "、".join(map(str, shown.parts_of(row))), needs=("parts",)),
        Column("state", _("状态"), text=lambda row, actor: shown.state_of(row)[1], draw=shown.state_html,
               needs=("ended_at", "valid_from", "valid_until", "review_by")),
        Column("valid_until", sort=True), Column("uses_text", _("利用"), text=lambda row, actor: row.uses_text, needs=("number",)),
    )  # fmt: skip
    filters = (
        Filter("title"), Filter("number"),
        Filter("how", _("共享哪些客户"), kind="choice", path="reach", choices=lambda actor: ShareReach.choices),
        Filter("valid_until", basic=False), Filter("review_by", basic=False),
    )  # fmt: skip
    views = (
        View("open", _("共享中"), lambda actor: shown.in_state("open")),
        View("review", _("待复核"), lambda actor: shown.in_state("review")),
        View("mine", _("共享给我的"), mine),
        View("over", _("已结束"), lambda actor: shown.in_state("over")),
    )
    toolbar_links = ((_("设立共享"), "lending:share-new", "plus", SHARE),)
    verbs = (
        Verb(
            "review", _("复核"), sharing.share_review, action=SHARE, icon="circle-check", reason=True, main=True,
            when=lambda row: not sharing.is_over(row), done=_("已复核，延续一年。"),
            confirm=_("请核对共享的对象、客户和内容仍是工作所需，再写明理由；不再需要的，请停止。"),
        ),
        Verb(
            "stop", _("停止共享"), sharing.share_stop, action=SHARE, icon="lock", reason=True, danger=True,
            when=lambda row: not sharing.is_over(row), done=_("已停止，对方立即看不到。"),
            confirm=_("立即停止；对方下一次打开页面就看不到。已有的记录保留，要恢复须重新设立。"),
        ),
    )  # fmt: skip
    is_open, has_export, has_history = True, False, False
    read_event = events.SHARE_VIEWED
    list_view, detail_view = pages.ShareList, pages.ShareDetail


_to_review = PreparedWithin(
    RecordShare,
    lambda rows, moment, soon: rows.filter(shown.to_review(moment, soon)).order_by().values_list("pk"),
    SHARE,
    moment=datetime,
    soon=datetime,
)


def tiles(actor: Any) -> list[Tile]:
    """Sharings whose review is due; asked for where something is shared at all."""
    if actor.fonds.shared_until is None:
        return []
    count = _to_review.count(actor, moment=clock.now(), soon=clock.now() + sharing.REVIEW_SOON)
    url = f"{reverse('lending:share-list')}?view=review"
    return [Tile(_("待复核的共享"), count, url, "share", _("项"), "", "warn")] if count else []


URLS: list[URLPattern] = [path("use/shares/new/", pages.ShareNew.as_view(), name="share-new"), *SharePages.urls()]
RecordPages.add_marks("customers.customer", shown.marks_of)
menu.add(Entry(_("共享"), "lending:share-list", icon="share", action="approvals.view", group="lending", order=25))
work_list.add_tiles(tiles, action=SHARE, order=31)
register_subject(
    NumberSubject(
        SHARE_KEY,
        _("共享编号"),
        ((SHARE_KEY, _("共享")),),
        {SHARE_KEY: SHARE_CODE},
        _("共享按年连续编号，停止的号不再使用。"),
    )
)
