"""The furniture on trial: pages of customers under ``/trial/`` and a browser without scripts for each of the cast."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kedang.business.customers.models import Customer
from tests.cast import Cast, cast
from tests.customers.making import make_customer

ACCOUNT = "6222021001116245702"

__all__ = ["cast"]


@pytest.fixture(autouse=True)
def trial_addresses(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.web.trial"


@pytest.fixture
def as_(cast: Cast) -> Callable[[str], Client]:
    """A client signed in as one of the cast."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(getattr(cast, name))
        return client

    return signed_in


@pytest.fixture
def dossiers(cast: Cast) -> list[Customer]:
    """Three enterprises of the company and one of the other."""
    return make_dossiers(cast)


def make_dossiers(cast: Cast) -> list[Customer]:
    """Those of the company; the one of the other is 赵鹏's."""
    actor = cast.archivist
    made = [
        make_customer(actor, name="青山精密机械有限公司", registered_capital="2000000", bank_account=ACCOUNT),
        make_customer(actor, name="白石阀门有限公司", registered_capital="500000", established_on="2015-03-02"),
        make_customer(actor, name="=cmd 临江泵业有限公司", registered_capital="8000000", established_on="2020-07-01"),
    ]
    make_customer(cast.stranger, name="远处的公司有限公司")
    return made
