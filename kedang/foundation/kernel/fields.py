"""Model fields shared by all rooms: text that lies encrypted in the database."""

from typing import Any

from django.db import models

from kedang.foundation.kernel import keys


class EncryptedTextField(models.TextField):
    """Text that is sealed at rest with the place ``app.Model.field`` as associated data and plain in Python.

    A value is opened when its row is loaded; a missing key refuses with a sentence. Deferred columns cost nothing, so
    lists leave these fields out.
    """

    @property
    def place(self) -> str:
        """Associated data of this field."""
        return f"{self.model._meta.label}.{self.attname}"

    def get_prep_value(self, value: Any) -> Any:
        """Seal before writing."""
        text = super().get_prep_value(value)
        return keys.encrypt(text, self.place) if text else ""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str:
        """Open after reading."""
        return keys.decrypt(value, self.place) if value else ""
