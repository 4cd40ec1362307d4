"""Browsers without script for the loan desk's tests."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.cast import Cast


@pytest.fixture
def as_(cast: Cast) -> Callable[[str], Client]:
    """A client signed in as one of the cast."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(getattr(cast, name))
        return client

    return signed_in
