"""权限申请 and 权限年审 (SE-04)."""

from datetime import timedelta
from typing import Any

import pytest

from kedang.business.governance.choices import ReviewState, RightsKind, Verdict
from kedang.business.governance.models import RightsRequest
from kedang.business.governance.services.reviews import review_close, review_judge, review_open
from kedang.business.governance.services.rights import rights_ask, rights_carry_out
from kedang.business.governance.services.rules import rules_change
from kedang.foundation.access.grants import has_action
from kedang.foundation.access.models import Grant, Person, Role
from kedang.foundation.approvals.choices import CaseState
from kedang.foundation.approvals.services.deciding import case_approve, case_reject
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, Refused
from tests.cast import Cast
from tests.governance.making import security_of

pytestmark = pytest.mark.django_db


def asked(cast: Cast, **more: Any) -> RightsRequest:
    """唐果 asks to import for a fortnight, in fact for the archivist's role."""
    ensure_flows(cast.fonds)
    given: dict[str, Any] = {
        "actor": cast.clerk, "kind": RightsKind.GIVE, "person": cast.clerk, "role": Role.objects.get(code="reader"), "scope": "below",
        "scope_value": str(cast.sales.pk), "reason": "协助核对全组客户", **more,
    }  # fmt: skip
    return rights_ask(**given)


def test_approved_rights_are_given_in_the_name_of_the_decision(cast: Cast) -> None:
    security = security_of(cast)
    row = asked(cast)
    assert row.case.title == "权限申请：唐果 业务查询员"
    case_approve(actor=cast.head, case=row.case)
    assert not RightsRequest.objects.get().new_grant_id
    case_approve(actor=security, case=row.case)
    row.refresh_from_db()
    grant = Grant.objects.get(granted_by="韩梅")
    assert (grant.person, grant.granted_by, row.carried_out_by, grant.reason) == (
        cast.clerk,
        "韩梅",
        "韩梅",
        f"{row.case.number}：协助核对全组客户",
    )
    assert Event.objects.filter(code="governance.rights_carried_out", subject_id=row.pk).count() == 1


def test_temporary_rights_end_by_the_clock(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    security = security_of(cast)
    until = clock.now() + timedelta(days=3)
    with pytest.raises(Refused) as caught:
        asked(cast, kind=RightsKind.TEMPORARY, role=Role.objects.get(code="executive"))
    assert caught.value.code == "until_missing"
    row = asked(cast, kind=RightsKind.TEMPORARY, role=Role.objects.get(code="executive"), until=until)
    case_approve(actor=cast.head, case=row.case)
    case_approve(actor=security, case=row.case)
    assert has_action(Person.objects.get(pk=cast.clerk.pk), "customers.unmask")
    monkeypatch.setattr(clock, "now", lambda: until + timedelta(seconds=1))
    assert not has_action(Person.objects.get(pk=cast.clerk.pk), "customers.unmask")


def test_rights_are_changed_and_taken_back(cast: Cast) -> None:
    security = security_of(cast)
    old = cast.clerk.grants.get()
    row = asked(cast, actor=cast.head, kind=RightsKind.CHANGE, grant=old)
    case_approve(actor=cast.manager, case=row.case)
    case_approve(actor=security, case=row.case)
    old.refresh_from_db()
    assert old.ended_at is not None and cast.clerk.grants.get(ended_at__isnull=True).role.code == "reader"
    row = asked(
        cast, actor=cast.head, kind=RightsKind.WITHDRAW, role=None, grant=cast.clerk.grants.get(ended_at__isnull=True)
    )
    case_approve(actor=cast.manager, case=row.case)
    case_approve(actor=security, case=row.case)
    assert not cast.clerk.grants.filter(ended_at__isnull=True).exists()


def test_separate_duties_stay_separate(cast: Cast) -> None:
    with pytest.raises(Refused) as caught:
        asked(cast, person=cast.admin, role=Role.objects.get(code="auditor"))
    assert caught.value.code == "duties_mixed"


def test_the_administrator_carries_out_by_hand_where_it_is_set(cast: Cast) -> None:
    security = security_of(cast)
    rules_change(actor=security, reason="制度规定由管理员执行", carry_out_by_hand=True)
    row = asked(cast)
    case_approve(actor=cast.head, case=row.case)
    case_approve(actor=security, case=row.case)
    row = RightsRequest.objects.select_related("case").get()
    assert (row.case.state, row.is_due, row.new_grant_id) == (CaseState.APPROVED, True, None)
    with pytest.raises(NotAllowed):
        rights_carry_out(actor=cast.clerk, request=row)
    assert rights_carry_out(actor=security, request=row).new_grant_id
    with pytest.raises(Refused) as caught:
        rights_carry_out(actor=security, request=row)
    assert caught.value.code == "not_due"


def test_what_is_refused_has_no_effect(cast: Cast) -> None:
    row = asked(cast)
    case_reject(actor=cast.head, case=row.case, opinion="不需要")
    row.refresh_from_db()
    assert (row.new_grant_id, row.is_due, cast.clerk.grants.count()) == (None, False, 1)


def test_a_yearly_review_keeps_its_evidence(cast: Cast) -> None:
    security = security_of(cast)
    review = review_open(actor=security)
    assert review.lines.count() == Grant.objects.filter(person__fonds=cast.fonds).count()
    with pytest.raises(Refused) as caught:
        review_open(actor=security)
    assert caught.value.code == "review_there"
    gone = review.lines.get(person=cast.reader)
    with pytest.raises(Refused) as caught:
        review_judge(actor=security, review=review, verdicts={gone.pk: Verdict.WITHDRAW})
    assert caught.value.code == "remark_missing"
    review_judge(actor=security, review=review, verdicts={gone.pk: Verdict.WITHDRAW}, remark="已转岗")
    gone.refresh_from_db()
    assert (gone.verdict, gone.judged_by, gone.grant.ended_at is not None) == ("withdraw", "韩梅", True)
    with pytest.raises(Refused) as caught:
        review_judge(actor=security, review=review, verdicts={review.lines.get(person=security).pk: Verdict.KEEP})
    assert caught.value.code == "own_grant"
    with pytest.raises(Refused) as caught:
        review_close(actor=security, review=review, conclusion="全部核对")
    assert caught.value.code == "review_unfinished"
    rest = review.lines.filter(verdict="").exclude(person=security)
    assert (
        review_judge(actor=security, review=review, verdicts={line.pk: Verdict.KEEP for line in rest})
        == rest.model.objects.filter(verdict="keep").count()
    )
    assert review_close(actor=security, review=review, conclusion="全部核对").state == ReviewState.CLOSED
