"""Changing a dossier: versions, reasons, former names, grades, withdrawal (CU-15, CO-01)."""

from typing import Any

import orjson
import pytest

from kedang.business.customers import services
from kedang.business.customers.models import Customer, FormerName
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.keys import is_sealed
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast
from tests.customers.making import USCC_A, USCC_B, event_of, make_customer


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """A dossier of 周航."""
    return make_customer(cast.archivist, uscc=USCC_A, responsible=cast.salesperson, department=cast.sales_one)


def change(actor: Any, customer: Customer, reason: str = "", version: int | None = 1, **values: Any) -> Customer:
    return services.customer_change(actor=actor, customer=customer, values=values, version=version, reason=reason)


def test_a_change_is_kept_with_from_and_to(cast: Cast, customer: Customer) -> None:
    change(cast.salesperson, customer, employees="1,200", phone="010-62345678", address="科苑路 15 号 ")

    customer.refresh_from_db()
    assert (customer.employees, customer.phone, customer.version) == (1200, "010-62345678", 2)
    event = event_of("customers.changed", customer)
    kept = orjson.loads(event.changes)
    assert kept["employees"] == [None, 1200]
    assert kept["address"] == ["科技园科苑路 15 号", "科苑路 15 号"]
    assert is_sealed(kept["phone"][0]) and "62345678" not in event.changes
    assert (event.actor_name, event.meta) == ("周航", '{"version":2}')


def test_nothing_changed_writes_nothing(cast: Cast, customer: Customer) -> None:
    before = Event.objects.count()
    change(cast.salesperson, customer, address=" 科技园科苑路 15 号")
    customer.refresh_from_db()
    assert customer.version == 1 and Event.objects.count() == before


@pytest.mark.parametrize("who", ["colleague", "stranger", "admin"])
def test_out_of_reach_does_not_exist(cast: Cast, customer: Customer, who: str) -> None:
    with pytest.raises(OutOfScope):
        change(getattr(cast, who), customer, employees=5)


@pytest.mark.parametrize("who", ["reader", "auditor", "manager"])
def test_who_only_reads_is_told_so(cast: Cast, customer: Customer, who: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        change(getattr(cast, who), customer, employees=5)
    assert "没有“修改客户档案”的权限" in refused.value.sentence


def test_weighty_changes_need_a_reason(cast: Cast, customer: Customer) -> None:
    with pytest.raises(Refused) as refused:
        change(cast.salesperson, customer, name="青山智能装备有限公司")
    assert (refused.value.code, refused.value.field) == ("reason_missing", "reason")
    change(SYSTEM, customer, version=None, stage="past")


def test_a_new_name_keeps_the_old_one(cast: Cast, customer: Customer) -> None:
    change(cast.archivist, customer, "营业执照变更", name="青山智能装备有限公司")
    former = FormerName.objects.get(customer=customer)
    assert former.name == "青山精密机械有限公司" and former.until is not None
    assert event_of("customers.former_name_added", former).parent_id == customer.pk
    customer.refresh_from_db()
    assert "青山" in customer.name_key


def test_the_later_of_two_editors_sees_mine_and_theirs(cast: Cast, customer: Customer) -> None:
    change(cast.archivist, customer, employees=100, phone="010-62345678")
    with pytest.raises(Refused) as refused:
        change(cast.salesperson, customer, employees=200)
    assert refused.value.code == "stale_version" and "沈砚" in refused.value.sentence
    (conflict,) = refused.value.details["conflicts"]
    assert (conflict.label, conflict.mine, conflict.theirs, conflict.by) == ("职工人数", "200", "100", "沈砚")
    change(cast.salesperson, customer, version=2, employees=200)


def test_a_change_is_seen_behind_many_later_ones(cast: Cast, customer: Customer) -> None:
    change(cast.archivist, customer, employees=100)
    axis = services.axis_create(actor=cast.archivist, values={"code": "QD", "name": "渠道"})
    one, other = (
        services.term_create(actor=cast.archivist, axis=axis, values={"code": f"Q{number}", "name": f"渠道{number}"})
        for number in (1, 2)
    )
    for number in range(60):
        services.classes_set(actor=cast.archivist, customer=customer, terms=[(one, other)[number % 2]])
    with pytest.raises(Refused) as refused:
        change(cast.salesperson, customer, employees=200)
    assert [one.label for one in refused.value.details["conflicts"]] == ["职工人数"]
    customer.refresh_from_db()
    assert customer.employees == 100


def test_a_new_contact_does_not_get_in_the_way_of_an_editor(cast: Cast, customer: Customer) -> None:
    services.contact_add(actor=cast.archivist, customer=customer, values={"name": "李工"})
    change(cast.salesperson, customer, employees=200)
    customer.refresh_from_db()
    assert (customer.employees, customer.version) == (200, 3)


def test_a_code_that_is_taken_is_refused_on_change_too(cast: Cast, customer: Customer) -> None:
    other = make_customer(cast.archivist, name="别家", uscc=USCC_B)
    with pytest.raises(Refused) as refused:
        change(cast.archivist, other, "更正", uscc=USCC_A)
    assert refused.value.code == "uscc_taken"
    change(cast.archivist, other, "更正", uscc="")


def test_one_cannot_give_a_dossier_out_of_ones_own_reach(cast: Cast, customer: Customer) -> None:
    with pytest.raises(Refused) as refused:
        change(cast.salesperson, customer, "移交", responsible=cast.colleague.pk)
    assert refused.value.code == "out_of_writer_scope"
    customer.refresh_from_db()
    assert customer.responsible == cast.salesperson


def test_a_wrong_kind_is_corrected_once_nothing_is_left_behind(cast: Cast, customer: Customer) -> None:
    def correct(**values: str) -> None:
        services.customer_kind_change(actor=cast.salesperson, customer=customer, reason="建档时选错", **values)

    with pytest.raises(Refused) as refused:
        correct(party_kind="individual")
    assert refused.value.field == "party_kind" and "统一社会信用代码" in refused.value.sentence
    with pytest.raises(Refused) as refused:
        correct(party_kind="partner")
    assert refused.value.field == "party_subkind"
    correct(party_kind="partner", party_subkind="dealer")
    corrected = Customer.objects.get(pk=customer.pk)
    assert (corrected.party_kind, corrected.party_subkind, corrected.number) == ("partner", "dealer", customer.number)


def test_a_grade_comes_with_its_reason(cast: Cast, customer: Customer) -> None:
    services.customer_grade(actor=cast.head, customer=customer, grade="A", reason="年销售额 300 万元，回款及时")
    customer.refresh_from_db()
    assert (customer.grade, customer.grade_reason) == ("A", "年销售额 300 万元，回款及时")
    event = event_of("customers.graded", customer)
    assert event.reason == ""  # an assessment: told behind the veil of its field only
    assert "年销售额 300 万元，回款及时" in event.changes


def test_who_may_grade_need_not_be_able_to_change(cast: Cast, customer: Customer) -> None:
    """The general manager grades every dossier and edits none."""
    services.customer_grade(actor=cast.manager, customer=customer, grade="A", reason="年度评审一致同意")
    customer.refresh_from_db()
    assert customer.grade == "A"
    assert event_of("customers.graded", customer).actor_name == cast.manager.name
    with pytest.raises(NotAllowed):
        services.customer_change(
            actor=cast.manager, customer=customer, version=customer.version, values={"remarks": "改"}
        )


@pytest.mark.parametrize(
    ("grade", "reason", "code"),
    [("A", " ", "reason_missing"), ("Z", "很好", "grade_unknown"), ("", "没变", "grade_unchanged")],
)
def test_a_grade_is_refused(cast: Cast, customer: Customer, grade: str, reason: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        services.customer_grade(actor=cast.head, customer=customer, grade=grade, reason=reason)
    assert refused.value.code == code
    with pytest.raises(NotAllowed):
        services.customer_grade(actor=cast.salesperson, customer=customer, grade="A", reason="我自己说的")


def test_a_withdrawn_dossier_frees_its_code_and_stays_readable(cast: Cast, customer: Customer) -> None:
    services.customer_withdraw(actor=cast.archivist, customer=customer, reason="重复建档")
    assert not Customer.objects.visible_to(cast.archivist).current().exists()
    assert Customer.objects.visible_to(cast.archivist).get(pk=customer.pk).is_withdrawn
    with pytest.raises(Refused) as refused:
        change(cast.archivist, customer, version=None, employees=3)
    assert refused.value.code == "customer_withdrawn"
    again = make_customer(cast.archivist, uscc=USCC_A)
    assert again.number != customer.number


def test_withdrawing_needs_a_reason_and_the_right(cast: Cast, customer: Customer) -> None:
    with pytest.raises(Refused) as refused:
        services.customer_withdraw(actor=cast.archivist, customer=customer, reason="")
    assert refused.value.code == "reason_missing"
    with pytest.raises(NotAllowed):
        services.customer_withdraw(actor=cast.salesperson, customer=customer, reason="不要了")


def test_a_former_name_is_written_down_once(cast: Cast, customer: Customer) -> None:
    first = services.former_name_add(actor=cast.salesperson, customer=customer, name="青山机械厂")
    again = services.former_name_add(actor=cast.salesperson, customer=customer, name="青山机械厂")
    assert first.pk == again.pk
    with pytest.raises(Refused):
        services.former_name_add(actor=cast.salesperson, customer=customer, name=customer.name)
