"""What the services of custody do around a change: lock, type, check, note."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems, clean_record, typed
from kedang.business.customers.services.writing import refuse_stale, take_over
from kedang.foundation.access.policies import require
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

Values = Mapping[str, Any]


def locked(model: type[models.Model], actor: Actor, obj: Any, action: str) -> Any:
    """The record as it is now, under lock until the transaction ends, once the actor may do the action.

    Raises:
        OutOfScope, NotAllowed, Refused: as ``require`` says.
    """
    key = obj if isinstance(obj, int) else obj.pk
    found = model._default_manager.select_for_update(of=("self",)).filter(pk=key).first()
    if found is None:
        raise OutOfScope
    require(actor, action, found)
    return found


def typed_values(
    model: type[models.Model], values: Values, names: tuple[str, ...], problems: Problems
) -> dict[str, Any]:
    """The named values in the types of their fields; records pass through."""
    clean: dict[str, Any] = {}
    for name in names:
        if name in values:
            given = values[name]
            clean[name] = given if isinstance(given, models.Model) else typed(model, name, given, problems)
    return clean


def checked(obj: models.Model, names: tuple[str, ...], problems: Problems) -> None:
    """Django's checks of these fields, and the refusal with everything that is wrong."""
    clean_record(obj, names, problems)
    problems.refuse()


def changed(obj: Any, values: Values, names: tuple[str, ...], version: int | None) -> dict[str, tuple[Any, Any]]:
    """Take the values over; returns the changes, after the checks.

    Raises:
        Refused: ``stale_version``, ``values_invalid``.
    """
    refuse_stale(obj, version)
    problems = Problems()
    changes = take_over(obj, typed_values(type(obj), values, names, problems))
    checked(obj, tuple(changes), problems)
    return changes


def save_changes(obj: Any, *names: str) -> None:
    """Save the named fields and the next version."""
    obj.version += 1
    obj.save(update_fields=[*names, "version"])


def reason_given(reason: str, example: str) -> str:
    """The reason, or the refusal that asks for one.

    Raises:
        Refused: ``reason_missing``.
    """
    told = " ".join(reason.split())
    if len(told) < 2:
        raise Refused("reason_missing", _("请写明原因，例如“%(example)s”。") % {"example": example}, "reason")
    return told[:300]


def fonds_of(actor: Actor, fonds: Any = None) -> int:
    """The company written for: the actor's own, or for machines the one given."""
    found = actor.fonds_id or (fonds if isinstance(fonds, int) else getattr(fonds, "pk", None))
    if found is None:
        raise OutOfScope
    return int(found)
