"""The harness knows everything there is: addresses, models, sensitive fields, commands, roles. Its table agrees with the shipped roles."""

from types import SimpleNamespace
from typing import Any

import pytest

from kedang.foundation.access import roles
from kedang.foundation.access.masks import mask
from tests.access.harness import completeness, rules
from tests.access.harness.addresses import BY_HAND, addresses
from tests.access.harness.canaries import Maker
from tests.access.harness.cast import BUILTIN, PEOPLE
from tests.access.harness.declared import MODELS
from tests.access.harness.plants import PLANTS

HOW = "see docs/cookbook/access-matrix.md"


class _Rows(dict[Any, Any]):
    """Rows of every model that house.py makes: enough to ask whether an address can be filled."""

    def __missing__(self, model: Any) -> dict[int, None]:
        return {1: None}


def test_nothing_is_unknown() -> None:
    """Addresses, models, sensitive fields, commands and acts: the harness asks the same before every run."""
    told = completeness.gaps(SimpleNamespace(rows=_Made()))
    assert not told, f"{HOW}\n" + "\n".join(told)
    gone = set(BY_HAND) - {address.name for address in addresses()}
    assert gone <= {"access:passkey-options", "access:factor-remove"}, f"filled by hand, but gone: {gone}"


class _Made(_Rows):
    """Only kinds of rows that the scene really makes."""

    def __contains__(self, model: object) -> bool:
        label = model._meta.label_lower  # type: ignore[attr-defined]
        return MODELS.get(label) in {"canaries", "rows"}


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
