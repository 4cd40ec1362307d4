"""What the services of this room share: differences, checks of a whole record, and saving under a constraint."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction

from kedang.foundation.access.models import Fonds
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

Changes = dict[str, tuple[Any, Any]]


def apply(obj: models.Model, values: Mapping[str, Any]) -> Changes:
    """Set the values that differ; returns ``{field: (old, new)}``, with the names of related records."""
    changes: Changes = {}
    for name, new in values.items():
        old = getattr(obj, name)
        new = new.strip() if isinstance(new, str) else new
        if old != new:
            changes[name] = (shown(old), shown(new))
            setattr(obj, name, new)
    return changes


def shown(value: Any) -> Any:
    """A value as the trail keeps it: related records by name."""
    return str(value) if isinstance(value, models.Model) else value


def initial(obj: models.Model, names: Iterable[str]) -> Changes:
    """Changes of a new record: from nothing to what was filled in."""
    return {name: (None, shown(value)) for name in names if (value := getattr(obj, name)) not in (None, "", [], {})}


def check(obj: models.Model, *, exclude: Iterable[str] = ()) -> None:
    """The record's own validation, as a refusal that names label and problem."""
    try:
        obj.full_clean(exclude=set(exclude), validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        if field == NON_FIELD_ERRORS:
            raise Refused("invalid", "".join(messages)) from error
        label = obj._meta.get_field(field).verbose_name  # type: ignore[union-attr]  # errors belong to concrete fields
        raise Refused("invalid", f"{label}：{''.join(messages)}", field) from error


def save(obj: models.Model, taken: Refused, *, fields: Iterable[str] | None = None) -> None:
    """Save; the constraint behind the check, met by whoever came second, is the same refusal."""
    try:
        with transaction.atomic():
            if fields is None:
                obj.save()
            else:
                obj.save(update_fields=list(fields))
    except IntegrityError as error:
        raise taken from error


def fonds_of(actor: Actor, fonds: Fonds | None) -> Fonds:
    """The company that a new record belongs to: the actor's; machines must say which."""
    if actor.fonds_id is not None:
        return Fonds.objects.get(pk=actor.fonds_id)
    if fonds is None:
        raise ValueError("a machine must say for which company it acts")
    return fonds
