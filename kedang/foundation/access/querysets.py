"""The only way from an actor to rows."""

from typing import Any

from django.db import models

from kedang.foundation.access.registry import rule_of
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope


class ScopedQuerySet(models.QuerySet[Any]):
    """Queryset of every record: ``visible_to(actor)`` is the only way from an actor to rows."""

    def visible_to(self, actor: Actor, code: str = "") -> "ScopedQuerySet":
        """Rows on which the actor may do the action (default: the view action of the model)."""
        return self.filter(rule_of(self.model).scope(actor, code))

    def get_for(self, actor: Actor, code: str = "", **lookup: Any) -> Any:
        """The one visible row, or OutOfScope: foreign and missing answer alike."""
        for found in self.visible_to(actor, code).filter(**lookup).order_by()[:1]:
            return found
        raise OutOfScope
