"""Every address of the site with everything it can be filled with, found in the URL resolver. One that cannot be filled is told."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kedang.business.customers.models import ChangeRequest, Customer
from kedang.business.intake.models import ImportBatch
from kedang.business.retention.models import Hold
from kedang.foundation.access.models import Department, Person, Role
from kedang.foundation.access.secrecy import ALWAYS_SHOWN
from kedang.foundation.approvals.models import Case, Flow
from kedang.foundation.audit.models import Event
from kedang.foundation.jobs.models import Job
from kedang.foundation.notices.models import Notice
from kedang.foundation.safekeeping.models import Drill
from kedang.foundation.web.models import SavedView
from tests.access.harness import archive, asking, governance, loans, use, words
from tests.access.harness.house import House
from tests.access.harness.rules import Fact

#: Addresses whose pages do not say what their number means: address or its beginning → model.
NAMED: dict[str, type[models.Model]] = {
    **archive.NAMED, **loans.NAMED,
    "retention:hold-": Hold, "customers:change-": ChangeRequest, "notices:open": Notice,
    "approvals:case-": Case, "approvals:flow-": Flow,
    "access:grant-give": Person, "access:department-": Department, "access:role-": Role, "access:event-detail": Event,
    "access:bundle": Job,
    "customers:card": Customer, "intake:batch-": ImportBatch, "web:export-file": Job, "jobs:job-": Job, "safekeeping:drill": Drill,
}  # fmt: skip
#: Parameters that name a row whatever the address.
BY_PARAMETER: dict[str, type[models.Model]] = {"customer_pk": Customer, "view_id": SavedView}
#: Addresses with further words in them: every filling by hand.
BY_HAND: dict[str, list[dict[str, Any]]] = {
    "customers:cascade": [{"kind": "region"}, {"kind": "industry"}],
    "access:passkey-options": [{"purpose": "add"}, {"purpose": "enter"}],
    "access:factor-remove": [{"pk": 1}],
}

#: Addresses whose fillings a function makes.
FILLINGS = {
    **archive.FILLINGS,
    **asking.FILLINGS,
    **governance.FILLINGS,
    **loans.FILLINGS,
    **use.FILLINGS,
    **words.FILLINGS,
}

#: First match says through which channel an address lets out what it lets out.
CHANNELS = (
    (r"^files:(view|picture|page)", "preview"), (r":(item-file|item-file-stamped|package-take)$", "download"),
    (r":(volume|box|transfer)-form$|:print-list$", "print"), (r":(scan|code-find|code-qr|sheet-check)$", "scanning"),
    (r":stock-take-(scans|expected|count)$", "stock-take"), (r":statistics$|:check-trend$|:climate(-room|-readings|-print)?$", "figures"),
    (r"^web:search$", "search"), (r"^web:suggest$", "suggestion"), (r"^web:home$", "home"), (r"export-file$", "job result"),
    (r"-export$", "export"), (r"print$|:card$", "print"), (r"-report$|:blank$", "download"),
    (r"^access:(event|subject)", "log viewer"), (r"-(history|changes|trail|seen)$", "history"), (r"-unmask$", "unmask"),
    (r"-(list|results|rules|columns|view-save|view-delete|tree)$|:gaps$|:register$", "list"), (r"^jobs:", "job"),
    (r"-(detail|contacts|key-persons|profile|classes|grants|rows|cleaning|mapping|progress)$", "page"),
    (r":(duplicates|cascade)$", "suggestion"), (r"-batch-", "bulk"), (r".", "form"),
)  # fmt: skip


@dataclass(frozen=True)
class Address:
    """One named address."""

    name: str
    pattern: str
    model: type[models.Model] | None
    pages: Any

    @property
    def channel(self) -> str:
        """Which exit it is."""
        return next(channel for rule, channel in CHANNELS if re.search(rule, self.name))

    @property
    def parameters(self) -> list[str]:
        """What has to be filled in."""
        return re.findall(r"<\w+:(\w+)>", self.pattern)


@dataclass(frozen=True)
class Place:
    """An address filled in: where it leads and whose dossier it is about."""

    address: Address
    url: str
    given: tuple[tuple[str, Any], ...] = ()
    fact: Fact | None = None


def addresses() -> list[Address]:
    """Every named address."""
    return list(_walk(get_resolver(), "", ""))


def _walk(resolver: URLResolver, space: str, prefix: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry, entry.namespace or space, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            name = f"{space}:{entry.name}"
            given: dict[str, Any] = getattr(entry.callback, "view_initkwargs", {})
            pages = given.get("pages")
            model = next((found for start, found in NAMED.items() if name.startswith(start)), None)
            yield Address(name, prefix + str(entry.pattern), model or getattr(pages, "model", None), pages)


def places(house: House, address: Address) -> list[Place]:
    """Every filling of an address.

    Raises:
        LookupError: nobody has said how to fill it; the sentence says where to.
    """
    if not address.parameters:
        return [Place(address, reverse(address.name))]
    if address.name in BY_HAND:
        return [Place(address, reverse(address.name, kwargs=given)) for given in BY_HAND[address.name]]
    if address.name in FILLINGS:
        return [
            Place(address, reverse(address.name, kwargs=given), tuple(given.items()), fact)
            for given, fact in FILLINGS[address.name](house)
        ]
    if address.name == "access:subject-trail":
        return [
            Place(address, reverse(address.name, args=[model._meta.label_lower, key]), (("pk", key),), fact)
            for model in (Customer, Person) for key, fact in house.rows[model].items()
        ]  # fmt: skip
    model = BY_PARAMETER.get(address.parameters[0], address.model)
    if model is None or model not in house.rows or set(address.parameters) - {"pk", "field", "customer_pk", "view_id"}:
        raise LookupError(
            f"{address.name} ({address.pattern}): say in tests/access/harness/addresses.py how to fill it "
            f"(NAMED, BY_PARAMETER or BY_HAND), and make rows of {model} in house.py (house.rows)"
        )
    fields = sensitive(address.model) if "field" in address.parameters else [""]
    found = []
    for key, fact in house.rows[model].items():
        for name in fields:
            given = {address.parameters[0]: key, **({"field": name} if name else {})}
            found.append(Place(address, reverse(address.name, kwargs=given), tuple(given.items()), fact))
    return found


def unknown(house: House) -> list[str]:
    """Addresses that nobody has said how to fill, each with what to do."""
    told = []
    for address in addresses():
        if address.name in FILLINGS:
            continue
        try:
            places(house, address)
        except LookupError as error:
            told.append(str(error))
    return told


def sensitive(model: Any) -> list[str]:
    """Fields of a model whose class is not shown to everybody, as the model declares them."""
    secrecy = getattr(model, "secrecy", None)
    if secrecy is None:
        return []
    return [f.name for f in model._meta.concrete_fields if f.name != "id" and secrecy.of(f.name) not in ALWAYS_SHOWN]
