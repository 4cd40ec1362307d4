"""The harness knows everything there is: addresses, models, sensitive fields, commands, roles. Its table agrees with the shipped roles."""

import pkgutil
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps

from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson
from kedang.foundation.access import roles
from kedang.foundation.access.actions import actions
from kedang.foundation.access.masks import mask
from kedang.foundation.access.secrecy import ALWAYS_SHOWN
from kedang.project import cli
from tests.access.harness import house, rules
from tests.access.harness.addresses import BY_HAND, addresses, unknown
from tests.access.harness.canaries import Maker
from tests.access.harness.cast import BUILTIN, PEOPLE
from tests.access.harness.commands import COMMANDS
from tests.access.harness.declared import FIELDS_ELSEWHERE, MODELS
from tests.access.harness.plants import PLANTS

HOW = "see docs/cookbook/access-matrix.md"
FILLED: dict[Any, set[str]] = {
    Customer: {*house.BODY, *house.HUMAN, "grade_reason"}, Contact: set(house.CONTACT), KeyPerson: set(house.KEY_PERSON),
    CustomerProfile: set(house.PROFILE),
}  # fmt: skip


class _Rows(dict[Any, Any]):
    """Rows of every model that house.py makes: enough to ask whether an address can be filled."""

    def __missing__(self, model: Any) -> dict[int, None]:
        return {1: None}


def test_every_address_can_be_filled() -> None:
    told = unknown(SimpleNamespace(rows=_Made()))  # type: ignore[arg-type]
    assert not told, f"{HOW}\n" + "\n".join(told)
    gone = set(BY_HAND) - {address.name for address in addresses()}
    assert gone <= {"access:passkey-options", "access:factor-remove"}, f"filled by hand, but gone: {gone}"


class _Made(_Rows):
    """Only kinds of rows that the scene really makes."""

    def __contains__(self, model: object) -> bool:
        label = model._meta.label_lower  # type: ignore[attr-defined]
        return MODELS.get(label) in {"canaries", "rows"}


def test_every_model_is_declared() -> None:
    found = {model._meta.label_lower for model in apps.get_models() if model.__module__.startswith("kedang.")}
    assert not found - set(MODELS), (
        f"models without a line in harness/declared.py, {HOW}: {sorted(found - set(MODELS))}"
    )


def test_every_sensitive_field_has_a_canary() -> None:
    missing = []
    for model in apps.get_models():
        secrecy = getattr(model, "secrecy", None)
        if secrecy is None or not model.__module__.startswith("kedang."):
            continue
        known = FILLED.get(model, set()) | FIELDS_ELSEWHERE.get(model._meta.label_lower, set()) | house.TOO_FEW_VALUES
        missing += [
            f"{model._meta.label}.{column.name}"
            for column in model._meta.concrete_fields
            if column.name != "id"
            and secrecy.of(column.name) not in ALWAYS_SHOWN
            and column.name.removesuffix("_blind") not in known
        ]
    assert not missing, f"sensitive fields without a canary in harness/house.py, {HOW}: {missing}"


def test_every_command_is_declared() -> None:
    found = {
        module.name.rstrip("_") for module in pkgutil.iter_modules(cli.__path__) if not module.name.startswith("_")
    }
    assert not found - set(COMMANDS), (
        f"commands without a line in harness/commands.py, {HOW}: {sorted(found - set(COMMANDS))}"
    )


def test_the_table_agrees_with_the_shipped_roles() -> None:
    """The restated rules and the shipped ones are two texts: they must say the same, or one of them is wrong."""
    shipped = {role.code: role for role in roles.BUILTIN_ROLES}
    assert set(shipped) == set(BUILTIN) == {who.given[0].role for who in PEOPLE if who.given} & set(BUILTIN)
    known = set(rules.ACTS.values())
    for code, role in shipped.items():
        told = rules.ROLES[code]
        assert told.acts == frozenset(role.actions) & known, f"{code}: acts differ, {HOW}"
        assert told.scope == role.usual_scope, f"{code}: scope differs, {HOW}"
        dossier = "customers.view" in role.actions or role.field_rights
        assert not dossier or {k: role.field_rights.get(k, "hide") for k in rules.CLASSES} == told.rights, (
            f"{code}: rights differ, {HOW}"
        )


def test_every_act_on_a_dossier_is_in_the_table() -> None:
    missing = {known.code for known in actions() if known.code.startswith("customers.")} - set(rules.ACTS.values())
    assert not missing, f"acts without a letter in harness/rules.py, {HOW}: {missing}"


@pytest.mark.parametrize(
    ("shape", "kind", "field"),
    [
        ("mobile", "contact", "mobile"),
        ("phone", "contact", "phone"),
        ("email", "contact", "email"),
        ("account", "account", "bank_account"),
        ("wechat", "contact", "wechat"),
    ],
)
def test_masks_agree_with_the_table(shape: str, kind: str, field: str) -> None:
    value = Maker(1).make(shape)[0]
    assert mask(kind, field, value) == rules.masked(shape, value)


def test_planted_faults_are_enough() -> None:
    assert len({plant.name for plant in PLANTS}) >= 10
