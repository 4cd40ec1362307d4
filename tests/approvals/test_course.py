"""The course of a case, from handing in to its effect, on easy and awkward ways."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from kedang.foundation.access.models import Grant, Person
from kedang.foundation.approvals.models import Case, CaseCopy, Decision, Task
from kedang.foundation.approvals.registry import StepSpec
from kedang.foundation.approvals.services import deciding as d
from kedang.foundation.approvals.services import owning as o
from kedang.foundation.approvals.services.flows import flow_next, flow_put_in_force, flow_retire
from kedang.foundation.approvals.services.forsaken import forsaken_run
from kedang.foundation.approvals.services.opening import Line
from kedang.foundation.approvals.services.overdue import overdue_run
from kedang.foundation.approvals.services.stand_ins import stand_in_set
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.notices.models import Notice
from tests.approvals.making import Effects, ask, course, make_flow, trial_kind, waiting
from tests.cast import Cast

HEAD, ARCHIVE = StepSpec("部门意见", "head"), StepSpec("档案室审核", "role:archivist")


@pytest.fixture
def effects(db: Any) -> Any:
    with trial_kind() as made:
        yield made


def refused(code: str, call: Any, **given: Any) -> str:
    """The sentence of a refusal with this code."""
    with pytest.raises(Refused) as caught:
        call(**given)
    assert caught.value.code == code, caught.value.sentence
    return caught.value.sentence


def test_nothing_waits_for_somebody_who_has_left(cast: Cast, effects: Effects) -> None:
    """Sent back before they left, it is taken back with a reason and its follower told; afterwards it cannot be sent back at all."""
    make_flow(cast, HEAD, ARCHIVE)
    lying, running = ask(cast), ask(cast, title="另一件")
    d.case_return(actor=cast.head, case=lying, opinion="请附客户来函")
    CaseCopy.objects.create(case=lying, person=cast.colleague, sent_at=clock.now())
    assert forsaken_run() == 0
    Person.objects.filter(pk=cast.salesperson.pk).update(is_active=False)
    assert "重新申请" in refused("asker_gone", d.case_return, actor=cast.head, case=running, opinion="请补充")
    assert (forsaken_run(), forsaken_run()) == (1, 0) and effects.seen == ["withdrawn 查阅青山合同"]
    lying.refresh_from_db()
    assert lying.state == "withdrawn" and lying.closed_at and course(lying)[-1][0] == "withdraw"
    assert "停用账号" in Event.objects.filter(code="approvals.case_withdrawn", subject_id=lying.pk).get().reason
    assert list(Notice.objects.filter(kind="approvals.forsaken").values_list("person__name", flat=True)) == [
        cast.colleague.name
    ]


def test_two_steps_and_the_effect(cast: Cast, effects: Effects) -> None:
    make_flow(cast, HEAD, ARCHIVE)
    case = ask(cast)
    assert case.number.startswith("SQ") and waiting(case) == [cast.head.name]
    d.case_approve(actor=cast.head, case=case, opinion="同意查阅")
    assert waiting(case) == [cast.archivist.name] and effects.seen == []
    case = d.case_approve(actor=cast.archivist, case=case, opinion="同意")
    assert case.state == "approved" and case.closed_at and effects.seen == ["approved 查阅青山合同"]
    assert course(case) == [
        ("submit", cast.salesperson.name),
        ("approve", cast.head.name),
        ("approve", cast.archivist.name),
    ]
    codes = list(
        Event.objects.filter(subject_type="approvals.case", subject_id=case.pk)
        .order_by("id")
        .values_list("code", flat=True)
    )
    assert codes == [
        "approvals.case_opened",
        "approvals.case_decided",
        "approvals.case_decided",
        "approvals.case_approved",
    ]


def test_nobody_decides_on_their_own_and_nobody_out_of_turn(cast: Cast, effects: Effects) -> None:
    make_flow(cast, HEAD)
    case = ask(cast)
    assert "自己" in refused("own_request", d.case_approve, actor=cast.salesperson, case=case)
    with pytest.raises(OutOfScope):
        d.case_approve(actor=cast.colleague, case=case)
    with pytest.raises(OutOfScope):
        d.case_approve(actor=cast.stranger, case=case)
    own = ask(cast, actor=cast.head)
    assert waiting(own) == [cast.manager.name], "the head's own request goes to the superior"
    d.case_approve(actor=cast.head, case=case)
    assert "刷新" in refused("case_closed", d.case_approve, actor=cast.head, case=case)


def test_a_refusal_ends_it_and_says_why(cast: Cast, effects: Effects) -> None:
    make_flow(cast, HEAD, ARCHIVE)
    case = ask(cast)
    refused("opinion_missing", d.case_reject, actor=cast.head, case=case, opinion=" ")
    case = d.case_reject(actor=cast.head, case=case, opinion="与业务无关")
    assert case.state == "rejected" and effects.seen == ["rejected 查阅青山合同"]
    assert not case.tasks.filter(state="waiting").exists()
    event = Event.objects.get(code="approvals.case_rejected", subject_id=case.pk)
    assert orjson.loads(event.changes)["state"] == ["running", "rejected"]


@pytest.mark.parametrize(("after", "next_one"), [("start", "head"), ("returning", "archivist")])
def test_returned_completed_and_handed_in_again(cast: Cast, effects: Effects, after: str, next_one: str) -> None:
    make_flow(cast, HEAD, ARCHIVE, after_return=after)
    case = ask(cast)
    d.case_approve(actor=cast.head, case=case)
    case = d.case_return(actor=cast.archivist, case=case, opinion="请写明起止时间")
    assert case.state == "returned" and waiting(case) == []
    refused("not_your_turn", d.case_approve, actor=cast.archivist, case=case)
    with pytest.raises(OutOfScope):
        o.case_resubmit(actor=cast.colleague, case=case, reason="已补")
    case = o.case_resubmit(actor=cast.salesperson, case=case, reason="时间为 12 月 1 日至 5 日")
    assert waiting(case) == [getattr(cast, next_one).name]
    refused("not_returned", o.case_resubmit, actor=cast.salesperson, case=case, reason="再补")


def test_withdrawn_by_who_asked(cast: Cast, effects: Effects) -> None:
    make_flow(cast, HEAD)
    case = ask(cast)
    refused("not_yours", o.case_withdraw, actor=cast.head, case=case)
    case = o.case_withdraw(actor=cast.salesperson, case=case, reason="不需要了")
    assert case.state == "withdrawn" and waiting(case) == [] and effects.seen == ["withdrawn 查阅青山合同"]
    refused("case_closed", o.case_withdraw, actor=cast.salesperson, case=case)


def everybody(cast: Cast, mode: str) -> dict[str, Any]:
    from kedang.foundation.access.models import Role

    Grant.objects.create(person=cast.reader, role=Role.objects.get(code="archivist"), scope="all")
    return {"name": "会签", "approver": "role", "role": Role.objects.get(code="archivist"), "mode": mode}


def test_all_of_a_step_or_any_one(cast: Cast, effects: Effects) -> None:
    make_flow(cast, everybody(cast, "all"))
    case = ask(cast)
    assert waiting(case) == sorted([cast.archivist.name, cast.reader.name])
    case = d.case_approve(actor=cast.archivist, case=case)
    assert case.state == "running" and waiting(case) == [cast.reader.name]
    assert d.case_approve(actor=cast.reader, case=case).state == "approved"
    Case.objects.filter(pk=case.pk).update(flow=case.flow)
    flow = flow_next(actor=system_actor("test"), flow=case.flow)
    step = flow.steps.get()
    step.mode = "any"
    step.save()
    flow_put_in_force(actor=system_actor("test"), flow=flow)
    second = ask(cast)
    assert second.flow_id == flow.pk and d.case_approve(actor=cast.reader, case=second).state == "approved"
    assert second.tasks.get(person=cast.archivist).state == "not_needed"


def test_passed_on_and_one_more_asked(cast: Cast, effects: Effects) -> None:
    make_flow(cast, HEAD)
    case = ask(cast)
    assert "申请人" in refused(
        "signer_unfit", d.task_delegate, actor=cast.head, case=case, to=cast.salesperson, opinion="请代办"
    )
    case = d.signer_add(actor=cast.head, case=case, person=cast.reader, opinion="请财务会签")
    case = d.case_approve(actor=cast.head, case=case)
    assert case.state == "running" and waiting(case) == [cast.reader.name], "who was added is needed"
    case = d.task_delegate(actor=cast.reader, case=case, to=cast.manager, opinion="出差，请代办")
    assert waiting(case) == [cast.manager.name]
    case = d.case_approve(actor=cast.manager, case=case)
    assert case.state == "approved"
    assert [kind for kind, _who in course(case)] == ["submit", "add_signer", "approve", "delegate", "approve"]


def test_a_stand_in_decides_in_the_others_name(cast: Cast, effects: Effects) -> None:
    make_flow(cast, HEAD)
    now = clock.now()
    refused("stand_in_odd", stand_in_set, actor=cast.head, stand_in=cast.head, since=now, until=now + timedelta(days=2))
    stand_in_set(
        actor=cast.head,
        stand_in=cast.reader,
        since=now - timedelta(minutes=1),
        until=now + timedelta(days=2),
        reason="休假",
    )
    refused(
        "stand_in_twice", stand_in_set, actor=cast.head, stand_in=cast.clerk, since=now, until=now + timedelta(days=1)
    )
    case = ask(cast)
    case = d.case_approve(actor=cast.reader, case=case, opinion="同意")
    entry = Decision.objects.get(case=case, kind="approve")
    assert (case.state, entry.by, entry.on_behalf_of) == ("approved", cast.reader.name, cast.head.name)
    event = Event.objects.get(code="approvals.case_decided", subject_id=case.pk)
    assert orjson.loads(event.meta)["for"] == cast.head.name


def test_conditions_choose_flow_and_steps(cast: Cast, effects: Effects) -> None:
    make_flow(cast, HEAD, StepSpec("总经理审批", "role:general_manager", conditions=(("amount", "at_least", 10000),)))
    special = make_flow(
        cast, StepSpec("总经理审批", "role:general_manager"), position=1, conditions=[["secrecy_level", "at_least", 3]]
    )
    small, large = ask(cast, facts={"amount": "900"}), ask(cast, facts={"amount": "10000.00"}, title="大额")
    assert d.case_approve(actor=cast.head, case=small).state == "approved"
    assert waiting(d.case_approve(actor=cast.head, case=large)) == [cast.manager.name]
    secret = ask(cast, secrecy_level=3)
    assert secret.flow_id == special.pk and waiting(secret) == [cast.manager.name]
    told = refused("flow_last", flow_retire, actor=system_actor("t"), flow=small.flow, reason="合并流程")
    assert "通用流程" in told


def test_an_earlier_agreement_counts(cast: Cast, effects: Effects) -> None:
    make_flow(cast, HEAD, StepSpec("上级意见", "superior:1"), ARCHIVE)
    case = d.case_approve(actor=cast.head, case=ask(cast))
    assert waiting(case) == [cast.archivist.name]
    assert ("counted", "审批流程") in course(case)


def test_nobody_there(cast: Cast, effects: Effects) -> None:
    Grant.objects.filter(person=cast.head).update(ended_at=clock.now())
    flow = make_flow(cast, HEAD)
    assert waiting(ask(cast)) == [cast.manager.name], "the rule says: the general manager"
    flow.steps.update(on_empty="refuse")
    assert "找不到审批人" in refused("no_approver", ask, cast=cast, title="另一件")
    assert Case.objects.filter(title="另一件").count() == 0
    flow.steps.update(on_empty="skip")
    case = ask(cast, title="第三件")
    assert case.state == "approved" and course(case)[-1][0] == "skipped"


def test_line_by_line(cast: Cast) -> None:
    with trial_kind(is_line_by_line=True) as effects:
        make_flow(cast, HEAD, ARCHIVE)
        lines = [Line(cast.sales, "一", None), Line(cast.service, "二", None)]
        case = ask(cast, lines=lines)
        first, second = case.lines.all()
        refused("opinion_missing", d.case_approve, actor=cast.head, case=case, lines={second.pk: False})
        d.case_approve(actor=cast.head, case=case, lines={second.pk: False}, opinion="第二项与本次无关")
        case = d.case_approve(actor=cast.archivist, case=case, lines={first.pk: True, second.pk: True})
        assert list(case.lines.values_list("is_granted", flat=True)) == [True, False], "once refused stays refused"
        assert effects.seen == ["approved 查阅青山合同"]
        other = ask(cast, lines=lines, title="全部不准")
        other = d.case_approve(
            actor=cast.head, case=other, lines={one.pk: False for one in other.lines.all()}, opinion="均不需要"
        )
        assert other.state == "rejected" and effects.seen[-1] == "rejected 全部不准"


def test_urgent_first_and_confirmed_afterwards(cast: Cast, effects: Effects) -> None:
    from kedang.foundation.access.models import Role

    make_flow(cast, HEAD, urgent_role=Role.objects.get(code="general_manager"))
    case = ask(cast, urgent_reason="客户现场抢修")
    assert waiting(case) == [cast.manager.name]
    case = d.case_approve(actor=cast.manager, case=case, opinion="先办")
    assert case.state == "confirming" and case.effective_at and effects.seen == ["approved 查阅青山合同"]
    refused("already_effective", o.case_withdraw, actor=cast.salesperson, case=case)
    refused("already_effective", d.case_return, actor=cast.head, case=case, opinion="请补充")
    assert d.case_approve(actor=cast.head, case=case).state == "approved" and len(effects.seen) == 1
    second = d.case_approve(actor=cast.manager, case=ask(cast, urgent_reason="夜间故障", title="二"))
    second = d.case_reject(actor=cast.head, case=second, opinion="不属紧急")
    assert second.state == "rejected" and effects.seen[-1] == "unconfirmed 二"


def test_a_subject_that_changed_is_not_approved_as_it_was(cast: Cast) -> None:
    with trial_kind(version_of=lambda row: row.position) as effects:
        make_flow(cast, HEAD)
        case = ask(cast, subject=cast.service)
        assert "已有一份" in refused("case_open_already", ask, cast=cast, subject=cast.service)
        cast.service.position += 1
        cast.service.save()
        refused("subject_changed", d.case_approve, actor=cast.head, case=case)
        case.refresh_from_db()
        assert case.state == "running" and effects.seen == [] and waiting(case) == [cast.head.name]


def test_overdue_is_reminded_and_goes_up(cast: Cast, effects: Effects) -> None:
    make_flow(cast, HEAD)
    case = ask(cast)
    assert overdue_run() == 0
    Task.objects.filter(case=case).update(due_at=clock.now() - timedelta(hours=1))
    assert overdue_run() == 1 and overdue_run() == 0
    assert orjson.loads(Event.objects.get(code="approvals.task_reminded").meta)["people"] == [cast.head.name]
    Task.objects.filter(case=case).update(due_at=clock.now() - timedelta(hours=25))
    assert overdue_run() == 1 and waiting(case) == [cast.manager.name]
    assert "逾期未办" in Decision.objects.get(case=case, kind="escalated").opinion
    refused("not_your_turn", d.case_approve, actor=cast.head, case=case)
    assert d.case_approve(actor=cast.manager, case=case).state == "approved"


def test_alone_where_the_kind_says_so(cast: Cast) -> None:
    """A kind that must be read one by one is not decided from the list."""
    with trial_kind(may_batch=False) as effects:
        make_flow(cast, HEAD)
        case = ask(cast)
        assert "逐份审批" in refused("not_in_batch", d.case_agree, actor=cast.head, case=case)
        assert "逐份审批" in refused("not_in_batch", d.case_refuse, actor=cast.head, case=case, reason="不必")
        assert waiting(case) == [cast.head.name] and effects.seen == []


def test_agreed_and_refused_from_the_list(cast: Cast, effects: Effects) -> None:
    """The same rules hold for picked rows."""
    make_flow(cast, HEAD)
    first, second = ask(cast, title="甲"), ask(cast, title="乙")
    assert d.case_agree(actor=cast.head, case=first).state == "approved"
    assert d.case_refuse(actor=cast.head, case=second, reason="不必").state == "rejected"
    assert effects.seen == ["approved 甲", "rejected 乙"]


def test_reminded_at_most_once_an_hour(cast: Cast, effects: Effects) -> None:
    make_flow(cast, HEAD)
    case = ask(cast)
    assert o.case_remind(actor=cast.salesperson, case=case) == 1
    assert "一小时" in refused("reminded_lately", o.case_remind, actor=cast.salesperson, case=case)


def test_who_sees_a_case(cast: Cast, effects: Effects) -> None:
    make_flow(cast, HEAD, ARCHIVE)
    case = ask(cast)
    sees = {
        name for name, person in cast.everybody().items() if Case.objects.visible_to(person).filter(pk=case.pk).exists()
    }
    assert sees == {"salesperson", "head", "archivist", "manager", "auditor"}
