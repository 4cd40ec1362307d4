"""A session that cannot be written because the database is away is not an ended one."""

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import OperationalError

pytestmark = pytest.mark.django_db


def begun() -> Any:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["who"] = "1"
    store.create()
    return store


def test_an_ended_session_says_so() -> None:
    store = begun()
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()


def test_a_database_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    store = begun()

    def away(*args: Any, **more: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(Session, "save", away)
    with pytest.raises(OperationalError, match="closed the connection"):
        store.save()
    monkeypatch.undo()
    assert Session.objects.filter(pk=store.session_key).exists()
