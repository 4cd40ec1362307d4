"""保密协议 (SE-06): read, signed by name, with version and digest; without it no dossier; after leaving the duty stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from kedang.business.customers.models import Customer
from kedang.business.governance.choices import TextState
from kedang.business.governance.models import Agreement
from kedang.business.governance.services import agreements as services
from kedang.business.governance.services import taking_over as taking
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import can
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, Refused
from tests.cast import Cast
from tests.governance.making import dossiers_of, given_to, leaving, security_of, text_of

pytestmark = pytest.mark.django_db


def fresh(person: Person) -> Person:
    """The person as the next request loads them."""
    found: Person = Person.objects.select_related("fonds").get(pk=person.pk)
    return found


def signed(person: Person, text: Any, **more: Any) -> Agreement:
    """By who they are."""
    given = {"actor": person, "text": text, "digest": text.digest, "typed_name": person.name, "is_read": True, **more}
    return services.agreement_sign(**given)


def test_a_signature_holds_version_digest_and_term(cast: Cast) -> None:
    text = text_of(cast)
    made = signed(cast.salesperson, text)
    assert (made.text, made.digest, made.typed_name) == (text, services.digest_of(text), "周航")
    assert made.valid_until == services.months_after(clock.today(), 12) - timedelta(days=1)
    assert fresh(cast.salesperson).agreed_until == made.valid_until
    assert Event.objects.get(code="governance.agreement_signed").subject_id == made.pk
    again = signed(cast.salesperson, text)
    made.refresh_from_db()
    assert (made.ended_why, Agreement.objects.filter(ended_at__isnull=True).get()) == ("续签", again)


@pytest.mark.parametrize(
    ("more", "code"),
    [({"digest": "0" * 64}, "text_changed"), ({"is_read": False}, "not_read"), ({"typed_name": "周行"}, "name_differs")],
)  # fmt: skip
def test_nothing_is_signed_unread_or_under_another_name(cast: Cast, more: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        signed(cast.salesperson, text_of(cast), **more)
    assert (caught.value.code, Agreement.objects.count()) == (code, 0)


def test_without_an_agreement_no_dossier(cast: Cast) -> None:
    customer, text, security = dossiers_of(cast, 1)[0], text_of(cast), security_of(cast)
    with pytest.raises(NotAllowed):
        services.agreement_asked_set(actor=cast.admin, is_required=True, reason="制度要求")
    services.agreement_asked_set(actor=security, is_required=True, reason="制度要求")
    person = fresh(cast.salesperson)
    assert (
        not Customer.objects.visible_to(person).exists()
        and not can(person, "customers.create")
        and can(person, "approvals.view")
    )
    signed(person, text)
    assert Customer.objects.visible_to(fresh(cast.salesperson)).get() == customer
    Person.objects.filter(pk=person.pk).update(agreed_until=clock.today() - timedelta(days=1))
    assert not Customer.objects.visible_to(fresh(cast.salesperson)).exists()
    services.agreement_asked_set(actor=fresh(security), is_required=False, reason="暂缓")
    assert Customer.objects.visible_to(fresh(cast.salesperson)).exists()


def test_who_lacks_it_lands_where_it_is_signed(cast: Cast) -> None:
    customer, text = dossiers_of(cast, 1)[0], text_of(cast)
    services.agreement_asked_set(actor=security_of(cast), is_required=True, reason="制度要求")
    client = Client()
    client.force_login(cast.salesperson)
    for address in (f"/customers/{customer.pk}/", "/customers/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/me/agreement/")
    page = client.get(answer["Location"]).content.decode()
    assert "不得接触客户档案" in page and "第一条" in page
    answer = client.post(
        "/me/agreement/",
        {"digest": text.digest, "typed_name": "周航", "is_read": "1", "next": f"/customers/{customer.pk}/"},
    )
    assert answer["Location"] == f"/customers/{customer.pk}/"
    assert client.get(answer["Location"]).status_code == 200
    assert not Event.objects.filter(code="access.refused").exists()


def test_a_new_version_may_ask_for_new_signatures(cast: Cast) -> None:
    first = text_of(cast)
    signed(cast.salesperson, first)
    second = text_of(cast, title="客户档案保密协议（修订）", must_sign_again=True)
    first.refresh_from_db()
    assert (second.number, first.state, fresh(cast.salesperson).agreed_until) == (2, TextState.RETIRED, None)
    with pytest.raises(Refused) as caught:
        services.text_change(actor=security_of(cast), text=second, title="改一改")
    assert caught.value.code == "text_fixed"


def test_the_duty_lasts_after_leaving(cast: Cast) -> None:
    signed(cast.salesperson, text_of(cast))
    dossiers_of(cast, 1)
    folder = leaving(cast)
    taking.part_accept(actor=cast.colleague, part=given_to(cast, folder), typed_name="林悦")
    folder = taking.handover_sign(actor=fresh(cast.salesperson), handover=folder, typed_name="周航")
    taking.handover_close(actor=cast.head, handover=folder, typed_name="何静")
    row = Agreement.objects.get()
    assert (row.ended_why, row.duty_until) == ("离职", services.months_after(folder.last_day, 24))
    assert fresh(cast.salesperson).agreed_until is None


def test_signing_costs_who_signed_no_query(cast: Cast, django_assert_num_queries: Any) -> None:
    text = text_of(cast)
    services.agreement_asked_set(actor=security_of(cast), is_required=True, reason="制度要求")
    signed(cast.salesperson, text)
    person = Person.objects.get(pk=cast.salesperson.pk)  # without the rules of signing in beside it
    with django_assert_num_queries(1):
        assert can(person, "customers.view")
