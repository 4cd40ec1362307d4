"""Load the demo company once. Everything goes through the services, in the order of time, with the clock set back."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from datetime import date, datetime, timedelta
from random import Random
from time import perf_counter
from typing import Any

from django.db import transaction

from kedang.business.customers.models import Customer
from kedang.business.customers.services.indexing import indexed_once
from kedang.business.holdings.services.items.indexing import indexed_once as items_indexed_once
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.kernel import clock
from kedang.project.demo.acts import Act, Stage
from kedang.project.demo.approvals import approval_acts
from kedang.project.demo.changes import change_acts
from kedang.project.demo.governance import governance_acts
from kedang.project.demo.holdings.custody import custody_acts
from kedang.project.demo.holdings.handing import handing_acts
from kedang.project.demo.holdings.items import item_acts
from kedang.project.demo.holdings.mishaps import mishap_acts
from kedang.project.demo.holdings.printing import printing_acts
from kedang.project.demo.holdings.scheme import scheme_acts
from kedang.project.demo.holdings.storage import check_files
from kedang.project.demo.holdings.volumes import volume_acts
from kedang.project.demo.lending import lending_acts
from kedang.project.demo.parties import SEED, parties
from kedang.project.demo.party import Party
from kedang.project.demo.people import add_people
from kedang.project.demo.reports import report_acts
from kedang.project.demo.sharing import sharing_acts
from kedang.project.demo.staff import build_house
from kedang.project.demo.story import add_story
from kedang.project.demo.trail import trail
from kedang.project.demo.use import use_acts

CUSTOMERS = 2000
TRAIL_DAYS = 180
Progress = Callable[[int, int], None]


def load_demo(
    customers: int = CUSTOMERS, today: date | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Make the demo company unless there is data already; the answer says what was made."""
    if Person.objects.exists() or Fonds.objects.exists() or Customer.objects.exists():
        return {"loaded": False, "reason": "已有数据，未装入演示数据。", "customers": Customer.objects.count()}
    began = perf_counter()
    day = today or clock.today()
    people = parties(day, customers)
    for number, party in enumerate(people):
        add_people(Random(f"{SEED}-people-{number}"), party)  # noqa: S311  (play data)
        add_story(Random(f"{SEED}-story-{number}"), party, day)  # noqa: S311
    with transaction.atomic():
        house = build_house(people[0].opened_at - timedelta(days=40))
        stage = Stage(house)
        acts = [stage.change(party, change) for party in people for change in party.changes]
        acts += trail(stage, people, day, TRAIL_DAYS if customers >= CUSTOMERS // 2 else 15)
        acts += custody_acts(house, day)
        acts += scheme_acts(house, day)
        acts += item_acts(house, day)
        acts += handing_acts(house, day)
        acts += mishap_acts(house, day)
        acts += volume_acts(house, day)
        acts += printing_acts(house, day)
        acts += approval_acts(house, day)
        acts += change_acts(house, day)
        acts += governance_acts(house, day)
        acts += lending_acts(house, day)
        acts += use_acts(house, day)
        acts += sharing_acts(house, day)
        acts += report_acts(house, day)
        acts.sort(key=lambda act: act.at)
        _play(stage, people, acts, progress)
        check_files(day)
    return {
        "loaded": True,
        "customers": len(stage.customers),
        "people": len(house.people),
        "acts": len(acts),
        "refused": stage.refused,
        "seconds": round(perf_counter() - began, 1),
    }


def _play(stage: Stage, people: Sequence[Party], acts: list[Act], progress: Progress | None) -> None:
    """Week by week: the week's dossiers are opened, then its acts are played, so that the trail grows in the order of time."""
    openings, doings = deque(people), deque(acts)
    total = len(people) + len(acts)
    outside = copy_context()  # openings are indexed at once, so that searches find them; later changes once, at the end
    with indexed_once(), items_indexed_once():
        while openings or doings:
            week_ends = min(line[0].at for line in (openings, doings) if line) + timedelta(days=7)
            fresh = list(_until(openings, week_ends))
            if fresh:
                outside.run(stage.open, fresh)
            for act in _until(doings, week_ends):
                stage.play(act)
            if progress is not None:
                progress(total - len(openings) - len(doings), total)


def _until(line: deque[Any], moment: datetime) -> Iterator[Any]:
    while line and line[0].at <= moment:
        yield line.popleft()
