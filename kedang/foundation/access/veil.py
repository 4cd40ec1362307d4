"""Every exit passes this veil: the only reader of field values for page, list, export, print, search, history and API."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.foundation.access.events import FIELD_UNMASKED
from kedang.foundation.access.grants import active_grants, best_right
from kedang.foundation.access.masks import mask
from kedang.foundation.access.policies import (
    NOTHING,
    Policy,
    any_of,
    may_be_named,
    policy_for,
    prefixed,
    reaching,
    require,
)
from kedang.foundation.access.secrecy import ALWAYS_SHOWN, FieldRight
from kedang.foundation.access.signin.quota import spend
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.fields import Unreadable
from kedang.foundation.kernel.refused import NotAllowed, Refused

EMPTY = ""


@dataclass(frozen=True, slots=True)
class Revealed:
    """What an actor sees of a value: ``state`` is shown, masked or hidden; ``text`` is ready for display."""

    state: FieldRight
    text: str
    value: Any = None

    @property
    def is_masked(self) -> bool:
        """Partly hidden: an eye may open it."""
        return self.state == FieldRight.MASK and bool(self.text)

    @property
    def is_hidden(self) -> bool:
        """Nothing may be shown."""
        return self.state == FieldRight.HIDE

    def __str__(self) -> str:
        return self.text


HIDDEN = Revealed(FieldRight.HIDE, EMPTY)


def field_class(model: type[models.Model], field: str) -> str:
    """Secrecy class of a field; an undeclared one raises."""
    secrecy = getattr(model, "secrecy", None)
    if secrecy is None:
        raise LookupError(f"{model._meta.label} declares no secrecy")
    found: str = secrecy.of(field)
    return found


def right_on(actor: Actor, obj: models.Model, field: str) -> FieldRight:
    """What the actor may see of this field of this object: the most open right of the grants that reach it."""
    name = field_class(type(obj), field)
    if actor.is_system or name in ALWAYS_SHOWN:
        return FieldRight.SHOW
    policy, root = _root(obj)
    view = policy_for(type(obj)).view
    return best_right([g.right_on(name) for g in reaching(policy, actor, root) if view in g.actions])


def reveal(actor: Actor, obj: models.Model, field: str) -> Revealed:
    """The value of a field as this actor may see it; a record that it refers to is named only to who may see that too."""
    value = getattr(obj, field)
    if isinstance(value, models.Model) and not may_be_named(actor, value):
        return HIDDEN
    return reveal_value(right_on(actor, obj, field), type(obj), field, value, text_of(obj, field))


def revealer(actor: Actor, model: type[models.Model], field: str) -> Callable[[Any], Revealed]:
    """:func:`reveal` of one field for many objects of a model: what is the same for all of them is looked up once."""
    name = field_class(model, field)
    if not (actor.is_system or name in ALWAYS_SHOWN):
        return lambda obj: reveal(actor, obj, field)
    special = hasattr(model, f"{field}_text")
    labels = choice_labels(model, field)
    show = FieldRight.SHOW
    known: dict[Any, Revealed] = {}

    def shown(obj: Any) -> Revealed:
        value = getattr(obj, field)
        if isinstance(value, Unreadable):
            return Revealed(show, str(_("打不开")), value)
        if labels is not None and not special:
            found = known.get(value)
            if found is None:
                found = known[value] = Revealed(show, label_of_choice(labels, value), value)
            return found
        if isinstance(value, models.Model) and not may_be_named(actor, value):
            return HIDDEN
        if special:
            return Revealed(show, text_of(obj, field), value)
        return Revealed(show, format_value(value) if labels is None else label_of_choice(labels, value), value)

    return shown


def reveal_value(
    right: FieldRight, model: type[models.Model], field: str, value: Any, text: str | None = None
) -> Revealed:
    """A loose value (from the trail, a staged row …) of a field, under a right already known."""
    if right == FieldRight.HIDE:
        return HIDDEN
    if isinstance(value, Unreadable):
        return Revealed(FieldRight.SHOW, str(_("打不开")), value)
    shown = format_value(value) if text is None else text
    if right == FieldRight.SHOW:
        return Revealed(right, shown, value)
    return Revealed(right, mask(field_class(model, field), field, shown), None)


def text_of(obj: models.Model, field: str) -> str:
    """Display text of a value: ``<field>_text`` of the model, the label of a choice, or the formatted value."""
    special = getattr(obj, f"{field}_text", None)
    if isinstance(special, str):
        return special
    labels = choice_labels(type(obj), field)
    value = getattr(obj, field)
    if isinstance(value, Unreadable):
        return str(_("打不开"))
    return format_value(value) if labels is None else label_of_choice(labels, value)


@cache
def choice_labels(model: type[models.Model], field: str) -> dict[Any, Any] | None:
    """Value → label of a field with choices, None for others: what ``get_<field>_display`` works out anew for every value."""
    try:
        found = model._meta.get_field(field)
    except FieldDoesNotExist:
        return None
    return dict(found.flatchoices) if isinstance(found, models.Field) and found.choices else None


def label_of_choice(labels: dict[Any, Any], value: Any) -> str:
    """Label of a value in the language of the request; a value that is no choice stands for itself."""
    return EMPTY if value is None else str(labels.get(value, value))


def format_value(value: Any) -> str:
    """Values as people read them: 年-月-日 时:分, 是/否, amounts with thousands."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, datetime):
        return f"{clock.local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:,.2f}".removesuffix(".00")
    return str(value)


def right_anywhere(actor: Actor, model: type[models.Model], field: str) -> FieldRight:
    """The most open right that any grant gives: decides whether a column or condition is offered at all."""
    name = field_class(model, field)
    if actor.is_system or name in ALWAYS_SHOWN:
        return FieldRight.SHOW
    view = _root_policy(model).view
    return best_right([g.right_on(name) for g in active_grants(actor) if view in g.actions])


def may_filter(actor: Actor, model: type[models.Model], field: str) -> bool:
    """Whether the actor may filter, sort or search by a field: only if every reachable row shows it (no oracle)."""
    name = field_class(model, field)
    if actor.is_system or name in ALWAYS_SHOWN:
        return True
    view = _root_policy(model).view
    rights = [g.right_on(name) for g in active_grants(actor) if view in g.actions]
    return bool(rights) and all(right == FieldRight.SHOW for right in rights)


def shown_scope(actor: Actor, model: type[models.Model], field_class_name: str) -> Q:
    """Rows whose fields of this class the actor sees in clear: the scope of searches by such values."""
    if actor.is_system:
        return Q()
    policy = policy_for(model)
    if policy.parent:
        return prefixed(shown_scope(actor, policy.parent_model(), field_class_name), policy.parent)
    held = [
        grant
        for grant in active_grants(actor)
        if policy.view in grant.actions and grant.right_on(field_class_name) == FieldRight.SHOW
    ]
    showing = [policy.grant_q(grant) for grant in held if not grant.is_opened]
    return policy.widened(any_of(showing) & policy.limits(actor) if showing else NOTHING, held)


@transaction.atomic
def field_unmask(*, actor: Actor, obj: models.Model, field: str, reason: str) -> str:
    """Show one masked value in clear; see :func:`unmask_noted`."""
    unmask_noted(actor=actor, obj=obj, field=field, reason=reason)
    return text_of(obj, field)


def unmask_noted(*, actor: Actor, obj: models.Model, field: str, reason: str, **meta: str) -> None:
    """Write down that somebody is shown a masked field in clear: an act with a reason and an event, before the value leaves. ``meta``:
    where it is shown, if not on its own page.

    Raises:
        OutOfScope, NotAllowed: no right to the record, or none to unmask.
        Refused: no reason given, or the field is hidden from this actor altogether.
        StepUpNeeded, QuotaExceeded: see ``signin/stepup.py`` and ``signin/quota.py``.
    """
    policy, root = _root(obj)
    room = policy.view.split(".")[0]
    require(actor, f"{room}.unmask", root)
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", str(_("请写明查看完整内容的原因，例如“电话回访核对”。")), "reason")
    if right_on(actor, obj, field) == FieldRight.HIDE:
        raise NotAllowed(str(_("此字段对您的角色不开放，不能查看完整内容。")), action=f"{room}.unmask")
    require_recent(actor)
    spend(actor, "unmask")
    label = str(field_label(type(obj), field))
    record(actor, FIELD_UNMASKED, obj, reason=reason.strip(), meta={"field": field, "label": label, **meta})


def field_label(model: type[models.Model], field: str) -> Any:
    """Chinese label of a field, from its one home."""
    try:
        return getattr(model._meta.get_field(field), "verbose_name", field)
    except FieldDoesNotExist:
        return getattr(model, f"{field}_label", field)


def _root(obj: models.Model) -> tuple[Policy, models.Model]:
    policy = policy_for(type(obj))
    while policy.parent:
        obj = getattr(obj, policy.parent)
        policy = policy_for(type(obj))
    return policy, obj


def _root_policy(model: type[models.Model]) -> Policy:
    policy = policy_for(model)
    while policy.parent:
        policy = policy_for(policy.parent_model())
    return policy
