"""Contacts and key persons, profile, classes (CU-04 … CU-07, CU-11)."""

from datetime import date

import orjson
import pytest

from kedang.business.customers import services
from kedang.business.customers.models import ClassTerm, Contact, Customer, CustomerClass, KeyPerson
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast
from tests.customers.making import event_of, make_customer


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """A dossier of 周航."""
    return make_customer(cast.archivist, responsible=cast.salesperson, department=cast.sales_one)


def test_contacts_come_change_and_leave(cast: Cast, customer: Customer) -> None:
    before = customer.completeness
    row = services.contact_add(
        actor=cast.salesperson, customer=customer,
        values={"name": "李工", "post": "采购经理", "mobile": "138 0013 8000", "is_primary": True},
    )  # fmt: skip
    customer.refresh_from_db()
    assert row.mobile == "13800138000" and row.mobile_blind and customer.completeness > before
    services.contact_change(actor=cast.salesperson, contact=row, values={"post": "采购总监"}, version=1, reason="升职")
    assert orjson.loads(event_of("customers.contact_changed", row).changes) == {"post": ["采购经理", "采购总监"]}
    services.contact_leave(actor=cast.salesperson, contact=row, left_on=date(2026, 1, 31), reason="跳槽")
    customer.refresh_from_db()
    assert customer.completeness == before
    assert Contact.objects.get(pk=row.pk).left_on == date(2026, 1, 31)
    for act in (
        lambda: services.contact_leave(actor=cast.salesperson, contact=row),
        lambda: services.contact_change(actor=cast.salesperson, contact=row, values={"post": "x"}, version=None),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "contact_left"


def test_a_new_main_contact_takes_the_place_of_the_old(cast: Cast, customer: Customer) -> None:
    values = {"is_primary": True}
    old = services.contact_add(actor=cast.salesperson, customer=customer, values={"name": "甲", **values})
    new = services.contact_add(actor=cast.salesperson, customer=customer, values={"name": "乙", **values})
    assert list(Contact.objects.filter(is_primary=True)) == [new]
    assert event_of("customers.contact_changed", old).reason == "乙成为主要联络人"


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": " "}, "name"), ({"name": "甲", "mobile": "12"}, "mobile"), ({"name": "甲", "mobile": "0755-26712345"}, "mobile"),
     ({"name": "甲", "email": "甲"}, "email"), ({"name": "甲", "since_on": "2199-1-1"}, "since_on"), ({"name": "甲" * 61}, "name")],
)  # fmt: skip
def test_a_contact_is_refused_at_its_field(cast: Cast, customer: Customer, values: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refused:
        services.contact_add(actor=cast.salesperson, customer=customer, values=values)
    assert refused.value.field == field and not Contact.objects.exists()


def test_contacts_follow_the_customers_scope(cast: Cast, customer: Customer) -> None:
    row = services.contact_add(actor=cast.salesperson, customer=customer, values={"name": "甲"})
    for actor, error in ((cast.stranger, OutOfScope), (cast.colleague, OutOfScope), (cast.reader, NotAllowed)):
        with pytest.raises(error):
            services.contact_change(actor=actor, contact=row, values={"post": "x"}, version=None)
        with pytest.raises(error):
            services.contact_leave(actor=actor, contact=row)
    with pytest.raises(Refused) as refused:
        services.contact_change(actor=cast.salesperson, contact=row, values={"post": "x"}, version=7)
    assert refused.value.code == "stale_version"


def test_a_removed_key_person_stays_on_record(cast: Cast, customer: Customer) -> None:
    row = services.key_person_add(
        actor=cast.salesperson,
        customer=customer,
        values={"name": "王总", "role": "owner", "hobbies": "钓鱼", "education": "master"},
    )
    services.key_person_change(actor=cast.salesperson, key_person=row, values={"hobbies": "书法"}, version=1)
    with pytest.raises(Refused) as refused:
        services.key_person_remove(actor=cast.salesperson, key_person=row, reason="")
    assert refused.value.code == "reason_missing"
    services.key_person_remove(actor=cast.salesperson, key_person=row, reason="已不再持股")
    kept = KeyPerson.objects.get(pk=row.pk)
    assert kept.removed_at is not None and kept.hobbies == "书法"
    with pytest.raises(Refused):
        services.key_person_change(actor=cast.salesperson, key_person=row, values={"hobbies": "x"}, version=None)


def test_a_profile_is_made_at_its_first_change(cast: Cast, customer: Customer) -> None:
    services.profile_change(
        actor=cast.salesperson, customer=customer, values={"potential": "大", "credit_problems": "无"}
    )
    row = services.profile_change(
        actor=cast.salesperson, customer=customer, values={"potential": "很大"}, reason="调研"
    )
    assert (row.potential, row.credit_problems) == ("很大", "无")
    event = event_of("customers.profile_changed", row)
    assert orjson.loads(event.changes) == {"potential": ["大", "很大"]} and event.parent_id == customer.pk
    with pytest.raises(Refused):
        services.profile_change(actor=cast.salesperson, customer=customer, values={"potential": "字" * 4001})


@pytest.fixture
def terms(cast: Cast) -> list[ClassTerm]:
    """批发 and 零售 of 贸易性质, which allows one."""
    axis = services.axis_create(actor=cast.archivist, values={"code": "trade", "name": "贸易性质"})
    return [
        services.term_create(actor=cast.archivist, axis=axis, values={"code": n, "name": n}) for n in ("批发", "零售")
    ]


def test_classes_are_set_as_a_whole(cast: Cast, customer: Customer, terms: list[ClassTerm]) -> None:
    services.classes_set(actor=cast.salesperson, customer=customer, terms=[terms[0]])
    services.classes_set(actor=cast.salesperson, customer=customer, terms=[terms[1].pk])
    assert CustomerClass.objects.get(customer=customer).term == terms[1]
    assert orjson.loads(event_of("customers.classes_changed", customer).changes) == {
        "class_names": ["贸易性质：批发", "贸易性质：零售"]
    }
    with pytest.raises(Refused) as refused:
        services.classes_set(actor=cast.salesperson, customer=customer, terms=terms)
    assert "只能选一个" in refused.value.sentence


def test_a_class_switched_off_stays_where_it_is(cast: Cast, customer: Customer, terms: list[ClassTerm]) -> None:
    services.classes_set(actor=cast.salesperson, customer=customer, terms=[terms[0]])
    services.term_change(actor=cast.archivist, term=terms[0], values={"is_active": False})
    services.classes_set(actor=cast.salesperson, customer=customer, terms=[])
    assert CustomerClass.objects.filter(customer=customer, term=terms[0]).exists()


def test_axes_belong_to_the_archivist(cast: Cast, terms: list[ClassTerm]) -> None:
    for values, code in (
        ({"code": "trade", "name": "又一个"}, "axis_code_taken"),
        ({"code": "", "name": "甲"}, "values_invalid"),
    ):
        with pytest.raises(Refused) as refused:
            services.axis_create(actor=cast.archivist, values=values)
        assert refused.value.code == code
    services.axis_create(actor=cast.archivist, values={"code": "no1", "name": "一", "gives_number_code": True})
    with pytest.raises(Refused) as refused:
        services.axis_create(actor=cast.archivist, values={"code": "no2", "name": "二", "gives_number_code": True})
    assert refused.value.code == "axis_for_numbers_taken"
    with pytest.raises(Refused) as refused:
        services.term_create(actor=cast.archivist, axis=terms[0].axis, values={"code": "批发", "name": "同码"})
    assert refused.value.code == "term_code_taken"
    with pytest.raises(NotAllowed):
        services.axis_create(actor=cast.salesperson, values={"code": "x", "name": "x"})
    with pytest.raises(OutOfScope):
        services.axis_change(actor=cast.stranger, axis=terms[0].axis, values={"name": "x"})
