"""交接单: /handovers/ …"""

from typing import Any

from django.db.models import Q
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.business.governance import events as e
from kedang.business.governance.choices import OPEN_STATES, HandoverState, PartState
from kedang.business.governance.models import Handover, HandoverPart
from kedang.business.governance.services.handing import handover_open
from kedang.business.governance.views import handovers as pages
from kedang.business.governance.views.shown import HANDOVER_TONES
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.prepared import Prepared
from kedang.foundation.web.home import Block, Line, work_list
from kedang.foundation.web.menu import Entry, menu
from kedang.foundation.web.records import Column, Filter, Panel, RecordPages, Tab, View


class HandoverPages(RecordPages):
    """交接单."""

    model, prefix, icon, head_name, head_code = Handover, "handovers", "arrows-exchange", "person", "number"
    title, lead = (
        _("工作交接"),
        _("离职或调岗时，把名下的客户档案、项目、文件、借阅、待办和权限清点成一份清册，交给接收人，三方签字。"),
    )
    empty_hint = _("点“开办交接”，选择离职或调岗的人和监交人。")
    head_tags, head_keys, tones = ("state", "kind"), ("department", "last_day", "supervisor"), {"state": HANDOVER_TONES}
    panels = (
        Panel(_("概况"), ("person", "kind", "last_day", "supervisor", "to_department", "opened_by", "opened_at", "closed_at", "reason"),
              wide=("reason",)),
    )  # fmt: skip
    columns = (
        "number", Column("person", lead=True), "kind", Column("state", tones=HANDOVER_TONES), "department", "last_day", "supervisor",
        Column("opened_at", sort="pk"), "closed_at",
    )  # fmt: skip
    filters = (
        "number",
        Filter("state"),
        Filter("kind"),
        Filter("department", basic=False),
        Filter("last_day", basic=False),
    )
    views = (
        View("open", _("办理中"), lambda actor: Q(state__in=OPEN_STATES)),
        View(
            "mine",
            _("与我有关"),
            lambda actor: Q(person_id=actor.pk) | Q(supervisor_id=actor.pk) | Q(parts__successor_id=actor.pk),
        ),
        View("closed", _("已办结"), lambda actor: Q(state=HandoverState.CLOSED)),
    )
    tabs = (
        Tab(
            "customers",
            _("告知客户"),
            view=pages.HandoverCustomers,
            count=lambda actor, row: row.lines.exclude(told="").count(),
        ),
    )
    create_action = "handover.manage"
    create_label = _("开办交接")
    create_fields = ("person", "kind", "last_day", "supervisor", "to_department", "reason")
    create_service = handover_open
    read_event = e.HANDOVER_VIEWED
    has_export = False
    detail_view, form_view = pages.HandoverDetail, pages.HandoverForm

    @classmethod
    def name_of(cls, actor: Any, obj: Any) -> str:
        """Who hands over."""
        return _now("%(name)s的工作交接") % {"name": obj.person.name}

    @classmethod
    def for_detail(cls, queryset: Any) -> Any:
        """People and departments come along."""
        return queryset.select_related("person", "supervisor", "department", "to_department", "fonds")


_parts = Prepared(
    lambda me: HandoverPart.objects.filter(
        successor_id=me, state=PartState.WAITING, handover__state__in=OPEN_STATES
    ).select_related("handover__person")[:5],
    me=int,
)
_mine = Prepared(
    lambda me: (
        Handover.objects.filter(Q(person_id=me, state=HandoverState.OPEN) | Q(supervisor_id=me, state__in=OPEN_STATES))
        .select_related("person")
        .order_by("last_day")[:5]
    ),
    me=int,
)


def lines(actor: Any) -> list[Line]:
    """What the person has to do about hand-overs: sign for a part, sort their own, sign as supervisor."""
    made: list[Line] = []
    for part in _parts.rows(me=actor.pk):
        made.append(line_of(part.handover, _now("待签收"), "warn"))
    for row in _mine.rows(me=actor.pk):
        word = (
            _now("待监交")
            if row.state == HandoverState.SIGNED
            else _now("请清理")
            if row.person_id == actor.pk
            else _now("监交中")
        )
        made.append(
            line_of(row, word, "warn" if row.state == HandoverState.SIGNED or row.last_day <= clock.today() else "blue")
        )
    return made


def line_of(row: Any, word: str, tone: str) -> Line:
    """One folder as a line."""
    told = _now("%(number)s · 最后工作日 %(day)s") % {"number": row.number, "day": f"{row.last_day:%m-%d}"}
    url = reverse("governance:handover-detail", args=[row.pk])
    return Line(_now("%(name)s的工作交接") % {"name": row.person.name}, url, "", word, tone, note=told)


def of_handover(tail: str, view: Any, name: str) -> URLPattern:
    """A further page of a folder."""
    made: URLPattern = path(f"handovers/<int:pk>/{tail}", view.as_view(pages=HandoverPages), name=f"handover-{name}")
    return made


URLS: list[URLPattern] = [
    of_handover("<slug:verb>/act/", pages.HandoverAct, "act"),
    of_handover("list.pdf", pages.HandoverPaper, "paper"),
    of_handover("letters.pdf", pages.HandoverLetters, "letters"),
    *HandoverPages.urls(),
]
menu.add(
    Entry(
        _("工作交接"),
        "governance:handover-list",
        icon="arrows-exchange",
        action="governance.view",
        group="work",
        order=60,
    )
)
work_list.add_block(
    Block(
        "handovers",
        _("工作交接"),
        lines,
        "arrows-exchange",
        "governance:handover-list",
        "governance.view",
        30,
        empty=_("没有要您办理的交接。"),
        main=False,
    )
)
