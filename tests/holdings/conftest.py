"""The archive of both companies, and a browser without script for each of the cast."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.cast import Cast
from tests.holdings.making import lay_defaults


@pytest.fixture
def archive(cast: Cast) -> Cast:
    """The cast, with scheme, periods, filing scope and templates."""
    lay_defaults(cast)
    return cast


@pytest.fixture
def as_(cast: Cast) -> Callable[[str], Client]:
    """A client signed in as one of the cast."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(getattr(cast, name))
        return client

    return signed_in
