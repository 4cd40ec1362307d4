"""The trail is written in the transaction of the act, and never holds a sensitive value in clear."""

import json
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from kedang.business.customers.events import CUSTOMER_CHANGED, CUSTOMER_VIEWED
from kedang.business.customers.models import Contact, Customer
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import Entry, record, record_many, subject_of
from kedang.foundation.audit.vocabulary import EventType
from kedang.foundation.kernel import clock, context, keys
from tests.cast import Cast, make_cast


def make_customer(cast: Cast) -> Customer:
    now = clock.now()
    row: Customer = Customer.objects.create(
        fonds=cast.fonds, number="QY202601", name="临江阀门厂", created_at=now, updated_at=now, phone="0571-88001234"
    )
    return row


def test_sensitive_values_of_a_change_lie_sealed(cast: Cast) -> None:
    customer = make_customer(cast)
    changes = {"phone": ("0571-88001234", "0571-88005678"), "name": ("旧名", "临江阀门厂")}
    event = record(cast.archivist, CUSTOMER_CHANGED, customer, changes=changes, reason="来函更正")
    stored = json.loads(event.changes)
    assert stored["name"] == ["旧名", "临江阀门厂"]
    assert "8800" not in event.changes
    assert keys.decrypt(stored["phone"][1], "customers.Customer.phone") == "0571-88005678"


def test_entry_tells_who_what_where_and_of_which_company(cast: Cast) -> None:
    customer = make_customer(cast)
    with context.use(request_id="r-1", address="10.0.0.8", channel="page"):
        event = record(cast.salesperson, CUSTOMER_VIEWED, customer)
    assert (event.actor_id, event.actor_name, event.subject_type) == (cast.salesperson.pk, "周航", "customers.customer")
    assert (event.subject_id, event.subject_label) == (customer.pk, "临江阀门厂（QY202601）")
    assert (event.fonds_id, event.request_id, event.address, event.channel) == (
        cast.fonds.pk,
        "r-1",
        "10.0.0.8",
        "page",
    )


def test_child_record_names_its_parent(cast: Cast) -> None:
    contact = Contact(customer=make_customer(cast), name="郑一")
    contact.save()
    ref = subject_of(contact)
    assert (ref.parent_type, ref.parent_id, ref.fonds_id) == ("customers.customer", contact.customer_id, cast.fonds.pk)


def test_a_set_writes_the_same_rows_as_one_by_one(cast: Cast) -> None:
    customer = make_customer(cast)
    changes = {"name": ("甲", "乙")}
    one = record(cast.archivist, CUSTOMER_CHANGED, customer, changes=changes, reason="更名", meta={"batch": 3})
    assert (
        record_many(cast.archivist, CUSTOMER_CHANGED, [Entry(subject_of(customer), changes, "更名", {"batch": 3})]) == 1
    )
    many = Event.objects.latest("id")
    for field in Event._meta.concrete_fields:
        if field.name not in {"id", "at"}:
            assert getattr(one, field.attname) == getattr(many, field.attname), field.name


@pytest.mark.parametrize("microsecond", [0, 120])
def test_entry_that_is_given_back_is_the_row_that_lies_there(cast: Cast, microsecond: int) -> None:
    """Written past the model's own way: what a model would write must lie there, to the last column."""
    at = datetime(2026, 3, 2, 4, 0, 0, microsecond, tzinfo=UTC)
    origin = {"request_id": "r-1", "address": "10.0.0.8", "channel": "page", "job_id": 7, "on_behalf_of": "韩工"}
    with clock.frozen(at), context.use(**origin):
        contact = Contact(customer=make_customer(cast), name="郑一")
        contact.save()
        changes = {"name": ("", "郑'一\"%s")}
        given = record(cast.archivist, CUSTOMER_CHANGED, contact, changes=changes, reason="来函", meta={"n": 1})
    stored = Event.objects.get(pk=given.pk)
    assert stored == given and (given._state.adding, given._state.db) == (False, "default")
    for column in Event._meta.concrete_fields:
        assert getattr(stored, column.attname) == getattr(given, column.attname), column.attname
    copy = Event(**{c.attname: getattr(stored, c.attname) for c in Event._meta.concrete_fields if not c.primary_key})
    copy.save()
    with connection.cursor() as cursor:
        names = ", ".join(c.attname for c in Event._meta.concrete_fields if not c.primary_key)
        cursor.execute(f"SELECT DISTINCT {names} FROM audit_event WHERE id IN ({given.pk}, {copy.pk})")
        assert len(cursor.fetchall()) == 1


@pytest.mark.django_db(transaction=True)
def test_change_outside_a_transaction_is_an_error() -> None:
    cast = make_cast()
    customer = make_customer(cast)
    with pytest.raises(TransactionManagementError, match="inside the transaction"):
        record(cast.archivist, CUSTOMER_CHANGED, customer, changes={"name": ("甲", "乙")})
    assert Event.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_entry_vanishes_with_its_rolled_back_change() -> None:
    cast = make_cast()
    with pytest.raises(RuntimeError), transaction.atomic():
        record(cast.archivist, CUSTOMER_CHANGED, make_customer(cast), changes={"name": ("甲", "乙")})
        raise RuntimeError
    assert (Event.objects.count(), Customer.objects.count()) == (0, 0)


def test_unknown_category_is_not_a_word() -> None:
    with pytest.raises(ValueError, match="category"):
        EventType("customers.dreamt", "梦见", "dream")
