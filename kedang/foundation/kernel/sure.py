"""What cannot be missing at this place, said so that it also holds under ``python -O``, where ``assert`` says nothing."""

from typing import TypeVar

T = TypeVar("T")


def sure(value: T | None) -> T:
    """The value, which is there; a fault of the program (LookupError) when it is not."""
    if value is None:
        raise LookupError("a value that must be there is missing")
    return value
