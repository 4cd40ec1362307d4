"""Loads who is signed in, together with the company and its rules of signing in: one query a request."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.backends import ModelBackend

from kedang.foundation.access.models import Person

alongside: dict[str, Callable[[], Any]] = {}
"""Name → annotation that later rooms want to have along with the person who asks, so that every page has it without a query."""


class StaffBackend(ModelBackend):
    """People by key; whether they know their password is asked in ``services/signing.py``, which counts attempts."""

    def authenticate(self, request: Any, username: Any = None, password: Any = None, **kwargs: Any) -> None:
        """Nobody gets in beside the counted way."""
        return

    def get_user(self, user_id: Any) -> Person | None:
        """The person, unless switched off."""
        found: Person | None = (
            Person.objects.select_related("fonds__sign_in_policy")
            .filter(pk=user_id, is_active=True)
            .annotate(**{name: made() for name, made in alongside.items()})
            .first()
        )
        return found
