"""What a complete dossier of each kind must have, kept by the archivist (CU-16)."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.choices import PartyKind
from kedang.business.customers.completeness import PRESENCE, requirements_of
from kedang.business.customers.events import REQUIREMENTS_CHANGED
from kedang.business.customers.fields import KIND_FIELDS
from kedang.business.customers.models import DossierRequirement
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure

HEAVIEST = 9


@transaction.atomic
def requirements_set(*, actor: Actor, party_kind: str, weights: Mapping[str, int], fonds: Fonds | None = None) -> None:
    """Set what dossiers of a kind should have; a job then scores the dossiers of this kind anew.

    Args:
        actor: who sets it.
        party_kind: kind of customer.
        weights: content → weight from 1 to 9; 0 leaves it out.
        fonds: company, when the actor has none (machines).

    Raises:
        Refused: ``requirement_unknown``, ``weight_invalid``, ``requirements_empty``, ``job_running``.
    """
    require(actor, "customers.classify")
    fonds_id = sure(fonds.pk if fonds is not None else actor.fonds_id)
    if party_kind not in PartyKind.values:
        raise Refused(
            "values_invalid", _("没有“%(kind)s”这种客户类型，请从列表中选择。") % {"kind": party_kind}, "party_kind"
        )
    allowed = {*KIND_FIELDS[party_kind], *PRESENCE}
    for name, weight in weights.items():
        if name not in allowed:
            raise Refused(
                "requirement_unknown",
                _("%(kind)s客户没有“%(name)s”这一项。") % {"kind": PartyKind(party_kind).label, "name": name},
            )
        if not 0 <= weight <= HEAVIEST:
            raise Refused("weight_invalid", _("权重应为 0 到 9 的整数，0 表示不要求。"), name)
    wanted = {name: weight for name, weight in weights.items() if weight}
    if not wanted:
        raise Refused("requirements_empty", _("至少要求一项内容，否则每份档案都算完整。"))
    Fonds.objects.select_for_update().get(pk=fonds_id)  # one at a time: the set is replaced as a whole
    before = dict(requirements_of(fonds_id)[party_kind])
    if before == wanted:
        return
    rows = DossierRequirement.objects.filter(fonds_id=fonds_id, party_kind=party_kind)
    rows.delete()
    DossierRequirement.objects.bulk_create(
        [
            DossierRequirement(fonds_id=fonds_id, party_kind=party_kind, field=name, weight=w)
            for name, w in wanted.items()
        ]
    )
    subject = SubjectRef(
        DossierRequirement._meta.label_lower, None, str(PartyKind(party_kind).label), fonds_id=fonds_id
    )
    names = {*before, *wanted}
    changes = {n: (before.get(n, 0), wanted.get(n, 0)) for n in sorted(names) if before.get(n, 0) != wanted.get(n, 0)}
    record(actor, REQUIREMENTS_CHANGED, subject, changes=changes)
    enqueue(
        actor, "customers.rescore", args={"fonds_id": fonds_id, "party_kind": party_kind},
        key=f"{fonds_id}:{party_kind}",
    )  # fmt: skip
