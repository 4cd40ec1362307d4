"""Foreign and missing look the same: status, body and headers of every address with a number in it, for everybody (R32)."""

import re
import statistics
import time
from typing import Any
from urllib.parse import quote

from django.db import models
from django.urls import reverse

from kedang.business.customers.models import Contact, Customer, CustomerProfile, KeyPerson
from kedang.business.intake.models import ImportBatch, ImportTemplate
from kedang.foundation.access.models import Department, Grant, Person, Role
from kedang.foundation.audit.models import Event
from kedang.foundation.jobs.models import Job
from tests.access.harness import rules
from tests.access.harness.addresses import BY_HAND, BY_PARAMETER, Address, addresses, sensitive
from tests.access.harness.choice import turn
from tests.access.harness.exits import FILLED, FRAGMENT, Variant, Walker

MISSING = 987_654_321
WAYS: tuple[Variant, ...] = (("GET", {}, {}), ("POST", {}, {}), ("POST", FILLED, {}), ("GET", {}, FRAGMENT))
#: Where the company of a row of a kind is found.
HOME: dict[type[models.Model], str] = {
    Person: "fonds__code", Grant: "person__fonds__code", Department: "fonds__code", Role: "fonds__code", Event: "fonds_id",
    Job: "fonds__code", ImportBatch: "fonds__code", ImportTemplate: "fonds__code",
}  # fmt: skip
_TOKEN = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|name="_once" value="[^"]*"|"X-CSRFToken": ?"\w+"|[0-9a-f]{16}'
)
_CHANGING = {"X-Request-ID", "Set-Cookie", "Content-Length", "Date", "Expires", "Last-Modified"}


def same_tokens(body: str) -> str:
    """A page without the tokens that are new every time."""
    return _TOKEN.sub("", body)


def foreign_keys(walker: Walker, model: type[models.Model]) -> list[int]:
    """Rows of a kind that do not exist for the person."""
    house, who = walker.house, walker.judge.who
    if model in {Customer, Contact, KeyPerson, CustomerProfile}:
        return [key for key, fact in house.rows[model].items() if fact is not None and not rules.sees(who, fact)]
    home = HOME.get(model)
    if home is None:
        return []
    mine: Any = (
        house.fonds[who.fonds].pk if home == "fonds_id" and who.fonds else {"A": "001", "B": "002"}.get(who.fonds, "")
    )
    rows = model._default_manager.filter(pk__in=house.rows[model]).exclude(**{f"{home}__isnull": True})
    return list(rows.exclude(**{home: mine}).values_list("pk", flat=True)) if mine else list(house.rows[model])[:3]


def compare_all(walker: Walker, only: tuple[str, ...] = ()) -> None:
    """Every address that names a row (or whose name begins so), or some in turn; each in one of the ways of asking."""
    every = [address for address in addresses() if not only or address.name.startswith(only)]
    for number, address in enumerate(turn(every, walker.at, walker.size.alike)):
        if not address.parameters or address.name in BY_HAND:
            continue
        model = (
            Customer
            if address.name == "access:subject-trail"
            else BY_PARAMETER.get(address.parameters[0], address.model)
        )
        found = foreign_keys(walker, model) if model in walker.house.rows else []  # type: ignore[arg-type]
        for key in walker.random.sample(found, min(1, len(found))):
            compare(walker, address, key, WAYS[(walker.at + number) % len(WAYS)])


def compare(walker: Walker, address: Address, key: int, variant: Variant) -> None:
    """One foreign row against one that is nowhere."""
    foreign = seen(walker, address, key, variant)
    missing = seen(walker, address, MISSING, variant)
    what = [name for name, one, two in zip(("status", "body", "headers"), foreign, missing, strict=True) if one != two]
    url = f"{variant[0]} {address_of(address, key)}"
    walker.judge.tally.expect(
        "foreign = missing", url, walker.judge.who.key, not what, f"{what} differ: {foreign[0]} and {missing[0]}"
    )


def address_of(address: Address, key: int) -> str:
    """The address of one row."""
    given: dict[str, Any] = {address.parameters[-1 if address.name == "access:subject-trail" else 0]: key}
    if "kind" in address.parameters:
        given["kind"] = "customers.customer"
    if "field" in address.parameters:
        given["field"] = (sensitive(address.model) or ["name"])[0]
    return reverse(address.name, kwargs=given)


def seen(walker: Walker, address: Address, key: int, variant: Variant) -> tuple[Any, ...]:
    """Status, body and headers without what is never the same twice and without the address itself."""
    url = address_of(address, key)
    spoken = [quote(url, safe=""), quote(url), url]

    def plain(text: str) -> str:
        for form in spoken:
            text = text.replace(form, "§")
        return text

    response = walker.ask(variant, url)
    heads = sorted((name, plain(value)) for name, value in response.headers.items() if name not in _CHANGING)
    body = response.content.decode(errors="replace") if not response.streaming else ""
    chain = [(plain(where), status) for where, status in getattr(response, "redirect_chain", ())]
    return (response.status_code, chain), plain(_TOKEN.sub("", body)), heads


def time_pairs(walker: Walker, pairs: int) -> dict[str, Any]:
    """How long foreign and missing take, asked in turns; Mann and Whitney say whether they can be told apart."""
    key = foreign_keys(walker, Customer)[0]
    urls = {
        "foreign": reverse("customers:customer-detail", args=[key]),
        "missing": reverse("customers:customer-detail", args=[MISSING]),
    }
    took: dict[str, list[float]] = {"foreign": [], "missing": []}
    for at in range(pairs + 20):
        for which in walker.random.sample(sorted(urls), 2):
            started = time.perf_counter()
            walker.ask(("GET", {}, {}), urls[which])
            if at >= 20:
                took[which].append(time.perf_counter() - started)
    p_value = mann_whitney(took["foreign"], took["missing"])
    medians = {f"median_{name}_ms": round(statistics.median(values) * 1000, 3) for name, values in took.items()}
    return {"pairs": pairs, "p": round(p_value, 4), **medians}


def mann_whitney(one: list[float], two: list[float]) -> float:
    """Two-sided p by the normal approximation."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in two])
    rank_sum = sum(rank for rank, (_value, which) in enumerate(ranked, 1) if which == 0)
    a, b = len(one), len(two)
    u = rank_sum - a * (a + 1) / 2
    z = (u - a * b / 2) / ((a * b * (a + b + 1) / 12) ** 0.5)
    return 2 * (1 - statistics.NormalDist().cdf(abs(z)))
