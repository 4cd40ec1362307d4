"""建档审核 (CO-03): new dossiers of clerks and salespeople count once somebody has looked at them."""

from typing import Any

import pytest
from django.test import Client

from kedang.business.customers import services as s
from kedang.business.customers.models import Customer
from kedang.business.customers.services.reviewing import batch_review_begin, review_decide
from kedang.business.customers.services.rules import dossier_rules_set
from kedang.foundation.approvals.services.deciding import case_agree, case_approve, case_reject
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.approvals.services.owning import case_resubmit, case_withdraw
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.refused import NotAllowed, Refused
from tests.cast import Cast
from tests.customers.making import enterprise, make_customer

NAMES = ("青山精密机械有限公司", "碧波环保科技有限公司", "长风物流有限公司")


@pytest.fixture
def dossier(cast: Cast) -> Customer:
    """A dossier that 唐果, a clerk, has made."""
    ensure_flows(cast.fonds)
    return make_customer(cast.clerk, name=NAMES[0])


def again(customer: Customer) -> Customer:
    return Customer.objects.select_related("review_case").get(pk=customer.pk)


def test_it_waits_and_counts_when_the_superior_agrees(cast: Cast, dossier: Customer) -> None:
    row = again(dossier)
    assert (row.review_state, row.review_case.kind, row.review_case.title) == (
        "pending",
        "customers.review",
        f"新建客户档案 {row.number}",
    )
    assert list(row.review_case.tasks.values_list("person__name", flat=True)) == ["何静"]
    assert not Customer.objects.all().counted().exists()
    clerk = client_of(cast.clerk)
    assert "此档案待建档审核" in clerk.get(f"/customers/{row.pk}/").content.decode()
    exported = client_of(cast.archivist).get("/customers/?view=to-review").content.decode()
    assert NAMES[0] in exported
    case_approve(actor=cast.head, case=row.review_case)
    row = again(dossier)
    assert (row.review_state, row.withdrawn_at, row.version) == (None, None, 1)
    assert Customer.objects.all().counted().count() == 1
    assert Event.objects.get(code="customers.review_passed").subject_id == row.pk
    assert "此档案待建档审核" not in clerk.get(f"/customers/{row.pk}/").content.decode()


def test_what_waits_is_not_exported_or_printed(cast: Cast, dossier: Customer) -> None:
    make_customer(cast.archivist, name=NAMES[1])
    client = client_of(cast.archivist)
    out = b"".join(client.post("/customers/export/", {"column": ["name"], "format": "csv"}).streaming_content).decode()
    assert (NAMES[1] in out, NAMES[0] in out) == (True, False)


def test_it_is_withdrawn_when_refused(cast: Cast, dossier: Customer) -> None:
    s.customer_change(
        actor=cast.clerk,
        customer=dossier,
        values={"employees": 9, "name": "青山机械厂"},
        version=None,
        reason="更正名称",
    )
    row = again(dossier)
    assert (row.name, row.employees) == ("青山机械厂", 9)  # nothing of a dossier under review waits by itself
    case_reject(actor=cast.head, case=row.review_case, opinion="与已有客户重复")
    row = again(dossier)
    assert (row.review_state, row.is_withdrawn) == ("rejected", True)
    assert Event.objects.filter(code="customers.withdrawn", reason__contains="与已有客户重复").exists()


def test_the_archivist_decides_without_being_asked(cast: Cast, dossier: Customer) -> None:
    with pytest.raises(NotAllowed):
        s.review_pass(actor=cast.head, customer=dossier)
    s.review_return(actor=cast.archivist, customer=dossier, reason="请补统一社会信用代码")
    case = again(dossier).review_case
    assert case.state == "returned"
    assert "退回补充" in client_of(cast.clerk).get(f"/customers/{dossier.pk}/").content.decode()
    case_resubmit(actor=cast.clerk, case=case, reason="已补")
    s.review_pass(actor=cast.archivist, customer=again(dossier), reason="核对无误")
    row = again(dossier)
    assert (row.review_state, row.review_case.state) == (None, "approved")
    with pytest.raises(Refused, match="不在待审核状态"):
        s.review_pass(actor=cast.archivist, customer=row)
    other = make_customer(cast.clerk, name=NAMES[1])
    s.review_refuse(actor=cast.archivist, customer=other, reason="重复建档")
    assert again(other).is_withdrawn


def test_taken_back_and_handed_in_again(cast: Cast, dossier: Customer) -> None:
    with pytest.raises(Refused, match="正在办理"):
        s.review_submit(actor=cast.clerk, customer=dossier)
    case_withdraw(actor=cast.clerk, case=again(dossier).review_case)
    assert again(dossier).review_state == "pending"
    s.review_submit(actor=cast.clerk, customer=dossier, reason="已核对")
    assert again(dossier).review_case.state == "running"


def test_nobody_reviews_their_own_and_without_a_flow_nothing_waits(cast: Cast) -> None:
    free = make_customer(cast.clerk, name=NAMES[2])
    assert free.review_state is None
    ensure_flows(cast.fonds)
    assert make_customer(cast.archivist, name=NAMES[1]).review_state is None
    mine = make_customer(cast.archivist, name=NAMES[0])
    Customer.objects.filter(pk=mine.pk).update(review_state="pending")
    with pytest.raises(Refused, match="不能审核自己建立的档案"):
        review_decide(actor=cast.archivist, customer=mine, is_passed=True)
    dossier_rules_set(actor=cast.archivist, roles=["salesperson"])
    assert make_customer(cast.clerk, name="无须审核有限公司").review_state is None
    with pytest.raises(Refused, match="没有“nobody”"):
        dossier_rules_set(actor=cast.archivist, roles=["nobody"])


def test_many_at_once(cast: Cast, dossier: Customer) -> None:
    other = make_customer(cast.clerk, name=NAMES[1])
    for one in (dossier, other):  # what picked rows of the work list call
        case_agree(actor=cast.head, case=again(one).review_case)
    assert Customer.objects.all().counted().count() == 2
    third, fourth = make_customer(cast.clerk, name=NAMES[2]), make_customer(cast.clerk, name="第四客户有限公司")
    page = client_of(cast.archivist)
    picked = {"pick": [third.pk, fourth.pk]}
    assert page.post("/customers/batch/review-pass/", {**picked, "_run": "1", "reason": "已核对"}).status_code in (
        200,
        302,
    )
    assert Customer.objects.all().counted().count() == 4


def test_an_import_is_one_case(cast: Cast) -> None:
    ensure_flows(cast.fonds)
    keys = [make_customer(cast.archivist, **enterprise(name=name)).pk for name in NAMES]
    Customer.objects.filter(pk__in=keys).update(review_state="pending")
    case = batch_review_begin(actor=cast.clerk, fonds_id=cast.fonds.pk, ids=keys, title="导入批次 1：展会.xlsx")
    assert case is not None
    assert (case.kind, case.facts["count"]) == ("customers.review_batch", 3)
    case_approve(actor=cast.head, case=case)
    assert not Customer.objects.all().counted().exists()
    case_approve(actor=cast.archivist, case=case)
    assert Customer.objects.all().counted().count() == 3
    assert Event.objects.filter(code="customers.review_passed").count() == 3


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client
