"""The customer itself: create, change, grade, withdraw, former names."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.choices import Grade, PartyKind
from kedang.business.customers.duplicates import duplicates_of
from kedang.business.customers.events import (
    CUSTOMER_CREATED,
    CUSTOMER_GRADED,
    CUSTOMER_WITHDRAWN,
)
from kedang.business.customers.fields import EVERY_FIELD, KIND_FIELDS, NEEDS_REASON, REQUIRED, label
from kedang.business.customers.models import ClassTerm, Customer, FormerName
from kedang.business.customers.naming import name_key
from kedang.business.customers.numbers import issue_numbers, numbering_terms
from kedang.business.customers.services import changing, reviewing
from kedang.business.customers.services.belonging import own_scope_defaults, with_people
from kedang.business.customers.services.checking import checked_customer
from kedang.business.customers.services.classing import class_links
from kedang.business.customers.services.conflicts import refuse_conflict
from kedang.business.customers.services.contacts import contact_rows
from kedang.business.customers.services.indexing import reindex
from kedang.business.customers.services.key_persons import key_person_rows
from kedang.business.customers.services.problems import Problems, clean_record, constraints_refuse
from kedang.business.customers.services.profiles import profile_row
from kedang.business.customers.services.settling import changes_write, keep_former_name, settle_uscc, taken_sentences
from kedang.business.customers.services.writing import (
    blinds_of,
    first_values,
    locked_customer,
    present_score,
    take_over,
    touch,
)
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require, require_still_in_scope
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.access.veil import right_anywhere, right_on
from kedang.foundation.audit.record import record
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.kernel.text import fold

Values = Mapping[str, Any]


@transaction.atomic
def customer_create(
    *,
    actor: Actor,
    values: Values,
    fonds: Fonds | None = None,
    contacts: Iterable[Values] = (),
    key_persons: Iterable[Values] = (),
    profile: Values | None = None,
    classes: Iterable[ClassTerm | int] = (),
    reason: str = "",
    confirmed_duplicates: bool = False,
    keep_apart: bool = False,
) -> Customer:
    """Make a dossier with all that belongs to it; the number comes from the ledger.

    Args:
        actor: who makes it.
        values: fields of the customer (see ``fields.KIND_FIELDS``); ``party_kind`` defaults to 企业.
        fonds: company, when the actor has none (machines).
        contacts, key_persons, profile, classes: what belongs to it.
        reason: why, if there is more to say.
        confirmed_duplicates: the actor has looked at the possible duplicates and knows they are others.
        keep_apart: also keep a second dossier with the same credit code, knowingly.

    Raises:
        NotAllowed: no right to create. Refused: ``values_invalid`` (all sentences in ``details["problems"]``),
        ``uscc_taken``, ``possible_duplicates`` (``details["hits"]``), ``out_of_writer_scope``.
    """
    require(actor, "customers.create")
    fonds_id = fonds.pk if fonds is not None else actor.fonds_id
    if fonds_id is None:
        raise ValueError("a machine must say for which company it creates a customer")
    kind = _kind(values.get("party_kind") or PartyKind.ENTERPRISE)
    _refuse_hidden(actor, None, values)
    clean, problems = checked_customer(values, current=None, party_kind=kind)
    with_people(clean, fonds_id, problems)
    for name, value in own_scope_defaults(actor).items():
        clean[name] = clean.get(name) or value
    customer = Customer(fonds_id=fonds_id, **clean, created_at=clock.now(), updated_at=clock.now())
    customer.party_kind = kind
    customer.name_key = name_key(customer.name, kind)
    clean_record(customer, EVERY_FIELD, problems)
    people = contact_rows(customer, contacts, problems)
    key_people = key_person_rows(customer, key_persons, problems)
    traits = profile_row(customer, profile, problems)
    terms = class_links(fonds_id, classes, problems)
    problems.refuse()
    settle_uscc(customer, keep_apart)
    if not confirmed_duplicates:
        _refuse_duplicates(actor, customer, keep_apart)
    coded = numbering_terms(fonds_id)
    class_code = next((coded[term.pk] for term in terms if term.pk in coded), "")
    customer.number = issue_numbers(actor=actor, fonds_id=fonds_id, party_kind=kind, class_code=class_code)[0]
    with constraints_refuse(taken_sentences(customer)):
        customer.save(force_insert=True)
    changes = first_values(customer, ("number", "party_kind", *EVERY_FIELD))
    record(actor, CUSTOMER_CREATED, customer, changes=changes, reason=reason, meta={"version": 1})
    people.save(actor)
    key_people.save(actor)
    traits.save(actor)
    terms.save(actor, customer)
    customer.completeness = present_score(customer)[0]
    customer.save(update_fields=["completeness"])
    require_still_in_scope(actor, customer, "customers.create")
    reindex([customer.pk])
    reviewing.review_begin(actor, customer, reason)
    return customer


@transaction.atomic
def customer_change(
    *,
    actor: Actor,
    customer: Customer,
    values: Values,
    version: int | None,
    reason: str = "",
    confirmed_duplicates: bool = False,
    keep_apart: bool = False,
    effective_on: date | None = None,
    proof: StoredFile | None = None,
) -> Customer:
    """Change fields of a dossier; fields that are not in ``values`` stay as they are.

    Protected fields of who may not settle them go to approval as a difference and stay as they are until then; the other fields change
    at once. The customer that is returned then has the request as ``waiting_change``.

    Args:
        actor: who changes it.
        customer: the dossier.
        values: field → new value.
        version: the version that the actor saw; None for machines that have just read it.
        reason: why; needed for the fields of ``NEEDS_REASON``.
        confirmed_duplicates, keep_apart: see :func:`customer_create`.
        effective_on: day from which the protected fields hold, if not at once.
        proof: what proves the change of protected fields.

    Raises:
        Refused: ``change_waiting``, ``no_flow``, ``effective_past``; ``stale_version`` when someone else changed the dossier meanwhile
        (``details["conflicts"]`` holds mine and theirs), ``reason_missing``, and those of :func:`customer_create`.
    """
    found = locked_customer(actor, customer, "customers.change")
    kind = _kind(values.get("party_kind") or found.party_kind)
    clean, problems = checked_customer(values, current=found, party_kind=kind)
    with_people(clean, found.fonds_id, problems)
    if kind != found.party_kind:
        clean["party_kind"] = kind
        _check_new_kind(found, clean, kind, problems)
    if version is not None and version != found.version:
        refuse_conflict(actor, found, clean, version)
    before = {name: getattr(found, name) for name in (*clean, "name_key", "uscc_twin")}
    changes = take_over(found, clean)
    if not changes:
        return found
    _refuse_hidden(actor, found, changes)
    clean_record(found, tuple(changes), problems)
    told_why = [label(name) for name in changes if name in NEEDS_REASON]
    if told_why and len(reason.strip()) < 2 and not actor.is_system:
        problems.tell(
            "reason", _("修改了%(fields)s，请写明原因，例如“营业执照变更”。") % {"fields": "、".join(told_why)}
        )
    problems.refuse("reason_missing" if set(problems) == {"reason"} else "values_invalid")
    if not confirmed_duplicates and {"name", "uscc", "id_number"} & set(changes):
        if "uscc" in changes:
            settle_uscc(found, keep_apart)
        _refuse_duplicates(actor, found, keep_apart)
    held = changing.held_back(actor, found, changes, effective_on)
    if held:
        for name in (*held, *(f"{name}_blind" for name in held), "uscc_twin"):
            if name in before:
                setattr(found, name, before[name])
        blinds = [name for name in blinds_of(clean) if name.removesuffix("_blind") not in held]
    else:
        blinds = blinds_of(clean)
    now = {name: change for name, change in changes.items() if name not in held}
    if now:
        changes_write(
            actor,
            found,
            now,
            old_name=str(before.get("name", found.name)),
            blinds=blinds,
            reason=reason,
            keep_apart=keep_apart,
        )
    if held:
        found.waiting_change = changing.change_ask(
            actor=actor, customer=found, changes={name: changes[name] for name in held}, reason=reason, effective_on=effective_on,
            proof=proof, keep_apart=keep_apart,
        )  # fmt: skip
    return found


def customer_kind_change(
    *, actor: Actor, customer: Customer, party_kind: str, party_subkind: str = "", reason: str
) -> Customer:
    """Correct the kind of a dossier; its number stays as it is.

    Raises:
        Refused: ``values_invalid`` while something is filled in that the new kind does not have; see :func:`customer_change`.
    """
    values = {"party_kind": party_kind, "party_subkind": party_subkind}
    return customer_change(
        actor=actor, customer=customer, values=values, version=None, reason=reason, confirmed_duplicates=True
    )


@transaction.atomic
def customer_grade(*, actor: Actor, customer: Customer, grade: str, reason: str) -> Customer:
    """Give a grade, with the reason that is shown beside it.

    Raises:
        Refused: ``reason_missing``, ``grade_unknown``, ``grade_unchanged``.
    """
    found = locked_customer(actor, customer, "customers.grade")
    reason = " ".join(reason.split())
    if grade and grade not in Grade.values:
        raise Refused("grade_unknown", _("没有“%(grade)s”这个等级，请从列表中选择。") % {"grade": grade}, "grade")
    if len(reason) < 2:
        raise Refused("reason_missing", _("评定等级必须写明理由，例如“年销售额 300 万元，回款及时”。"), "reason")
    if len(reason) > 300:
        raise Refused("reason_long", _("评级理由最多 300 个字，现为 %(count)s 个。") % {"count": len(reason)}, "reason")
    if grade == found.grade:
        raise Refused("grade_unchanged", _("客户已经是此等级，没有变化。"), "grade")
    changes = take_over(found, {"grade": grade, "grade_reason": reason})
    touch(actor, found, saving=("grade", "grade_reason"), action="customers.grade")
    # The reason is an assessment: it stands among the veiled changes only, not as the open reason of the entry.
    record(actor, CUSTOMER_GRADED, found, changes=changes, meta={"version": found.version})
    return found


@transaction.atomic
def customer_withdraw(*, actor: Actor, customer: Customer, reason: str) -> Customer:
    """Take a dossier back: it leaves lists and search, frees its credit code, keeps its number and its history.

    Raises:
        Refused: ``reason_missing``.
    """
    found = locked_customer(actor, customer, "customers.withdraw")
    if found.is_held:
        raise Refused("customer_held", _("客户 %(number)s 已冻结，冻结期间不得撤销。") % {"number": found.number})
    if len(reason.strip()) < 2:
        raise Refused("reason_missing", _("撤销客户档案必须写明原因，例如“重复建档，保留 QY202301”。"), "reason")
    changes = take_over(found, {"withdrawn_at": clock.now()})
    touch(actor, found, saving=("withdrawn_at",), action="customers.withdraw")
    record(actor, CUSTOMER_WITHDRAWN, found, changes=changes, reason=reason.strip(), meta={"version": found.version})
    return found


@transaction.atomic
def former_name_add(*, actor: Actor, customer: Customer, name: str, until: Any = None, note: str = "") -> FormerName:
    """Write down a name that the customer had before; search finds it.

    Raises:
        Refused: ``values_invalid``, ``former_name_known``.
    """
    found = locked_customer(actor, customer, "customers.change")
    name = " ".join(name.split())
    if not name or fold(name) == fold(found.name):
        raise Refused("values_invalid", _("曾用名不能为空，也不能与现名相同。"), "name")
    before = found.former_names.count()
    row = keep_former_name(actor, found, name, note, until)
    if found.former_names.count() > before:
        touch(actor, found)
    return row


def _kind(value: Any) -> str:
    if value not in PartyKind.values:
        raise Refused(
            "values_invalid", _("没有“%(kind)s”这种客户类型，请从列表中选择。") % {"kind": value}, "party_kind"
        )
    return str(value)


def _check_new_kind(customer: Customer, clean: Values, kind: str, problems: Problems) -> None:
    """Nothing may be left that the new kind does not have, and what it must have is there."""
    kept = [name for name in KIND_FIELDS[customer.party_kind] if name not in KIND_FIELDS[kind]]
    left = [label(name) for name in kept if clean.get(name, getattr(customer, name)) not in (None, "")]
    if left:
        told = _("%(kind)s客户没有%(fields)s，请先清空这些内容再更改类型；清空前的内容留在变更历史里。")
        problems.tell("party_kind", told % {"kind": PartyKind(kind).label, "fields": "、".join(left)})
    for name in REQUIRED[kind]:
        if not clean.get(name, getattr(customer, name)):
            problems.tell(name, _("%(label)s没有填写，请补上。") % {"label": label(name)})


def _refuse_hidden(actor: Actor, customer: Customer | None, names: Iterable[str]) -> None:
    """What a role may not even see partly, it may not write either."""
    for name in names:
        right = right_on(actor, customer, name) if customer is not None else right_anywhere(actor, Customer, name)
        if right == FieldRight.HIDE:
            raise NotAllowed(_("“%(label)s”对您的角色不开放，不能填写或修改。") % {"label": label(name)}, field=name)


def _refuse_duplicates(actor: Actor, customer: Customer, keep_apart: bool) -> None:
    values = {
        name: getattr(customer, name) for name in ("name", "party_kind", "uscc", "id_number_blind", "mobile_blind")
    }  # fmt: skip
    hits = duplicates_of(actor, values, exclude_id=customer.pk)
    if hits and not keep_apart:
        first = hits[0]
        sentence = _("可能已有此客户：%(name)s（%(number)s），%(why)s。请先查看；确认不是同一客户后再保存。") % {
            "name": first.name, "number": first.number, "why": "、".join(first.why),
        }  # fmt: skip
        raise Refused("possible_duplicates", sentence, "name", hits=hits)
