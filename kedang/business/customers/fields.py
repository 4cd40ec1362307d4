"""Which fields the dossier of each kind of customer has, in the groups in which people read them (CU-01, CU-02, CU-03)."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kedang.business.customers.choices import PartyKind
from kedang.business.customers.models import Customer


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """A titled group of fields; ``kinds`` empty means every kind of customer has it."""

    key: str
    title: Any
    fields: tuple[str, ...]
    kinds: frozenset[str] = frozenset()

    def fits(self, party_kind: str) -> bool:
        """Whether customers of this kind have the group."""
        return not self.kinds or party_kind in self.kinds


PEOPLE = frozenset({PartyKind.INDIVIDUAL.value})
BODIES = frozenset({PartyKind.GOVERNMENT.value})
COMPANIES = frozenset({PartyKind.ENTERPRISE.value, PartyKind.PARTNER.value, PartyKind.SPECIAL.value})
WITH_SUBKIND = frozenset({PartyKind.PARTNER.value, PartyKind.SPECIAL.value})

GROUPS: tuple[FieldGroup, ...] = (
    FieldGroup("basic", _("基本信息"), ("name", "short_name")),
    FieldGroup("subkind", _("基本信息"), ("party_subkind",), WITH_SUBKIND),
    FieldGroup("standing", _("基本信息"), ("directness", "stage", "source", "first_dealt_on")),
    FieldGroup(
        "registration",
        _("登记信息"),
        (
            "uscc", "registration_number", "legal_representative", "legal_form", "ownership", "established_on",
            "registered_capital", "capital_currency", "industry_code", "business_scope",
        ),
        COMPANIES,
    ),
    FieldGroup("body", _("登记信息"), ("uscc", "legal_representative", "established_on", "business_scope"), BODIES),
    FieldGroup("size", _("规模与实力"), ("employees", "annual_sales", "total_assets"), COMPANIES),
    FieldGroup("headcount", _("规模与实力"), ("employees",), BODIES),
    FieldGroup("person", _("个人信息"), ("sex", "born_on", "id_type", "id_number", "household_address"), PEOPLE),
    FieldGroup(
        "reach",
        _("联系方式"),
        ("region_code", "address", "postcode", "phone", "mobile", "fax", "email", "wechat", "website"),
    ),
    FieldGroup("bank", _("银行账户"), ("bank_name", "bank_account")),
    FieldGroup("care", _("归属与密级"), ("responsible", "department", "secrecy_level", "route_order", "remarks")),
)  # fmt: skip

EVERY_FIELD: tuple[str, ...] = tuple(dict.fromkeys(name for group in GROUPS for name in group.fields))
"""All fields that people fill in, whatever the kind."""

KIND_FIELDS: dict[str, tuple[str, ...]] = {
    kind: tuple(dict.fromkeys(name for group in GROUPS if group.fits(kind) for name in group.fields))
    for kind in PartyKind.values
}

PROFILE_FIELDS: tuple[str, ...] = (
    "service_area", "sales_capacity", "potential", "culture", "policy", "size_note", "management_traits",
    "past_results", "present_results", "manager_quality", "staff_quality", "competitor_relation", "attitude_to_us",
    "problems", "advantages", "countermeasures", "reputation", "credit_problems",
)  # fmt: skip
CONTACT_FIELDS: tuple[str, ...] = (
    "name", "sex", "post", "unit", "is_primary", "is_daily", "is_emergency", "mobile", "phone", "email", "wechat",
    "since_on", "remarks",
)  # fmt: skip
KEY_PERSON_FIELDS: tuple[str, ...] = (
    "name", "role", "post", "sex", "born_on", "education", "family", "hobbies", "character", "ability", "remarks",
)  # fmt: skip

REQUIRED: dict[str, tuple[str, ...]] = {
    kind: ("name", "party_subkind") if kind in WITH_SUBKIND else ("name",) for kind in PartyKind.values
}
"""Without these a dossier cannot be made by hand; everything else is a matter of completeness."""

NEEDS_REASON: frozenset[str] = frozenset(
    {"name", "uscc", "id_number", "party_kind", "stage", "responsible", "department", "secrecy_level", "bank_account"}
)
"""Changes of these must say why."""


def label(name: str) -> str:
    """Chinese label of a field of the customer."""
    return str(getattr(Customer._meta.get_field(name), "verbose_name", name))
