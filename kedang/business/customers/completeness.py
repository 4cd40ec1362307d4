"""完整度 (CU-16): what a dossier should have, how much of it is there, what is missing. Pure functions but for one reader."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from kedang.business.customers.choices import PartyKind
from kedang.business.customers.fields import label
from kedang.business.customers.models import DossierRequirement

Requirement = tuple[str, int]
Requirements = Mapping[str, Sequence[Requirement]]

REACHABLE = ("phone", "mobile", "email")
PRESENCE: dict[str, Any] = {
    "reachable": _("电话、手机或邮箱"),
    "contacts": _("联系人"),
    "key_persons": _("关键人物"),
    "profile": _("特征与业务状况"),
}
"""Contents that are no single field: is there at least one?"""

_COMPANY: tuple[Requirement, ...] = (
    ("name", 3), ("uscc", 3), ("legal_representative", 2), ("region_code", 2), ("address", 2), ("reachable", 3),
    ("industry_code", 1), ("legal_form", 1), ("ownership", 1), ("registered_capital", 1), ("established_on", 1),
    ("business_scope", 1), ("employees", 1), ("source", 1), ("responsible", 2), ("contacts", 3), ("key_persons", 1),
    ("profile", 1),
)  # fmt: skip
DEFAULTS: dict[str, tuple[Requirement, ...]] = {
    PartyKind.ENTERPRISE.value: _COMPANY,
    PartyKind.PARTNER.value: (*_COMPANY, ("party_subkind", 1), ("bank_account", 1)),
    PartyKind.SPECIAL.value: (
        ("name", 3), ("party_subkind", 2), ("uscc", 1), ("address", 1), ("reachable", 3), ("responsible", 2), ("contacts", 3),
    ),
    PartyKind.GOVERNMENT.value: (
        ("name", 3), ("uscc", 1), ("region_code", 2), ("address", 2), ("reachable", 3), ("responsible", 2), ("contacts", 3),
        ("key_persons", 1),
    ),
    PartyKind.INDIVIDUAL.value: (
        ("name", 3), ("sex", 1), ("born_on", 1), ("id_type", 1), ("id_number", 2), ("reachable", 3), ("region_code", 1),
        ("address", 1), ("source", 1), ("responsible", 2),
    ),
}  # fmt: skip


def score(values: Mapping[str, Any], requirements: Iterable[Requirement]) -> tuple[int, list[str]]:
    """Percent of the required weight that is there, and the names of what is missing.

    Args:
        values: field → value, and presence (``contacts``, ``key_persons``, ``profile``) → true or false; ``reachable`` is
            derived from phone, mobile and e-mail.
        requirements: (name, weight) of the kind of customer; none at all makes every dossier complete.
    """
    total = there = 0
    missing: list[str] = []
    get = values.get
    for name, weight in requirements:
        total += weight
        value = get(name)
        if name == "reachable":
            value = get("phone") or get("mobile") or get("email")
        if value or (value == 0 and value is not False):
            there += weight
        else:
            missing.append(name)
    return (there * 100 // total if total else 100), missing


def requirements_of(fonds_id: int) -> dict[str, tuple[Requirement, ...]]:
    """Requirements of every kind in a company: its own where it set any, else those shipped. One query."""
    own: dict[str, list[Requirement]] = {}
    rows = DossierRequirement.objects.filter(fonds_id=fonds_id).values_list("party_kind", "field", "weight")
    for kind, field, weight in rows.order_by("id"):
        own.setdefault(kind, []).append((field, weight))
    return {kind: tuple(own.get(kind, DEFAULTS[kind])) for kind in PartyKind.values}


def requirement_label(name: str) -> str:
    """What a requirement is called."""
    return str(PRESENCE[name]) if name in PRESENCE else label(name)
