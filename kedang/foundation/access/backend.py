"""Loads who is signed in, together with the company and its rules of signing in: one query a request."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import QuerySet

from kedang.foundation.access.models import Person
from kedang.foundation.kernel.prepared import Prepared

alongside: dict[str, Callable[[], Any]] = {}
"""Name → annotation that later rooms want to have along with the person who asks, so that every page has it without a query. It is
worked out once (see ``kernel.prepared``), so nothing in it may depend on the moment."""


class StaffBackend(ModelBackend):
    """People by key; whether they know their password is asked in ``services/signing.py``, which counts attempts."""

    def authenticate(self, request: Any, username: Any = None, password: Any = None, **kwargs: Any) -> None:
        """Nobody gets in beside the counted way."""
        return

    def get_user(self, user_id: Any) -> Person | None:
        """The person, unless switched off."""
        return _signed_in.first(pk=user_id)


def _who(pk: int) -> QuerySet[Person]:
    found: QuerySet[Person] = Person.objects.select_related("fonds__sign_in_policy").filter(pk=pk, is_active=True)
    return found.annotate(**{name: made() for name, made in alongside.items()})


_signed_in = Prepared(_who, pk=int)
