"""Which customers may be the same as the one being typed (CO-01): by credit code, document, mobile, name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.customers.choices import PartyKind
from kedang.business.customers.models import Contact, Customer, FormerName
from kedang.business.customers.naming import name_key, similarity
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.names import SAME, SUSPECT

MOST_HITS = 8
MOST_LOOKED_AT = 30


@dataclass(frozen=True, slots=True)
class DuplicateHit:
    """One customer that may be the same, and why. ``is_certain`` where only one can be right (same credit code)."""

    id: int
    number: str
    name: str
    party_kind: str
    why: tuple[str, ...]
    is_certain: bool = False


def duplicates_of(actor: Actor, values: Mapping[str, Any], *, exclude_id: int | None = None) -> list[DuplicateHit]:
    """Customers in the actor's scope that may be the one described by ``values``, the surest first.

    ``values`` holds cleaned values: ``name``, ``party_kind``, ``uscc``, ``id_number_blind``, ``mobile_blind``. Document and
    mobile are compared by blind index with the whole number, so nobody learns a number that they do not hold already.
    """
    name = str(values.get("name") or "")
    key = name_key(name, str(values.get("party_kind") or PartyKind.ENTERPRISE)) if name else ""
    wanted = _Wanted(name, *(str(values.get(field) or "") for field in ("uscc", "id_number_blind", "mobile_blind")))
    found: dict[int, Customer] = {}
    columns = ("id", "number", "name", "party_kind", "name_key", "uscc", "id_number_blind", "mobile_blind")
    rows = Customer.objects.visible_to(actor).current().only(*columns)
    if exclude_id is not None:
        rows = rows.exclude(pk=exclude_id)
    asked = (
        ("uscc", wanted.uscc),
        ("id_number_blind", wanted.document),
        ("name_key", key),
        ("mobile_blind", wanted.mobile),
    )
    for field, value in asked:
        if value:
            # A partial index is used only where its own condition is repeated.
            found |= {row.pk: row for row in rows.exclude(**{field: ""}).filter(**{field: value})[:MOST_LOOKED_AT]}
    through = _through_people(wanted.mobile) | _through_former_names(name)
    if through:
        found |= {row.pk: row for row in rows.filter(pk__in=through)}
    hits = []
    for row in found.values():
        why = _reasons(row, wanted)
        if why:
            is_certain = bool(wanted.uscc) and row.uscc == wanted.uscc
            hits.append(DuplicateHit(row.pk, row.number, row.name, row.party_kind, why, is_certain))
    hits.sort(key=lambda hit: (not hit.is_certain, -len(hit.why), hit.id))
    return hits[:MOST_HITS]


def holder_of_uscc(fonds_id: int, uscc: str, *, exclude_id: int | None = None) -> Customer | None:
    """The current customer of a company with this credit code, whoever may see it."""
    rows = Customer.objects.current().exclude(uscc="").filter(fonds_id=fonds_id, uscc=uscc)
    if exclude_id is not None:
        rows = rows.exclude(pk=exclude_id)
    found: Customer | None = rows.only("id", "number", "name", "uscc_twin", "fonds_id").order_by("-uscc_twin").first()
    return found


@dataclass(slots=True)
class _Wanted:
    name: str
    uscc: str
    document: str
    mobile: str


def _through_people(mobile: str) -> set[int]:
    """Customers one of whose present contacts has this mobile."""
    if not mobile:
        return set()
    rows = Contact.objects.exclude(mobile_blind="").filter(mobile_blind=mobile, left_on__isnull=True)
    return set(rows.values_list("customer_id", flat=True)[:20])


def _through_former_names(name: str) -> set[int]:
    """Customers that had this name before."""
    return set(FormerName.objects.filter(name=name).values_list("customer_id", flat=True)[:20]) if name else set()


def _reasons(row: Customer, wanted: _Wanted) -> tuple[str, ...]:
    """In words, why a row may be the one wanted; empty where the names only share a key."""
    why = []
    if wanted.uscc and row.uscc == wanted.uscc:
        why.append(_("统一社会信用代码相同"))
    if wanted.document and row.id_number_blind == wanted.document:
        why.append(_("证件号码相同"))
    if wanted.mobile and row.mobile_blind == wanted.mobile:
        why.append(_("手机相同"))
    elif wanted.mobile and row.pk in _through_people(wanted.mobile):
        why.append(_("其联系人的手机相同"))
    if wanted.name and not _is_another(row, wanted):
        likeness = similarity(wanted.name, row.name)
        if likeness.verdict in {SAME, SUSPECT}:
            why.append(likeness.sentence)
        elif FormerName.objects.filter(customer=row, name=wanted.name).exists():
            why.append(_("曾用此名称"))
    return tuple(why)


def _is_another(row: Customer, wanted: _Wanted) -> bool:
    """Two codes, or two people of one name with different documents or mobiles: the like names say nothing more."""
    if wanted.uscc and row.uscc and wanted.uscc != row.uscc:
        return True
    if row.party_kind != PartyKind.INDIVIDUAL:
        return False
    pairs = ((wanted.document, row.id_number_blind), (wanted.mobile, row.mobile_blind))
    return any(mine and theirs and mine != theirs for mine, theirs in pairs)
