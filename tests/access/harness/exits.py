"""Walks every address in every variant as one person and listens to each answer."""

import copy
import traceback
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from kedang.business.customers.models import Customer
from kedang.foundation.kernel import clock
from kedang.foundation.web.records.base import RecordPages
from tests.access.harness import rules
from tests.access.harness.addresses import Address, Place, addresses, places
from tests.access.harness.cast import EVERYBODY
from tests.access.harness.choice import Size, some_addresses, some_places, some_variants
from tests.access.harness.house import House
from tests.access.harness.verdict import Judge
from tests.access.harness.writes import Writes, changes_nothing

Variant = tuple[str, dict[str, Any], dict[str, Any]]
"""Method, parameters, headers."""
FRAGMENT = {"HX-Request": "true"}
PARTS = {
    "customers:customer-contacts": "Contact", "customers:customer-key-persons": "KeyPerson",
    "customers:customer-profile": "CustomerProfile",
    "customers:customer-history": "Event",
}  # fmt: skip
"""Pages of a part of a dossier: what is read on them."""
PAPERS = {"holdings:item-detail": "Item", "holdings:project-detail": "Project", "holdings:volume-detail": "Volume"}
"""Pages of papers of dossiers, open to who may see them by a role or by a sharing of that kind of record."""
LEAVES = {"access:sign-out", "access:first-run"}
FILLED = {
    "reason": "核对资料", "grade": "B", "clearance": "1", "left_on": "2026-01-01", "party_kind": "enterprise", "name": "", "version": "1",
    "mobile": "12345", "phone": "12", "id_number": "123", "bank_account": "9", "email": "x@", "on_duplicate": "update",
}  # fmt: skip


class Walker:
    """One person at every door."""

    def __init__(self, house: House, judge: Judge, size: Size) -> None:
        self.house, self.judge, self.size = house, judge, size
        self.at = house.seed + EVERYBODY.index(judge.who)
        self.writes = Writes() if changes_nothing(judge.who) else None
        self.client: Client = house.client(judge.who.key)
        self.random = Random(f"{house.seed}{judge.who.key}")

    def ask(self, variant: Variant, url: str) -> Any:
        """One request; whatever it did is taken back."""
        method, data, headers = variant
        jar = copy.copy(self.client.cookies)
        with transaction.atomic(), self.writes.watching() if self.writes else nullcontext():
            if method == "GET":
                response = self.client.get(url, data, headers=headers)
            else:
                response = self.client.post(url, data, headers=headers, follow=not headers)
            if response.streaming:
                response = whole(response)
            transaction.set_rollback(True)
        self.client.cookies = jar
        return response

    def walk(self, channels: frozenset[str] = frozenset(), only: tuple[str, ...] = ()) -> None:
        """Every address, or those of some channels, or those whose names begin so."""
        every = [address for address in addresses() if not channels or address.channel in channels]
        every = [address for address in every if not only or address.name.startswith(only)]
        for address in every if channels else some_addresses(every, self.at, self.size):
            found = places(self.house, address)
            for number, place in enumerate(some_places(found, self.at, self.size, self.judge.who)):
                is_first = number < self.size.spots or address.channel == "unmask"
                for variant in some_variants(list(variants(address, place)), self.at + number, self.size, is_first):
                    self.listen(place, variant)

    def listen(self, place: Place, variant: Variant) -> None:
        """Ask and listen."""
        response, judge, address = self.ask(variant, place.url), self.judge, place.address
        url = f"{variant[0]} {place.url} {variant[1] if len(str(variant[1])) < 200 else ''}".rstrip(" {}")
        judge.tally.expect(
            "status",
            url,
            judge.who.key,
            response.status_code < 500,
            f"answers {response.status_code} {cause(response)}",
        )
        if self.writes is not None:
            wrong = self.writes.beyond(address.name)
            judge.tally.expect("changes nothing", url, judge.who.key, not wrong, f"writes {wrong}")
        about = place.fact.key if place.fact is not None and place.fact.state != "staged" else ""
        if place.fact is not None and address.model is Customer:
            is_seen = rules.sees(judge.who, place.fact)
            is_open = response.status_code == 200 and not getattr(response, "redirect_chain", ())
            if address.name == "customers:customer-detail" and variant[0] == "GET":
                judge.tally.expect(
                    "status",
                    url,
                    judge.who.key,
                    is_open == is_seen,
                    f"answers {response.status_code}, rules say {is_seen}",
                )
            elif address.name in PARTS and variant == ("GET", {}, {}):
                is_part = rules.right(judge.who, place.fact, "open", PARTS[address.name]) == rules.SHOW
                told = f"answers {response.status_code}, rules say {is_part}"
                judge.tally.expect("status", url, judge.who.key, is_open == is_part, told)
            elif not is_seen:
                judge.tally.expect("status", url, judge.who.key, not is_open, "a dossier out of reach answers")
        if (
            address.name in PAPERS
            and place.fact is not None
            and place.fact.of is not None
            and variant == ("GET", {}, {})
        ):
            is_theirs = rules.right(judge.who, place.fact, "open", PAPERS[address.name]) == rules.SHOW
            told = f"answers {response.status_code}, rules say {is_theirs}"
            judge.tally.expect("status", url, judge.who.key, (response.status_code == 200) == is_theirs, told)
        if is_unmasked(judge, place, variant):
            return
        room = address.name.split(":")[0]
        judge.hears(address.channel, url, response, about, at=room, again=lambda: self.ask(variant, place.url))


def cause(response: Any) -> str:
    """Where an answer that is none came from, for who has to mend it."""
    _kind, error, trace = getattr(response, "exc_info", None) or (None, None, None)
    if error is None:
        return ""
    last = traceback.extract_tb(trace)[-1]
    return f"{type(error).__name__}: {error} ({last.filename}:{last.lineno})"


def whole(response: Any) -> Any:
    """A streamed answer as one that can be read more than once."""
    read = HttpResponse(b"".join(response), status=response.status_code, headers=dict(response.headers))
    read.cookies, read.context = response.cookies, None  # type: ignore[attr-defined]  # as the test client sets it
    return read


def is_unmasked(judge: Judge, place: Place, variant: Variant) -> bool:
    """Whether the eye may be opened: asked with a reason by who holds the right and sees the value in part."""
    if variant[0] != "POST" or place.address.channel != "unmask" or place.fact is None or not variant[1].get("reason"):
        return False
    name = dict(place.given)["field"]
    model = Customer if place.address.name == "customers:change-unmask" else place.address.model
    kind = str(getattr(model, "secrecy").of(name))  # noqa: B009  # declared on every model with an eye
    room = "access.unmask" if place.address.name.startswith("access:") else "customers.unmask"
    return rules.may(judge.who, room, place.fact) and rules.right(judge.who, place.fact, kind) != rules.HIDE


def variants(address: Address, place: Place) -> Iterator[Variant]:
    """The ways in which an address is asked."""
    name = address.name
    if name not in LEAVES:
        yield ("GET", {}, {})
    if address.channel in {"form", "unmask", "bulk"}:
        yield ("GET", {}, FRAGMENT)
        yield ("POST", FILLED, FRAGMENT)
    if name.endswith("-history"):
        today = clock.today()
        for asked in (
            {"what": "all"},
            {"what": "read"},
            {"on": str(today + timedelta(days=1))},
            {"on": str(today - timedelta(days=1))},
        ):
            yield ("GET", asked, {})
    if name.endswith(("-list", "-results")) and address.pages is not None:
        for view in address.pages.views:
            yield ("GET", {"view": view.key, "size": "100"}, {})
        for outcome in ("search", "") if name.startswith("access:event") else ():
            yield ("GET", {"category": outcome, "size": "100"}, {})
    if name == "intake:batch-rows":
        for outcome in ("created", "duplicates", "rejected", "cleaned", "noted"):
            yield ("GET", {"outcome": outcome}, {})
    if name == "intake:batch-report":
        for kind in ("rejected", "not_taken", "all"):
            yield ("GET", {"kind": kind}, {})
    if address.channel == "export":
        for kind in ("csv", "xlsx"):
            yield ("POST", {"format": kind, "column": every_column(address)}, {})
            yield ("POST", {"format": kind, "view": "withdrawn", "column": every_column(address)}, {})
    elif name not in LEAVES:
        yield ("POST", {}, {})
        yield ("POST", FILLED, {})


def every_column(address: Address) -> list[str]:
    """All fields by name, whether one may see them or not, and some that do not exist."""
    model = address.model
    names = [field.name for field in model._meta.concrete_fields] if model is not None else []
    pages = address.pages
    declared = [column if isinstance(column, str) else column.name for column in getattr(pages, "columns", ())]
    return [*dict.fromkeys([*names, *declared]), "password", "fonds__name"]


def list_pages() -> list[type[RecordPages]]:
    """Every kind of record that has a list."""
    return list(dict.fromkeys(RecordPages._by_kind.values()))


def customer_list() -> str:
    """Address of the list of customers."""
    return reverse("customers:customer-list")
