"""Work of this room outside a request."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from kedang.business.customers.choices import PartyKind
from kedang.business.customers.completeness import REACHABLE, requirements_of, score
from kedang.business.customers.events import CUSTOMERS_RESCORED
from kedang.business.customers.fields import PROFILE_FIELDS
from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.worker import JobContext
from kedang.foundation.kernel.fields import EncryptedTextField

BATCH = 1000


@job("customers.rescore", title=_("重新计算档案完整度"))
def rescore(ctx: JobContext, fonds_id: int, party_kind: str) -> dict[str, Any]:
    """Score all dossiers of a kind anew after its requirements changed. Running it again does no harm."""
    requirements = requirements_of(fonds_id)[party_kind]
    kind = Customer.objects.filter(fonds_id=fonds_id, party_kind=party_kind)
    total, done, changed, last = kind.count(), 0, 0, 0
    names = {name for name, _weight in requirements}
    while rows := list(_presence(kind, names).filter(pk__gt=last).order_by("pk")[:BATCH]):
        by_score: dict[int, list[int]] = {}
        for row in rows:
            percent, _missing = score(row, requirements)
            if percent != row["completeness"]:
                by_score.setdefault(percent, []).append(row["pk"])
        with transaction.atomic():
            for percent, keys in by_score.items():
                changed += Customer.objects.filter(pk__in=keys).update(completeness=percent)
            if by_score:
                subject = SubjectRef(
                    Customer._meta.label_lower, None, str(PartyKind(party_kind).label), fonds_id=fonds_id
                )
                record(ctx.actor, CUSTOMERS_RESCORED, subject, meta={"first": rows[0]["pk"], "last": rows[-1]["pk"]})
        last, done = rows[-1]["pk"], done + len(rows)
        ctx.progress(done, total)
    return {"scored": done, "changed": changed}


def _presence(rows: Any, names: set[str]) -> Any:
    """Each dossier's values as far as they are scored; sealed ones only as “is there one”, so that nothing is opened."""
    plain: list[str] = ["pk", "completeness"]
    there: dict[str, Any] = {}
    for name in names | (set(REACHABLE) if "reachable" in names else set()):
        if name in {"contacts", "key_persons", "profile", "reachable"}:
            continue
        if isinstance(Customer._meta.get_field(name), EncryptedTextField):
            there[f"has_{name}"] = ~Q(**{name: ""})
        else:
            plain.append(name)
    mine = {"customer": OuterRef("pk")}
    if "contacts" in names:
        there["has_contacts"] = Exists(Contact.objects.filter(left_on__isnull=True, **mine))
    if "key_persons" in names:
        there["has_key_persons"] = Exists(KeyPerson.objects.filter(removed_at__isnull=True, **mine))
    if "profile" in names:
        filled = Q()
        for field in PROFILE_FIELDS:
            filled |= ~Q(**{field: ""})
        there["has_profile"] = Exists(CustomerProfile.objects.filter(filled, **mine))
    return _Renamed(rows.annotate(**there).values(*plain, *there))


class _Renamed:
    """A values queryset whose ``has_x`` come out as ``x``."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def filter(self, **lookup: Any) -> "_Renamed":
        return _Renamed(self.rows.filter(**lookup))

    def order_by(self, *names: str) -> "_Renamed":
        return _Renamed(self.rows.order_by(*names))

    def __getitem__(self, item: Any) -> list[dict[str, Any]]:
        return [{name.removeprefix("has_"): value for name, value in row.items()} for row in self.rows[item]]
