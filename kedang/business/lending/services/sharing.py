"""共享: set up, looked at again every year, stopped (US-08). What a sharing lets through is settled by the one rule, not here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import DocumentType
from kedang.business.lending.events_use import SHARE_REVIEWED, SHARE_STARTED, SHARE_STOPPED
from kedang.business.lending.numbers import SHARE_CODE, SHARE_KEY, next_number
from kedang.business.lending.policies_use import SHARE
from kedang.foundation.access.grants import ActiveGrant, active_grants, clearance_of
from kedang.foundation.access.models import Department, Fonds, Person, RecordShare, Role, Scope, ShareRecipient
from kedang.foundation.access.policies import policy_for, require
from kedang.foundation.access.scopes import is_scope_value
from kedang.foundation.access.secrecy import ALWAYS_SHOWN, FIELD_CLASSES, RIGHT_ORDER, FieldRight
from kedang.foundation.access.shared.models import ShareReach
from kedang.foundation.access.shared.parts import part, shared_parts
from kedang.foundation.access.shared.reading import shared_until
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.notices.services.sending import notices_settle

YEAR = timedelta(days=365)
LONGEST = timedelta(days=3 * 366)
REVIEW_SOON = timedelta(days=30)
"""How long before its day a review is asked for."""
MOST_RECORDS, MOST_RECIPIENTS = 200, 30
REVIEW, RESTS, ENDS = "share.review", "share.rests", "share.ends"
"""Kinds of notice (``share_reminding.py``)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shared: whose dossiers, which parts, which kinds of papers, what of sensitive classes of fields, up to which level."""

    reach: str
    reach_value: str = ""
    customers: Sequence[Customer] = ()
    parts: Sequence[str] = ()
    kinds: Sequence[DocumentType] = ()
    field_rights: Mapping[str, str] | None = None
    secrecy_level: int = 1


@dataclass(frozen=True, slots=True)
class Recipients:
    """With whom: departments with all below them, roles, people."""

    departments: Iterable[Department] = ()
    roles: Iterable[Role] = ()
    people: Iterable[Person] = ()


@transaction.atomic
def share_start(
    *,
    actor: Actor,
    title: str,
    purpose: str,
    wanted: Wanted,
    recipients: Recipients,
    until: datetime,
    since: datetime | None = None,
) -> RecordShare:
    """Share parts of dossiers within one's own reach, with others of the company, until a moment.

    Raises:
        NotAllowed. Refused: ``title_missing``, ``purpose_missing``, ``period_odd``, ``nobody``, ``parts_odd``, ``reach_odd``,
            ``beyond_own_reach``, ``level_too_high``, ``right_too_wide``.
    """
    require(actor, SHARE.code)
    if actor.fonds_id is None:
        raise OutOfScope
    fonds = Fonds.objects.select_for_update().get(pk=actor.fonds_id)
    now = clock.now()
    start = max(since or now, now)
    _check_words(title, purpose)
    if until <= start or until - start > LONGEST:
        raise Refused("period_odd", _("结束时间须晚于开始时间，最长三年。"), "until")
    parts = _parts(wanted.parts)
    records, value = _reach(actor, wanted)
    rights = _rights(actor, wanted.field_rights or {})
    if wanted.secrecy_level > clearance_of(actor):
        raise Refused("level_too_high", _("密级上限不能高于您自己的知悉等级。"), "secrecy_level")
    rows = _recipients(fonds, recipients)
    share: RecordShare = RecordShare.objects.create(
        fonds=fonds, number=next_number(actor=actor, fonds_id=fonds.pk, key=SHARE_KEY, code=SHARE_CODE), title=title.strip(),
        purpose=purpose.strip(), reach=wanted.reach, reach_value=value, records=records, parts=parts,
        kinds=sorted(one.pk for one in wanted.kinds) if "holdings.papers" in parts else [], field_rights=rights,
        secrecy_level=wanted.secrecy_level, valid_from=start, valid_until=until, review_by=start + YEAR, given_at=now,
        given_by_id=actor.id, department_id=getattr(actor, "department_id", None),
    )  # fmt: skip
    for row in rows:
        row.share = share
    ShareRecipient.objects.bulk_create(rows)
    if fonds.shared_until is None or fonds.shared_until < until:
        fonds.shared_until = until
        fonds.save(update_fields=["shared_until"])
    told = {
        "with": [str(row) for row in rows],
        "parts": parts,
        "reach": wanted.reach,
        "until": until.isoformat(),
        "records": len(records),
    }
    record(actor, SHARE_STARTED, share, reason=share.purpose, meta=told)
    return share


@transaction.atomic
def share_review(*, actor: Actor, share: RecordShare | int, reason: str) -> RecordShare:
    """Looked at again: it is still needed as it is, for another year at most.

    Raises:
        OutOfScope, NotAllowed. Refused: ``reason_missing``, ``share_over``, ``reviewed_today``.
    """
    row = _locked(actor, share, reason)
    now = clock.now()
    if row.reviewed_at is not None and clock.local(row.reviewed_at).date() == clock.today():
        raise Refused("reviewed_today", _("此共享今天已经复核过。"))
    before = row.review_by
    row.review_by, row.reviewed_at, row.reviewed_by_id = now + YEAR, now, actor.id
    row.save(update_fields=["review_by", "reviewed_at", "reviewed_by"])
    record(actor, SHARE_REVIEWED, row, changes={"review_by": (before, row.review_by)}, reason=reason.strip())
    notices_settle(about=about(row), kinds=(REVIEW, RESTS))
    return row


@transaction.atomic
def share_stop(*, actor: Actor, share: RecordShare | int, reason: str) -> RecordShare:
    """Stop it at once: from the next request on nobody reads through it.

    Raises:
        OutOfScope, NotAllowed. Refused: ``reason_missing``, ``share_over``.
    """
    row = _locked(actor, share, reason)
    row.ended_at, row.ended_why = clock.now(), reason.strip()[:200]
    row.save(update_fields=["ended_at", "ended_why"])
    Fonds.objects.filter(pk=row.fonds_id).update(shared_until=shared_until(row.fonds_id))
    record(actor, SHARE_STOPPED, row, changes={"ended_at": (None, row.ended_at)}, reason=reason.strip())
    notices_settle(about=about(row))
    return row


def about(share: RecordShare) -> str:
    """How notices name a sharing."""
    return f"share:{share.pk}"


def is_over(share: RecordShare) -> bool:
    """Stopped, or past its end."""
    return share.ended_at is not None or share.valid_until <= clock.now()


def _locked(actor: Actor, share: RecordShare | int, reason: str) -> RecordShare:
    key = share if isinstance(share, int) else share.pk
    known = RecordShare.objects.filter(pk=key).first()
    if known is None:
        raise OutOfScope
    require(actor, SHARE.code, known)
    Fonds.objects.select_for_update().get(pk=known.fonds_id)
    row: RecordShare = RecordShare.objects.select_for_update(of=("self",)).get(pk=key)
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("请写明原因，例如“仍在联合催收，继续共享”。"), "reason")
    if is_over(row):
        raise Refused("share_over", _("此共享已经结束。"))
    return row


def _check_words(title: str, purpose: str) -> None:
    if len(title.strip()) < 2:
        raise Refused("title_missing", _("请写一个名称，例如“财务核对货款”。"), "title")
    if len(purpose.strip()) < 4:
        raise Refused("purpose_missing", _("请写明共享的用途：谁要用来办什么事。"), "purpose")


def _parts(codes: Sequence[str]) -> list[str]:
    wanted = {one.code for one in shared_parts() if one.is_always} | set(codes)
    for code in sorted(wanted):
        found = part(code)
        if found is None or (found.after and found.after not in wanted):
            told = found.title if found else code
            raise Refused("parts_odd", _("“%(part)s”不能单独共享，请同时选上它所属的内容。") % {"part": told}, "parts")
    return [one.code for one in shared_parts() if one.code in wanted]


def _reach(actor: Actor, wanted: Wanted) -> tuple[list[int], str]:
    """Keys of chosen dossiers and value of the condition, all of it within what the actor may share."""
    mine = [grant for grant in active_grants(actor) if SHARE.code in grant.actions and not grant.is_opened]
    if wanted.reach == ShareReach.OPENED:
        keys = sorted({one.pk for one in wanted.customers})
        if not keys or len(keys) > MOST_RECORDS:
            told = _("请选择要共享的客户，最多 %(most)s 个；更多的请按部门、类别或地区共享。")
            raise Refused("reach_odd", told % {"most": MOST_RECORDS}, "customers")
        rows = Customer.objects.visible_to(actor).filter(_within(actor, mine), pk__in=keys)
        if rows.count() != len(keys):
            raise Refused("beyond_own_reach", _("有的客户不在您的范围之内，不能由您共享。"), "customers")
        return keys, ""
    value = "" if wanted.reach == ShareReach.ALL else wanted.reach_value
    if wanted.reach not in ShareReach.values or (
        value == "" and wanted.reach != ShareReach.ALL
    ) or (value and not is_scope_value(wanted.reach, actor.fonds_id or 0, value)):  # fmt: skip
        raise Refused("reach_odd", _("请选择部门、地区或类别。"), "reach_value")
    if not actor.is_system and not any(_contains(grant, wanted.reach, value) for grant in mine):
        told = _("您只能共享自己范围之内的客户。范围更大的，请档案管理员设立。")
        raise Refused("beyond_own_reach", told, "reach")
    return [], value


def _within(actor: Actor, grants: list[ActiveGrant]) -> Q:
    if actor.is_system:
        return Q()
    policy = policy_for(Customer)
    reach = Q(pk__in=[])
    for grant in grants:
        condition = policy.grant_q(grant)
        if not condition:
            return Q()
        reach |= condition
    return reach


def _contains(grant: ActiveGrant, reach: str, value: str) -> bool:
    """Whether all of what a condition reaches lies within a role's scope."""
    if grant.scope == Scope.ALL:
        return True
    if reach == ShareReach.BELOW and grant.scope in {Scope.BELOW, Scope.DEPARTMENT}:
        below = set(Department.objects.filter(path__contains=f"/{value}/").values_list("pk", flat=True)) | {int(value)}
        return below <= grant.department_ids
    if reach == ShareReach.REGION and grant.scope == Scope.REGION:
        return bool(grant.value) and value.startswith(grant.value.rstrip("0") or "-")
    return reach == ShareReach.CLASS and grant.scope == Scope.CLASS and grant.value == value


def _rights(actor: Actor, wanted: Mapping[str, str]) -> dict[str, str]:
    """Rights on sensitive classes of fields, none of them wider than the giver's own."""
    mine = [grant for grant in active_grants(actor) if SHARE.code in grant.actions and not grant.is_opened]
    rights = {}
    for name, value in wanted.items():
        if name in ALWAYS_SHOWN or name not in FIELD_CLASSES or value not in FieldRight.values:
            continue
        own = [grant.right_on(name) for grant in mine]
        if not actor.is_system and all(RIGHT_ORDER[one] < RIGHT_ORDER[FieldRight(value)] for one in own):
            told = _("“%(name)s”不能比您自己看到的更多。") % {"name": FIELD_CLASSES[name]}
            raise Refused("right_too_wide", told, "field_rights")
        if value != FieldRight.HIDE:
            rights[name] = value
    return rights


def _recipients(fonds: Fonds, recipients: Recipients) -> list[ShareRecipient]:
    rows = [
        *(ShareRecipient(department=one) for one in recipients.departments if one.fonds_id == fonds.pk),
        *(ShareRecipient(role=one) for one in recipients.roles if one.fonds_id in (None, fonds.pk)),
        *(ShareRecipient(person=one) for one in recipients.people if one.fonds_id == fonds.pk and one.is_active),
    ]
    if not rows or len(rows) > MOST_RECIPIENTS:
        told = _("请选择共享给谁：部门、角色或人员，合计最多 %(most)s 项。") % {"most": MOST_RECIPIENTS}
        raise Refused("nobody", told, "departments")
    return rows
