"""受保护内容的变更 (UP-01): asked for as a difference, applied when approved, on its day, and only if nothing has changed underneath."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers import events as e
from kedang.business.customers.choices import OPEN_CHANGES, ChangeState, PartyKind
from kedang.business.customers.fields import label
from kedang.business.customers.models import ChangeLine, ChangeRequest, Customer
from kedang.business.customers.protection import to_approve
from kedang.business.customers.services.belonging import with_people
from kedang.business.customers.services.change_words import describe
from kedang.business.customers.services.checking import checked_customer
from kedang.business.customers.services.problems import clean_record, constraints_refuse
from kedang.business.customers.services.settling import changes_write
from kedang.business.customers.services.writing import blinds_of, noted, take_over
from kedang.foundation.access.models import Person
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.registry import CaseKind, Fact, StepSpec, declare
from kedang.foundation.approvals.services.opening import case_open
from kedang.foundation.audit.record import json_value, record
from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.services import file_store
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.notices.registry import NoticeKind
from kedang.foundation.notices.registry import declare as declare_notice
from kedang.foundation.notices.services.sending import notice_send

KIND = "customers.change"
FAILED = "customers.change_failed"
MACHINE = "变更生效"
AT_ONCE = 500


def held_back(actor: Actor, customer: Customer, changes: Mapping[str, Any], effective_on: date | None) -> list[str]:
    """Fields of a change that do not change now: those to be approved, and for who needs no approval those that are for a later day.

    Raises:
        Refused: ``effective_past``.
    """
    if effective_on is not None and effective_on < clock.today():
        raise Refused(
            "effective_past", _("生效日期不能早于今天；补记过去的变更，请在原因中写明实际日期。"), "effective_on"
        )
    waiting = to_approve(actor, customer, changes)
    if waiting or effective_on is None or effective_on <= clock.today():
        return waiting
    from kedang.business.customers.protection import TOGETHER, protected_fields

    later = set(protected_fields(customer.fonds_id, customer.party_kind)) & set(changes)
    later |= {name for one in list(later) for name in TOGETHER.get(one, ()) if name in changes}
    return [name for name in changes if name in later]


@transaction.atomic
def change_ask(
    *,
    actor: Actor,
    customer: Customer,
    changes: Mapping[str, tuple[Any, Any]],
    reason: str,
    effective_on: date | None = None,
    proof: StoredFile | None = None,
    keep_apart: bool = False,
) -> ChangeRequest:
    """Keep a difference of a locked customer and hand it in; of who needs no approval it only waits for its day.

    Args:
        changes: field → (old, new), checked already.

    Raises:
        Refused: ``change_waiting``, ``no_flow``, ``no_approver``, ``reason_missing``.
    """
    taken = _("此客户已有受保护内容的变更在等待审批或生效，办结后才能再改这些内容。")
    if ChangeRequest.objects.filter(customer=customer, state__in=OPEN_CHANGES).exists():
        raise Refused("change_waiting", taken)
    names = sorted(changes, key=list(changes).index)
    needs_case = bool(to_approve(actor, customer, names))
    row = ChangeRequest(
        customer=customer, reason=" ".join(reason.split())[:500], effective_on=effective_on, proof=proof, keep_apart=keep_apart,
        made_by=actor if isinstance(actor, Person) else None, made_at=clock.now(),
        state=ChangeState.WAITING if needs_case else ChangeState.SCHEDULED,
    )  # fmt: skip
    labels = [label(name) for name in names]
    if needs_case:
        row.case = case_open(
            actor=actor, kind=KIND, title=_("变更 %(number)s 的%(fields)s") % {"number": customer.number, "fields": "、".join(labels)},
            reason=reason, subject=customer, facts={"party_kind": customer.party_kind},
            department=customer.department, secrecy_level=customer.secrecy_level,
        )  # fmt: skip
    told = ("change_waiting", "", taken)
    with constraints_refuse({"change_request_one_open": told, "changerequest.customer_id": told}):
        row.save(force_insert=True)
    ChangeLine.objects.bulk_create(
        ChangeLine(request=row, field=name, old=_text(changes[name][0]), new=_text(changes[name][1])) for name in names
    )
    meta = {
        "fields": labels,
        "case": row.case.number if row.case else "",
        "effective_on": _text(effective_on),
        "proof": bool(proof),
    }
    record(actor, e.CHANGE_ASKED if needs_case else e.CHANGE_SCHEDULED, row, reason=row.reason, meta=meta)
    return row


def approved(actor: Actor, case: Case) -> None:
    """The case was approved: the difference is applied, or waits for its day."""
    row = _of_case(case)
    if row.effective_on is not None and row.effective_on > clock.today():
        was, row.state = row.state, ChangeState.SCHEDULED
        row.save(update_fields=["state"])
        record(
            actor,
            e.CHANGE_SCHEDULED,
            row,
            changes={"state": (was, row.state)},
            meta={"effective_on": row.effective_on.isoformat()},
        )
        return
    change_apply(actor=actor, request=row)


def not_approved(state: ChangeState) -> Any:
    """What a refused or withdrawn case leaves."""

    def end(actor: Actor, case: Case) -> None:
        row = _of_case(case)
        was, row.state, row.ended_at = row.state, state, clock.now()
        row.save(update_fields=["state", "ended_at"])
        record(actor, e.CHANGE_ENDED, row, changes={"state": (was, row.state)}, meta={"case": case.number})

    return end


@transaction.atomic
def change_apply(*, actor: Actor, request: ChangeRequest) -> Customer:
    """Make an approved difference true. The right to decide was asked by the case.

    Raises:
        Refused: ``change_ended``, ``customer_withdrawn``, ``subject_changed``, and what the rules of the values refuse today.
    """
    customer: Customer = Customer.objects.select_for_update(of=("self",)).get(pk=request.customer_id)
    row = ChangeRequest.objects.select_for_update(of=("self",)).filter(pk=request.pk).first()
    if row is None:
        raise OutOfScope
    if row.state not in OPEN_CHANGES:
        raise Refused("change_ended", _("这份变更申请%(state)s，不能再办理。") % {"state": row.get_state_display()})
    if customer.is_withdrawn:
        raise Refused(
            "customer_withdrawn", _("客户档案 %(number)s 已撤销，变更不能生效。") % {"number": customer.number}
        )
    lines = list(row.lines.all())
    moved = [label(line.field) for line in lines if _text(noted(getattr(customer, line.field))) != str(line.old)]
    if moved:
        told = _(
            "%(number)s 的%(fields)s在提交以后已改成别的内容，不能按原申请变更。请不同意此申请，由申请人按现在的内容重新提交。"
        )
        raise Refused("subject_changed", told % {"number": customer.number, "fields": "、".join(moved)})
    clean, problems = checked_customer(
        {line.field: str(line.new) for line in lines}, current=customer, party_kind=customer.party_kind
    )
    with_people(clean, customer.fonds_id, problems)
    old_name = customer.name
    changes = take_over(customer, clean)
    clean_record(customer, tuple(changes), problems)
    problems.refuse()
    meta = {
        "change": row.pk,
        "case": row.case.number if row.case else "",
        "asked_by": row.made_by.name if row.made_by else "",
    }
    changes_write(
        actor, customer, changes, old_name=old_name, blinds=blinds_of(clean), reason=row.reason, keep_apart=row.keep_apart, meta=meta,
        is_settled=True,
    )  # fmt: skip
    was, row.state, row.ended_at = row.state, ChangeState.APPLIED, clock.now()
    row.save(update_fields=["state", "ended_at"])
    record(actor, e.CHANGE_APPLIED, row, changes={"state": (was, row.state)}, meta=meta)
    return customer


def changes_due() -> int:
    """Quiet run of every quarter of an hour: approved changes whose day has come; how many took effect."""
    due = ChangeRequest.objects.filter(state=ChangeState.SCHEDULED, effective_on__lte=clock.today())
    return sum(
        change_take_effect(key) for key in due.order_by("effective_on", "id").values_list("pk", flat=True)[:AT_ONCE]
    )


def change_take_effect(key: int) -> bool:
    """One of them; what cannot take effect any more is told to who asked and stays visible."""
    actor = system_actor(MACHINE)
    row = ChangeRequest.objects.select_related("case", "made_by", "customer").get(pk=key)
    try:
        change_apply(actor=actor, request=row)
    except Refused as refusal:
        if refusal.code == "change_ended":
            return False
        with transaction.atomic():
            ended = ChangeRequest.objects.filter(pk=key, state=ChangeState.SCHEDULED).update(
                state=ChangeState.FAILED, ended_at=clock.now(), problem=refusal.sentence[:300]
            )
            if ended:
                record(
                    actor,
                    e.CHANGE_FAILED,
                    row,
                    reason=refusal.sentence,
                    meta={"case": row.case.number if row.case else ""},
                )
                if row.made_by is not None:
                    notice_send(
                        people=[row.made_by], kind=FAILED, url_name="customers:customer-detail", args=[row.customer_id],
                        number=row.case.number if row.case else "", about=f"change:{row.pk}",
                    )  # fmt: skip
        return False
    return True


@transaction.atomic
def change_call_off(*, actor: Actor, request: ChangeRequest, reason: str) -> ChangeRequest:
    """Take back an approved change whose day has not come.

    Raises:
        Refused: ``reason_missing``, ``change_ended``.
    """
    from kedang.business.customers.services.writing import locked_customer

    locked_customer(actor, request.customer_id, "customers.settle")
    row = ChangeRequest.objects.select_for_update(of=("self",)).filter(pk=request.pk).first()
    if row is None:
        raise OutOfScope
    if row.state != ChangeState.SCHEDULED:
        raise Refused("change_ended", _("这份变更申请%(state)s，不能撤回。") % {"state": row.get_state_display()})
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明撤回的原因。"), "reason")
    was, row.state, row.ended_at = row.state, ChangeState.WITHDRAWN, clock.now()
    row.save(update_fields=["state", "ended_at"])
    record(actor, e.CHANGE_ENDED, row, changes={"state": (was, row.state)}, reason=reason.strip())
    return row


def proof_store(actor: Actor, upload: Any) -> StoredFile:
    """A proof as it was uploaded, kept like any other document; inside the transaction of the change."""
    held = getattr(upload, "held", None)
    return file_store(actor=actor, name=str(upload.name), chunks=held or upload.chunks())


def declare_kind() -> None:
    """Make the kind known."""
    declare_notice(NoticeKind(FAILED, gettext_lazy("已批准的变更未能生效"), "alert-circle", order=30))
    declare(
        CaseKind(
            KIND, gettext_lazy("受保护内容的变更"), gettext_lazy("名称、证照号码、银行账号等内容，批准后才改。"), "customers.change",
            facts=(Fact("party_kind", gettext_lazy("客户类型"), choices=lambda fonds: [(str(k), str(v)) for k, v in PartyKind.choices]),),
            steps=(StepSpec(gettext_lazy("部门负责人审批"), "head"), StepSpec(gettext_lazy("档案管理员核对"), "role:archivist")),
            on_approved=approved, on_rejected=not_approved(ChangeState.REJECTED), on_withdrawn=not_approved(ChangeState.WITHDRAWN),
            describe=describe, page="customers:customer-detail", begins_at=gettext_lazy("客户档案页的“修改”"), icon="edit", order=20,
        )
    )  # fmt: skip


def _of_case(case: Case) -> ChangeRequest:
    row: ChangeRequest = ChangeRequest.objects.select_for_update(of=("self",)).get(case=case)
    return row


def _text(value: Any) -> str:
    """A value as a difference keeps it."""
    return "" if value is None or value == "" else str(json_value(value))


def waiting_of(customer: Customer) -> ChangeRequest | None:
    """The change of a dossier that may still take effect."""
    rows = (
        ChangeRequest.objects.filter(customer=customer, state__in=OPEN_CHANGES)
        .select_related("case", "made_by")
        .prefetch_related("lines")
    )
    found: ChangeRequest | None = rows.first()
    return found
