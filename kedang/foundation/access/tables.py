"""The list of the trail: its columns and conditions."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.events import EVENTS_EXPORTED
from kedang.foundation.access.forms import person_label
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import policy_for
from kedang.foundation.access.typed import typed_q
from kedang.foundation.access.views import events as drawn
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.vocabulary import CATEGORIES, event_type, event_types
from kedang.foundation.kernel import clock
from kedang.foundation.web.records import Column, Filter, RecordPages, View

CHANNELS = {"page": _("页面"), "api": _("接口"), "job": _("后台任务"), "command": _("命令行"), "import": _("导入")}
TONES = {"refuse": "bad", "disclose": "warn", "sign_in": "blue", "admin": "violet", "change": "good"}


def may(actor: Any) -> bool:
    """Conditions of the trail need no further right than the trail."""
    return True


def title_of(event: Event, actor: Any = None) -> str:
    """Kind of an event in words; the code itself when its room is gone."""
    known = event_type(event.code)
    return str(known.title) if known else event.code


def label_of(event: Event, actor: Any = None) -> str:
    """What it is about, where the reader may know it (see ``veil_labels``)."""
    label = getattr(event, "shown_label", None)
    return _now("（超出您的知悉范围）") if label is None else label


def people_choices(actor: Any) -> list[tuple[Any, Any]]:
    """Everybody of the company."""
    return [
        (row.pk, person_label(row)) for row in Person.objects.filter(policy_for(Person).scope(actor)).order_by("name")
    ]


def by_person(actor: Any, operator: str, values: list[Any]) -> Q:
    """Events of people."""
    return Q(actor_id__in=[int(value) for value in values if str(value).isdecimal()])


def by_subject(actor: Any, operator: str, values: list[Any]) -> Q:
    """Events about something whose name contains the text, and which the actor reads as it stands there."""
    from kedang.foundation.access.trail import readable_q

    return Q(subject_label__icontains=values[0]) & readable_q(actor) & typed_q(actor)


class EventPages(RecordPages):
    """操作留痕."""

    model, prefix, noun, namespace, icon = Event, "audit", "event", "access", "history"
    title = _("操作留痕")
    lead = _("谁、何时、从哪里、对什么做了什么。只增不改，本次查阅也会留痕。")
    view_action, export_action = "audit.view", "audit.export"
    export_event = EVENTS_EXPORTED
    has_detail = False
    default_sort = ("-at", "-id")
    columns = (
        Column("at", _("时间"), text=lambda event, actor: f"{clock.local(event.at):%Y-%m-%d %H:%M:%S}", lead=True),
        Column("actor", _("操作人"), text=lambda event, actor: event.actor_name),
        Column("title", _("事件"), text=title_of),
        Column(
            "category",
            _("类别"),
            text=lambda e, actor: CATEGORIES.get(e.category, ""),
            template="access/parts/event_category.html",
        ),
        Column("subject", _("对象"), text=label_of),
        Column("reason", _("原因"), text=lambda event, actor: getattr(event, "shown_reason", ""), wrap=True),
        Column("channel", _("途径"), text=lambda event, actor: CHANNELS.get(event.channel, event.channel)),
        Column("address", _("来源地址"), text=lambda event, actor: event.address),
        Column("request", _("请求号"), text=lambda event, actor: event.request_id, shown=False),
    )
    filters = (
        Filter("at", _("日期"), kind="instant", path="at", operator="between", may=may),
        Filter(
            "actor", _("操作人"), kind="choice", choices=people_choices, q=by_person, operators=("eq", "in"), may=may
        ),
        Filter(
            "code",
            _("事件"),
            kind="choice",
            operators=("eq", "in"),
            may=may,
            choices=lambda actor: [(known.code, known.title) for known in event_types()],
        ),
        Filter(
            "category",
            _("类别"),
            kind="choice",
            operators=("eq", "in"),
            may=may,
            choices=lambda actor: list(CATEGORIES.items()),
        ),
        Filter("subject", _("对象名称"), kind="text", operators=("has",), q=by_subject, may=may),
        Filter(
            "channel",
            _("途径"),
            kind="choice",
            operators=("eq", "in"),
            may=may,
            choices=lambda actor: list(CHANNELS.items()),
        ),
        Filter("address", _("来源地址"), kind="text", operators=("eq", "has"), operator="eq", may=may),
        Filter("request_id", _("请求号"), kind="text", operators=("eq",), basic=False, may=may),
    )
    views = (
        View("sign_in", _("登录"), lambda actor: Q(category="sign_in")),
        View("read", _("查看"), lambda actor: Q(category="read")),
        View("disclose", _("披露"), lambda actor: Q(category="disclose")),
        View("change", _("变更"), lambda actor: Q(category="change")),
        View("admin", _("管理"), lambda actor: Q(category="admin")),
        View("refuse", _("拒绝"), lambda actor: Q(category="refuse")),
    )
    list_view, export_view = drawn.EventList, drawn.EventExport

    @classmethod
    def for_list(cls, queryset: QuerySet[Any], columns: Any) -> QuerySet[Any]:
        """Without the long texts that only the page of one event shows."""
        return queryset.defer("changes", "meta")
