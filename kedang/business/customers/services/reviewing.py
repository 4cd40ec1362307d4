"""建档审核 (CO-03): new dossiers of clerks and salespeople count only once their superior or the archivist has looked at them.

A dossier that waits has its number and can be completed; it stays out of figures, exports and printed lists. One that does not pass is
withdrawn: its number is not given again.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers import events as e
from kedang.business.customers.choices import PartyKind, ReviewState
from kedang.business.customers.models import Customer
from kedang.business.customers.protection import SETTLE, is_reviewed
from kedang.business.customers.services.bulk import customers_withdraw_bulk
from kedang.business.customers.services.writing import locked_customer
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.approvals.choices import FlowState
from kedang.foundation.approvals.models import Case, Flow
from kedang.foundation.approvals.registry import CaseKind, Fact, StepSpec, declare
from kedang.foundation.approvals.services.claiming import task_claim
from kedang.foundation.approvals.services.deciding import case_approve, case_reject, case_return
from kedang.foundation.approvals.services.opening import case_open
from kedang.foundation.audit.disclosed import as_ranges
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

KIND, BATCH_KIND = "customers.review", "customers.review_batch"
LABEL = Customer._meta.label_lower
SHOWN = 20
AT_ONCE = 500


def must_review(actor: Actor, fonds_id: int, kind: str = KIND) -> bool:
    """Whether new dossiers of this actor wait: their roles are reviewed, and the company has a flow for it."""
    if not is_reviewed(actor, fonds_id):
        return False
    return bool(Flow.objects.filter(fonds_id=fonds_id, kind=kind, state=FlowState.IN_FORCE).exists())


def review_begin(actor: Actor, customer: Customer, reason: str = "") -> None:
    """A dossier that was just made waits for review, where its maker's are reviewed. Inside the caller's transaction."""
    if not must_review(actor, customer.fonds_id):
        return
    customer.review_state = ReviewState.PENDING
    customer.save(update_fields=["review_state"])
    _hand_in(actor, customer, reason)


def _hand_in(actor: Actor, customer: Customer, reason: str) -> None:
    """A case where somebody can be found to decide it; else the dossier waits in the archivist's list."""
    meta: dict[str, Any] = {"case": ""}
    try:
        with transaction.atomic():
            case = case_open(
                actor=actor, kind=KIND, title=_("新建客户档案 %(number)s") % {"number": customer.number}, reason=reason or _("新建档案"),
                subject=customer, facts={"party_kind": customer.party_kind}, department=customer.department,
                secrecy_level=customer.secrecy_level,
            )  # fmt: skip
    except Refused as refusal:
        if refusal.code not in ("no_flow", "no_approver"):
            raise
    else:
        customer.review_case = case
        customer.save(update_fields=["review_case"])
        meta["case"] = case.number
    record(
        actor,
        e.REVIEW_ASKED,
        customer,
        changes={"review_state": (None, customer.review_state)},
        reason=reason,
        meta=meta,
    )


@transaction.atomic
def review_submit(*, actor: Actor, customer: Customer, reason: str = "") -> Customer:
    """Hand a dossier in again whose request was taken back.

    Raises:
        Refused: ``not_to_review``, ``case_open_already``.
    """
    found = locked_customer(actor, customer, "customers.change")
    _refuse_counted(found)
    case = found.review_case
    if case is not None and case.is_open:
        told = _("此档案的建档审核 %(number)s 正在办理，不需要再次送审。")
        raise Refused("case_open_already", told % {"number": case.number})
    _hand_in(actor, found, reason)
    return found


@transaction.atomic
def review_decide(*, actor: Actor, customer: Customer, is_passed: bool, opinion: str = "") -> Customer:
    """Whoever may settle dossiers passes or refuses one, whether the flow asked them or not; nobody their own.

    Raises:
        Refused: ``not_to_review``, ``own_request``, ``opinion_missing``.
    """
    case = _case_of(actor, customer)
    if case is not None:
        if isinstance(actor, Person):
            task_claim(actor=actor, case=case, why=_("档案管理员直接审核"))
        if is_passed:
            case_approve(actor=actor, case=case, opinion=opinion)
        else:
            case_reject(actor=actor, case=case, opinion=opinion)
    else:
        found = locked_customer(actor, customer, SETTLE)
        _refuse_counted(found)
        if Event.objects.filter(
            code=e.CUSTOMER_CREATED.code, subject_type=LABEL, subject_id=found.pk, actor_id=actor.id
        ).exists():
            raise Refused("own_request", _("不能审核自己建立的档案，请由另一位办理。"))
        if not is_passed and len(opinion.strip()) < 2:
            raise Refused("opinion_missing", _("不通过的，请写明理由，建档人据此知道怎么办。"), "reason")
        (_pass if is_passed else _refuse)(actor, [found.pk], found.fonds_id, opinion, "")
    customer.refresh_from_db()
    return customer


def review_pass(*, actor: Actor, customer: Customer, reason: str = "") -> Customer:
    """建档审核通过: the dossier counts from now on."""
    return review_decide(actor=actor, customer=customer, is_passed=True, opinion=reason)


def review_refuse(*, actor: Actor, customer: Customer, reason: str) -> Customer:
    """建档审核不通过: the dossier is withdrawn."""
    return review_decide(actor=actor, customer=customer, is_passed=False, opinion=reason)


@transaction.atomic
def review_return(*, actor: Person, customer: Customer, reason: str) -> Customer:
    """退回补充: back to who made it, with what is missing.

    Raises:
        Refused: ``not_to_review``, ``not_handed_in``, ``own_request``, ``opinion_missing``.
    """
    case = _case_of(actor, customer)
    if case is None:
        raise Refused("not_handed_in", _("此档案没有在办的审核单，请直接通过或不通过，并告知建档人。"))
    task_claim(actor=actor, case=case, why=_("档案管理员直接审核"))
    case_return(actor=actor, case=case, opinion=reason)
    customer.refresh_from_db()
    return customer


def _case_of(actor: Actor, customer: Customer) -> Case | None:
    """The open request of a dossier that the actor may settle. Read without a lock: a decision locks the case first, then the dossier."""
    found = Customer.objects.select_related("review_case").filter(pk=customer.pk).first()
    if found is None:
        raise OutOfScope
    require(actor, SETTLE, found)
    _refuse_counted(found)
    case = found.review_case
    return case if case is not None and case.is_open and case.kind == KIND else None


@transaction.atomic
def batch_review_begin(*, actor: Actor, fonds_id: int, ids: Sequence[int], title: str) -> Case | None:
    """The dossiers of an import that wait become one request; None where nobody can be found to decide it.

    Args:
        ids: dossiers that were made as waiting; others are left out.
    """
    try:
        with transaction.atomic():
            case = case_open(actor=actor, kind=BATCH_KIND, title=title, reason=title, facts={"count": len(ids)})
    except Refused as refusal:
        if refusal.code not in ("no_flow", "no_approver"):
            raise
        return None
    for at in range(0, len(ids), AT_ONCE):
        rows = Customer.objects.filter(
            pk__in=ids[at : at + AT_ONCE], fonds_id=fonds_id, review_state=ReviewState.PENDING
        )
        rows.update(review_case=case)
    record(
        actor,
        e.REVIEW_ASKED,
        _subject(fonds_id, title),
        meta={"case": case.number, "customers": len(ids), "ids": as_ranges(ids)},
    )
    return case


def approved(actor: Actor, case: Case) -> None:
    """The case was approved: its dossiers count."""
    _pass(actor, _waiting(case), case.fonds_id, "", case.number)


def rejected(actor: Actor, case: Case) -> None:
    """The case was refused: its dossiers are withdrawn."""
    last = case.decisions.order_by("-id").exclude(opinion="").first()
    _refuse(actor, _waiting(case), case.fonds_id, last.opinion if last is not None else "", case.number)


def _waiting(case: Case) -> list[int]:
    rows = Customer.objects.select_for_update(of=("self",)).filter(
        review_case=case, review_state=ReviewState.PENDING, withdrawn_at__isnull=True
    )
    return list(rows.order_by("id").values_list("pk", flat=True))


def _pass(actor: Actor, keys: Sequence[int], fonds_id: int, opinion: str, number: str) -> None:
    for at in range(0, len(keys), AT_ONCE):
        Customer.objects.filter(pk__in=keys[at : at + AT_ONCE]).update(review_state=None)
    _tell(actor, e.REVIEW_PASSED, keys, fonds_id, opinion, number, (ReviewState.PENDING, None))


def _refuse(actor: Actor, keys: Sequence[int], fonds_id: int, opinion: str, number: str) -> None:
    """Withdrawn, whatever was written into them meanwhile: numbers stay used, nothing is lost."""
    if (held := Customer.objects.filter(pk__in=keys, hold_count__gt=0).first()) is not None:
        raise Refused("customer_held", _("客户 %(number)s 已冻结，冻结期间不得撤销。") % {"number": held.number})
    reason = _("建档审核未通过：%(why)s") % {"why": opinion} if opinion else _("建档审核未通过")
    now = clock.now()
    for at in range(0, len(keys), AT_ONCE):
        some = keys[at : at + AT_ONCE]
        customers_withdraw_bulk(actor=actor, fonds_id=fonds_id, ids=some, reason=reason, meta={"case": number})
        Customer.objects.filter(pk__in=some).update(review_state=ReviewState.REJECTED)
        for customer in Customer.objects.filter(pk__in=some, withdrawn_at__isnull=True):
            customer.withdrawn_at = customer.updated_at = now
            customer.version += 1
            customer.save(update_fields=["withdrawn_at", "updated_at", "version"])
            meta = {"version": customer.version, "case": number}
            record(
                actor, e.CUSTOMER_WITHDRAWN, customer, changes={"withdrawn_at": (None, now)}, reason=reason, meta=meta
            )
            _forget(customer.pk)
    _tell(actor, e.REVIEW_REFUSED, keys, fonds_id, opinion, number, (ReviewState.PENDING, ReviewState.REJECTED))


def _forget(key: int) -> None:
    from kedang.business.customers.services.indexing import reindex

    reindex([key])


def _tell(
    actor: Actor, event: Any, keys: Sequence[int], fonds_id: int, opinion: str, number: str, change: tuple[Any, Any]
) -> None:
    """An entry for each of a few dossiers, one with their keys for many."""
    meta = {"case": number}
    if len(keys) <= SHOWN:
        for customer in Customer.objects.filter(pk__in=keys).order_by("id"):
            record(actor, event, customer, changes={"review_state": change}, reason=opinion, meta=meta)
        return
    subject = _subject(fonds_id, _("%(count)s 份客户档案") % {"count": len(keys)})
    record(
        actor, event, subject, changes={"review_state": change}, reason=opinion, meta={**meta, "ids": as_ranges(keys)}
    )


def _subject(fonds_id: int, words: str) -> SubjectRef:
    return SubjectRef(LABEL, None, words, fonds_id=fonds_id)


def _refuse_counted(customer: Customer) -> None:
    if customer.review_state != ReviewState.PENDING:
        raise Refused("not_to_review", _("%(number)s 不在待审核状态，请刷新后查看。") % {"number": customer.number})


def describe(actor: Actor, case: Case) -> list[tuple[Any, Any]]:
    """The dossier, or the first ones of an import, to who sees them."""
    rows = Customer.objects.visible_to(actor).filter(review_case=case)
    if case.kind == KIND:
        found = rows.first()
        if found is None:
            return []
        return [
            (_("客户"), found.audit_label), (_("客户类型"), found.get_party_kind_display()),
            (_("统一社会信用代码"), found.uscc or "-"), (_("完整度"), f"{found.completeness}%"),
        ]  # fmt: skip
    names = "、".join(rows.order_by("id").values_list("name", flat=True)[:SHOWN])
    asked: list[tuple[Any, Any]] = [(_("份数"), case.facts.get("count", ""))]
    return [*asked, (_("前 %(n)s 份") % {"n": SHOWN}, names)] if names else asked


def declare_kinds() -> None:
    """Make the kinds known."""
    party = Fact(
        "party_kind", gettext_lazy("客户类型"), choices=lambda fonds: [(str(k), str(v)) for k, v in PartyKind.choices]
    )
    superior = StepSpec(gettext_lazy("直接上级审核"), "superior:1")
    declare(
        CaseKind(
            KIND, gettext_lazy("建档审核"), gettext_lazy("新建的客户档案经直接上级或档案管理员审核后才计入。"), "customers.create",
            facts=(party,), steps=(superior,), on_approved=approved, on_rejected=rejected, describe=describe,
            page="customers:customer-detail", begins_at=gettext_lazy("新建客户"), icon="building", order=10,
        )
    )  # fmt: skip
    declare(
        CaseKind(
            BATCH_KIND, gettext_lazy("导入建档审核"), gettext_lazy("一批导入的新建档案一次审核。"), "customers.create",
            facts=(Fact("count", gettext_lazy("份数"), is_number=True),),
            steps=(superior, StepSpec(gettext_lazy("档案管理员核对"), "role:archivist")), on_approved=approved, on_rejected=rejected,
            describe=describe, begins_at=gettext_lazy("收集与导入"), icon="database-import", order=11,
        )
    )  # fmt: skip
