"""Archivists at the same volume at the same moment: one takes the item, one closes, one decides; numbers never clash (AR-04, CO-10)."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections

from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services import volumes as v
from kedang.foundation.kernel.refused import Refused
from tests.cast import Cast, make_cast
from tests.holdings.making import lay_defaults
from tests.holdings.volumes import an_item, volume_values
from tests.races.acts import Group
from tests.races.of_volumes import CLOSED_VOLUME, OPEN_VOLUME
from tests.races.playing import Clients, play

pytestmark = pytest.mark.django_db(transaction=True)
CLIENTS = 6


@pytest.fixture
def people() -> Cast:
    """The cast with its archive, really committed."""
    cast = make_cast()
    lay_defaults(cast)
    return cast


@pytest.fixture
def clients() -> Iterator[Clients]:
    """Threads with their own connections."""
    made = Clients(CLIENTS)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("group", "names"),
    [
        (OPEN_VOLUME, ("volume_take", "volume_take elsewhere")), (OPEN_VOLUME, ("volume_take", "volume_close")),
        (OPEN_VOLUME, ("volume_reorder", "volume_release")), (CLOSED_VOLUME, ("volume_reopen_decide", "volume_reopen_decide")),
        (CLOSED_VOLUME, ("volume_reopen_ask", "volume_reopen_decide")),
    ],
    ids=lambda value: " × ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_both_cannot_win(people: Cast, clients: Clients, group: Group, names: tuple[str, str]) -> None:
    acts = {act.name: act for act in group.acts}
    tally = play(group, acts[names[0]], acts[names[1]], cast=people, clients=clients, rounds=1)
    assert tally.findings == [] and tally.calls == CLIENTS and tally.won >= 1


def at_once(act: Callable[[], Any]) -> list[Any]:
    """The same act by several clients that start together."""
    gate, found = threading.Barrier(CLIENTS), [None] * CLIENTS

    def client(number: int) -> None:
        try:
            gate.wait()
            found[number] = act()
        except Refused as error:
            found[number] = error  # type: ignore[call-overload]  # results of any kind
        finally:
            connections.close_all()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_volumes_made_at_once_are_numbered_without_gap(people: Cast) -> None:
    at_once(lambda: v.volume_create(actor=people.archivist, values=volume_values(people.fonds)))
    assert sorted(Volume.objects.values_list("number", flat=True)) == list(range(1, CLIENTS + 1))


def test_proposals_confirmed_twice_are_made_once(people: Cast) -> None:
    item = an_item(people.fonds)
    line = v.volumes_proposed(people.archivist).lines[0]
    found = at_once(lambda: v.volumes_arranged(actor=people.archivist, wanted={line.key: [item.pk]})[0])
    assert sum(one.volume is not None for one in found) == 1
    assert Volume.objects.count() == 1 and Item.objects.get().volume is not None
    assert all(one.sentence for one in found if one.volume is None)
