"""受保护内容的变更 (UP-01): a difference that waits, is approved, takes effect on its day, or not if something changed underneath."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from kedang.business.customers import services as s
from kedang.business.customers.models import ChangeLine, ChangeRequest, Customer
from kedang.business.customers.services import change_words, changing
from kedang.business.customers.services.change_looking import change_unmask
from kedang.business.customers.services.rules import dossier_rules_set
from kedang.foundation.access.models import Person, Role
from kedang.foundation.approvals.services.deciding import case_approve, case_reject, task_delegate
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.approvals.services.owning import case_withdraw
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.notices.models import Notice
from tests.cast import Cast
from tests.customers.making import enterprise

ACCOUNT, OTHER = "6222021001116245702", "6228480402564890018"


@pytest.fixture
def dossier(cast: Cast) -> Customer:
    """A dossier of 周航's group that counts."""
    ensure_flows(cast.fonds)
    values = enterprise(
        name="青山精密机械有限公司", bank_account=ACCOUNT, responsible=cast.salesperson, department=cast.sales_one
    )
    made: Customer = s.customer_create(actor=cast.archivist, values=values)
    return made


def change(actor: Any, customer: Customer, **more: Any) -> Any:
    given = {"values": {"bank_account": OTHER}, "version": customer.version, "reason": "客户来函变更账户", **more}
    return s.customer_change(actor=actor, customer=customer, **given)


def approve(cast: Cast, case: Any) -> None:
    """何静 heads 销售部, 沈砚 keeps the archive."""
    case_approve(actor=cast.head, case=case)
    case_approve(actor=cast.archivist, case=case)


def test_open_fields_change_at_once_and_protected_ones_wait(cast: Cast, dossier: Customer) -> None:
    got = change(
        cast.salesperson,
        dossier,
        values={"bank_account": OTHER, "employees": 120, "name": "青山精密机械（深圳）有限公司"},
    )
    dossier.refresh_from_db()
    assert (dossier.employees, dossier.bank_account, dossier.name) == (120, ACCOUNT, "青山精密机械有限公司")
    row = got.waiting_change
    assert (row.state, row.reason, row.case.state) == ("waiting", "客户来函变更账户", "running")
    assert sorted((line.field, line.old, line.new) for line in row.lines.all()) == [
        ("bank_account", ACCOUNT, OTHER), ("name", "青山精密机械有限公司", "青山精密机械（深圳）有限公司"),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT old, new FROM customers_changeline")
        assert not [
            value
            for pair in cursor.fetchall()
            for value in pair
            if ACCOUNT in value or OTHER in value or "青山" in value
        ]
    assert ACCOUNT not in "".join(
        f"{one.changes}{one.meta}{one.reason}" for one in Event.objects.filter(code__startswith="customers.change")
    )
    assert dossier.number in row.case.title
    assert "青山" not in row.case.title
    approve(cast, row.case)
    dossier.refresh_from_db()
    row.refresh_from_db()
    assert (dossier.bank_account, dossier.name, row.state) == (OTHER, "青山精密机械（深圳）有限公司", "applied")
    assert [one.name for one in dossier.former_names.all()] == ["青山精密机械有限公司"]
    event = Event.objects.filter(code="customers.changed").latest("id")
    assert (event.actor_name, event.reason, '"asked_by":"周航"' in event.meta) == ("沈砚", "客户来函变更账户", True)


def test_who_may_settle_changes_at_once(cast: Cast, dossier: Customer) -> None:
    got = change(cast.archivist, dossier)
    assert (got.bank_account, hasattr(got, "waiting_change")) == (OTHER, False)
    assert not ChangeRequest.objects.exists()


def test_refused_withdrawn_and_one_at_a_time(cast: Cast, dossier: Customer) -> None:
    row = change(cast.salesperson, dossier).waiting_change
    with pytest.raises(Refused, match="等待审批或生效") as caught:
        change(cast.salesperson, dossier, values={"name": "青山实业有限公司"})
    assert caught.value.code == "change_waiting"
    change(cast.salesperson, dossier, values={"employees": 7})  # open ones go on
    case_reject(actor=cast.head, case=row.case, opinion="来函未盖章")
    row.refresh_from_db()
    assert row.state == "rejected"
    dossier.refresh_from_db()
    again = change(cast.salesperson, dossier).waiting_change
    case_withdraw(actor=cast.salesperson, case=again.case)
    again.refresh_from_db()
    assert again.state == "withdrawn"
    dossier.refresh_from_db()
    assert dossier.bank_account == ACCOUNT
    assert Event.objects.filter(code="customers.change_ended").count() == 2


def test_changed_underneath_it_is_not_applied(cast: Cast, dossier: Customer) -> None:
    row = change(cast.salesperson, dossier).waiting_change
    dossier.refresh_from_db()
    change(cast.archivist, dossier, values={"bank_account": "6225880137706868"})
    case_approve(actor=cast.head, case=row.case)
    with pytest.raises(Refused, match="银行账号在提交以后已改成别的内容") as caught:
        case_approve(actor=cast.archivist, case=row.case)
    assert caught.value.code == "subject_changed"
    row.case.refresh_from_db()
    assert row.case.state == "running"
    dossier.refresh_from_db()
    assert dossier.bank_account == "6225880137706868"


def test_takes_effect_on_its_day(cast: Cast, dossier: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    day = clock.today() + timedelta(days=3)
    with pytest.raises(Refused, match="不能早于今天"):
        change(cast.salesperson, dossier, effective_on=clock.today() - timedelta(days=1))
    row = change(cast.salesperson, dossier, effective_on=day).waiting_change
    approve(cast, row.case)
    row.refresh_from_db()
    dossier.refresh_from_db()
    assert (row.state, dossier.bank_account, changing.changes_due()) == ("scheduled", ACCOUNT, 0)
    monkeypatch.setattr(clock, "today", lambda: day)
    assert changing.changes_due() == 1
    dossier.refresh_from_db()
    assert dossier.bank_account == OTHER
    assert changing.changes_due() == 0


def test_what_can_take_effect_no_more_is_told(cast: Cast, dossier: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    day = clock.today() + timedelta(days=3)
    later = change(cast.archivist, dossier, effective_on=day).waiting_change
    assert (later.case, later.state) == (None, "scheduled")
    dossier.refresh_from_db()
    change(cast.archivist, dossier, values={"bank_account": "6225880137706868"})
    monkeypatch.setattr(clock, "today", lambda: day)
    assert changing.changes_due() == 0
    later.refresh_from_db()
    assert (later.state, "已改成别的内容" in later.problem) == ("failed", True)
    assert Notice.objects.get(person=cast.archivist, kind="customers.change_failed")
    assert changing.changes_due() == 0


def test_a_scheduled_change_can_be_called_off(cast: Cast, dossier: Customer) -> None:
    day = clock.today() + timedelta(days=3)
    row = change(cast.archivist, dossier, effective_on=day).waiting_change
    with pytest.raises(NotAllowed):
        changing.change_call_off(actor=cast.salesperson, request=row, reason="不改了")
    assert changing.change_call_off(actor=cast.archivist, request=row, reason="客户撤函").state == "withdrawn"
    with pytest.raises(Refused, match="已撤回"):
        changing.change_call_off(actor=cast.archivist, request=row, reason="客户撤函")


def test_the_difference_is_veiled(cast: Cast, dossier: Customer) -> None:
    row = change(cast.salesperson, dossier).waiting_change
    lines = change_words.shown_lines(cast.reader, row)
    assert lines
    assert not [one for one in lines if ACCOUNT in str(one) or OTHER in str(one)]
    assert change_words.shown_lines(cast.manager, row) == [("银行账号", ACCOUNT, OTHER)]
    assert [text for name, text in change_words.describe(cast.manager, row.case) if name == "银行账号"] == [
        f"{ACCOUNT} → {OTHER}"
    ]
    told = str(change_words.describe(cast.stranger, row.case))
    assert "青山" not in told
    assert ACCOUNT not in told
    page = client_of(cast.reader).get(f"/customers/{dossier.pk}/").content.decode()
    assert "待审批的变更" in page
    assert OTHER not in page


def test_who_decides_on_what_they_see_in_part_is_told_so(cast: Cast, dossier: Customer) -> None:
    """何静, who may not look behind a mask, is told so in the case; who sees all of it, and who only asked, are told nothing."""
    row = change(cast.salesperson, dossier, values={"bank_account": "6228480402564895702"}).waiting_change
    role = Role.objects.get(code="department_head")
    Role.objects.filter(pk=role.pk).update(actions=[one for one in role.actions if one != "customers.unmask"])
    asked = dict(change_words.describe(cast.head, row.case))
    assert str(asked["银行账号"]) == "**** **** 5702 → 已变更，差别在被遮蔽的部分"
    with pytest.raises(NotAllowed):
        change_unmask(actor=cast.head, request=row.pk, field="bank_account", reason="与来函核对账号")
    assert "看不全银行账号" in asked["审批提示"] and "不要凭看不全的内容同意" in asked["审批提示"]
    assert "看不全银行账号" in client_of(cast.head).get(f"/cases/{row.case_id}/").content.decode()
    assert "审批提示" not in dict(change_words.describe(cast.salesperson, row.case))
    task_delegate(actor=cast.head, case=row.case, to=cast.manager, opinion="请核对账号")
    asked = dict(change_words.describe(cast.manager, row.case))
    assert asked["银行账号"] == f"{ACCOUNT} → 6228480402564895702" and "审批提示" not in asked


def test_who_decides_looks_at_the_number_and_says_why(cast: Cast, dossier: Customer) -> None:
    """As shipped both steps see the account in part, with an eye; it asks for a reason and is written down; nobody else has one."""
    row = change(cast.salesperson, dossier).waiting_change
    url = f"/customers/changes/{row.pk}/values/bank_account/"
    client, full = client_of(cast.head), f"{ACCOUNT} → {OTHER}"
    page = client.get(f"/cases/{row.case_id}/").content.decode()
    assert url in page and "核对原文后再决定" in page and OTHER not in page and "看不全" not in page
    assert (
        OTHER not in client.get(url).content.decode() and OTHER not in client.post(url, {"reason": ""}).content.decode()
    )
    assert not Event.objects.filter(code="access.field_unmasked").exists()
    answer = client.post(url, {"reason": "与来函核对账号"}, headers={"HX-Request": "true"})
    assert full in answer.content.decode() and answer["HX-Retarget"] == f"#value-{row.pk}-bank_account"
    told = Event.objects.get(code="access.field_unmasked")
    assert (told.subject_id, told.actor_id, told.reason) == (
        dossier.pk,
        cast.head.pk,
        "与来函核对账号",
    ) and row.case.number in told.meta
    for other, status in ((cast.archivist, 403), (cast.salesperson, 403), (cast.reader, 403), (cast.stranger, 404)):
        assert client_of(other).post(url, {"reason": "看看"}).status_code == status, other.name
    assert client.get(url.replace("bank_account", "mobile")).status_code == 404
    case_approve(actor=cast.head, case=row.case)
    assert client.post(url, {"reason": "再看"}).status_code == 403, "decided"
    assert full in client_of(cast.archivist).post(url, {"reason": "与来函核对账号"}).content.decode()
    case_approve(actor=cast.archivist, case=row.case)
    assert client_of(cast.archivist).post(url, {"reason": "再看"}).status_code == 403, "over"


def test_a_field_that_is_hidden_is_told_to_change(cast: Cast, dossier: Customer) -> None:
    """Nobody agrees to a field of which they do not even know that it changes."""
    row = change(
        cast.salesperson, dossier, values={"bank_account": OTHER, "legal_representative": "林远山"}
    ).waiting_change
    role = Role.objects.get(code="department_head")
    Role.objects.filter(pk=role.pk).update(field_rights={**role.field_rights, "account": "hide"})
    asked = dict(change_words.describe(Person.objects.get(pk=cast.head.pk), row.case))
    assert asked["银行账号"] == "已变更，权限不足以查看" and "看不全银行账号。" in asked["审批提示"]
    assert OTHER not in str(asked) and "林远山" in str(asked)


def test_rules_are_the_companys_own(cast: Cast, dossier: Customer) -> None:
    with pytest.raises(NotAllowed):
        dossier_rules_set(actor=cast.salesperson, party_kind="enterprise", fields=[])
    dossier_rules_set(actor=cast.archivist, party_kind="enterprise", fields=["employees"])
    got = change(cast.salesperson, dossier, values={"bank_account": OTHER, "employees": 9})
    assert got.bank_account == OTHER
    assert [line.field for line in ChangeLine.objects.filter(request=got.waiting_change)] == ["employees"]
    with pytest.raises(Refused, match="没有“wings”这一项"):
        dossier_rules_set(actor=cast.archivist, party_kind="enterprise", fields=["wings"])
    with pytest.raises(Refused, match="刚被他人修改"):
        dossier_rules_set(actor=cast.archivist, party_kind="enterprise", fields=[], version=0)
    event = Event.objects.filter(code="customers.dossier_rules_changed").latest("id")
    assert "职工人数" in str(event.changes)


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client
