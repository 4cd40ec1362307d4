"""A record under lock, once the actor may do the action."""

from typing import Any, TypeVar

from django.db import models

from kedang.foundation.access.policies import require
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope

Record = TypeVar("Record", bound=models.Model)


def locked(model: type[Record], actor: Actor, action: str, given: Record | int) -> Record:
    """The record as it is now, locked until the transaction ends.

    Raises:
        OutOfScope, NotAllowed, Refused: as ``require`` says.
    """
    rows: Any = model._default_manager.select_for_update(of=("self",))
    found: Record | None = rows.filter(pk=given if isinstance(given, int) else given.pk).first()
    if found is None:
        raise OutOfScope
    require(actor, action, found)
    return found
