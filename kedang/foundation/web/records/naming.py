"""What a model says about a field: its label, its help, its kind. The one home is the model."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from kedang.foundation.access.veil import field_label
from kedang.foundation.kernel.fields import EncryptedTextField

RIGHT_ALIGNED = (models.DecimalField, models.FloatField, models.IntegerField)


def field_of(model: type[models.Model], name: str) -> Any:
    """The concrete field of that name, or None for attributes and paths."""
    try:
        found = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found if getattr(found, "concrete", False) else None


def label_of(model: type[models.Model], name: str) -> Any:
    """Chinese label; for a path ``department__name`` that of the first step."""
    return field_label(model, name.partition("__")[0])


def kind_of(model: type[models.Model], name: str) -> str:
    """text, choice, number, date, instant, bool, person or sealed."""
    found = field_of(model, name)
    if found is None or isinstance(found, EncryptedTextField):
        return "sealed" if found is not None else "text"
    if found.choices or isinstance(found, models.ForeignKey):
        return "choice"
    if isinstance(found, models.BooleanField):
        return "bool"
    if isinstance(found, models.DateTimeField):
        return "instant"
    if isinstance(found, models.DateField):
        return "date"
    return "number" if isinstance(found, RIGHT_ALIGNED) else "text"


def is_right_aligned(model: type[models.Model], name: str) -> bool:
    """Amounts and counts stand at the right; codes and choices do not."""
    found = field_of(model, name)
    return isinstance(found, RIGHT_ALIGNED) and not isinstance(found, models.ForeignKey) and not found.choices
