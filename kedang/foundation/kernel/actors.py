"""Who acts: a person, or a machine with a name. A missing actor is an error, never “anonymous”."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@runtime_checkable
class Actor(Protocol):
    """What every service needs to know of who acts."""

    @property
    def id(self) -> int | None:
        """Key of the person, or None for a machine."""

    @property
    def display_name(self) -> str:
        """Name as the trail keeps it."""

    @property
    def fonds_id(self) -> int | None:
        """Company of the actor; None for a machine, which works across companies."""

    @property
    def is_system(self) -> bool:
        """Machines pass the rules of rights, never those of state."""


@dataclass(frozen=True, slots=True)
class SystemActor:
    """A machine that acts under its own name."""

    display_name: str
    id: int | None = None
    fonds_id: int | None = None
    is_system: bool = True


SYSTEM = SystemActor("系统")


def system_actor(name: str) -> SystemActor:
    """A named machine, e.g. the worker or the demo generator."""
    return SystemActor(name)
