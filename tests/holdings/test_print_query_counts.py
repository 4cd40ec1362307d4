"""Printing costs a fixed number of SQL statements, for three lines as for thirty."""

from collections.abc import Callable

from django.test import Client

from kedang.business.holdings.models import Item, PrintedSheet, Volume
from tests.cast import Cast
from tests.counting import compare, count_of
from tests.holdings.printed import box, boxed_items, full_volume

PAGES = {
    "holdings/print-page": "/archive/volumes/{volume}/print/",
    "holdings/print-contents": "/archive/volumes/{volume}/forms/contents.pdf",
    "holdings/print-notes": "/archive/volumes/{volume}/forms/notes.pdf",
    "holdings/print-catalogue": "/archive/print/volumes.pdf",
    "holdings/print-labels": "/archive/print/labels.pdf?kind=box",
    "holdings/print-box": "/archive/places/{box}/forms/box_items.pdf",
    "holdings/sheet-check": "/archive/sheets/?code={code}",
}


def test_fixed_numbers_of_statements(as_: Callable[[str], Client], archive: Cast) -> None:
    volume, place, client = full_volume(archive), box(archive), as_("archivist")
    boxed_items(archive, place, 2)
    client.get(f"/archive/volumes/{volume.pk}/forms/contents.pdf")
    Item.objects.filter(volume=volume).update(author="改名")
    code = PrintedSheet.objects.get().code
    addresses = {name: url.format(volume=volume.pk, box=place.pk, code=code) for name, url in PAGES.items()}
    for url in addresses.values():
        client.get(url)
    for name, url in addresses.items():
        compare(name, *count_of(client, url))
    many = full_volume(archive, 30)
    Item.objects.filter(volume=many).update(volume=volume, number=None)
    boxed_items(archive, place, 12)
    Volume.objects.filter(pk=many.pk).update(title="另一卷")
    for name, url in addresses.items():
        compare(name, *count_of(client, url))
