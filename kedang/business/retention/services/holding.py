"""冻结与解除 (DI-04): asked for and released only by approval. The effect lies on the things themselves, in the rooms below, where lending,
removing and disposal meet it without knowing this room. Locks: the hold, then volumes, items and customers, each by key.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.models import Customer
from kedang.business.holdings.choices import ItemState, VolumeState, Whereabouts
from kedang.business.holdings.models import Item, Volume
from kedang.business.retention import events as e
from kedang.business.retention.choices import HoldState
from kedang.business.retention.models import Hold, HoldLine
from kedang.business.retention.numbers import next_number
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.registry import CaseKind, StepSpec, declare
from kedang.foundation.approvals.services.opening import MOST_LINES, Line, case_open
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.notices.registry import NoticeKind
from kedang.foundation.notices.registry import declare as declare_notice
from kedang.foundation.notices.services.sending import notice_send

KIND, RELEASE_KIND, REVIEW_DUE = "retention.hold", "retention.release", "retention.review_due"
HOLD = "retention.hold"
Thing = Customer | Volume | Item
GONE = (VolumeState.DESTROYED, ItemState.DESTROYED, ItemState.REMOVED)


@transaction.atomic
def hold_ask(
    *,
    actor: Actor,
    title: str,
    legal_basis: str,
    reason: str,
    things: Sequence[Thing],
    is_no_loan: bool = True,
    review_on: date | None = None,
    urgent_reason: str = "",
) -> Hold:
    """Ask for things to be held. With “不外借” the volumes and single items of a customer are listed with it.

    Raises:
        NotAllowed. OutOfScope: one of the things does not exist for the actor. Refused: ``title_missing``, ``basis_missing``,
            ``hold_empty``, ``review_past``, ``thing_gone``, and as ``case_open``.
    """
    require(actor, HOLD)
    if not isinstance(actor, Person):
        raise Refused("case_by_machine", _("申请须由本人提交，程序不能代为申请。"))
    if len(title.strip()) < 2:
        raise Refused("title_missing", _("请写明冻结事项，例如“与青山公司货款纠纷一案”。"), "title")
    if len(legal_basis.strip()) < 2:
        raise Refused("basis_missing", _("请写明依据，例如“(2026)粤0305民初1234号 保全裁定”。"), "legal_basis")
    if review_on is not None and review_on <= clock.today():
        raise Refused("review_past", _("复核日期应在今天以后。"), "review_on")
    chosen = _with_archive(actor, things) if is_no_loan else _seen(actor, things)
    if not chosen:
        raise Refused("hold_empty", _("请至少列出一个客户、案卷或件。"), "things")
    for thing in chosen:
        _refuse_gone(thing)
    row = Hold(
        fonds_id=actor.fonds_id, number=next_number(actor=actor, fonds_id=actor.fonds_id), title=" ".join(title.split())[:120],
        legal_basis=" ".join(legal_basis.split())[:200], reason=" ".join(reason.split())[:500], is_no_loan=is_no_loan, review_on=review_on,
        secrecy_level=max(int(one.secrecy_level) for one in chosen), department=actor.department, made_by=actor, made_at=clock.now(),
    )  # fmt: skip
    row.case = case_open(
        actor=actor, kind=KIND, title=_("冻结 %(number)s") % {"number": row.number}, reason=reason,
        lines=[Line(one, _label(one)) for one in chosen], secrecy_level=row.secrecy_level, urgent_reason=urgent_reason,
    )  # fmt: skip
    row.save(force_insert=True)
    HoldLine.objects.bulk_create(
        HoldLine(hold=row, position=at, **{_noun(one): one}) for at, one in enumerate(chosen, 1)
    )
    meta = {"case": row.case.number, "things": [_label(one) for one in chosen][:20], "count": len(chosen)}
    record(
        actor,
        e.HOLD_ASKED,
        row,
        changes={"state": (None, row.state), "title": (None, row.title)},
        reason=row.reason,
        meta=meta,
    )
    return row


@transaction.atomic
def release_ask(*, actor: Actor, hold: Hold, reason: str) -> Hold:
    """Ask for a hold to be released.

    Raises:
        Refused: ``hold_not_in_force``, ``case_open_already``, ``reason_missing``.
    """
    row = _locked(actor, hold)
    if row.state != HoldState.IN_FORCE:
        raise Refused(
            "hold_not_in_force",
            _("冻结 %(number)s%(state)s，不需要解除。") % {"number": row.number, "state": row.get_state_display()},
        )
    row.release_case = case_open(
        actor=actor, kind=RELEASE_KIND, title=_("解除冻结 %(number)s") % {"number": row.number}, reason=reason, subject=row,
        secrecy_level=row.secrecy_level,
    )  # fmt: skip
    row.release_reason = row.release_case.reason
    _save(row, "release_case", "release_reason")
    record(actor, e.RELEASE_ASKED, row, reason=row.release_reason, meta={"case": row.release_case.number})
    return row


def approved(actor: Actor, case: Case) -> None:
    """The hold is in force: it lies on every thing from now on.

    Raises:
        Refused: ``thing_gone``: one of them was destroyed meanwhile.
    """
    row = Hold.objects.select_for_update(of=("self",)).get(case=case)
    for thing in _things(row):
        _refuse_gone(thing)
        _count(thing, 1, row)
        record(actor, e.THING_HELD, thing, reason=row.number, meta={"hold": row.number})
    was, row.state, row.in_force_at = row.state, HoldState.IN_FORCE, clock.now()
    _save(row, "state", "in_force_at")
    record(
        actor, e.HOLD_IN_FORCE, row, changes={"state": (was, row.state)}, reason=row.reason, meta={"case": case.number}
    )


def released(actor: Actor, case: Case) -> None:
    """The hold is over."""
    row = Hold.objects.select_for_update(of=("self",)).get(release_case=case)
    _release(actor, row, row.release_reason, case)


def unconfirmed(actor: Actor, case: Case) -> None:
    """An urgent hold that was not confirmed is taken back."""
    row = Hold.objects.select_for_update(of=("self",)).get(case=case)
    _release(actor, row, _("紧急冻结未获补批"), case)


def ended(state: HoldState) -> Any:
    """What a refused or withdrawn case leaves."""

    def end(actor: Actor, case: Case) -> None:
        row = Hold.objects.select_for_update(of=("self",)).get(case=case)
        was, row.state = row.state, state
        _save(row, "state")
        record(actor, e.HOLD_ENDED, row, changes={"state": (was, row.state)}, meta={"case": case.number})

    return end


def holds_review_due() -> int:
    """Quiet run of the morning: who asked is reminded once that a hold is to be looked at again; how many."""
    done = 0
    due = Hold.objects.filter(state=HoldState.IN_FORCE, review_on__lte=clock.today(), reminded_at__isnull=True)
    for key in due.order_by("id").values_list("pk", flat=True)[:200]:
        with transaction.atomic():
            row = Hold.objects.select_for_update(of=("self",)).get(pk=key)
            row.reminded_at = clock.now()
            row.save(update_fields=["reminded_at"])
            record(system_actor("复核提醒"), e.HOLD_REMINDED, row, meta={"review_on": str(row.review_on)})
            notice_send(
                people=[row.made_by], kind=REVIEW_DUE, url_name="retention:hold-detail", args=[row.pk], number=row.number,
                about=f"hold:{row.pk}",
            )  # fmt: skip
            done += 1
    return done


def things_named(actor: Actor, text: str) -> list[Thing]:
    """Customers by number, volumes and items by 档号, one a line, as the actor may see them.

    Raises:
        Refused: ``thing_unknown``.
    """
    found: list[Thing] = []
    for line in dict.fromkeys(part.strip() for part in text.splitlines() if part.strip()):
        thing = (
            Customer.objects.visible_to(actor).filter(number=line).first()
            or Volume.objects.visible_to(actor).filter(reference_code=line).first()
            or Item.objects.visible_to(actor).filter(reference_code=line).first()
        )
        if thing is None:
            raise Refused(
                "thing_unknown", _("没有编号为“%(code)s”的客户、案卷或件，请核对。") % {"code": line[:60]}, "things"
            )
        found.append(thing)
    return found


def describe(actor: Actor, case: Case) -> list[tuple[Any, Any]]:
    """What is to be held or released, and why. The things stand in the lines of the case."""
    row = Hold.objects.filter(case=case).first() or Hold.objects.filter(release_case=case).first()
    if row is None:
        return []
    asked: list[tuple[Any, Any]] = [
        (_("冻结编号"), row.number), (_("冻结事项"), row.title), (_("依据"), row.legal_basis),
        (_("不外借"), _("是") if row.is_no_loan else _("否")),
    ]  # fmt: skip
    return [*asked, (_("复核日期"), row.review_on.isoformat())] if row.review_on else asked


def declare_kinds() -> None:
    """Make the kinds known."""
    declare_notice(NoticeKind(REVIEW_DUE, gettext_lazy("冻结到期，请复核"), "lock", order=40))
    steps = (StepSpec(gettext_lazy("总经理审批"), "role:general_manager"),)
    declare(
        CaseKind(
            KIND, gettext_lazy("冻结"), gettext_lazy("诉讼、审计等需要原样保留的客户档案、案卷和件，冻结后不得撤销、移出、销毁。"), HOLD,
            steps=steps, urgent_role="general_manager", on_approved=approved, on_rejected=ended(HoldState.REFUSED),
            on_withdrawn=ended(HoldState.CALLED_OFF), on_unconfirmed=unconfirmed, describe=describe, start="retention:hold-ask",
            icon="lock", order=60,
        )
    )  # fmt: skip
    declare(
        CaseKind(
            RELEASE_KIND, gettext_lazy("解除冻结"), gettext_lazy("事由消失后解除冻结。"), HOLD, steps=steps, on_approved=released,
            describe=describe, page="retention:hold-detail", begins_at=gettext_lazy("冻结页的“申请解除”"), icon="lock-open", order=61,
        )
    )  # fmt: skip


def _release(actor: Actor, row: Hold, reason: str, case: Case) -> None:
    if row.state != HoldState.IN_FORCE:
        raise Refused(
            "hold_not_in_force",
            _("冻结 %(number)s%(state)s，不需要解除。") % {"number": row.number, "state": row.get_state_display()},
        )
    for thing in _things(row):
        _count(thing, -1, row)
        record(actor, e.THING_RELEASED, thing, reason=row.number, meta={"hold": row.number})
    was, row.state, row.released_at, row.release_reason = row.state, HoldState.RELEASED, clock.now(), reason[:500]
    _save(row, "state", "released_at", "release_reason")
    record(actor, e.HOLD_RELEASED, row, changes={"state": (was, row.state)}, reason=reason, meta={"case": case.number})


def _things(row: Hold) -> Iterable[Thing]:
    """Everything that a hold is about, under lock."""
    lines = list(row.lines.values_list("volume_id", "item_id", "customer_id"))
    for at, model in enumerate((Volume, Item, Customer)):
        keys = sorted(line[at] for line in lines if line[at] is not None)
        rows: Any = model._default_manager.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
        yield from rows


def _count(thing: Thing, by: int, row: Hold) -> None:
    names = ["hold_count"] if isinstance(thing, Customer) or not row.is_no_loan else ["hold_count", "loan_hold_count"]
    for name in names:
        setattr(thing, name, max(0, (getattr(thing, name) or 0) + by))
    thing.save(update_fields=names)


def _seen(actor: Actor, things: Sequence[Thing]) -> list[Thing]:
    """The things as the actor sees them, each once."""
    found: dict[tuple[str, int], Thing] = {}
    for thing in things:
        rows: Any = type(thing)._default_manager
        fresh = rows.visible_to(actor).filter(pk=thing.pk).first()
        if fresh is None:
            raise OutOfScope
        found[(_noun(thing), thing.pk)] = fresh
    if len(found) > MOST_LINES:
        raise Refused("case_too_long", _("一份申请最多 %(most)s 项，请分成几份提交。") % {"most": MOST_LINES}, "things")
    return list(found.values())


def _with_archive(actor: Actor, things: Sequence[Thing]) -> list[Thing]:
    """And what is kept of the customers among them."""
    every: list[Thing] = list(things)
    for thing in things:
        if isinstance(thing, Customer):
            every += (
                Volume.objects.visible_to(actor)
                .filter(customer=thing)
                .exclude(state__in=GONE)
                .order_by("pk")[: MOST_LINES + 1]
            )
            single = Item.objects.visible_to(actor).filter(customer=thing, volume__isnull=True).exclude(state__in=GONE)
            every += single.exclude(reference_code="").order_by("pk")[: MOST_LINES + 1]
    return _seen(actor, every)


def _refuse_gone(thing: Thing) -> None:
    if isinstance(thing, Customer):
        if thing.is_withdrawn:
            raise Refused("thing_gone", _("客户档案 %(name)s 已撤销，不能冻结。") % {"name": thing.number}, "things")
    elif thing.state in GONE or thing.whereabouts == Whereabouts.GONE:
        raise Refused(
            "thing_gone",
            _("“%(name)s”已移出或销毁，不能冻结。") % {"name": thing.reference_code or thing.title},
            "things",
        )


def _label(thing: Thing) -> str:
    return (
        thing.audit_label
        if isinstance(thing, Customer)
        else f"{thing.reference_code} {thing}".strip()
        if isinstance(thing, Item)
        else str(thing)
    )


def _noun(thing: Thing) -> str:
    return str(thing._meta.model_name)


def _locked(actor: Actor, hold: Hold) -> Hold:
    row: Hold | None = Hold.objects.select_for_update(of=("self",)).filter(pk=hold.pk).first()
    if row is None:
        raise OutOfScope
    require(actor, HOLD, row)
    return row


def _save(row: Hold, *names: str) -> None:
    row.version += 1
    row.save(update_fields=[*names, "version"])
