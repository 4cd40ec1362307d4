"""A file becomes customers: every row accounted for, with the same columns and entries as a dossier made by hand."""

import orjson
import pytest
from django.db import connection, transaction

from kedang.business.customers import services as customers
from kedang.business.customers.models import Contact, Customer
from kedang.business.customers.preparing import with_numbers
from kedang.business.customers.recognising import by_index, look_up_sql, looked_up, refresh_statistics
from kedang.business.customers.search import NAME, NUMBER
from kedang.business.intake.models import BatchState
from kedang.business.intake.services import rows_page
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.keys import is_sealed
from kedang.foundation.numbering.models import NumberEntry
from kedang.foundation.search.documents import Document, encode
from kedang.foundation.search.services import search_run
from tests.cast import Cast
from tests.intake.bringing import HEADINGS, code, imported, outcomes, row, staged, table


def test_rows_become_customers_with_numbers_trail_and_search_words(cast: Cast) -> None:
    batch = imported(cast.archivist, table([row(n) for n in range(30)]))
    assert (batch.state, batch.row_count, outcomes(batch)) == (BatchState.DONE, 30, {"created": 30})
    made = list(Customer.objects.order_by("id"))
    assert [one.number[-2:] for one in made] == [f"{n:02d}" for n in range(1, 31)]
    assert {one.source for one in made} == {"import"} and {one.department_id for one in made} == {cast.head_office.pk}
    first = made[0]
    assert (str(first.registered_capital), first.capital_currency, first.phone) == (
        "2000000.00",
        "CNY",
        "0755-26712345",
    )
    assert first.region_code.startswith("4403") and first.completeness > 40
    assert Event.objects.filter(code="customers.created").count() == 30
    entry = Event.objects.get(code="customers.created", subject_id=first.pk)
    assert orjson.loads(entry.meta) == {"version": 1, "batch": batch.pk}
    assert entry.channel == "import" and entry.actor_id == cast.archivist.pk and entry.job_id is not None
    assert [(run.first, run.last) for run in NumberEntry.objects.all()] == [(1, 30)]
    for text in (first.name[3:6], first.number, first.uscc[10:17]):
        found = search_run(actor=cast.archivist, kind="customer", text=text)
        assert first.pk in found.ids, text


def test_a_row_leaves_what_a_dossier_made_by_hand_leaves(cast: Cast) -> None:
    values = {
        "name": "深圳市青禾机械有限公司", "uscc": code(1), "legal_representative": "王小明", "registered_capital": "2000000.00",
        "capital_currency": "CNY", "established_on": "2015-03-04", "phone": "0755-26712345", "address": "深圳市南山区科苑路15号",
        "region_code": "440305", "legal_form": "limited", "source": "import", "department": cast.head_office.pk,
    }  # fmt: skip
    by_hand = customers.customer_create(actor=cast.archivist, values=values)
    line = row(2, 企业名称="深圳市白云机械有限公司", 统一社会信用代码=code(2))
    imported(cast.archivist, table([line]))
    by_file = Customer.objects.get(uscc=code(2))
    own = {"id", "number", "name", "name_key", "uscc", "created_at", "updated_at"}
    again = Customer.objects.get(pk=by_hand.pk)
    differing = {
        column.attname
        for column in Customer._meta.concrete_fields
        if column.attname not in own and getattr(again, column.attname) != getattr(by_file, column.attname)
    }
    assert differing == set()
    entries = [Event.objects.get(code="customers.created", subject_id=one.pk) for one in (by_hand, by_file)]
    one, two = (orjson.loads(entry.changes) for entry in entries)
    assert set(one) == set(two)
    for name in set(one) - {"number", "name", "uscc", "phone"}:
        assert one[name] == two[name], name
    assert is_sealed(one["phone"][1]) and is_sealed(two["phone"][1])
    assert entries[1].subject_label == by_file.audit_label


def test_odd_signs_reach_dossier_and_trail_as_they_are(cast: Cast) -> None:
    odd = '科苑路"青禾"大厦A\\B座\\N'
    imported(cast.archivist, table([row(n, 地址=odd) for n in range(25)]))
    assert set(Customer.objects.values_list("address", flat=True)) == {odd}
    for entry in Event.objects.filter(code="customers.created"):
        told = orjson.loads(entry.changes)
        assert told["address"] == [None, odd]
        assert told["number"] == [None, Customer.objects.get(pk=entry.subject_id).number]


@pytest.mark.parametrize("column", ["uscc", "name_key", "id_number_blind", "mobile_blind", "number"])
def test_a_thousand_keys_are_looked_up_by_index(cast: Cast, column: str) -> None:
    """Reading the whole table for every chunk would make a large base slow to import into."""
    is_sqlite = connection.vendor == "sqlite"
    imported(cast.archivist, table([row(n) for n in range(300)]))  # among no rows at all every index is as good
    refresh_statistics()
    with transaction.atomic(), connection.cursor() as cursor:
        by_index()
        explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
        cursor.execute(explain + look_up_sql(column), [looked_up([] if is_sqlite else ["x"] * 1000), cast.fonds.pk])
        plan = " | ".join(str(row) for row in cursor.fetchall())
    own = {"uscc": "customer_uscc_once", "name_key": "customer_by_name_key", "mobile_blind": "customer_by_mobile"}
    own |= {
        "id_number_blind": "customer_by_id_number",
        "number": "customers_customer_1" if is_sqlite else "customer_number_once",
    }
    assert own[column] in plan and "customer_pages" not in plan, plan
    assert "SCAN known" not in plan and "Seq Scan" not in plan, plan


def test_a_number_is_searched_as_the_search_room_would_encode_it() -> None:
    bare = encode(Document(1, ((NAME, "中山示例"),)))
    for number in ("QY202607", "GY-2026/07", "档2026007", "A", "ab12"):
        whole = encode(Document(1, ((NAME, "中山示例"), (NUMBER, number))))
        ready = with_numbers([bare], [number])[0]
        assert set(ready.tokens.split()) == set(whole.tokens.split())
        assert set(ready.body.split("|")) == set(whole.body.split("|"))


def test_every_row_that_is_not_taken_says_why(cast: Cast) -> None:
    wrong = code(3)[:-1] + ("A" if code(3)[-1] != "A" else "B")
    lines = [row(1), row(2), row(1), row(3, 统一社会信用代码=wrong), row(4, 企业名称=""), row(5)[:3]]
    batch = imported(cast.archivist, table(lines))
    assert outcomes(batch) == {"created": 2, "duplicates": 1, "rejected": 3}
    assert sum(outcomes(batch).values()) == batch.row_count == 6
    rejected = rows_page(actor=cast.archivist, batch_id=batch.pk, outcome="rejected")
    assert [one.line for one in rejected.rows] == [5, 6, 7]
    assert "统一社会信用代码第 18 位校验码应为" in rejected.rows[0].why and wrong in rejected.rows[0].cells
    assert "缺少" in rejected.rows[1].why and "错列" in rejected.rows[2].why
    repeated = rows_page(actor=cast.archivist, batch_id=batch.pk, outcome="duplicates").rows[0]
    assert repeated.why == "与第 2 行重复：统一社会信用代码相同"
    assert Event.objects.filter(code="intake.rows_viewed").count() == 2


def test_the_same_file_again_is_all_duplicates_and_says_of_whom(cast: Cast) -> None:
    content = table([row(n) for n in range(5)])
    imported(cast.archivist, content)
    second = imported(cast.archivist, content)
    assert outcomes(second) == {"duplicates": 5} and Customer.objects.count() == 5
    first = Customer.objects.order_by("id").first()
    page = rows_page(actor=cast.archivist, batch_id=second.pk, outcome="duplicates", size=2)
    assert (page.total, page.pages, len(page.rows)) == (5, 3, 2)
    assert page.rows[0].why == f"统一社会信用代码与已有客户“{first.name}”（{first.number}）相同"


def test_checking_writes_nothing(cast: Cast) -> None:
    batch = staged(cast.archivist, table([row(n) for n in range(5)]))
    assert batch.state == BatchState.STAGED and outcomes(batch) == {"created": 5}
    assert not Customer.objects.exists() and not NumberEntry.objects.exists()


@pytest.mark.parametrize(
    ("choice", "expected", "phone", "rep"),
    [
        ("skip", {"duplicates": 1}, "", "赵一"),
        ("fill", {"updated": 1}, "0755-26712345", "赵一"),
        ("update", {"updated": 1}, "0755-26712345", "王小明"),
    ],
)
def test_what_happens_to_a_customer_that_is_there_already(
    cast: Cast, choice: str, expected: dict[str, int], phone: str, rep: str
) -> None:
    there = customers.customer_create(
        actor=cast.archivist,
        values={"name": "深圳市旧名机械有限公司", "uscc": code(1), "legal_representative": "赵一", "address": "旧址"},
    )
    batch = imported(cast.archivist, table([row(1)]), on_duplicate=choice)
    assert outcomes(batch) == expected
    there.refresh_from_db()
    assert (there.phone, there.legal_representative) == (phone, rep)
    assert there.version == (1 if choice == "skip" else 2)
    if choice == "update":
        assert there.former_names.get().name == "深圳市旧名机械有限公司"
    if choice != "skip":
        entry = Event.objects.get(code="customers.changed", subject_id=there.pk)
        assert ("legal_representative" in orjson.loads(entry.changes)) is (choice == "update")
        assert f"导入批次 {batch.pk}" in entry.reason
    again = imported(cast.archivist, table([row(1)]), on_duplicate=choice)
    assert outcomes(again) == ({"duplicates": 1} if choice == "skip" else {"unchanged": 1})


def test_both_keeps_a_second_dossier_of_the_same_code(cast: Cast) -> None:
    imported(cast.archivist, table([row(1)]))
    batch = imported(cast.archivist, table([row(1)]), on_duplicate="both")
    assert outcomes(batch) == {"created": 1}
    assert list(Customer.objects.order_by("id").values_list("uscc", "uscc_twin")) == [(code(1), 0), (code(1), 1)]


def test_names_meet_unless_two_codes_speak_against_it(cast: Cast) -> None:
    name = "深圳市长风精密机械有限公司"
    imported(cast.archivist, table([row(1, 企业名称=name)]))
    without_code = row(2, 企业名称="深圳市长风精密机械（有限公司）", 统一社会信用代码="")
    first = imported(cast.archivist, table([without_code]))
    second = imported(cast.archivist, table([row(3, 企业名称=name)]))
    assert (outcomes(first), outcomes(second)) == ({"duplicates": 1}, {"created": 1})
    reasons = [rows_page(actor=cast.archivist, batch_id=batch.pk).rows[0].why for batch in (first, second)]
    assert reasons[0].startswith("名称与已有客户") and "统一社会信用代码不同" in reasons[1]


def test_contact_columns_make_a_contact_that_is_found_by_name(cast: Cast) -> None:
    headings = (*HEADINGS, "联系人", "联系人手机", "联系人职务")
    batch = imported(
        cast.archivist, table([[*row(1), "李工", "13900139000", "采购经理"], [*row(2), "", "", ""]], headings)
    )
    assert outcomes(batch) == {"created": 2}
    contact = Contact.objects.get()
    assert (contact.name, contact.mobile, contact.post, contact.is_primary) == ("李工", "13900139000", "采购经理", True)
    assert contact.mobile_blind and contact.customer.uscc == code(1)
    entry = Event.objects.get(code="customers.contact_added")
    assert (entry.parent_id, entry.subject_id) == (contact.customer_id, contact.pk)
    assert is_sealed(orjson.loads(entry.changes)["mobile"][1])
    found = search_run(actor=cast.archivist, kind="customer", text="李工")
    assert found.ids == [contact.customer_id]


def test_people_are_told_apart_by_document_and_by_mobile(cast: Cast) -> None:
    headings = ("姓名", "身份证号", "手机", "客户类型")
    one = "11010519491231002X"
    lines = [
        ["张伟", one, "13800138000", "个人"],
        ["张伟", "", "13900139000", "个人"],
        ["张 伟", "", "13800138000", "个人"],
        ["张维", one, "", "个人"],
    ]
    batch = imported(
        cast.archivist, table(lines, headings), mapping={0: "name", 1: "id_number", 2: "mobile", 3: "party_kind"}
    )
    assert outcomes(batch) == {"created": 2, "duplicates": 2}
    person = Customer.objects.order_by("id")[0]
    assert (person.party_kind, person.id_type, person.sex, str(person.born_on)) == (
        "individual",
        "resident",
        "female",
        "1949-12-31",
    )
    assert person.id_number == one and person.id_number_blind and person.mobile_blind
