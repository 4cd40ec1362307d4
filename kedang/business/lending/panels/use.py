"""Pages of requests to use the archive and of what they open, declared; verbs that other rooms' records get; menu and work list."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.lending import events_use as events
from kedang.business.lending.choices_use import UseSort, WantedState
from kedang.business.lending.models import UseRequest, UseWanted
from kedang.business.lending.services import basket, granting, openings
from kedang.business.lending.services.matching import waiting_for_match
from kedang.business.lending.services.things import words_of
from kedang.business.lending.views.use import asking, see_as, taking
from kedang.business.lending.views.use import openings as opened
from kedang.business.lending.views.use.detail import UseRequestDetail
from kedang.foundation.access.grants import is_opened_by
from kedang.foundation.access.models import RecordGrant
from kedang.foundation.approvals.choices import CaseState
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.prepared import Prepared
from kedang.foundation.web.home import Block, Line, Tile, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Verb, View

CASE_TONES = {"running": "blue", "returned": "warn", "confirming": "warn", "approved": "good", "rejected": "bad"}
MOST_LINES = 6


def until_field() -> Any:
    """The day up to which it is granted."""
    from django import forms

    return forms.DateField(label=_("批准用至"))


def state_cell(row: Any, actor: Any) -> Any:
    """State of an opening in words."""
    return openings.state_of(row)[1]


class UseRequestPages(RecordPages):
    """利用申请: /use/requests/"""

    model, prefix, noun, icon = UseRequest, "use/requests", "use-request", "clipboard-list"
    argument = "request"
    title, lead = _("利用登记"), _("谁、为什么、用了哪些档案：每份利用申请一行，批准、到期和提前收回都在其中。")
    empty_hint = _("还没有利用申请。")
    head_name, head_tags = "case", ("sort",)
    panels = (
        Panel(_("申请"), ("sort", "purpose", "reader", "wanted_from", "wanted_until", "until", "copies", "pages", "place",
        "is_scan_enough")),
        Panel(_("外单位读者"), ("outside_name", "outside_unit", "outside_paper", "outside_phone"), when=lambda row: bool(row.outside_name)),
    )  # fmt: skip
    columns = (
        Column("number", _("申请单号"), lead=True, text=lambda row, actor: row.case.number, needs=("case",)),
        Column("title", _("事项"), wrap=True, text=lambda row, actor: row.case.title, needs=("case",)),
        Column("sort"), Column("purpose"), Column("reader_text", _("利用人"), text=lambda row, actor: row.reader_text, needs=("reader",)),
        Column("wanted_from"), Column("wanted_until", sort="pk"),
        Column("state", _("状态"), text=lambda row, actor: row.case.get_state_display(), needs=("case",)),
    )  # fmt: skip
    filters = (
        Filter("way", _("申请方式"), kind="choice", path="sort", choices=lambda actor: UseSort.choices), Filter("purpose"), Filter("number",
        _("申请单号"), kind="text", path="case__number"),
        Filter("state", _("状态"), kind="choice", path="case__state", choices=lambda actor: list(_states())),
        Filter("reader", _("利用人"), kind="text", path="reader__name"), Filter("wanted_from", basic=False),
        Filter("outside_unit", basic=False),
    )  # fmt: skip
    views = (
        View("mine", _("我的"), lambda actor: Q(reader_id=actor.pk) | Q(case__requester_id=actor.pk)),
        View("running", _("审批中"), lambda actor: Q(case__state__in=["running", "returned", "confirming"])),
        View("outside", _("外单位读者"), lambda actor: ~Q(outside_name="")),
    )
    toolbar_links = ((_("申请利用"), "lending:basket", "plus", "lending.ask"),)
    verbs = (
        Verb(
            "close", _("提前收回"), granting.use_close, action="", icon="lock", reason=True, danger=True, done=_("已收回，立即不能再阅读。"),
            confirm=_("此申请开放的全部档案立即收回；利用人不能再阅读、打印和复制，已有的记录保留。"),
            when=lambda row: row.case.effective_at is not None and bool(granting.open_grants(row.case)),
        ),
        Verb(
            "shorten", _("缩短时间"), granting.use_shorten, action="", icon="calendar-time", fields={"until": until_field},
            done=_("已缩短，请继续审批。"), confirm=_("批准的时间比申请的短，到这一天结束时自动收回。"), when=lambda row: row.case.is_open,
        ),
    )  # fmt: skip
    is_open, has_export = True, True
    export_action, export_event = "lending.export", events.USES_EXPORTED
    read_event, verb_view, detail_view = events.USE_VIEWED, opened.GuardedVerb, UseRequestDetail

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """With its case and reader."""
        return queryset.select_related("case__department", "case__requester", "reader")

    @classmethod
    def verbs_for(cls, actor: Any, obj: Any) -> list[Verb]:
        """Those that this person may use now."""
        may = {"close": granting.may_close, "shorten": granting.may_shorten}
        return [verb for verb in super().verbs_for(actor, obj) if may[verb.key](actor, obj)]


def _states() -> list[tuple[str, Any]]:
    from kedang.foundation.approvals.choices import CaseState

    return [(state.value, state.label) for state in CaseState]


def label_cell(row: Any, actor: Any) -> Any:
    """What an opening is for, where the reader of the list may see it."""
    return getattr(row, "shown_label", "") or _now("（不在您的范围内）")


class OpeningPages(RecordPages):
    """专项授权: /use/openings/"""

    model, prefix, noun, namespace, icon = RecordGrant, "use/openings", "opening", "lending", "lock-open"
    title, lead = _("专项授权"), _("经批准开放给某人的档案：到期自动收回，也可提前收回。做过什么，都在其中。")
    empty_hint = _("还没有专项授权。申请利用获准后会出现在这里。")
    head_name, head_keys = "source", ("person",)
    panels = (
        Panel(
            _("授权"),
            ("person", "source", "valid_from", "valid_until", "given_at", "ended_at", "ended_why"),
            wide=("ended_why",),
        ),
    )
    columns = (
        Column("source", lead=True), Column("shown_label", _("档案"), wrap=True, text=label_cell, needs=("subject_type",)),
        Column("kind", _("种类"), text=lambda row, actor: words_of(row.subject_type), needs=("subject_type",)), Column("person"),
        Column("valid_from"), Column("valid_until", sort=True), Column("state", _("状态"), text=state_cell, needs=("ended_at",
        "valid_until", "valid_from")),
        Column("used", _("已用"), text=lambda row, actor: openings.used_words(row), needs=("used", "quota")),
    )  # fmt: skip
    filters = (
        Filter("source"), Filter("person", _("人员"), kind="text", path="person__name"), Filter("valid_until", basic=False),
        Filter("given_at", basic=False),
    )  # fmt: skip
    views = (
        View("mine", _("我的专项授权"), lambda actor: Q(person_id=actor.pk)),
        View("open", _("开放中"), lambda actor: is_opened_by(clock.now())),
        View("over", _("已到期"), lambda actor: opened.by_state("over")),
        View("closed", _("提前收回"), lambda actor: opened.by_state("closed")),
    )
    toolbar_links = ((_("去阅读"), "lending:use-open", "eye", ""),)
    verbs = (
        Verb(
            "close", _("提前收回"), openings.opening_close, action="", icon="lock", reason=True, danger=True, done=_("已收回，立即不能再阅读。"),
            confirm=_("立即收回这一项；同一申请的其他档案不受影响。"), when=lambda row: row.ended_at is None and row.valid_until > clock.now(),
        ),
    )  # fmt: skip
    is_open, has_export = True, False
    read_event = events.GRANT_VIEWED
    list_view, detail_view, verb_view = opened.OpeningList, opened.OpeningDetail, opened.GuardedVerb

    @classmethod
    def verbs_for(cls, actor: Any, obj: Any) -> list[Verb]:
        """Closing, for who may."""
        return [verb for verb in super().verbs_for(actor, obj) if openings.may_close(actor, obj)]


_opened = Prepared[Any](
    lambda person_id, moment: RecordGrant.objects.filter(is_opened_by(moment), person_id=person_id).values_list("pk"),
    person_id=int,
    moment=datetime,
)


def tiles(actor: Any) -> list[Tile]:
    """What is open to me; one query."""
    count = _opened.count(person_id=actor.pk, moment=clock.now()) if actor.opened_until else 0
    return [Tile(_("开放给我的档案"), count, reverse("lending:use-open"), "lock-open", _("项"))] if count else []


_open_ones = Prepared[Any](
    lambda fonds_id: (
        UseWanted.objects.filter(
            state=WantedState.OPEN, request__fonds_id=fonds_id, request__case__state=CaseState.RUNNING
        )
        .order_by()
        .values_list("pk")[:1]
    ),
    fonds_id=int,
)


def to_match(actor: Any) -> list[Line]:
    """Requests with numbers to be matched."""
    if not _open_ones.tuples(fonds_id=actor.fonds_id):
        return []
    rows = waiting_for_match(actor).select_related("case__requester").order_by("id")[:MOST_LINES]
    return [
        Line(
            row.case.title, reverse("approvals:case-detail", args=[row.case_id]), f"{clock.local(row.case.opened_at):%m-%d}",
            _now("待核对"), "warn",
            note=f"{row.case.number} · {row.case.requester.name}",
        )
        for row in rows
    ]  # fmt: skip


URLS: list[URLPattern] = [
    path("use/", asking.Basket.as_view(), name="basket"),
    path("use/basket/<int:pk>/drop/", asking.BasketDrop.as_view(), name="basket-drop"),
    *(
        path(f"use/new/{sort.value}/", asking.UseNew.as_view(sort=sort.value), name=f"use-new-{sort.value}")
        for sort in UseSort
    ),
    path("use/match/<int:pk>/", asking.Match.as_view(), name="use-match"),
    path("use/copies/<int:pk>/", taking.CopyMake.as_view(), name="use-copy"),
    path("use/exports/<int:pk>/", taking.RecordTake.as_view(), name="use-export"),
    path("use/see-as/", see_as.SeeAsList.as_view(), name="see-as-list"),
    path("use/see-as/<int:pk>/", see_as.SeeAs.as_view(), name="see-as"),
    path("use/mark/", taking.MarkCheck.as_view(), name="mark-check"),
    path("use/change/<int:pk>/", asking.UseChange.as_view(), name="use-change"),
    path("use/open/", opened.OpenNow.as_view(), name="use-open"),
    *UseRequestPages.urls(),
    *OpeningPages.urls(),
]
PUT_ASIDE = Verb(
    "ask-use", _("加入申请"), basket.basket_add, action="lending.ask", icon="circle-plus", batch=True, argument="thing",
    done=_("已加入申请篮。在“申请利用”中选一种方式提交。"), confirm=_("加入申请篮，可与其他档案一起申请查档、借档、复制、打印或导出。"),
)  # fmt: skip
for _kind in ("customers.customer", "holdings.volume", "holdings.item"):
    RecordPages.add_verb(_kind, PUT_ASIDE)
menu.add(
    Entry(_("申请利用"), "lending:basket", icon="circle-plus", action="lending.ask", group="lending", order=5),
    Entry(
        _("利用登记"),
        "lending:use-request-list",
        icon="clipboard-list",
        action="approvals.view",
        group="lending",
        order=15,
    ),
    Entry(_("专项授权"), "lending:opening-list", icon="lock-open", action="approvals.view", group="lending", order=20),
)
menu.add(
    Entry(_("查验标记"), "lending:mark-check", icon="shield-search", action="audit.view", group="lending", order=80)
)
menu.add(
    Entry(
        _("以此人视角查看"), "lending:see-as-list", icon="user-search", action="access.see_as", group="system", order=25
    )
)
work_list.add_tiles(tiles, action="approvals.view", order=30)
work_list.add_block(Block("use-to-match", _("按编号申请，待核对"), to_match, "search", "", "lending.keep", 25))
work_list.add_quick(_("申请利用"), "lending:basket", "circle-plus", "lending.ask", order=30)
