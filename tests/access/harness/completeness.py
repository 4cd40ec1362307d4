"""What there is and the harness does not know: addresses, models, sensitive fields, commands, acts. Asked by every run and by a test."""

import pkgutil
from typing import Any

from django.apps import apps

from kedang.business.customers.models import ChangeLine, Contact, Customer, CustomerProfile, KeyPerson
from kedang.business.holdings.models import RoomVisit
from kedang.business.lending.models import Loan, UseRequest
from kedang.foundation.access.actions import offered_actions
from kedang.foundation.access.secrecy import ALWAYS_SHOWN
from kedang.project import cli
from tests.access.harness import house, rules
from tests.access.harness.addresses import unknown
from tests.access.harness.commands import COMMANDS
from tests.access.harness.declared import FIELDS_ELSEWHERE, MODELS
from tests.access.matrix import MATRIX
from tests.access.scene import addresses as named

FILLED: dict[Any, set[str]] = {
    Customer: {*house.BODY, *house.HUMAN, "grade_reason"}, Contact: set(house.CONTACT), KeyPerson: set(house.KEY_PERSON),
    CustomerProfile: set(house.PROFILE), RoomVisit: {"visitor"}, ChangeLine: {"old", "new"},
    Loan: {"reader_paper", "reader_phone"}, UseRequest: {"outside_paper", "outside_phone"},
}  # fmt: skip


def gaps(built: Any) -> list[str]:
    """Everything that is missing, each with where it belongs. ``built`` is a house, or what has its ``rows``."""
    return [*unknown(built), *lines(), *models(), *fields(), *commands(), *acts()]


def lines() -> list[str]:
    """Addresses without statuses."""
    known = {line.split()[1] for line in MATRIX.splitlines() if line and not line.startswith("#")}
    return [f"{name}: no line in tests/access/matrix.py" for name, _pattern in named() if name not in known]


def models() -> list[str]:
    """Models that nobody has declared."""
    found = {model._meta.label_lower for model in apps.get_models() if model.__module__.startswith("kedang.")}
    return [f"{label}: no line in harness/declared.py" for label in sorted(found - set(MODELS))]


def fields() -> list[str]:
    """Sensitive fields without a canary."""
    missing = []
    for model in apps.get_models():
        secrecy = getattr(model, "secrecy", None)
        if secrecy is None or not model.__module__.startswith("kedang."):
            continue
        known = FILLED.get(model, set()) | FIELDS_ELSEWHERE.get(model._meta.label_lower, set()) | house.TOO_FEW_VALUES
        missing += [
            f"{model._meta.label}.{column.name}: no canary in harness/house.py"
            for column in model._meta.concrete_fields
            if column.name != "id"
            and secrecy.of(column.name) not in ALWAYS_SHOWN
            and column.name.removesuffix("_blind") not in known
        ]
    return missing


def commands() -> list[str]:
    """Commands that nobody has declared."""
    found = {
        module.name.rstrip("_") for module in pkgutil.iter_modules(cli.__path__) if not module.name.startswith("_")
    }
    return [f"kedang {name}: no line in harness/commands.py" for name in sorted(found - set(COMMANDS))]


def acts() -> list[str]:
    """Acts on dossiers that the table of rules does not know; parts come with the act that shows the whole."""
    missing = {
        known.code
        for known in offered_actions()
        if known.code.startswith(("customers.", "holdings.", "custody.", "files."))
    } - set(rules.ACTS.values())
    return [f"{code}: no letter in harness/rules.py" for code in sorted(missing)]
