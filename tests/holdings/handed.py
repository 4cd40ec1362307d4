"""Closed volumes with filed items, files and traces: what is handed over, tested and packed."""

import io
import zlib
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction

from kedang.business.holdings.choices import FilingStep, Whereabouts
from kedang.business.holdings.models import (
    DocumentType,
    FilingTrace,
    Item,
    ItemFile,
    RetentionPeriod,
    Series,
    Transfer,
    Volume,
)
from kedang.business.holdings.services import transfer_receiving, transfers
from kedang.business.holdings.services.check_runs import transfer_check
from kedang.business.holdings.services.codes import code_issue_item, code_register, codes_issue_volume
from kedang.business.holdings.services.templates import template_for
from kedang.business.holdings.services.transfer_receiving import Answer
from kedang.foundation.access.models import Person
from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.services import file_store
from kedang.foundation.kernel import clock
from tests.cast import Cast, make_person
from tests.holdings.making import lay_defaults_of

DATED = date(2026, 3, 2)


def pdf(pages: int = 2, word: str = "Kedang", extra: bytes = b"") -> bytes:
    """A small PDF of so many pages, with a cross-reference table that is true."""
    content = zlib.compress(f"BT /F1 24 Tf 72 720 Td ({word}) Tj ET".encode())
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(pages))
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {pages}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    for n in range(pages):
        page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents {5 + 2 * n} 0 R>>"
        parts += [
            page.encode(),
            b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(content), content),
        ]
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.7\n" + extra)
    for number, part in enumerate(parts, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, part))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start))
    return out.getvalue()


def put(cast: Cast, item: Item, name: str = "合同.pdf", content: bytes | None = None, **extra: Any) -> StoredFile:
    """A file of an item."""
    blocks: Iterable[bytes] = [pdf() if content is None else content]
    stored = file_store(actor=cast.archivist, name=name, chunks=blocks, fonds=item.fonds)
    ItemFile.objects.create(item=item, file=stored, added_at=clock.now(), **extra)
    return stored


def a_volume_of(cast: Cast, items: int = 2, *, files: bool = True, state: str = "closed", **values: Any) -> Volume:
    """A volume with filed items of two pages each; its head says what is in it."""
    lay_defaults_of(cast.fonds)
    kind = Series.objects.get(code="ZY·KH·HT", scheme__state="in_force", scheme__fonds=cast.fonds)
    period, template = RetentionPeriod.objects.get(code="D30", fonds=cast.fonds), template_for(cast.fonds.pk, "volume")
    now = clock.now()
    with transaction.atomic():
        code, number = codes_issue_volume(
            actor=cast.archivist, template=template, series=kind, year=2026, retention=period
        )
        volume = Volume.objects.create(
            fonds=cast.fonds, reference_code=code, number=number, template=template, series=kind, retention=period, created_at=now,
            changed_at=now, **{"title": "青山精密机械有限公司合同", "year": 2026, "department": cast.sales_one,
                               "responsible": cast.salesperson, **values},
        )  # fmt: skip
        code_register(actor=cast.archivist, code=code, volume=volume)
        for place in range(1, items + 1):
            add_item(cast, volume, place)
    if files:
        for item in volume.items.order_by("position"):
            put(cast, item, f"合同 {item.number}.pdf")
    volume.state, volume.item_count, volume.page_count = state, items, 2 * items
    if items:
        volume.started_on = volume.ended_on = DATED
    if state != "open":
        volume.closed_at = clock.now()
    volume.save()
    return volume


def add_item(cast: Cast, volume: Volume, place: int = 1, **values: Any) -> Item:
    """A filed item with its four traces."""
    kept = DocumentType.objects.filter(fonds=cast.fonds, is_kept=True).order_by("pk").first()
    item = Item(
        fonds=cast.fonds, volume=volume, created_at=clock.now(), series=volume.series, retention=volume.retention,
        **{"title": f"设备采购合同之{place}", "document_number": f"青禾〔2026〕{volume.pk}{place}号", "author": "青禾实业有限公司",
           "dated_on": DATED, "pages": 2, "year": 2026, "state": "filed", "position": place, "first_page": 2 * place - 1,
           "carrier": "hybrid", "document_type": kept, "department": cast.sales_one, "responsible": cast.salesperson,
           "filed_at": clock.now(), **values},
    )  # fmt: skip
    item.reference_code, item.number = code_issue_item(actor=cast.archivist, item=item, volume=volume)
    item.save(force_insert=True)
    code_register(actor=cast.archivist, code=item.reference_code, item=item)
    FilingTrace.objects.bulk_create(
        FilingTrace(item=item, step=step, made_by="沈砚", made_at=clock.now(), because="列入归档范围")
        for step in FilingStep
    )
    return item


def a_loose_item(cast: Cast, **values: Any) -> Item:
    """An item that a department brought and that nobody has looked at."""
    wanted = {"title": "会议纪要", "pages": 3, "dated_on": DATED, "carrier": "paper", **values}
    made: Item = Item.objects.create(
        fonds=cast.fonds, created_at=clock.now(), department=cast.sales_one, responsible=cast.salesperson, **wanted
    )
    return made


def second_archivist(cast: Cast) -> Person:
    """梁衡, a colleague of 沈砚 in the archive."""
    return make_person(cast.fonds, "liangheng", "梁衡", "archivist", cast.head_office)


def a_list(cast: Cast, *things: Any, actor: Any = None, title: str = "2026 年客户档案") -> Transfer:
    """A list of 销售一组 with these volumes and items, not sent yet."""
    who = actor or cast.salesperson
    made = transfers.transfer_create(actor=who, values={"department": cast.sales_one, "title": title})
    if things:
        volumes = [one for one in things if isinstance(one, Volume)]
        items = [one for one in things if isinstance(one, Item)]
        transfers.transfer_add(actor=who, transfer=made, volumes=volumes, items=items)
    made.refresh_from_db()
    return made


def sent_list(cast: Cast, *things: Any, actor: Any = None) -> Transfer:
    """The same, signed and tested."""
    who = actor or cast.salesperson
    made = transfers.transfer_send(actor=who, transfer=a_list(cast, *things, actor=actor))
    transfer_check(actor=who, transfer=made)
    return made


def accept_all(cast: Cast, transfer: Transfer, actor: Any = None) -> Transfer:
    """Counted line by line as listed, and signed."""
    who = actor or cast.archivist
    answers = {line.pk: Answer(line.pages, "accepted", "已核对") for line in transfer.lines.all()}
    transfer_receiving.transfer_count(actor=who, transfer=transfer, answers=answers)
    return transfer_receiving.transfer_receive(actor=who, transfer=transfer)


def in_store(thing: Any) -> bool:
    """Paper in the archive's own hands."""
    return bool(thing.whereabouts == Whereabouts.IN_STORE)
