"""The trail on pages: conditions, veil, export, who has seen, what somebody has done; looking at it is written down too."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from kedang.business.customers import services
from kedang.business.customers.events import CUSTOMER_VIEWED
from kedang.business.customers.models import Customer
from kedang.foundation.access.models import Person
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.access.trail import doings_of, seen_by
from kedang.foundation.access.veil import field_unmask
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import OutOfScope
from tests.cast import Cast
from tests.customers.making import event_of, make_customer

PHONE, ACCOUNT = "0755-26712345", "6222021001116245702"


@pytest.fixture
def as_(cast: Cast) -> Callable[[str], Client]:
    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(getattr(cast, name))
        return client

    return signed_in


@pytest.fixture
def customer(cast: Cast) -> Customer:
    row: Customer = make_customer(
        cast.archivist, phone=PHONE, bank_account=ACCOUNT, responsible=cast.salesperson, department=cast.sales_one
    )
    return row


def text(response: Any) -> str:
    body = b"".join(response) if response.streaming else response.content
    return str(body.decode())


def codes_on(page: str) -> int:
    return page.count("/audit/") - page.count("/audit/results/")


def test_listing_is_written_down_once(cast: Cast, customer: Customer, as_: Callable[[str], Client]) -> None:
    auditor = as_("auditor")
    page = text(auditor.get("/audit/", {"code": "customers.created"}))
    assert "青山精密机械有限公司" in page
    auditor.get("/audit/", {"code": "customers.created", "page": "2"})
    viewed = Event.objects.get(code="audit.viewed")
    assert viewed.actor_id == cast.auditor.pk
    assert "建立客户档案" in json.loads(viewed.meta)["conditions"][0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"category": "change"}, True), ({"category": "sign_in"}, False), ({"code": "customers.created"}, True),
        ({"subject": "青山"}, True), ({"subject": "没有此名"}, False), ({"address": "10.9.9.9"}, False), ({"view": "change"}, True),
        ({"view": "refuse"}, False), ({"at_from": "2099-01-01"}, False), ({"at_to": "2099-01-01"}, True),
    ],
)  # fmt: skip
def test_conditions(
    cast: Cast, customer: Customer, as_: Callable[[str], Client], query: dict[str, str], found: bool
) -> None:
    assert ("青山精密机械有限公司（" in text(as_("auditor").get("/audit/", query))) == found


def test_condition_on_a_person(cast: Cast, customer: Customer, as_: Callable[[str], Client]) -> None:
    auditor = as_("auditor")
    assert "青山精密" in text(auditor.get("/audit/", {"actor": cast.archivist.pk}))
    assert "青山精密" not in text(auditor.get("/audit/", {"actor": cast.clerk.pk}))


def test_conditions_without_an_index_look_at_recent_events_only(cast: Cast, as_: Callable[[str], Client]) -> None:
    with clock.frozen(clock.now() - timedelta(days=200)):
        make_customer(cast.archivist)
    auditor = as_("auditor")
    page = text(auditor.get("/audit/", {"subject": "青山"}))
    assert "只查了近 90 天" in page
    assert "青山精密机械有限公司（" not in page
    assert "青山精密机械有限公司（" in text(auditor.get("/audit/", {"subject": "青山", "at_from": "2000-01-01"}))


def test_change_is_shown_behind_the_veil_of_the_reader(
    cast: Cast, customer: Customer, as_: Callable[[str], Client]
) -> None:
    with transaction.atomic():
        services.customer_change(
            actor=cast.archivist, customer=customer, values={"phone": "0755-87654321", "website": "qs.example"}, reason="来函",
            version=customer.version,
        )  # fmt: skip
    url = reverse("access:event-detail", args=[event_of("customers.changed", customer).pk])
    seen_by_auditor = text(as_("auditor").get(url))
    assert "qs.example" in seen_by_auditor
    assert "0755-87654321" not in seen_by_auditor
    assert "075****21" in seen_by_auditor
    assert "0755-87654321" in text(as_("manager").get(url))
    assert Event.objects.filter(code="audit.viewed", actor_id=cast.auditor.pk).exists()


def test_events_of_another_company_do_not_exist(cast: Cast, as_: Callable[[str], Client]) -> None:
    foreign = make_customer(cast.stranger, name="远山贸易客户有限公司")
    event = event_of("customers.created", foreign)
    assert as_("auditor").get(reverse("access:event-detail", args=[event.pk])).status_code == 404
    assert "远山贸易客户" not in text(as_("auditor").get("/audit/"))


def test_names_beyond_the_clearance_stay_hidden_and_cannot_be_guessed(
    cast: Cast, customer: Customer, as_: Callable[[str], Client]
) -> None:
    Customer.objects.filter(pk=customer.pk).update(secrecy_level=SecrecyLevel.TOP_SECRET)
    auditor = as_("auditor")
    page = text(auditor.get("/audit/", {"code": "customers.created"}))
    assert "青山精密" not in page
    assert "超出您的知悉范围" in page
    assert "超出您的知悉范围" not in text(auditor.get("/audit/", {"subject": "青山"}))
    event = event_of("customers.created", customer)
    detail = text(auditor.get(reverse("access:event-detail", args=[event.pk])))
    assert "青山精密" not in detail
    assert "科技园" not in detail
    exported = text(auditor.post("/audit/export/", {"format": "csv", "query": "code=customers.created"}))
    assert "青山精密" not in exported
    assert auditor.get(reverse("access:subject-trail", args=["customers.customer", customer.pk])).status_code == 404


def test_export_is_an_event_and_holds_the_selection(
    cast: Cast, customer: Customer, as_: Callable[[str], Client]
) -> None:
    auditor = as_("auditor")
    response = auditor.post("/audit/export/", {"format": "xlsx", "query": "code=customers.created"})
    sheet = openpyxl.load_workbook(BytesIO(b"".join(response))).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("时间", "操作人", "事件")
    assert len(rows) == 2
    assert "青山精密机械有限公司" in str(rows[1])
    event = Event.objects.get(code="audit.exported")
    assert (event.category, json.loads(event.meta)["rows"]) == ("disclose", 1)
    assert as_("manager").post("/audit/export/", {"format": "csv"}).status_code == 403


def test_who_has_seen_a_customer(cast: Cast, customer: Customer, as_: Callable[[str], Client]) -> None:
    with transaction.atomic():
        record(cast.reader, CUSTOMER_VIEWED, customer)
        record(cast.reader, CUSTOMER_VIEWED, customer)
        record(cast.manager, CUSTOMER_VIEWED, customer)
    field_unmask(actor=cast.salesperson, obj=customer, field="bank_account", reason="开票核对")
    url = reverse("access:subject-trail", args=["customers.customer", customer.pk])
    page = text(as_("auditor").get(url))
    assert "陈曦" in page
    assert "查看完整内容" in page
    seen = {reader.name: reader for reader in seen_by(cast.archivist, "customers.customer", customer.pk).readers}
    assert (seen["陈曦"].reads, seen["周航"].disclosures, seen["沈砚"].changes) == (2, 1, 1)
    assert "罗平" not in seen
    for actor in (cast.reader, cast.colleague, cast.admin, cast.stranger):
        with pytest.raises(OutOfScope):
            seen_by(actor, "customers.customer", customer.pk)


def test_what_somebody_has_done(cast: Cast, customer: Customer, as_: Callable[[str], Client]) -> None:
    today = clock.now()
    with clock.frozen(today - timedelta(days=3)), transaction.atomic():
        record(cast.archivist, CUSTOMER_VIEWED, customer)
    doings = doings_of(cast.auditor, Person.objects.get(pk=cast.archivist.pk))
    assert doings.total == Event.objects.filter(actor_id=cast.archivist.pk).count()
    assert dict(doings.days)[clock.local(today - timedelta(days=3)).date()] == 1
    page = text(as_("auditor").get(reverse("access:person-trail", args=[cast.archivist.pk])))
    assert "青山精密机械有限公司" in page
    assert as_("admin").get(reverse("access:person-trail", args=[cast.archivist.pk])).status_code == 403


def test_listing_asks_a_fixed_number_of_queries(
    cast: Cast, customer: Customer, as_: Callable[[str], Client], django_assert_max_num_queries: Any
) -> None:
    with transaction.atomic():
        for _number in range(60):
            record(cast.reader, CUSTOMER_VIEWED, customer)
    auditor = as_("auditor")
    auditor.get("/audit/")
    with django_assert_max_num_queries(20):
        auditor.get("/audit/", {"size": "100"})
