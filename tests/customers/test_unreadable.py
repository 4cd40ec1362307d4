"""A value whose key is missing: said so on the page, in the list, the form, the history and on paper; kept as it is; the veil stays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kedang.business.customers.models import Customer
from kedang.business.customers.services import customer_change
from kedang.foundation.access.veil import field_unmask, reveal
from kedang.foundation.kernel import keys
from kedang.foundation.kernel.fields import Unreadable
from kedang.project.checks import refuse_unusable_ring
from tests.cast import Cast
from tests.customers.making import make_customer

MOBILE = "13891227786"


@pytest.fixture
def customer(cast: Cast) -> Iterator[Customer]:
    """A dossier whose mobile was sealed with a key that is not there any more."""
    ring = keys.random_ring()
    keys.use_ring(ring)
    made = make_customer(cast.archivist, name="临江泵业有限公司", mobile=MOBILE, bank_account="6222020200112345678")
    lost = raw(made).replace("k1:", "k99:")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET mobile = %s WHERE id = %s", [lost, made.pk])
    yield Customer.objects.get(pk=made.pk)
    keys.use_ring(None)


def raw(customer: Customer) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT mobile FROM customers_customer WHERE id = %s", [customer.pk])
        return str(cursor.fetchone()[0])


def test_pages_and_lists_say_that_it_does_not_open(customer: Customer, as_: Any) -> None:
    client = as_("archivist")
    page = client.get(f"/customers/{customer.pk}/")
    assert page.status_code == 200 and "打不开" in page.text and "临江泵业有限公司" in page.text
    answer = client.get("/customers/?column=name&column=mobile")
    assert answer.status_code == 200 and "临江泵业有限公司" in answer.text
    assert client.get(f"/customers/{customer.pk}/history/").status_code == 200


def test_the_veil_stays(customer: Customer, cast: Cast) -> None:
    assert isinstance(customer.mobile, Unreadable) and customer.mobile == ""
    shown = reveal(cast.archivist, customer, "mobile")
    assert shown.text == "打不开" and not shown.is_masked
    hidden = [person for person in cast.everybody().values() if reveal(person, customer, "mobile").is_hidden]
    assert hidden and all(reveal(person, customer, "mobile").text == "" for person in hidden)
    assert field_unmask(actor=cast.archivist, obj=customer, field="mobile", reason="电话核对") == "打不开"


def test_saving_something_else_keeps_the_sealed_value(customer: Customer, cast: Cast, as_: Any) -> None:
    before, blind = raw(customer), customer.mobile_blind
    customer_change(actor=cast.archivist, customer=customer, version=None, values={"remarks": "老客户"})
    assert raw(customer) == before
    client = as_("archivist")
    form = client.get(f"/customers/{customer.pk}/edit/")
    assert form.status_code == 200 and "打不开（留空则不改）" in form.text
    customer.refresh_from_db()
    customer.save()
    again = Customer.objects.get(pk=customer.pk)
    assert raw(customer) == before and (again.remarks, again.mobile_blind) == ("老客户", blind)


def test_a_new_value_takes_its_place(customer: Customer, cast: Cast) -> None:
    customer_change(
        actor=cast.archivist, customer=customer, version=None, values={"mobile": "13700001111"}, reason="换号"
    )
    assert Customer.objects.get(pk=customer.pk).mobile == "13700001111" and raw(customer).startswith("k1:")


def test_it_opens_again_when_the_key_is_back(customer: Customer) -> None:
    ring = keys.ring()
    ring.keys[99] = ring.keys[1]
    assert Customer.objects.get(pk=customer.pk).mobile == MOBILE


def test_an_unreadable_value_travels_as_it_is() -> None:
    import copy
    import pickle

    value = Unreadable("k9:AAAA")
    assert pickle.loads(pickle.dumps(value)).sealed == copy.deepcopy(value).sealed == "k9:AAAA"
    field: Any = Customer._meta.get_field("mobile")
    assert field.get_prep_value(value) == "k9:AAAA" and field.get_prep_value("") == ""


def test_ring_of_a_running_installation_is_never_made_anew(customer: Customer, tmp_path: Path, settings: Any) -> None:
    settings.TESTING = False
    settings.DATA_DIR = tmp_path
    keys.use_ring(None)
    try:
        with pytest.raises(keys.RingUnusable, match="请放回原文件，不要新建"):
            keys.ring()
        with pytest.raises(keys.RingUnusable, match="请放回原文件，不要新建"):
            refuse_unusable_ring()
        assert not (tmp_path / "keys").exists()
    finally:
        keys.use_ring(None)
