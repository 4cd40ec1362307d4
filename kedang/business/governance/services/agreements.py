"""保密协议 (SE-06): the text in versions, signing it, its term, and what lasts after leaving."""

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kedang.business.governance import events as e
from kedang.business.governance.choices import TextState
from kedang.business.governance.models import Agreement, AgreementText
from kedang.business.governance.policies import AGREEMENTS
from kedang.foundation.access.grants import forget_grants
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import require
from kedang.foundation.access.services import sign_in_policy_change
from kedang.foundation.access.services.writing import apply, check, initial
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock, context
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.kernel.sure import sure

FIELDS = ("title", "body", "term_months", "after_months", "must_sign_again")


@transaction.atomic
def text_draft(*, actor: Actor, fonds: Fonds | None = None, **values: Any) -> AgreementText:
    """Write the next version of the agreement; without a body it begins with the text in force.

    Raises:
        NotAllowed. Refused: ``draft_there``, ``invalid``.
    """
    require(actor, AGREEMENTS.code)
    company = Fonds.objects.select_for_update().get(pk=fonds.pk if fonds is not None else sure(actor.fonds_id))
    known = AgreementText.objects.filter(fonds=company)
    if known.filter(state=TextState.DRAFT).exists():
        raise Refused("draft_there", _("已有一份草稿，请先启用它或在它上面修改。"))
    last = known.order_by("-number").first()
    row = AgreementText(
        fonds=company, number=last.number + 1 if last else 1, made_by=actor.display_name[:80], made_at=clock.now(),
        **({name: getattr(last, name) for name in FIELDS} if last else {}),
    )  # fmt: skip
    _fill(row, values)
    row.save(force_insert=True)
    record(actor, e.TEXT_DRAFTED, row, changes=initial(row, FIELDS))
    return row


@transaction.atomic
def text_change(*, actor: Actor, text: AgreementText, version: int | None = None, **values: Any) -> AgreementText:
    """Change a draft.

    Raises:
        NotAllowed, OutOfScope. Refused: ``text_fixed``, ``stale_version``, ``invalid``.
    """
    row = _locked_text(actor, text)
    if version is not None and version != row.version:
        raise Refused("stale_version", _("草稿刚被他人改动过，您的修改未保存。请刷新后重新办理。"))
    changes = _fill(row, values)
    if changes:
        row.version += 1
        row.save()
        record(actor, e.TEXT_CHANGED, row, changes=changes)
    return row


@transaction.atomic
def text_put_in_force(*, actor: Actor, text: AgreementText) -> AgreementText:
    """From now on people sign this version. Where it says so, who signed an older one has to sign again.

    Raises:
        NotAllowed, OutOfScope. Refused: ``text_fixed``, ``text_empty``.
    """
    row = _locked_text(actor, text)
    if len(row.body.strip()) < 20:
        raise Refused("text_empty", _("协议正文还没有写，请先写好再启用。"), "body")
    Fonds.objects.select_for_update().get(pk=row.fonds_id)
    AgreementText.objects.filter(fonds_id=row.fonds_id, state=TextState.IN_FORCE).update(state=TextState.RETIRED)
    row.state, row.in_force_at, row.digest = TextState.IN_FORCE, clock.now(), digest_of(row)
    row.version += 1
    row.save(update_fields=["state", "in_force_at", "digest", "version"])
    again = 0
    if row.must_sign_again:
        again = Person.objects.filter(fonds_id=row.fonds_id, agreed_until__isnull=False).update(agreed_until=None)
    record(
        actor,
        e.TEXT_IN_FORCE,
        row,
        changes={"state": (TextState.DRAFT, row.state)},
        meta={"digest": row.digest, "to_sign_again": again},
    )
    return row


@transaction.atomic
def agreement_sign(*, actor: Actor, text: AgreementText, digest: str, typed_name: str, is_read: bool) -> Agreement:
    """Sign, oneself, having read to the end. A running agreement is renewed by it.

    Args:
        digest: fingerprint of the text that was on the screen.
        is_read: the page was read to its end.

    Raises:
        Refused: ``sign_in_person``, ``text_changed``, ``not_read``, ``name_differs``, StepUpNeeded.
    """
    if not isinstance(actor, Person):
        raise Refused("sign_in_person", _("保密协议须由本人签署。"))
    person: Person = Person.objects.select_for_update(of=("self",)).select_related("fonds").get(pk=actor.pk)
    row = AgreementText.objects.filter(pk=text.pk, fonds_id=person.fonds_id, state=TextState.IN_FORCE).first()
    if row is None or row.digest != digest:
        raise Refused("text_changed", _("协议文本刚有新的版本，请刷新后阅读并签署新的版本。"))
    if not is_read:
        raise Refused("not_read", _("请把协议读到末尾，勾选“已阅读并同意”，再签名。"), "is_read")
    if "".join(typed_name.split()) != "".join(person.name.split()):
        raise Refused("name_differs", _("请在签名处键入您的姓名“%(name)s”。") % {"name": person.name}, "typed_name")
    require_recent(actor)
    now = clock.now()
    for old in Agreement.objects.select_for_update().filter(person=person, ended_at__isnull=True):
        old.ended_at, old.ended_why = now, str(_("续签"))
        old.save(update_fields=["ended_at", "ended_why"])
        record(actor, e.AGREEMENT_ENDED, old, changes={"ended_at": (None, now)}, reason=old.ended_why)
    made = Agreement(
        fonds=person.fonds, person=person, text=row, digest=row.digest, typed_name=typed_name.strip()[:40], signed_at=now,
        valid_until=term_end(row), address=context.current().address[:64],
    )  # fmt: skip
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("signed_already", _("您刚在另一处签署过，请刷新。")) from error
    person.agreed_until = made.valid_until
    person.save(update_fields=["agreed_until"])
    actor.agreed_until = made.valid_until
    forget_grants(actor)
    changes = {"valid_until": (None, made.valid_until), "typed_name": (None, made.typed_name)}
    record(actor, e.AGREEMENT_SIGNED, made, changes=changes, meta={"text": str(row), "digest": row.digest})
    return made


@transaction.atomic
def agreement_asked_set(*, actor: Actor, is_required: bool, reason: str) -> bool:
    """Whether who has not signed may touch dossiers; acts at everybody's next request.

    Raises:
        NotAllowed. Refused: ``text_missing``, ``reason_missing``, StepUpNeeded.
    """
    require(actor, AGREEMENTS.code)
    fonds = Fonds.objects.get(pk=sure(actor.fonds_id))
    if is_required and not AgreementText.objects.filter(fonds=fonds, state=TextState.IN_FORCE).exists():
        raise Refused("text_missing", _("请先启用一份保密协议文本，再设定“未签不得接触档案”。"))
    sign_in_policy_change(actor=actor, fonds=fonds, reason=reason, agreement_required=is_required)
    record(
        actor,
        e.AGREEMENT_ASKED,
        fonds,
        changes={"agreement_required": (not is_required, is_required)},
        reason=reason.strip(),
    )
    return is_required


def duty_begin(*, actor: Actor, person: Person, left_on: date) -> Agreement | None:
    """Somebody left: their agreement ends, the duty to keep silent goes on until a day that stays on record."""
    row: Agreement | None = (
        Agreement.objects.select_for_update(of=("self",))
        .select_related("text")
        .filter(person=person, ended_at__isnull=True)
        .first()
    )
    Person.objects.filter(pk=person.pk).update(agreed_until=None)
    if row is None:
        return None
    row.ended_at, row.ended_why = clock.now(), str(_("离职"))
    row.duty_until = months_after(left_on, row.text.after_months)
    row.save(update_fields=["ended_at", "ended_why", "duty_until"])
    changes = {"ended_at": (None, row.ended_at), "duty_until": (None, row.duty_until)}
    record(actor, e.AGREEMENT_ENDED, row, changes=changes, reason=row.ended_why)
    return row


def text_in_force(fonds_id: int) -> AgreementText | None:
    """What people sign now."""
    found: AgreementText | None = AgreementText.objects.filter(fonds_id=fonds_id, state=TextState.IN_FORCE).first()
    return found


def term_end(text: AgreementText) -> date:
    """The last day of what is signed today."""
    return months_after(clock.today(), text.term_months) - timedelta(days=1)


def digest_of(text: AgreementText) -> str:
    """Fingerprint of the text with its title, version and terms."""
    whole = "\n".join([text.title, str(text.number), str(text.term_months), str(text.after_months), text.body])
    return hashlib.sha256(whole.encode()).hexdigest()


def months_after(day: date, months: int) -> date:
    """The same day so many months later, the last of the month where there is none."""
    year, month = divmod(day.month - 1 + months, 12)
    first = day.replace(year=day.year + year, month=month + 1, day=1)
    last = ((first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
    return first.replace(day=min(day.day, last))


def _fill(row: AgreementText, values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"an agreement has no {sorted(unknown)}")
    changes = apply(row, values)
    check(row, exclude=["fonds"])
    return changes


def _locked_text(actor: Actor, text: AgreementText) -> AgreementText:
    row: AgreementText | None = AgreementText.objects.select_for_update(of=("self",)).filter(pk=text.pk).first()
    if row is None:
        raise OutOfScope
    require(actor, AGREEMENTS.code, row)
    if row.state != TextState.DRAFT:
        raise Refused("text_fixed", _("启用过的版本不再改动，请起草新的版本。"))
    return row
