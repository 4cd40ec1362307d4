"""History of a record, read from the trail: who, when, from → to, why; and the record as it was on a past day."""

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import may_be_named, require
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.access.veil import format_value, reveal_value, right_on
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.reading import about
from kedang.foundation.audit.record import SEALED_CLASSES
from kedang.foundation.audit.vocabulary import event_type
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.fields import opened
from kedang.foundation.web.records.detail import RecordDetail, note_reading
from kedang.foundation.web.records.naming import field_of, label_of

PAGE = 50
TONES = {"read": "is-read", "search": "is-read", "refuse": "is-bad", "disclose": "is-bad"}


@dataclass(frozen=True, slots=True)
class Change:
    """One changed field in words."""

    label: Any
    old: str
    new: str


@dataclass(slots=True)
class HistoryEntry:
    """One entry of the trail in words."""

    id: int
    at: Any
    who: str
    title: Any
    category: str
    tone: str
    reason: str
    subject: str
    channel: str
    changes: list[Change] = field(default_factory=list)


def unsealed(model: type[models.Model], name: str, value: Any) -> Any:
    """A value of the trail in clear: sealed classes lie encrypted there."""
    secrecy = getattr(model, "secrecy", None)
    if value in (None, "") or secrecy is None:
        return value
    try:
        is_sealed = secrecy.of(name) in SEALED_CLASSES
    except LookupError:
        return None
    return opened(str(value), f"{model._meta.label}.{name}") if is_sealed else value


class Wording:
    """Turns keys and codes of the trail into words for a reader; foreign keys are looked up once per kind.

    A record beyond the reader is not named, it stands there by its key alone.
    """

    def __init__(self, actor: Any, events: Iterable[Event]) -> None:
        self.actor, self.events = actor, list(events)
        self._changes = {event.pk: orjson.loads(event.changes) if event.changes else {} for event in self.events}
        self._names = self._load_names()

    def _load_names(self) -> dict[type[models.Model], dict[str, str]]:
        wanted: dict[type[models.Model], set[str]] = {}
        for event in self.events:
            model = model_of(event)
            for name, pair in self._changes[event.pk].items():
                found = field_of(model, name) if model else None
                if isinstance(found, models.ForeignKey) and isinstance(found.related_model, type):
                    wanted.setdefault(found.related_model, set()).update(
                        str(key) for key in pair if str(key or "").isdecimal()
                    )
        return {
            related: {
                str(row.pk): str(row) if may_be_named(self.actor, row) else str(_("（看不到的记录）"))
                for row in related._default_manager.filter(pk__in=known)
            }
            for related, known in wanted.items()
        }

    def changes_of(self, event: Event) -> dict[str, Any]:
        """Raw changes of an event."""
        found: dict[str, Any] = self._changes[event.pk]
        return found

    def words(self, model: type[models.Model], name: str, value: Any) -> str:
        """One value in words."""
        found = field_of(model, name)
        if isinstance(value, list):
            return "、".join(self.words(model, name, one) for one in value)
        if value in (None, "") or found is None:
            return format_value(value)
        told = getattr(model, f"{name}_words", None)
        if callable(told):
            return str(told(value))
        if isinstance(found, models.ForeignKey):
            related: Any = found.related_model
            return self._names.get(related, {}).get(str(value), str(value))
        if found.choices:
            known = {str(key): str(label) for key, label in found.flatchoices}
            return known.get(str(value), str(value))
        try:
            return format_value(found.to_python(value))
        except ValidationError:
            return str(value)


def model_of(event: Event) -> type[models.Model] | None:
    """Model of an event's subject, if it is still installed."""
    try:
        return apps.get_model(event.subject_type) if event.subject_type else None
    except (LookupError, ValueError):
        return None


def entries_of(actor: Any, obj: models.Model, events: Iterable[Event]) -> list[HistoryEntry]:
    """Events in words, every value behind the veil of the record they belong to."""
    wording = Wording(actor, events)
    rights: dict[tuple[type[models.Model], str], FieldRight] = {}
    entries = []
    for event in wording.events:
        known = event_type(event.code)
        entry = HistoryEntry(
            event.pk, event.at, event.actor_name, known.title if known else event.code, event.category,
            TONES.get(event.category, ""), event.reason, "" if event.subject_id == obj.pk else event.subject_label, event.channel,
        )  # fmt: skip
        model = model_of(event)
        if model is not None:
            for name, (old, new) in wording.changes_of(event).items():
                right = _right(actor, obj, model, name, rights)
                if right != FieldRight.HIDE:
                    entry.changes.append(
                        Change(label_of(model, name), *(_veiled(wording, model, name, v, right) for v in (old, new)))
                    )
        entries.append(entry)
    return entries


def _right(
    actor: Any, obj: models.Model, model: type[models.Model], name: str, known: dict[Any, FieldRight]
) -> FieldRight:
    """Right on a field of the record, or of a record below it (which follows the record's own grants)."""
    if (model, name) not in known:
        try:
            subject = obj if isinstance(obj, model) else _below(obj, model)
            known[model, name] = right_on(actor, subject, name)
        except (LookupError, AttributeError):
            known[model, name] = FieldRight.HIDE
    return known[model, name]


def _below(obj: models.Model, model: type[models.Model]) -> models.Model:
    from kedang.foundation.access.policies import policy_for

    parent = policy_for(model).parent
    return model(**{parent: obj}) if parent else model()


def _veiled(wording: Wording, model: type[models.Model], name: str, value: Any, right: FieldRight) -> str:
    clear = unsealed(model, name, value)
    return reveal_value(right, model, name, clear, wording.words(model, name, clear)).text


def events_of(obj: models.Model) -> Any:
    """Events of a record and of what belongs to it, newest first."""
    return Event.objects.filter(about(obj._meta.label_lower, obj.pk)).order_by("-id")


def as_of(obj: models.Model, day: date) -> models.Model | None:
    """A copy of the record as it was at the end of a day; None when it did not exist yet."""
    end = clock.end_of_day(day)
    kind = obj._meta.label_lower
    past = copy.copy(obj)
    past._state = copy.copy(obj._state)
    past._state.fields_cache = dict(obj._state.fields_cache)
    entries = Event.objects.filter(subject_type=kind, subject_id=obj.pk).exclude(changes="").order_by("-id")
    first = None
    for event in entries.filter(at__gt=end).only("code", "changes", "at"):
        if event.code.endswith(".created"):
            return None
        put_back(past, event)
        first = event
    created = getattr(obj, "created_at", None)
    if created is not None and created > end:
        return None
    is_made = first is not None and _makes(type(past), first) and not entries.filter(at__lte=end).exists()
    return None if is_made else past


def _makes(model: type[models.Model], event: Event) -> bool:
    """Whether an entry gives a record what no record is without: then it came into being with it."""
    changes: dict[str, tuple[Any, Any]] = orjson.loads(event.changes)
    found = ((field_of(model, name), old) for name, (old, _new) in changes.items())
    return any(field is not None and not field.null and old is None for field, old in found)


def as_of_version(obj: models.Model, version: int) -> models.Model:
    """A copy of the record as it was when its version was ``version``, for records whose events tell their version."""
    past = copy.copy(obj)
    past._state = copy.copy(obj._state)
    past._state.fields_cache = dict(obj._state.fields_cache)
    entries = Event.objects.filter(subject_type=obj._meta.label_lower, subject_id=obj.pk).exclude(changes="")
    for event in entries.order_by("-id").only("changes", "meta").iterator(chunk_size=50):
        told = orjson.loads(event.meta or "{}").get("version")
        if told is None:
            continue
        if told <= version:
            break
        put_back(past, event)
    return past


def put_back(past: models.Model, event: Event) -> None:
    """Give a copy the values that it had before an event."""
    for name, (old, _new) in orjson.loads(event.changes).items():
        found = field_of(type(past), name)
        if found is not None:
            setattr(past, found.attname, _python(found, unsealed(type(past), name, old)))


def _python(found: Any, value: Any) -> Any:
    if value is None:
        return None
    target = found.target_field if isinstance(found, models.ForeignKey) else found
    try:
        return target.to_python(value)
    except ValidationError:
        return value


class RecordHistory(RecordDetail):
    """操作记录: entries of the trail, filtered by what happened, and the record as it was on a day."""

    template_name = "web/records/history.html"
    tab_key = "history"

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The entries, or with ``on`` the record of that day; not with what is only shared."""
        if need := self.pages.action_of("history"):
            require(self.actor, need, self.obj)
        day, problem = _day_asked(request.GET)
        if day is not None:
            note_reading(self.pages, self.actor, self.obj, tab=self.tab_key, on=day.isoformat())
            return self.past(day)
        note_reading(self.pages, self.actor, self.obj, tab=self.tab_key)
        which = request.GET.get("what", "change")
        events = events_of(self.obj)
        if which != "all":
            events = events.filter(
                category__in={"change": ("change", "admin"), "read": ("read", "disclose", "search")}.get(
                    which, ("change", "admin")
                )
            )
        before = request.GET.get("before", "")
        if before.isdecimal():
            events = events.filter(pk__lt=int(before))
        found = list(events[: PAGE + 1])
        context: dict[str, Any] = {
            "entries": entries_of(self.actor, self.obj, found[:PAGE]),
            "what": which,
            "older": found[PAGE - 1].pk if len(found) > PAGE else None,
            "today": clock.today(),
            "problem": problem,
        }
        return self.draw(**self.head(), **context)

    def past(self, day: date) -> HttpResponse:
        """The record as it was at the end of a day, through today's veil."""
        was = as_of(self.obj, day)
        head = self.head()
        present = self.obj
        panels: list[dict[str, Any]] = []
        if was is not None:
            self.obj = was
            panels = self.panels()
            self.obj = present
            for drawn in panels:
                for fact in drawn["facts"]:
                    fact.unmask_url = ""
        return self.draw("web/records/past.html", **head, day=day, was=was, panels=panels, today=clock.today())


def _day_asked(params: Mapping[str, str]) -> tuple[date | None, str]:
    text = params.get("on", "").strip()
    if not text:
        return None, ""
    try:
        return date.fromisoformat(text), ""
    except ValueError:
        return None, _("日期请写成 2024-01-31 这样的形式。")
