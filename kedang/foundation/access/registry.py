"""Which rule holds for a model: filled by policies, asked by querysets, which know no policy by name."""

from typing import Any

from django.db import models

_rules: dict[type[models.Model], Any] = {}


def enter(model: type[models.Model], rule: Any) -> None:
    """From now on this :class:`~kedang.foundation.access.policies.Policy` is the rule of the model."""
    _rules[model] = rule


def rule_of(model: type[models.Model]) -> Any:
    """The rule of a model; a model without one raises (and stops start-up by a system check)."""
    try:
        return _rules[model]
    except KeyError as error:
        raise LookupError(f"{model._meta.label} has no policy") from error


def has_rule(model: type[models.Model]) -> bool:
    """Whether a model has a rule."""
    return model in _rules
