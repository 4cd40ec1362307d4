"""Start-up checks that fail closed: no model without policy and secrecy, no unlisted field."""

from typing import Any

from django.apps import apps
from django.core import checks

from kedang.foundation.access.policies import has_policy


@checks.register("kedang")
def every_model_has_policy_and_secrecy(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """A model of ours without policy, or a field without secrecy class, stops start-up."""
    problems: list[checks.CheckMessage] = []
    for model in apps.get_models():
        if not model.__module__.startswith("kedang."):
            continue
        if getattr(model, "is_technical", False):
            continue
        if not has_policy(model):
            problems.append(checks.Error(f"{model._meta.label} 没有权限规则（Policy）。", id="kedang.E001"))
        secrecy = getattr(model, "secrecy", None)
        if secrecy is None:
            if model._meta.label_lower != "audit.event":
                problems.append(checks.Error(f"{model._meta.label} 没有声明字段密级（secrecy）。", id="kedang.E002"))
            continue
        problems += [
            checks.Error(f"{model._meta.label}.{field.name} 没有密级。", id="kedang.E003")
            for field in model._meta.concrete_fields
            if not secrecy.lists(field.name) and field.name != "id"
        ]
    return problems
