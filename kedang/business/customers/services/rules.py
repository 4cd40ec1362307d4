"""Which fields are protected and whose new dossiers are reviewed, kept by the archivist (UP-01, CO-03)."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.choices import PartyKind
from kedang.business.customers.events import DOSSIER_RULES_CHANGED
from kedang.business.customers.fields import KIND_FIELDS, label
from kedang.business.customers.models import DossierRules
from kedang.business.customers.protection import protected_in, roles_to_choose, rules_of
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure


@transaction.atomic
def dossier_rules_set(
    *,
    actor: Actor,
    party_kind: str = "",
    fields: Sequence[str] = (),
    roles: Sequence[str] | None = None,
    version: int | None = None,
) -> DossierRules:
    """Set the protected fields of a kind of customer, the roles whose new dossiers are reviewed, or both.

    Args:
        party_kind: kind of customer whose fields are set; empty leaves them.
        roles: codes of roles; None leaves them.
        version: version that was seen.

    Raises:
        NotAllowed. Refused: ``values_invalid``, ``field_unknown``, ``role_unknown``, ``stale_version``.
    """
    require(actor, "customers.classify")
    fonds_id = sure(actor.fonds_id)
    Fonds.objects.select_for_update().get(pk=fonds_id)
    row = rules_of(fonds_id)
    if version is not None and version != row.version:
        raise Refused("stale_version", _("变更与审核规则刚被他人修改，请刷新后再改。"))
    changes: dict[str, tuple[object, object]] = {}
    if party_kind:
        if party_kind not in PartyKind.values:
            raise Refused(
                "values_invalid", _("没有“%(kind)s”这种客户类型，请从列表中选择。") % {"kind": party_kind}, "party_kind"
            )
        if unknown := [name for name in fields if name not in KIND_FIELDS[party_kind]]:
            told = _("%(kind)s客户没有“%(name)s”这一项。")
            raise Refused("field_unknown", told % {"kind": PartyKind(party_kind).label, "name": unknown[0]}, "fields")
        before = protected_in(row, party_kind)
        wanted = [name for name in KIND_FIELDS[party_kind] if name in set(fields)]
        row.protected = {**row.protected, party_kind: wanted}
        if before != set(wanted):
            changes["protected"] = (_words(party_kind, before), _words(party_kind, wanted))
    if roles is not None:
        known = {role.code for role in roles_to_choose(actor)}
        if odd := [code for code in roles if code not in known]:
            raise Refused("role_unknown", _("没有“%(code)s”这个能建档的角色。") % {"code": odd[0]}, "roles")
        if set(roles) != set(row.reviewed_roles):
            changes["reviewed_roles"] = (sorted(row.reviewed_roles), sorted(roles))
        row.reviewed_roles = sorted(roles)
    if not changes and row.pk:
        return row
    row.version += 1
    row.save()
    record(actor, DOSSIER_RULES_CHANGED, row, changes=changes)
    return row


def _words(party_kind: str, names: Sequence[str] | frozenset[str]) -> str:
    return (
        f"{PartyKind(party_kind).label}：{'、'.join(label(name) for name in KIND_FIELDS[party_kind] if name in names)}"
    )
