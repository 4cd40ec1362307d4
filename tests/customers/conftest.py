"""A browser without script for each of the cast, and a dossier of 周航 with everything in it."""

from collections.abc import Callable

import pytest
from django.test import Client

from kedang.business.customers import services
from kedang.business.customers.models import Customer
from tests.cast import Cast
from tests.customers.making import USCC_A, enterprise

ACCOUNT = "6222021001116245702"
MOBILE = "13800138000"


@pytest.fixture
def as_(cast: Cast) -> Callable[[str], Client]:
    """A client signed in as one of the cast."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(getattr(cast, name))
        return client

    return signed_in


@pytest.fixture
def dossier(cast: Cast) -> Customer:
    """A dossier of 周航 with contacts, a key person, characteristics and a class."""
    axis = services.axis_create(actor=cast.archivist, values={"code": "trade", "name": "贸易性质"})
    term = services.term_create(actor=cast.archivist, axis=axis, values={"code": "PF", "name": "批发"})
    return services.customer_create(
        actor=cast.archivist,
        values=enterprise(
            uscc=USCC_A, mobile=MOBILE, bank_account=ACCOUNT, responsible=cast.salesperson, department=cast.sales_one
        ),
        contacts=[
            {"name": "李工", "mobile": "13900139000", "post": "采购经理", "is_primary": True},
            {"name": "王芳", "email": "wf@example.com"},
        ],
        key_persons=[{"name": "王总", "role": "owner", "hobbies": "钓鱼", "ability": "强"}],
        profile={"potential": "看好", "credit_problems": "曾拖欠三个月"},
        classes=[term],
    )
