"""The pages of requests and flows as people use them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kedang.foundation.approvals.general import GENERAL, case_ask
from kedang.foundation.approvals.models import Case, Flow
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.audit.models import Event
from tests.approvals.making import waiting
from tests.cast import Cast
from tests.counting import compare, count_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def flows(cast: Cast) -> None:
    ensure_flows(cast.fonds)


def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person: Any, name: str, *args: Any, **query: str) -> str:
    """A page as text; anything but 200 fails."""
    answer = browser(person).get(reverse(f"approvals:{name}", args=args), query)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def act(person: Any, case: Case, verb: str, **given: Any) -> str:
    """A button of a case; the page that follows."""
    given.setdefault("version", case.version)
    answer = browser(person).post(reverse("approvals:case-act", args=[case.pk, verb]), given, follow=True)
    case.refresh_from_db()
    return str(answer.content.decode())


@pytest.mark.usefixtures("flows")
def test_asked_decided_and_read(cast: Cast) -> None:
    """周航 asks in the browser; 何静 finds it waiting, agrees; 周航 reads what was said."""
    client = browser(cast.salesperson)
    assert "一般事项" in page(cast.salesperson, "case-start")
    answer = client.post(
        reverse("approvals:case-ask"), {"title": "订展位", "reason": "华南展会", "amount": "8,000 元"}, follow=True
    )
    case = Case.objects.get()
    assert f"已提交，单号 {case.number}。" in answer.content.decode() and case.facts["amount"] == "8000.00"
    listed = page(cast.head, "case-list")
    assert "订展位" in listed and '<span class="tab-count number">1</span>' in listed
    shown = page(cast.head, "case-detail", case.pk)
    assert "请您审批" in shown and "8,000" in shown and "不符合进入条件" in shown
    assert "已同意" in act(cast.head, case, "approve", opinion="可以，注意预算")
    assert case.state == "approved"
    told = page(cast.salesperson, "case-detail", case.pk)
    assert "可以，注意预算" in told and "请您审批" not in told
    assert Event.objects.filter(code="approvals.case_viewed", subject_id=case.pk, actor_id=cast.salesperson.pk).exists()


@pytest.mark.usefixtures("flows")
def test_bad_amount_is_told(cast: Cast) -> None:
    """What cannot be read is told beside its field, and nothing was handed in."""
    answer = browser(cast.salesperson).post(
        reverse("approvals:case-ask"), {"title": "订展位", "reason": "华南展会", "amount": "八千"}
    )
    assert answer.status_code == 422 and "请只填数字" in answer.content.decode() and not Case.objects.exists()


@pytest.mark.usefixtures("flows")
def test_returned_completed_and_refused(cast: Cast) -> None:
    """退回, 补充, 不同意: each leaves its word, and refusing without one is refused."""
    case = case_ask(actor=cast.salesperson, title="订展位", reason="华南展会")
    assert "请写明需要补充什么" in act(cast.head, case, "return")
    act(cast.head, case, "return", opinion="附报价")
    assert case.state == "returned" and "请补充后再次提交" in page(cast.salesperson, "case-detail", case.pk)
    act(cast.salesperson, case, "resubmit", opinion="已附三家报价")
    assert case.state == "running" and waiting(case) == [cast.head.name]
    act(cast.head, case, "reject", opinion="今年不参展")
    assert case.state == "rejected" and "今年不参展" in page(cast.salesperson, "case-detail", case.pk)


@pytest.mark.usefixtures("flows")
def test_stale_page_decides_nothing(cast: Cast) -> None:
    """Who looks at an old page is told so."""
    case = case_ask(actor=cast.salesperson, title="订展位", reason="华南展会")
    assert "刚有新的进展" in act(cast.head, case, "approve", version=case.version + 1)
    assert case.state == "running"


@pytest.mark.usefixtures("flows")
def test_several_from_the_list(cast: Cast) -> None:
    """Two picked and agreed to at once."""
    cases = [case_ask(actor=cast.salesperson, title=f"第{n}件", reason="华南展会") for n in range(2)]
    answer = browser(cast.head).post(
        reverse("approvals:case-batch-agree"), {"pick": [case.pk for case in cases], "_run": "1", "reason": "同意"}
    )
    assert answer.status_code == 200
    assert set(Case.objects.values_list("state", flat=True)) == {"approved"}


@pytest.mark.usefixtures("flows")
def test_printed(cast: Cast) -> None:
    """审批单 is a PDF, its printing is an act."""
    case = case_ask(actor=cast.salesperson, title="订展位", reason="华南展会")
    answer = browser(cast.salesperson).get(reverse("approvals:case-print", args=[case.pk]))
    assert answer["Content-Type"] == "application/pdf" and answer.content[:5] == b"%PDF-"
    assert Event.objects.filter(code="approvals.case_printed", subject_id=case.pk).count() == 1


@pytest.mark.usefixtures("flows")
def test_a_flow_is_drawn_and_put_in_force(cast: Cast) -> None:
    """陆远 drafts the next version with a step more and somebody told; requests made before keep theirs."""
    before = case_ask(actor=cast.salesperson, title="订展位", reason="华南展会")
    flow, client = Flow.objects.get(kind=GENERAL), browser(cast.admin)
    client.post(reverse("approvals:flow-next", args=[flow.pk]))
    draft = Flow.objects.get(kind=GENERAL, state="draft")
    form = {
        "kind": GENERAL, "name": "一般事项", "position": "100", "after_return": "start", "steps": "1", "version": str(draft.row_version),
        "name-0": "档案室核对", "approver-0": "person", "person-0": str(cast.archivist.pk), "mode-0": "all", "hours-0": "24",
        "on_empty-0": "skip", "on_repeat-0": "ask", "on_own-0": "superior", "fact-0": "amount", "comparison-0": "at_least",
        "value-0": "500",
        "copy-who": "role:general_manager", "copy-when": "end",
    }  # fmt: skip
    added = client.post(reverse("approvals:flow-edit", args=[draft.pk]), {**form, "_move": "add"})
    assert added.status_code == 422 and 'name="name-1"' in added.content.decode()
    kept = client.post(reverse("approvals:flow-edit", args=[draft.pk]), form, follow=True).content.decode()
    assert "仅当 金额（元） 不低于 500" in kept and "办结时抄送角色：总经理" in kept
    client.post(reverse("approvals:flow-put-in-force", args=[draft.pk]))
    assert dict(Flow.objects.filter(kind=GENERAL).values_list("version", "state")) == {1: "retired", 2: "in_force"}
    after = case_ask(actor=cast.salesperson, title="订展位", reason="华南展会", amount="800")
    assert waiting(before) == [cast.head.name] and waiting(after) == [cast.archivist.name]
    act(cast.archivist, after, "approve")
    assert after.copies.get().person == cast.manager


@pytest.mark.usefixtures("flows")
def test_somebody_stands_in(cast: Cast) -> None:
    """何静 is away; 方宁 decides in her name, and both names stand there."""
    answer = browser(cast.head).post(
        reverse("approvals:stand-in-create"),
        {"stand_in": cast.manager.pk, "since": "2020-01-01T08:00", "until": "2099-01-01T08:00", "reason": "出差"}, follow=True,
    )  # fmt: skip
    assert "生效中" in page(cast.head, "stand-in-list"), answer.content.decode()[:400]
    case = case_ask(actor=cast.salesperson, title="订展位", reason="华南展会")
    assert f"您正代 {cast.head.name} 审批" in page(cast.manager, "case-detail", case.pk)
    act(cast.manager, case, "approve")
    entry = case.decisions.get(kind="approve")
    assert (entry.by, entry.on_behalf_of) == (cast.manager.name, cast.head.name)


@pytest.mark.usefixtures("flows")
def test_pages_ask_the_base_a_fixed_number_of_times(cast: Cast) -> None:
    """The work list and a case do not ask more often when there is more."""
    case = case_ask(actor=cast.salesperson, title="订展位", reason="华南展会")
    client = browser(cast.head)
    for name, args in (
        ("case-list", []),
        ("case-detail", [case.pk]),
        ("case-start", []),
        ("flow-list", []),
        ("stand-in-list", []),
    ):
        address = reverse(f"approvals:{name}", args=args)
        client.get(address)  # what is looked up once a process
        few = count_of(client, address)
        for n in range(3):
            case_ask(actor=cast.salesperson, title=f"{name} {n}", reason="华南展会")
        many = count_of(client, address)
        assert few[0] == many[0], f"{address}: {few[0]} and {many[0]}"
        compare(f"approvals:{name}", *many)


@pytest.mark.usefixtures("flows")
def test_an_unknown_button_is_not_there(cast: Cast) -> None:
    """An address that names no act is no page; nothing happens to the request."""
    case = case_ask(actor=cast.salesperson, title="订展位", reason="华南展会")
    answer = browser(cast.head).post(reverse("approvals:case-act", args=[case.pk, "burn"]))
    case.refresh_from_db()
    assert answer.status_code == 404 and case.state == "running"
