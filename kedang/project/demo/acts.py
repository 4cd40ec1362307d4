"""What people of the demo company did, one act after the other in time, through the services of the rooms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from kedang.business.customers.models import Contact, Customer
from kedang.business.customers.services import (
    contact_add,
    contact_leave,
    customer_change,
    customer_grade,
    former_name_add,
)
from kedang.foundation.access.signin.stepup import just_verified
from kedang.foundation.kernel import clock, context
from kedang.foundation.kernel.refused import Refused
from kedang.project.demo.opening import open_dossiers
from kedang.project.demo.party import Party
from kedang.project.demo.staff import House
from kedang.project.demo.story import Change

PHONES = "10.20.8.31"
"""Where an act comes from that names nobody: what is decided on the way is decided on a phone, through the wireless net of the house."""


@dataclass(slots=True)
class Act:
    """One act at its time, by whom."""

    at: datetime
    by: str
    run: Callable[[], Any]


class Stage:
    """Plays acts: the clock stands at the time of each, the trail knows the desk it came from."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.customers: dict[int, Customer] = {}
        self.refused: dict[str, int] = {}

    def play(self, act: Act) -> None:
        """Play one act; a refusal is what a company meets now and then, and is counted."""
        with (
            clock.frozen(act.at),
            context.use(channel="page", address=self.house.addresses.get(act.by, PHONES)),
            just_verified(),
        ):
            try:
                act.run()
            except Refused as refusal:
                self.refused[refusal.code] = self.refused.get(refusal.code, 0) + 1

    def open(self, parties: Sequence[Party]) -> None:
        """The dossiers of a few days are opened."""
        for party, customer in zip(parties, open_dossiers(self.house, parties), strict=True):
            self.customers[id(party)] = customer
            for name, until in party.former_names:
                self.play(
                    Act(
                        party.opened_at + timedelta(minutes=9),
                        "shenzhixing",
                        partial(self._former, customer, name, until),
                    )
                )

    def change(self, party: Party, change: Change) -> Act:
        """Something changes."""
        return Act(change.at, change.by, lambda: self._change(party, change))

    def _former(self, customer: Customer, name: str, until: date) -> None:
        actor = self.house.people["shenzhixing"]
        former_name_add(actor=actor, customer=customer, name=name, until=until, note="建档时登记")

    def _change(self, party: Party, change: Change) -> None:
        customer = self.customers.get(id(party))
        if customer is None:
            return
        actor = self.house.people[change.by]
        if change.verb == "grade":
            customer_grade(actor=actor, customer=customer, grade=change.values["grade"], reason=change.reason)
        elif change.verb == "contact_left":
            rows = list(Contact.objects.filter(customer=customer, left_on__isnull=True).order_by("id"))
            if change.values["index"] < len(rows):
                row = rows[change.values["index"]]
                contact_leave(actor=actor, contact=row, left_on=change.values["left_on"], reason=change.reason)
        elif change.verb == "contact_add":
            contact_add(actor=actor, customer=customer, values=change.values, reason=change.reason)
        else:
            values = dict(change.values)
            if "responsible" in values:
                values["responsible"] = self.house.people[values["responsible"]]
            customer_change(
                actor=actor, customer=customer, values=values, version=None, reason=change.reason, confirmed_duplicates=True,
                keep_apart=True,
            )  # fmt: skip
