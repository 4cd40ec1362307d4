"""Making a dossier: numbers, checks, duplicates, scope (CU-01, CU-02, CU-03, CU-10, CO-01)."""

from typing import Any

import pytest

from kedang.business.customers import services
from kedang.business.customers.models import Contact, Customer, CustomerClass, KeyPerson
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.numbering.models import NumberEntry
from tests.cast import Cast
from tests.customers.making import USCC_A, USCC_B, enterprise, event_of

YEAR = f"{clock.today():%Y}"


def test_an_enterprise_gets_a_number_a_score_and_its_entry(cast: Cast) -> None:
    made = services.customer_create(
        actor=cast.archivist,
        values=enterprise(uscc=USCC_A.lower(), mobile="138 0013 8000", phone="0755 26712345，26712346"),
        contacts=[{"name": "李工", "mobile": "13900139000", "is_primary": True}, {"name": ""}],
        key_persons=[{"name": "王总", "role": "owner", "hobbies": "钓鱼"}],
        profile={"potential": "看好"},
        reason="展会认识",
    )

    customer = Customer.objects.get(pk=made.pk)
    assert customer.number == f"QY{YEAR}01"
    assert (customer.uscc, customer.mobile, customer.phone) == (USCC_A, "13800138000", "0755-26712345；26712346")
    assert customer.mobile_blind and customer.name_key
    assert customer.completeness > 50 and customer.version == 1
    assert Contact.objects.get(customer=customer).name == "李工"
    assert KeyPerson.objects.get(customer=customer).name == "王总"
    event = event_of("customers.created", customer)
    assert event.actor_name == "沈砚" and event.reason == "展会认识" and "13800138000" not in event.changes
    assert [e.code for e in Event.objects.filter(parent_id=customer.pk).order_by("id")] == [
        "customers.contact_added", "customers.key_person_added", "customers.profile_changed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "extra", "prefix"),
    [
        ("individual", {}, "GR"), ("government", {}, "ZF"), ("partner", {"party_subkind": "dealer"}, "HZ"),
        ("special", {"party_subkind": "lawyer"}, "TS"),
    ],
)  # fmt: skip
def test_each_kind_has_its_own_series(cast: Cast, kind: str, extra: dict[str, Any], prefix: str) -> None:
    made = services.customer_create(actor=cast.archivist, values={"name": "甲", "party_kind": kind, **extra})
    assert made.number == f"{prefix}{YEAR}01"


def test_a_class_of_ones_own_axis_gives_the_code(cast: Cast) -> None:
    axis = services.axis_create(
        actor=cast.archivist, values={"code": "field", "name": "业务领域", "gives_number_code": True}
    )
    term = services.term_create(actor=cast.archivist, axis=axis, values={"code": "gy", "name": "工业客户"})
    made = [
        services.customer_create(actor=cast.archivist, values={"name": f"工业{n}"}, classes=[term]) for n in range(5)
    ]
    assert made[-1].number == f"GY{YEAR}05"
    assert CustomerClass.objects.filter(term=term).count() == 5


def test_a_resident_number_fills_in_birth_and_sex(cast: Cast) -> None:
    made = services.customer_create(
        actor=cast.archivist, values={"name": "張偉", "party_kind": "individual", "id_number": "11010519491231002x"}
    )
    assert (made.id_type, made.born_on.isoformat(), made.sex) == ("resident", "1949-12-31", "female")


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"name": ""}, "name", "没有填写"),
        ({"uscc": "91350100M000100Y44"}, "uscc", "校验码应为 3"),
        ({"uscc": "9135010"}, "uscc", "应为 18 位"),
        ({"mobile": "1380013800"}, "mobile", "11 位"),
        ({"email": "a.b.c"}, "email", "@"),
        ({"postcode": "51805"}, "postcode", "6 位"),
        ({"established_on": "2199-01-01"}, "established_on", "不合常理"),
        ({"established_on": "去年"}, "established_on", "2024-01-31"),
        ({"registered_capital": "-3"}, "registered_capital", "负数"),
        ({"employees": "多"}, "employees", "数字"),
        ({"region_code": "999999"}, "region_code", "地区"),
        ({"industry_code": "Z99"}, "industry_code", "行业"),
        ({"address": "深圳市羅湖區"}, "address", "繁体字"),
        ({"sex": "male"}, "sex", "没有“性别”"),
        ({"stage": "dreamt"}, "stage", "客户状态"),
        ({"party_kind": "alien"}, "party_kind", "客户类型"),
        ({"party_kind": "partner"}, "party_subkind", "没有填写"),
        ({"party_kind": "special", "party_subkind": "dealer"}, "party_subkind", "不符"),
        ({"responsible": 999999}, "responsible", "停用"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(cast: Cast, values: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        services.customer_create(actor=cast.archivist, values=enterprise(**values))
    assert refused.value.field == field
    assert words in refused.value.sentence
    assert not Customer.objects.exists() and not NumberEntry.objects.exists() and not Event.objects.exists()


def test_all_problems_are_told_at_once(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        services.customer_create(
            actor=cast.archivist, values=enterprise(uscc="1", email="x"), contacts=[{"name": "", "mobile": "1"}]
        )
    assert set(refused.value.details["problems"]) == {"uscc", "email", "contacts.0.mobile", "contacts.0.name"}


def test_traditional_characters_may_stand_in_names(cast: Cast) -> None:
    made = services.customer_create(
        actor=cast.archivist, values={"name": "調節閥有限公司", "legal_representative": "張偉"}
    )
    assert made.name == "調節閥有限公司"


def test_a_credit_code_is_used_once_unless_kept_apart_knowingly(cast: Cast) -> None:
    first = services.customer_create(actor=cast.archivist, values=enterprise(uscc=USCC_A))
    with pytest.raises(Refused) as refused:
        services.customer_create(actor=cast.archivist, values=enterprise(name="另一家", uscc=USCC_A))
    assert (refused.value.code, refused.value.field) == ("uscc_taken", "uscc")
    second = services.customer_create(
        actor=cast.archivist, values=enterprise(name="另一家", uscc=USCC_A), keep_apart=True
    )
    assert (first.uscc_twin, second.uscc_twin) == (0, 1)


def test_the_same_code_in_another_company_is_nobodys_business(cast: Cast) -> None:
    services.customer_create(actor=cast.archivist, values=enterprise(uscc=USCC_A))
    made = services.customer_create(actor=cast.stranger, values=enterprise(uscc=USCC_A))
    assert made.number == f"QY{YEAR}01"


def test_possible_duplicates_are_shown_and_may_be_confirmed(cast: Cast) -> None:
    first = services.customer_create(actor=cast.archivist, values=enterprise(name="青山（深圳）科技有限公司"))
    with pytest.raises(Refused) as refused:
        services.customer_create(actor=cast.archivist, values=enterprise(name="青山(深圳)科技有限公司"))
    hit = refused.value.details["hits"][0]
    assert refused.value.code == "possible_duplicates" and hit.id == first.pk and "括号" in hit.why[0]
    made = services.customer_create(
        actor=cast.archivist, values=enterprise(name="青山(深圳)科技有限公司"), confirmed_duplicates=True
    )
    assert made.number == f"QY{YEAR}02"


def test_nobody_learns_of_customers_out_of_reach(cast: Cast) -> None:
    services.customer_create(actor=cast.archivist, values=enterprise(name="青山科技"))
    made = services.customer_create(actor=cast.salesperson, values=enterprise(name="青山科技"))
    assert (made.responsible, made.department) == (cast.salesperson, cast.sales_one)


def test_what_one_makes_lies_in_ones_own_scope(cast: Cast) -> None:
    with pytest.raises(Refused) as refused:
        services.customer_create(actor=cast.salesperson, values=enterprise(responsible=cast.colleague.pk))
    assert refused.value.code == "out_of_writer_scope"
    assert not Customer.objects.exists() and not NumberEntry.objects.exists()


def test_readers_and_administrators_make_nothing(cast: Cast) -> None:
    for actor in (cast.reader, cast.admin, cast.auditor):
        with pytest.raises(NotAllowed):
            services.customer_create(actor=actor, values=enterprise(uscc=USCC_B))
    assert not Customer.objects.exists()
