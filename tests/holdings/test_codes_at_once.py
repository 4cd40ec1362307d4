"""Two archivists with disjoint rights number at once: no clash, no gap; the short form of ``python -m tests.harness.codes``."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections, transaction

from kedang.business.holdings.codes.ledger import tallies
from kedang.business.holdings.models import ReferenceCode, Scheme, Volume
from kedang.business.holdings.services import schemes
from kedang.business.holdings.services.volumes import volume_create
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.numbering.models import NumberSeries
from tests.cast import Cast, make_cast, make_person
from tests.holdings.making import lay_defaults, period, series
from tests.races.acts import Group
from tests.races.of_scheme import CODES, DRAFT, LINES
from tests.races.playing import Clients, play

pytestmark = pytest.mark.django_db(transaction=True)
EACH = 8


@pytest.fixture
def people() -> Cast:
    """The cast with its archive, really committed."""
    cast = make_cast()
    lay_defaults(cast)
    return cast


@pytest.fixture
def clients() -> Iterator[Clients]:
    """Threads with their own connections."""
    made = Clients(4)
    yield made
    made.close()


class GivenUp(Exception):
    """The filing is given up after its number was taken."""


def test_two_with_disjoint_rights_number_without_clash_and_gap(people: Cast) -> None:
    both = [
        make_person(people.fonds, "one", "甲", "archivist", people.sales, scope="department"),
        make_person(people.fonds, "two", "乙", "archivist", people.service, scope="department"),
    ]
    gate, faults = threading.Barrier(2), list[Any]()

    def number_some(actor: Any) -> None:
        try:
            gate.wait()
            for turn in range(EACH + 2):
                values = {"series": series(), "year": 2026, "retention": period(), "department": actor.department}
                try:
                    with transaction.atomic():
                        volume_create(actor=actor, values=values)
                        if turn % 5 == 3:
                            raise GivenUp
                except GivenUp:
                    pass
        except Exception as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=number_some, args=(actor,)) for actor in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert sorted(Volume.objects.values_list("number", flat=True)) == list(range(1, 2 * EACH + 1))
    tally = tallies([NumberSeries.objects.get(key="archive.volume")])[0]
    assert (tally.current, tally.gaps, tally.series.last) == (2 * EACH, [], 2 * EACH)
    assert ReferenceCode.objects.count() == 2 * EACH
    seen = [set(Volume.objects.visible_to(actor).values_list("id", flat=True)) for actor in both]
    assert [len(one) for one in seen] == [EACH, EACH] and not seen[0] & seen[1]


def test_of_several_new_versions_at_once_there_is_one(people: Cast) -> None:
    """Also at the moment at which the draft before comes into force."""
    first = schemes.scheme_draft(actor=people.archivist)
    gate, told = threading.Barrier(4), list[str]()

    def act(number: int) -> None:
        gate.wait()
        try:
            if number == 0:
                schemes.scheme_publish(actor=people.archivist, scheme=first)
            else:
                schemes.scheme_draft(actor=people.archivist)
            told.append("won")
        except Refused as refusal:
            told.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = list(Scheme.objects.filter(fonds=people.fonds).values_list("state", flat=True))
    assert states.count("in_force") == 1 and states.count("draft") == told.count("won") - 1 <= 1
    assert set(told) <= {"won", "scheme_draft_exists"} and len(told) == 4


@pytest.mark.parametrize(
    ("group", "names"),
    [
        (CODES, ("code_replace", "gap_explain")), (CODES, ("codes_issue_volume", "codes_reserve")),
        (DRAFT, ("scheme_publish", "series_remove")), (LINES, ("template_change", "document_type_change")),
    ],
    ids=lambda value: " × ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_both_cannot_win(people: Cast, clients: Clients, group: Group, names: tuple[str, str]) -> None:
    acts = {act.name: act for act in group.acts}
    tally = play(group, acts[names[0]], acts[names[1]], cast=people, clients=clients, rounds=1)
    assert tally.findings == []
