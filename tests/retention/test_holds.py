"""冻结 (DI-04): asked for, approved, in force on the things themselves, released; what is held stays as it is."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from kedang.business.customers import services as customers
from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Volume
from kedang.business.holdings.packages.held import holds_on
from kedang.business.holdings.services.whereabouts import thing_issue, thing_take_back, thing_withdraw
from kedang.business.retention.models import Hold
from kedang.business.retention.services import holding
from kedang.business.retention.services.holding import hold_ask, release_ask, things_named
from kedang.foundation.approvals.services.deciding import case_approve, case_reject
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.approvals.services.owning import case_withdraw
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.notices.models import Notice
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.lending.making import paper_in, shelved

BASIS = "(2026)粤0305民初1234号 保全裁定"


@pytest.fixture
def house(cast: Cast) -> tuple[Customer, Volume]:
    """A customer with a volume on the shelf, and the flows."""
    volume = shelved(cast)[0]
    ensure_flows(cast.fonds)
    customer = make_customer(cast.archivist, name="青山精密机械有限公司")
    Volume.objects.filter(pk=volume.pk).update(customer=customer)
    volume.refresh_from_db()
    return customer, volume


def ask(actor: Any, *things: Any, **more: Any) -> Hold:
    given = {"title": "货款纠纷一案", "legal_basis": BASIS, "reason": "法院保全，原样保留", **more}
    return hold_ask(actor=actor, things=things, **given)


def in_force(cast: Cast, *things: Any, **more: Any) -> Hold:
    row = ask(cast.archivist, *things, **more)
    case_approve(actor=cast.manager, case=row.case)
    row.refresh_from_db()
    return row


def test_what_is_held_stays(cast: Cast, house: tuple[Customer, Volume]) -> None:
    customer, volume = house
    row = in_force(cast, customer)
    assert (row.state, row.number[:2], row.lines.count()) == (
        "in_force",
        "DJ",
        2,
    )  # 不外借: the customer's volume is listed with it
    customer.refresh_from_db()
    volume.refresh_from_db()
    assert (customer.hold_count, volume.hold_count, volume.loan_hold_count) == (1, 1, 1)
    with pytest.raises(Refused, match="已冻结") as caught:
        customers.customer_withdraw(actor=cast.archivist, customer=customer, reason="重复建档")
    assert caught.value.code == "customer_held"
    with pytest.raises(Refused, match="不得提出") as caught:
        thing_withdraw(actor=cast.archivist, thing=volume, reason="列入销毁清册")
    assert caught.value.code == "thing_held"
    with pytest.raises(Refused, match="不外借"):
        thing_issue(actor=cast.archivist, thing=volume)
    codes = list(Event.objects.filter(code__startswith="retention.").order_by("id").values_list("code", flat=True))
    assert codes == ["retention.hold_asked", "retention.thing_held", "retention.thing_held", "retention.hold_in_force"]
    told = set(Event.objects.filter(code="retention.thing_held").values_list("reason", flat=True))
    assert told == {row.number}, "whoever reads the history of a thing is told the number, not the matter"
    with pytest.raises(IntegrityError), transaction.atomic():
        Volume.objects.filter(pk=volume.pk).update(whereabouts="gone")
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(withdrawn_at=clock.now())
    page = client_of(cast.archivist).get(f"/customers/{customer.pk}/").content.decode()
    assert "此客户已冻结" in page
    shown = client_of(cast.archivist).get(f"/volumes/{volume.pk}/").content.decode()
    assert "此案卷已冻结且不外借" in shown and f'href="/holds/{row.pk}/" title="货款纠纷一案' in shown
    head = client_of(cast.head).get(f"/volumes/{volume.pk}/").content.decode()
    assert ">冻结中</span>" in head and row.number not in head and "货款纠纷" not in head
    told = holds_on(cast.archivist, volume, [])
    assert [(one["number"], one["on"], one["title"], one["reason"]) for one in told] == [
        (row.number, ["customer", "volume"], "货款纠纷一案", "法院保全，原样保留")
    ]
    assert [(one["number"], one["title"]) for one in holds_on(cast.salesperson, volume, [])] == [(row.number, None)]


def test_released_by_approval_only(cast: Cast, house: tuple[Customer, Volume]) -> None:
    customer, volume = house
    row, second = in_force(cast, customer), in_force(cast, volume, title="专项审计")
    with pytest.raises(NotAllowed):
        ask(cast.head, customer)
    release_ask(actor=cast.archivist, hold=row, reason="已结案")
    with pytest.raises(Refused, match="正在办理"):
        release_ask(actor=cast.archivist, hold=row, reason="已结案")
    row.refresh_from_db()
    case_approve(actor=cast.manager, case=row.release_case)
    row.refresh_from_db()
    customer.refresh_from_db()
    volume.refresh_from_db()
    assert (row.state, row.release_reason, customer.hold_count, volume.hold_count) == ("released", "已结案", 0, 1)
    with pytest.raises(Refused, match="不外借"):
        thing_issue(actor=cast.archivist, thing=volume)  # the other hold is still there
    release_ask(actor=cast.archivist, hold=second, reason="审计结束")
    second.refresh_from_db()
    case_approve(actor=cast.manager, case=second.release_case)
    thing_issue(actor=cast.archivist, thing=volume)
    thing_take_back(actor=cast.archivist, thing=volume)
    customers.customer_withdraw(actor=cast.archivist, customer=customer, reason="重复建档")
    with pytest.raises(Refused, match="不需要解除"):
        release_ask(actor=cast.archivist, hold=row, reason="再来")


def test_a_held_customer_holds_what_is_filed_with_it(cast: Cast, house: tuple[Customer, Volume]) -> None:
    customer, volume = house
    in_force(cast, customer, is_no_loan=False)
    volume.refresh_from_db()
    assert volume.hold_count is None
    thing_issue(actor=cast.archivist, thing=volume)
    thing_take_back(actor=cast.archivist, thing=volume)
    with pytest.raises(Refused, match="或其客户已冻结"):
        thing_withdraw(actor=cast.archivist, thing=volume, reason="列入销毁清册")


def test_a_held_paper_keeps_its_volume(cast: Cast) -> None:
    volume = shelved(cast)[0]
    ensure_flows(cast.fonds)
    paper = volume.items.first() or paper_in(volume)
    in_force(cast, paper, is_no_loan=False)
    with pytest.raises(Refused, match="不得提出"):
        thing_withdraw(actor=cast.archivist, thing=volume, reason="列入销毁清册")


def test_refused_withdrawn_and_gone(cast: Cast, house: tuple[Customer, Volume]) -> None:
    customer, _volume = house
    row = ask(cast.archivist, customer)
    case_reject(actor=cast.manager, case=row.case, opinion="无须冻结")
    row.refresh_from_db()
    assert row.state == "refused"
    row = ask(cast.archivist, customer)
    case_withdraw(actor=cast.archivist, case=row.case)
    row.refresh_from_db()
    assert row.state == "called_off"
    row = ask(cast.archivist, customer, is_no_loan=False)
    customers.customer_withdraw(actor=cast.archivist, customer=customer, reason="重复建档")
    with pytest.raises(Refused, match="已撤销，不能冻结"):
        case_approve(actor=cast.manager, case=row.case)
    with pytest.raises(Refused, match="已撤销，不能冻结"):
        ask(cast.archivist, customer, is_no_loan=False)
    customer.refresh_from_db()
    assert not customer.is_held


def test_what_is_asked_is_checked(cast: Cast, house: tuple[Customer, Volume]) -> None:
    customer, volume = house
    with pytest.raises(Refused, match="请写明依据"):
        ask(cast.archivist, customer, legal_basis="")
    with pytest.raises(Refused, match="至少列出一个"):
        ask(cast.archivist)
    with pytest.raises(Refused, match="复核日期"):
        ask(cast.archivist, customer, review_on=clock.today())
    with pytest.raises(NotAllowed):
        ask(cast.salesperson, customer)
    with pytest.raises(OutOfScope):
        ask(cast.stranger, customer)
    assert things_named(cast.archivist, f"{customer.number}\n{volume.reference_code}\n{customer.number}") == [
        customer,
        volume,
    ]
    with pytest.raises(Refused, match="没有编号为“NO-1”"):
        things_named(cast.archivist, "NO-1")


def test_urgent_holds_at_once_and_may_be_taken_back(cast: Cast, house: tuple[Customer, Volume]) -> None:
    customer, _volume = house
    row = ask(cast.archivist, customer, urgent_reason="法警已到现场")
    case_approve(actor=cast.manager, case=row.case, opinion="立即冻结")
    customer.refresh_from_db()
    assert customer.is_held
    row.case.refresh_from_db()
    if row.case.state == "confirming":
        case_reject(actor=cast.manager, case=row.case, opinion="依据不足")
        customer.refresh_from_db()
        row.refresh_from_db()
        assert (customer.is_held, row.state) == (False, "released")


def test_reminded_once_when_it_is_to_be_looked_at(
    cast: Cast, house: tuple[Customer, Volume], monkeypatch: pytest.MonkeyPatch
) -> None:
    day = clock.today() + timedelta(days=90)
    row = in_force(cast, house[0], review_on=day)
    assert holding.holds_review_due() == 0
    monkeypatch.setattr(clock, "today", lambda: day)
    assert holding.holds_review_due() == 1
    assert holding.holds_review_due() == 0
    assert Notice.objects.get(kind="retention.review_due").number == row.number
    row.refresh_from_db()
    assert row.state == "in_force"


def test_pages(cast: Cast, house: tuple[Customer, Volume]) -> None:
    customer, volume = house
    client = client_of(cast.archivist)
    assert client.get(f"/holds/ask/?of={customer.number}").status_code == 200
    typed = {
        "title": "专项审计",
        "legal_basis": "审计通知书〔2026〕8号",
        "reason": "审计调阅",
        "things": f"{volume.reference_code}\n没有",
    }
    refused = client.post("/holds/ask/", typed)
    assert (refused.status_code, "没有编号为“没有”" in refused.content.decode()) == (422, True)
    answer = client.post("/holds/ask/", {**typed, "things": volume.reference_code, "is_no_loan": "on"})
    row = Hold.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/holds/{row.pk}/")
    page = client.get(f"/holds/{row.pk}/").content.decode()
    assert volume.reference_code in page
    assert "待批准" in page
    case = client_of(cast.manager).get(f"/cases/{row.case.pk}/").content.decode()
    assert "审计通知书" in case
    assert client_of(cast.salesperson).get(f"/holds/{row.pk}/").status_code == 404


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client
