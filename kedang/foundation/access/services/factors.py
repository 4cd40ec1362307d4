"""Second steps of a person: adding, taking away, recovery codes; and the reset by 安全保密员 when all are lost."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.access.events import (
    FACTOR_ADDED,
    FACTOR_REMOVED,
    FACTORS_RESET,
    QUOTA_RAISED,
    RECOVERY_CODES_MADE,
    SESSIONS_ENDED,
)
from kedang.foundation.access.grants import active_grants
from kedang.foundation.access.models import Factor, FactorKind, OpenSession, Person, RecoveryCode
from kedang.foundation.access.policies import require
from kedang.foundation.access.signin import proofs, quota, sessions, totp
from kedang.foundation.access.signin.policy import policy_for_person
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

MOST = 8
CHECKED: dict[str, Any] = {
    "in_person": gettext_lazy("当面核对身份证件"),
    "video": gettext_lazy("视频核对本人"),
    "letter": gettext_lazy("部门负责人书面确认"),
}
"""How it was made sure that it is the person who asks for a reset."""


@transaction.atomic
def totp_add(*, actor: Person, secret: str, code: str, label: str = "") -> Factor:
    """Take an authenticator app into use, proved by its first code; one a person.

    Raises:
        Refused: ``totp_wrong``, ``totp_there``.
    """
    person = _locked(actor)
    if Factor.objects.filter(person=person, kind=FactorKind.TOTP).exists():
        raise Refused("totp_there", _("已启用动态验证码。要换手机，请先停用原来的。"), "code")
    step = totp.matching_step(secret, code, clock.now())
    if step is None:
        raise Refused("totp_wrong", _("验证码不对。请看手机时间是否准确，再输入最新的 6 位数字。"), "code")
    factor = Factor(
        person=person,
        kind=FactorKind.TOTP,
        label=(label or _("手机验证器"))[:40],
        secret=secret,
        last_step=step,
        created_at=clock.now(),
    )
    return _added(actor, person, factor)


@transaction.atomic
def passkey_add(*, actor: Person, credential_id: str, credential: str, sign_count: int, label: str = "") -> Factor:
    """Take a passkey into use that the browser has just made (see ``signin/passkeys.py``).

    Raises:
        Refused: ``passkey_there``, ``factors_many``, StepUpNeeded.
    """
    require_recent(actor)
    person = _locked(actor)
    if Factor.objects.filter(person=person).count() >= MOST:
        raise Refused("factors_many", _("最多 %(count)d 个，请先停用不用的。") % {"count": MOST})
    if Factor.objects.filter(credential_id=credential_id).exists():
        raise Refused("passkey_there", _("这把通行密钥已经登记过。"))
    factor = Factor(
        person=person, kind=FactorKind.PASSKEY, label=(label.strip() or _("通行密钥"))[:40], credential_id=credential_id,
        credential=credential, sign_count=sign_count, created_at=clock.now(),
    )  # fmt: skip
    return _added(actor, person, factor)


@transaction.atomic
def factor_remove(*, actor: Person, factor_id: int) -> Factor:
    """Stop using one's own second step; the last one goes only where the role needs none.

    Raises:
        OutOfScope: not one's own. Refused: ``factor_needed``, StepUpNeeded.
    """
    require_recent(actor)
    person = _locked(actor)
    factor = Factor.objects.filter(person=person, pk=factor_id).first()
    if factor is None:
        raise OutOfScope
    is_last = Factor.objects.filter(person=person).count() == 1
    if is_last and needs_factor(person):
        raise Refused("factor_needed", _("您的角色必须有第二步验证。请先添加另一种，再停用这一种。"))
    factor.delete()
    if is_last:
        RecoveryCode.objects.filter(person=person).delete()
        person.factor_since = None
    _new_stamp(person, "factor_since")
    record(actor, FACTOR_REMOVED, person, meta={"kind": factor.kind, "label": factor.label})
    return factor


@transaction.atomic
def recovery_codes_make(*, actor: Person) -> list[str]:
    """Ten new recovery codes, to be shown once; earlier ones are void.

    Raises:
        Refused: ``factor_missing``, StepUpNeeded.
    """
    require_recent(actor)
    person = _locked(actor)
    if person.factor_since is None:
        raise Refused("factor_missing", _("先启用动态验证码或通行密钥，再生成恢复码。"))
    codes = proofs.make_recovery_codes(person)
    record(actor, RECOVERY_CODES_MADE, person, meta={"count": len(codes)})
    return codes


@transaction.atomic
def factors_reset(*, actor: Actor, person: Person, checked: str, reason: str) -> Person:
    """Take all second steps from a person who lost them. The person signs in by password and adds a new one at once.

    Raises:
        OutOfScope, NotAllowed: no right (安全保密员).
        Refused: ``own_factors``, ``checked_missing``, ``reason_missing``, ``factor_missing``, StepUpNeeded.
    """
    person = _locked(person)
    require(actor, "access.manage_sign_in", person)
    if actor.id == person.pk:
        raise Refused("own_factors", _("自己的第二步验证请由另一位安全保密员重置。"))
    if checked not in CHECKED:
        raise Refused("checked_missing", _("请选择怎样核对了本人。"), "checked")
    if not reason.strip():
        raise Refused("reason_missing", _("请写明重置原因，例如“手机丢失”。"), "reason")
    if person.factor_since is None:
        raise Refused("factor_missing", _("此人没有启用第二步验证。"))
    require_recent(actor)
    Factor.objects.filter(person=person).delete()
    RecoveryCode.objects.filter(person=person).delete()
    person.factor_since, person.factor_due_at = None, clock.now()
    _new_stamp(person, "factor_since", "factor_due_at")
    sessions.end(OpenSession.objects.filter(person=person))
    record(actor, FACTORS_RESET, person, reason=reason.strip(), meta={"checked": str(CHECKED[checked])})
    return person


@transaction.atomic
def sessions_end(
    *, actor: Actor, person: Person, session_id: int | None = None, keep: str = "", reason: str = ""
) -> int:
    """End one session (``session_id``) or all but the one with key ``keep``; one's own, or as 安全保密员 anybody's.

    Raises:
        OutOfScope: no such session, no such person. NotAllowed. Refused: ``reason_missing`` for somebody else's.
    """
    person = _locked(person)
    if actor.id != person.pk:
        require(actor, "access.manage_sign_in", person)
        if not reason.strip():
            raise Refused("reason_missing", _("请写明原因，例如“电脑遗失”。"), "reason")
    rows = OpenSession.objects.filter(person=person).exclude(session_key=keep or "-")
    if session_id is not None:
        rows = rows.filter(pk=session_id)
        if not rows.exists():
            raise OutOfScope
    count = sessions.end(rows)
    record(actor, SESSIONS_ENDED, person, reason=reason.strip(), meta={"count": count})
    return count


@transaction.atomic
def quota_raise(*, actor: Actor, person: Person, kind: str, amount: int, reason: str) -> int:
    """Give a person more of a day's share, for today only; the second person of a large export.

    Raises:
        OutOfScope, NotAllowed. Refused: ``own_quota``, ``quota_kind``, ``quota_amount``, ``reason_missing``, StepUpNeeded.
    """
    person = _locked(person)
    require(actor, "access.manage_sign_in", person)
    if actor.id == person.pk:
        raise Refused("own_quota", _("自己的用量请由另一位安全保密员增加。"))
    if kind not in quota.KINDS:
        raise Refused("quota_kind", _("没有这种用量，请重新选择。"), "kind")
    if not 1 <= amount <= 100_000:
        raise Refused("quota_amount", _("增加的数量应在 1 到 100,000 之间。"), "amount")
    if not reason.strip():
        raise Refused("reason_missing", _("请写明原因，例如“年度客户普查，见部门申请”。"), "reason")
    require_recent(actor)
    extra = quota.add_for_today(person, kind, amount)
    record(actor, QUOTA_RAISED, person, reason=reason.strip(), meta={"kind": kind, "amount": amount, "extra": extra})
    return extra


def needs_factor(person: Person) -> bool:
    """Whether a role in force needs a second step by the company's rules."""
    wanted = set(policy_for_person(person).factor_roles)
    return bool(wanted) and any(grant.role_code in wanted for grant in active_grants(person))


def _added(actor: Person, person: Person, factor: Factor) -> Factor:
    factor.save(force_insert=True)
    person.factor_since = person.factor_since or factor.created_at
    person.factor_due_at = None
    _new_stamp(person, "factor_since", "factor_due_at")
    record(actor, FACTOR_ADDED, person, meta={"kind": factor.kind, "label": factor.label})
    return factor


def _new_stamp(person: Person, *fields: str) -> None:
    """Sessions opened before hold no longer; the page renews its own."""
    Person.objects.filter(pk=person.pk).update(sign_in_stamp=F("sign_in_stamp") + 1)
    person.refresh_from_db(fields=["sign_in_stamp"])
    person.save(update_fields=list(fields))


def _locked(person: Person) -> Person:
    found: Person | None = Person.objects.select_for_update().filter(pk=person.pk).first()
    if found is None:
        raise OutOfScope
    return found


def is_factor_due(person: Person) -> bool:
    """Whether the time in which a second step had to be added is over."""
    if person.factor_since is not None or person.factor_due_at is None or person.factor_due_at > clock.now():
        return False
    return needs_factor(person)
