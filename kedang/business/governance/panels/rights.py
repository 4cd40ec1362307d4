"""权限申请: /rights/ …, 权限年审: /rights/reviews/ …"""

from typing import Any

from django.db.models import Q
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kedang.business.governance import events as e
from kedang.business.governance.models import RightsRequest, RightsReview
from kedang.business.governance.services.reviews import review_open
from kedang.business.governance.services.rights import rights_carry_out, title_of, words_of
from kedang.business.governance.views import rights as pages
from kedang.business.governance.views.shown import REVIEW_TONES
from kedang.foundation.kernel.prepared import Prepared
from kedang.foundation.web.home import Tile, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Verb, View


class RightsPages(RecordPages):
    """权限申请."""

    model, prefix, noun, icon = RightsRequest, "rights", "rights", "key"
    argument = "request"
    title, lead = (
        _("权限申请"),
        _("申请、变更、收回权限和临时权限：上级审批，安全保密员审批后执行；临时权限到时自动失效。"),
    )
    empty_hint = _("点“提交申请”。")
    columns = (
        Column("number", _("申请单号"), text=lambda row, actor: row.case.number, needs=("case",), lead=True), "kind", "person",
        Column("what", _("内容"), text=lambda row, actor: words_of(row), needs=("role", "old_grant", "person"), wrap=True),
        Column("state", _("状态"), text=lambda row, actor: row.case.get_state_display(), needs=("case",)), "carried_out_by", "carried_out_at",
    )  # fmt: skip
    filters = (Filter("kind"), Filter("is_due", basic=False), Filter("until", basic=False))
    views = (
        View("due", _("待执行"), lambda actor: Q(is_due=True)),
        View("mine", _("与我有关"), lambda actor: Q(person_id=actor.pk) | Q(case__requester_id=actor.pk)),
        View("temporary", _("临时权限"), lambda actor: Q(until__isnull=False)),
    )
    verbs = (
        Verb(
            "carry-out", _("执行"), rights_carry_out, action="governance.review", icon="check", main=True, when=lambda row: row.is_due,
            confirm=_("按批准的内容授权或收回，立即生效。"), done=_("已执行。"),
        ),
    )  # fmt: skip
    toolbar_links = (
        (_("提交申请"), "governance:rights-ask", "plus", "governance.use"),
        (_("权限年审"), "governance:review-list", "list-check", "governance.review"),
    )
    has_export = False
    has_history = False
    head_name = "kind"
    panels = (Panel(_("申请"), ("kind", "person", "role", "scope", "until", "carried_out_by", "carried_out_at")),)

    @classmethod
    def name_of(cls, actor: Any, obj: Any) -> str:
        """Number and title."""
        return f"{obj.case.number} {title_of(obj)}"

    @classmethod
    def for_list(cls, queryset: Any, columns: Any) -> Any:
        """What the words need comes along."""
        return queryset.select_related("case", "person", "role", "old_grant__role", "old_grant__person")

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """The same for one."""
        return cls.for_list(queryset, ())


class ReviewPages(RecordPages):
    """权限年审."""

    model, prefix, noun, icon, head_name = RightsReview, "rights/reviews", "review", "list-check", "year"
    title, lead = _("权限年审"), _("每年把全部授权逐条过一遍：保留，或写明理由收回。结论留档，可打印。")
    empty_hint = _("点“发起年审”，全部授权即列成清单。")
    head_tags, head_keys, tones = ("state",), ("opened_by", "opened_at", "closed_at"), {"state": REVIEW_TONES}
    columns = (
        Column("year", lead=True),
        Column("state", tones=REVIEW_TONES),
        "opened_by",
        Column("opened_at", sort="pk"),
        "closed_by",
        "closed_at",
        "conclusion",
    )
    filters = (Filter("state"),)
    read_event = e.REVIEW_VIEWED
    has_export = False
    panels = (Panel(_("概况"), ("year", "opened_by", "opened_at", "closed_by", "closed_at")),)
    create_label = _("发起年审")
    create_fields = ("year",)
    create_service = review_open
    in_drawer = True
    detail_view, form_view = pages.ReviewDetail, pages.ReviewForm

    @classmethod
    def name_of(cls, actor: Any, obj: Any) -> str:
        """Of a year."""
        return _now("%(year)s 年度权限年审") % {"year": obj.year}


_due = Prepared[Any](
    lambda fonds_id: RightsRequest.objects.filter(fonds_id=fonds_id, is_due=True).values_list("pk"), fonds_id=int
)


def tiles(actor: Any) -> list[Tile]:
    """Approved requests that wait to be carried out."""
    count = _due.count(fonds_id=actor.fonds_id)
    return [
        Tile(
            _("待执行的权限申请"),
            count,
            f"{reverse('governance:rights-list')}?view=due",
            "key",
            pgettext_lazy("单位", "件"),
            "",
            "warn" if count else "",
        )
    ]


def of_review(tail: str, view: Any, name: str) -> URLPattern:
    """A further page of a review."""
    made: URLPattern = path(f"rights/reviews/<int:pk>/{tail}", view.as_view(pages=ReviewPages), name=f"review-{name}")
    return made


URLS: list[URLPattern] = [
    path("rights/ask/", pages.RightsAsk.as_view(), name="rights-ask"),
    of_review("<slug:verb>/act/", pages.ReviewAct, "act"),
    of_review("table.pdf", pages.ReviewPaper, "paper"),
    *ReviewPages.urls(),
    *RightsPages.urls(),
]
menu.add(
    Entry(_("权限申请"), "governance:rights-list", icon="key", action="governance.view", group="work", order=70),
    Entry(
        _("权限年审"), "governance:review-list", icon="list-check", action="governance.review", group="system", order=45
    ),
)
work_list.add_tiles(tiles, action="governance.review", order=9)
