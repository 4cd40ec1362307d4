"""The trail: listing, one event, export, who has seen a record. Looking at it is itself written down."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import orjson
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from kedang.foundation.access.events import EVENTS_VIEWED
from kedang.foundation.access.policies import can, has_policy, policy_for
from kedang.foundation.access.secrecy import ALWAYS_SHOWN, FieldRight
from kedang.foundation.access.trail import seen_by, veil_labels
from kedang.foundation.access.typed import veil_typed
from kedang.foundation.access.veil import field_class, field_label, reveal_value, right_on
from kedang.foundation.access.views.seals import sealed_words
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.audit.vocabulary import CATEGORIES, event_type
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.kernel.sure import sure
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records.cells import cells_of
from kedang.foundation.web.records.export import RecordExport
from kedang.foundation.web.records.history import Wording, model_of, unsealed
from kedang.foundation.web.records.list import RecordList, Row
from kedang.foundation.web.records.paging import PageOfRows

UNINDEXED = {"subject", "address", "channel", "request_id"}
NARROW = {"at", "actor", "code"}
RECENT_DAYS = 90
TYPED = frozenset({"text", "conditions"})
"""Facts in people's own words."""


class EventList(RecordList):
    """The listing. Conditions that no index serves look at the last 90 days unless a period is given."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The page; its first page is written down, with the conditions."""
        response = super().get(request, **kwargs)
        if request.GET.get("page", "1") in {"", "1"}:
            words = [condition.words for condition in self.query.conditions]
            meta = {"conditions": words, "view": self.view_key}
            record(self.actor, EVENTS_VIEWED, SubjectRef("audit.event", None, str(self.pages.plural())), meta=meta)
        return response

    @property
    def is_recent_only(self) -> bool:
        """Whether the listing is bounded because nothing narrows it."""
        asked = {condition.bound.name for condition in self.query.conditions}
        return bool(asked & UNINDEXED) and not asked & NARROW

    def narrowed(self) -> Q:
        """The view tab, and the bound."""
        q = super().narrowed()
        if self.is_recent_only:
            q &= Q(at__gte=clock.now() - timedelta(days=RECENT_DAYS))
        return q

    def rows(self, page: PageOfRows) -> list[Row]:
        """Lines with the names the actor may know, each leading to its event."""
        list(veil_labels(self.actor, page.rows))
        rows = super().rows(page)
        for row in rows:
            row.href = reverse("access:event-detail", args=[row.obj.pk])
        return rows

    def context(self) -> dict[str, Any]:
        """With a note when the listing is bounded."""
        context = super().context()
        if self.is_recent_only:
            told = _("未指定日期、操作人或事件，只查了近 %(days)d 天。要查更早的，请加上日期。") % {"days": RECENT_DAYS}
            context["problems"] = [*context["problems"], Refused("recent_only", told)]
        return context


class EventExport(RecordExport):
    """The selection as XLSX or CSV; the furniture records ``audit.exported`` before the first byte."""

    def lines(self, columns: Any) -> Iterator[list[tuple[str, Any]]]:
        """Events in order, with veiled names."""
        cells = cells_of(self.actor, Event, columns)
        for event in veil_labels(self.actor, self.objects(columns)):
            yield [(cell.text, None) for cell in cells(event)]


class EventDetail(Page):
    """One event: who, when, from where, what changed from which value to which."""

    action = "audit.view"
    template_name = "access/event.html"
    event: Event

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page; looking is written down."""
        found = Event.objects.filter(policy_for(Event).scope(self.actor), pk=pk).first()
        if found is None:
            raise OutOfScope
        self.event = found
        record(
            self.actor,
            EVENTS_VIEWED,
            SubjectRef("audit.event", found.pk, self.title_of(found)),
            meta={"event": found.pk},
        )
        list(veil_labels(self.actor, [found]))
        near = Event.objects.none()
        if found.request_id:
            near = Event.objects.filter(
                policy_for(Event).scope(self.actor), request_id=found.request_id, at__gte=found.at - timedelta(minutes=10),
                at__lte=found.at + timedelta(minutes=10),
            )  # fmt: skip
            near = near.exclude(pk=found.pk).order_by("id")
        others = list(veil_labels(self.actor, near.defer("changes", "meta")[:50]))
        return self.draw(
            event=found,
            category=CATEGORIES.get(found.category, found.category),
            changes=(changes := changes_of(self.actor, found)),
            is_new=all(not line["old"] for line in changes),
            facts=facts_of(self.actor, found),
            others=[(self.title_of(other), other) for other in others],
            trail_url=self.trail_url(found),
            sealed=sealed_words(found),
        )

    @cached_property
    def event_title(self) -> str:
        """Kind of the event in words."""
        return self.title_of(self.event)

    @staticmethod
    def title_of(event: Event) -> str:
        """Kind of an event in words."""
        known = event_type(event.code)
        return str(known.title) if known else event.code

    def page_title(self) -> Any:
        return self.event_title

    def crumbs(self) -> list[Crumb]:
        return [(_("操作留痕"), reverse("access:event-list")), (self.event_title, "")]

    def trail_url(self, event: Event) -> str:
        """Address of “who has seen this record”, where there is such a record for the actor."""
        kind, key = (
            (event.parent_type, event.parent_id) if event.parent_type else (event.subject_type, event.subject_id)
        )
        model = model_of(Event(subject_type=kind))
        if not kind or key is None or model is None or not has_policy(model) or kind == "audit.event":
            return ""
        subject = model._default_manager.filter(pk=key).first()
        if subject is None or not can(self.actor, policy_for(model).view, subject):
            return ""
        return reverse("access:subject-trail", args=[kind, key])


class SubjectTrail(Page):
    """谁看过: the readers of one record."""

    action = "audit.view"
    template_name = "access/subject_trail.html"
    label: str = ""

    def get(self, request: HttpRequest, kind: str, pk: int) -> HttpResponse:
        """Readers, latest first."""
        seen = seen_by(self.actor, kind, pk)
        model = sure(model_of(Event(subject_type=kind)))
        obj = model._default_manager.get(pk=pk)
        self.label = str(getattr(obj, "audit_label", None) or obj)
        about = SubjectRef("audit.event", None, self.page_title())
        record(self.actor, EVENTS_VIEWED, about, meta={"what": "readers", "subject": f"{kind}:{pk}"})
        return self.draw(seen=seen, noun=model._meta.verbose_name, days=RECENT_DAYS)

    def page_title(self) -> Any:
        return _("谁看过：%(label)s") % {"label": self.label}

    def crumbs(self) -> list[Crumb]:
        return [(_("操作留痕"), reverse("access:event-list")), (self.label, "")]


def changes_of(actor: Any, event: Event) -> list[dict[str, Any]]:
    """Changed fields in words, every value behind the veil of the record as it is for this reader."""
    model = model_of(event)
    if model is None:
        return []
    wording = Wording(actor, [event])
    subject = model._default_manager.filter(pk=event.subject_id).first() if event.subject_id else None
    is_known = subject is not None and has_policy(model) and can(actor, policy_for(model).view, subject)
    is_beyond = getattr(event, "shown_label", "") is None
    lines = []
    for name, pair in wording.changes_of(event).items():
        right = FieldRight.HIDE
        if not is_beyond:
            right = _right(actor, model, subject if is_known else None, name)
        old, new = (_shown(wording, model, name, value, right) for value in pair)
        lines.append({"label": field_label(model, name), "old": old, "new": new, "is_hidden": right == FieldRight.HIDE})
    return lines


def _right(actor: Any, model: Any, subject: Any, name: str) -> FieldRight:
    try:
        if field_class(model, name) in ALWAYS_SHOWN:
            return FieldRight.SHOW
        return right_on(actor, subject, name) if subject is not None else FieldRight.HIDE
    except LookupError:
        return FieldRight.HIDE


def _shown(wording: Wording, model: Any, name: str, value: Any, right: FieldRight) -> str:
    if right == FieldRight.HIDE:
        return ""
    clear = unsealed(model, name, value)
    return reveal_value(right, model, name, clear, _words(wording, model, name, clear)).text


def _words(wording: Wording, model: Any, name: str, value: Any) -> str:
    """A value in words; codes that the model itself can spell out (regions, industries) by the model."""
    if value and isinstance(getattr(model, f"{name}_text", None), property):
        return str(getattr(model(**{name: value}), f"{name}_text") or value)
    return wording.words(model, name, value)


def facts_of(actor: Any, event: Event) -> list[tuple[Any, str]]:
    """Further facts of an event in words; none where its subject lies beyond the actor, numbers that were typed as the actor sees them."""
    if getattr(event, "shown_label", "") is None:
        return []
    labels = {
        "path": _("地址"), "action": _("所需权限"), "why": _("失败原因"), "field": _("字段"), "label": _("字段名称"),
        "rows": _("行数"), "count": _("行数"), "total": _("命中数"), "format": _("格式"), "columns": _("列"), "text": _("检索词"),
        "conditions": _("条件"), "view": _("视图"), "known_browser": _("用过的浏览器"), "role": _("角色代码"), "kind": _("种类"),
        "what": _("内容"), "batch": _("批次"), "event": _("记录号"), "moved_below": _("随同移动的下级"), "file": _("文件"),
        "number": _("编号"), "version": _("版本"), "subject": _("对象"), "day": _("日期"), "shared": _("全公司可用"), "pages": _("页数"),
    }  # fmt: skip
    values = {
        "wrong": _("用户名或密码不正确"), "inactive": _("账号已停用"), "locked": _("已暂停登录"), "person": _("某人的操作"),
        "readers": _("查看者"), "xlsx": "Excel (xlsx)", "csv": "CSV",
    }  # fmt: skip
    meta: dict[str, Any] = orjson.loads(event.meta) if event.meta else {}
    facts = []
    for key, value in meta.items():
        if value in (None, "", [], {}):
            continue
        if isinstance(value, bool):
            text = _("是") if value else _("否")
        elif isinstance(value, list):
            text = "、".join(str(part) for part in value)
        else:
            text = values.get(str(value), str(value))
        facts.append((labels.get(key, key), veil_typed(actor, text, event.actor_id) if key in TYPED else text))
    return facts
