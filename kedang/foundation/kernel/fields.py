"""Model fields shared by all rooms: text that lies encrypted in the database."""

from typing import Any

from django.db import models

from kedang.foundation.kernel import keys
from kedang.foundation.kernel.refused import Refused


class Unreadable(str):
    """A sealed value whose key is missing or that is damaged. Empty as text, so that nothing is reckoned or compared with it; the veil
    shows that it does not open; written back it is what it was.
    """

    __slots__ = ("sealed",)
    sealed: str

    def __new__(cls, sealed: str) -> "Unreadable":
        made = super().__new__(cls, "")
        made.sealed = sealed
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return Unreadable, (self.sealed,)


def opened(sealed: str, place: str) -> str:
    """A sealed value in clear, or that it does not open. A page or list with such a value is still a page or list."""
    try:
        return keys.decrypt(sealed, place)
    except Refused:
        return Unreadable(sealed)


class EncryptedTextField(models.TextField):
    """Text that is sealed at rest with the place ``app.Model.field`` as associated data and plain in Python.

    A value is opened when its row is loaded; one that does not open is :class:`Unreadable`. Deferred columns cost nothing, so
    lists leave these fields out.
    """

    @property
    def place(self) -> str:
        """Associated data of this field."""
        return f"{self.model._meta.label}.{self.attname}"

    def get_prep_value(self, value: Any) -> Any:
        """Seal before writing."""
        if isinstance(value, Unreadable):
            return value.sealed
        text = super().get_prep_value(value)
        return keys.encrypt(text, self.place) if text else ""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str:
        """Open after reading."""
        return opened(value, self.place) if value else ""
