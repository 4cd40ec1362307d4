"""Migrations draw anew what a change touches, and no more.

While it applies migrations, Django keeps a class for every table as it stood at that point, and draws classes anew after each
operation: the one that changed and everything related to it in either direction, over any number of steps. Where all records
know their company and their people that is every table, after nearly every operation, and six sevenths of the time that a new
database takes. A class must be drawn anew when it changed itself, or when it points at one that was; what it points at may stay.
A rule or an index more is noted on the class as it is, on the way forwards: nothing else about it has changed. On the way back Django
keeps the states before and after, which share their classes, so there they are drawn anew.
"""

from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from django.db.migrations.migration import Migration
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation

Key = tuple[str, str]
"""Room and name of a model, in small letters."""

_is_forwards: ContextVar[bool] = ContextVar("is_forwards", default=False)
_apply, _append_anew = Migration.apply, ProjectState._append_option  # type: ignore[attr-defined]


def install() -> None:
    """Once, when the program starts."""
    ProjectState._find_reload_model = touched_by  # type: ignore[attr-defined]
    ProjectState._append_option = append  # type: ignore[attr-defined]
    Migration.apply = forwards  # type: ignore[method-assign, assignment]


def forwards(migration: Migration, *args: Any, **options: Any) -> ProjectState:
    """A migration is applied; takes the place of a method of Django's."""
    token = _is_forwards.set(True)
    try:
        return _apply(migration, *args, **options)
    finally:
        _is_forwards.reset(token)


def append(state: ProjectState, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
    """A table has a rule or an index more; takes the place of a method of Django's.

    Args:
        option_name: ``constraints`` or ``indexes``.
    """
    if not _is_forwards.get():
        _append_anew(state, app_label, model_name, option_name, obj)
        return
    options = state.models[app_label, model_name].options
    options[option_name] = [*options[option_name], obj]
    if "apps" in state.__dict__:  # else no class is drawn yet
        meta = state.apps.get_model(app_label, model_name)._meta
        setattr(meta, option_name, [*getattr(meta, option_name), obj])


def touched_by(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> set[Key]:
    """The model and all that point at it, directly or through others; takes the place of a method of Django's.

    Args:
        delay: Django's way of asking for direct relations only; what points at a class anew must be anew, so it changes nothing.
    """
    pointing: dict[Key, set[Key]] = {}
    for key, model in state.models.items():
        for target in _targets_of(key, model):
            pointing.setdefault(target, set()).add(key)
    found = {(app_label, model_name)}
    waiting = list(found)
    while waiting:
        nearer = pointing.get(waiting.pop(), set()) - found
        found |= nearer
        waiting.extend(nearer)
    return found


def _targets_of(key: Key, model: ModelState) -> Iterator[Key]:
    """Models that a model cannot be drawn without: of its keys, of the tables between, and those it is a kind of."""
    for field in model.fields.values():
        remote = getattr(field, "remote_field", None)
        for target in (getattr(remote, "model", None), getattr(remote, "through", None)):
            if target:
                yield resolve_relation(target, *key)
    for base in model.bases:
        if isinstance(base, str):
            yield resolve_relation(base, *key)
