"""What other rooms bring to a new company: its number series, its axes of classes. Filled in their ``AppConfig.ready()``."""

from collections.abc import Callable

from kedang.foundation.access.models import Fonds

Welcome = Callable[[Fonds], object]
_welcomes: list[Welcome] = []


def when_fonds_arrives(handler: Welcome) -> Welcome:
    """Decorator: ``handler(fonds)`` runs in the transaction that makes a company."""
    if handler not in _welcomes:
        _welcomes.append(handler)
    return handler


def welcome(fonds: Fonds) -> None:
    """Run what the rooms registered."""
    for handler in _welcomes:
        handler(fonds)
