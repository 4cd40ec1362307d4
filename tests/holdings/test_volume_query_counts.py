"""A page of volumes costs a fixed number of SQL statements, however many items, notes or volumes there are."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from kedang.business.holdings.models import Volume
from kedang.business.holdings.services import volumes as v
from kedang.foundation.search import find
from tests.cast import Cast
from tests.counting import compare_all
from tests.holdings.volumes import a_customer, a_volume, an_item

PAGES = {
    "volumes/list": "/volumes/",
    "volumes/list-keyword": "/volumes/?q=合同",
    "volumes/list-unsigned": "/volumes/?view=unsigned",
    "volumes/detail": "/volumes/{pk}/",
    "volumes/items": "/volumes/{pk}/items/",
    "volumes/notes": "/volumes/{pk}/notes/",
    "volumes/twin": "/volumes/{pk}/twin/",
    "volumes/history": "/volumes/{pk}/history/",
    "volumes/take": "/volumes/{pk}/take/",
    "volumes/edit": "/volumes/{pk}/edit/",
    "volumes/arrange": "/volumes/arrange/",
}
STEADY = {"volumes/list", "volumes/detail", "volumes/items", "volumes/notes", "volumes/take", "volumes/arrange"}
"""Pages that are counted with little and with much on them."""


def some(archive: Cast, volume: Volume, numbers: range) -> None:
    """Items, notes, other volumes and items to be arranged."""
    rows = [an_item(archive.fonds, f"合同{n}", customer=volume.customer, dated_on=date(2026, 2, n)) for n in numbers]
    v.volume_take(actor=archive.archivist, volume=volume, items=rows)
    for n in numbers:
        an_item(archive.fonds, f"散页{n}", customer=volume.customer)
        v.note_write(actor=archive.archivist, volume=volume, kind="remark", text=f"第 {n} 笔")
        a_volume(archive.archivist, archive.fonds, title=f"合同卷{n}", carrier="hybrid")


def test_a_fixed_number_of_statements(
    as_: Callable[[str], Client], archive: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "SMALL", 1_000_000)
    volume = a_volume(archive.archivist, archive.fonds, customer=a_customer(archive.archivist), carrier="hybrid")
    some(archive, volume, range(1, 3))
    client, addresses = as_("archivist"), {name: path.replace("{pk}", str(volume.pk)) for name, path in PAGES.items()}
    compare_all(client, {name: addresses[name] for name in STEADY})
    some(archive, volume, range(3, 9))
    compare_all(client, addresses)
