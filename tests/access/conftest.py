"""Officers whom the cast does not have, and a request with a session."""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from kedang.foundation.access.models import Person
from kedang.foundation.web import errors
from kedang.foundation.web.printing import renderer
from tests.access.papers import Papers
from tests.access.scene import Scene, make_scene
from tests.cast import Cast, make_cast, make_person


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """The scene, set up once for all tests of a module; see ``scene``."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_scene(make_cast())
        transaction.set_rollback(True)


@pytest.fixture
def scene(stage: Scene, db: None) -> Scene:
    """One of everything; each test's own changes are rolled back to here. It brings its cast: not together with the fixture ``cast``."""
    return stage


@pytest.fixture
def officer(cast: Cast) -> Person:
    """白露, 安全保密员: the one who grants."""
    return make_person(cast.fonds, "bailu", "白露", "security_admin", cast.head_office)


@pytest.fixture
def request_of() -> Callable[..., HttpRequest]:
    """A request with a session of its own."""

    def made(user: Any = None) -> HttpRequest:
        request = RequestFactory().post("/sign-in/")
        request.session = import_module(settings.SESSION_ENGINE).SessionStore()
        request.user = user or AnonymousUser()
        return request

    return made


@pytest.fixture
def bare_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not is answered with the sentence alone, for walks that look at thousands of statuses; ``test_headers`` draws the pages."""
    drawn = errors.render

    def answered(request: HttpRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
        if status not in {403, 404}:
            return drawn(request, template, context, status=status)
        return HttpResponse(context["sentence"], status=status)

    monkeypatch.setattr(errors, "render", answered)


@pytest.fixture
def papers(monkeypatch: pytest.MonkeyPatch) -> Papers:
    """For the same walks; what stands on papers is read in their own tests."""
    made = Papers(renderer._compiler())
    monkeypatch.setattr(renderer, "_compiler", lambda: made)
    return made
