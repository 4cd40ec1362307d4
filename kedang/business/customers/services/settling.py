"""What lies in a locked customer is saved with all that follows from it: one current dossier per code, names it had before."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.customers.duplicates import holder_of_uscc
from kedang.business.customers.events import CUSTOMER_CHANGED, FORMER_NAME_ADDED
from kedang.business.customers.models import Customer, FormerName
from kedang.business.customers.naming import name_key
from kedang.business.customers.services.indexing import reindex
from kedang.business.customers.services.problems import constraints_refuse
from kedang.business.customers.services.writing import first_values, touch
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.text import fold


def changes_write(
    actor: Actor,
    found: Customer,
    changes: Mapping[str, tuple[Any, Any]],
    *,
    old_name: str,
    blinds: Iterable[str],
    reason: str,
    keep_apart: bool,
    meta: Mapping[str, Any] | None = None,
    is_settled: bool = False,
) -> None:
    """Save checked changes that lie in a locked customer already, with all that follows from them.

    Args:
        is_settled: approved by those whose matter it is; the result need not lie within the scope of who decided last.
    """
    saving = {*changes, *blinds}
    if {"name", "party_kind"} & set(changes):
        found.name_key = name_key(found.name, found.party_kind)
        saving.add("name_key")
    if "uscc" in changes:
        settle_uscc(found, keep_apart)
        saving.add("uscc_twin")
    with constraints_refuse(taken_sentences(found)):
        touch(actor, found, saving=saving, is_settled=is_settled)
    told = {"version": found.version, **(meta or {})}
    record(actor, CUSTOMER_CHANGED, found, changes=changes, reason=reason.strip(), meta=told)
    if "name" in changes and fold(old_name) != fold(found.name):
        keep_former_name(actor, found, old_name, reason)


def keep_former_name(actor: Actor, customer: Customer, name: str, note: str, until: Any = None) -> FormerName:
    """A name the customer had until a day (today when not told); one that is known already stays as it is."""
    known: FormerName | None = FormerName.objects.filter(customer=customer, name=name[:200]).first()
    if known is not None:
        return known
    row = FormerName(customer=customer, name=name[:200], until=until or clock.today(), note=note.strip()[:200])
    row.save(force_insert=True)
    record(actor, FORMER_NAME_ADDED, row, changes=first_values(row, ("name", "until", "note")))
    reindex([customer.pk])
    return row


def settle_uscc(customer: Customer, keep_apart: bool) -> None:
    """One current dossier per credit code, unless two are kept apart knowingly."""
    customer.uscc_twin = 0
    if not customer.uscc:
        return
    other = holder_of_uscc(customer.fonds_id, customer.uscc, exclude_id=customer.pk)
    if other is None:
        return
    if not keep_apart:
        code, field, sentence = taken_sentences(customer)["uscc"]
        raise Refused(code, sentence, field)
    customer.uscc_twin = other.uscc_twin + 1


def taken_sentences(customer: Customer) -> dict[str, tuple[str, str, str]]:
    """What the database's constraints mean in words; the same sentence as the check before them."""
    taken = _("统一社会信用代码 %(uscc)s 已有客户档案，不能重复建立。请搜索此代码；若不在您的数据范围内，请联系档案管理员。") % {
        "uscc": customer.uscc
    }  # fmt: skip
    busy = _("客户编号 %(number)s 已被占用，请重新保存。") % {"number": customer.number}
    return {"uscc": ("uscc_taken", "uscc", taken), "number": ("number_taken", "", busy)}
