"""What becomes of volumes after they are closed: defects noted and signed, a reopening granted, one declined, one waiting, a twin on the
other carrier."""

import io
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kedang.business.holdings.choices import Carrier, VolumeState
from kedang.business.holdings.models import Item, Volume, VolumeReopening
from kedang.business.holdings.services import items as s
from kedang.business.holdings.services.items.bulk import items_file_bulk, items_place_bulk
from kedang.business.holdings.services.volumes import (
    items_in_order,
    note_add,
    note_write,
    notes_sign,
    volume_close,
    volume_create,
    volume_reopen_ask,
    volume_reopen_decide,
    volume_take,
    volume_twin_set,
)
from kedang.foundation.files.services import file_store
from kedang.project.demo.acts import Act
from kedang.project.demo.holdings.papers import paper_for
from kedang.project.demo.staff import House

CHIEF, KEEPER, HEAD = "shenzhixing", "yezhen", "zhengmingqu"
DEFECTS: tuple[tuple[str, str], ...] = (
    ("defect", "第 12 页右下角破损，已用修裱纸修补"), ("defect", "第 3 页复写字迹偏淡，已加附复印件"), ("missing", "第 8 页与第 9 页粘连，清点时按两页计"),
    ("remark", "原装订线松脱，重新三孔一线装订"),
)  # fmt: skip
ADDED = "采购合同补充协议（到货延期）"


def volume_acts(house: House, today: date) -> list[Act]:
    """All acts, in no order; the store-room has shelved most volumes two days ago."""
    return [
        _act(house, today, 2, KEEPER, "14:10", _defects), _act(house, today, 2, KEEPER, "16:40", _sign),
        _act(house, today, 1, KEEPER, "09:10", partial(_ask, nth=1, reason="客户补寄到货延期的补充协议原件，须补入本卷")),
        _act(house, today, 1, HEAD, "11:30", partial(_decide, nth=1, is_granted=True, opinion="同意，办完即重新结卷")),
        _act(house, today, 1, KEEPER, "14:20", _add), _act(house, today, 1, KEEPER, "15:10", partial(_ask, nth=2, reason="拟把两份合同调换顺序")),
        _act(house, today, 1, HEAD, "17:00", partial(_decide, nth=2, is_granted=False, opinion="顺序不影响查找，不必开卷")),
        _act(house, today, 1, KEEPER, "16:00", _twin), _act(house, today, 1, KEEPER, "16:30", _damage),
        _act(house, today, 0, KEEPER, "09:05", partial(_ask, nth=3, reason="移交清点时少登一份授权委托书，须补登目录")),
    ]  # fmt: skip


def _act(house: House, today: date, ago: int, who: str, at: str, run: Callable[[House, Any], Any]) -> Act:
    moment = datetime.combine(today - timedelta(days=ago), time.fromisoformat(at), ZoneInfo(settings.TIME_ZONE))
    return Act(moment, who, lambda: run(house, house.people[who]))


def _shelved(house: House, nth: int) -> Volume | None:
    """The nth volume on the shelf that holds contracts."""
    rows = Volume.objects.filter(
        fonds=house.fonds, state__in=(VolumeState.SHELVED, VolumeState.CLOSED), series__code__endswith="HT"
    )
    return (
        rows.filter(whereabouts="in_store")
        .select_related("customer", "series", "retention")
        .order_by("id")[nth : nth + 1]
        .first()
    )


def _defects(house: House, actor: Any) -> None:
    for nth, (kind, text) in enumerate(DEFECTS):
        volume = _shelved(house, nth)
        if volume is not None:
            note_write(actor=actor, volume=volume, kind=kind, text=text)


def _sign(house: House, actor: Any) -> None:
    for nth in (0, 1, 3):
        volume = _shelved(house, nth)
        if volume is not None:
            notes_sign(actor=actor, volume=volume)


def _ask(house: House, actor: Any, nth: int, reason: str) -> None:
    volume = _shelved(house, nth)
    if volume is not None:
        volume_reopen_ask(actor=actor, volume=volume, reason=reason)


def _decide(house: House, actor: Any, nth: int, is_granted: bool, opinion: str) -> None:
    asked = VolumeReopening.objects.filter(volume__fonds=house.fonds, decided_at__isnull=True).order_by("-id").first()
    if asked is not None:
        volume_reopen_decide(actor=actor, reopening=asked, is_granted=is_granted, opinion=opinion)


def _add(house: House, actor: Any) -> None:
    """The opened volume takes in what was missing and is closed again, still in its box."""
    volume = (
        Volume.objects.filter(fonds=house.fonds, state=VolumeState.OPEN, closed_at__isnull=False).order_by("id").first()
    )
    model = items_in_order(volume)[0] if volume is not None else None
    if volume is None or model is None:
        return
    items = items_place_bulk(
        actor=actor, fonds_id=house.fonds.pk, rows=[_row(model, title=ADDED, pages=3)], source="部门补交"
    )
    volume_take(actor=actor, volume=volume, items=items, reason="补入到货延期的补充协议")
    items_file_bulk(actor=actor, items=items)
    volume_close(actor=actor, volume=volume, inspector=house.people[CHIEF])


def _row(model: Item, **values: Any) -> dict[str, Any]:
    """Values of a document like another."""
    names = (
        "title",
        "document_type",
        "author",
        "dated_on",
        "pages",
        "carrier",
        "customer",
        "department",
        "responsible",
    )
    return {**{name: getattr(model, name) for name in names}, **values}


def _twin(house: House, actor: Any) -> None:
    """The scans of a paper volume as a volume of its own; one scan lacks a page, one has a page twice, one is missing."""
    paper = _shelved(house, 0)
    if paper is None:
        return
    models = items_in_order(paper)
    items = items_place_bulk(
        actor=actor,
        fonds_id=house.fonds.pk,
        rows=[_row(one, carrier=Carrier.ELECTRONIC) for one in models],
        source="数字化加工",
    )
    first = items[0]
    values = {
        "title": paper.title, "series": first.series, "year": first.year, "retention": first.retention, "customer": paper.customer,
        "carrier": Carrier.ELECTRONIC, "department": paper.department, "secrecy_level": paper.secrecy_level, "situation": "由纸质案卷扫描而成。",
    }  # fmt: skip
    volume = volume_create(actor=actor, values=values)
    volume_take(actor=actor, volume=volume, items=items)
    items_file_bulk(actor=actor, items=items)
    for at, item in enumerate(items):
        if at != 6:
            pages = item.pages + {2: -1, 4: 1}.get(at, 0)
            stored = file_store(
                actor=actor, name=f"{at + 1:03d}.pdf", chunks=[_scan(item, max(pages, 1))], fonds=item.fonds_id
            )
            s.item_file_add(actor=actor, item=item, stored_file=stored, role="scan", note="数字化加工")
    volume_twin_set(actor=actor, volume=paper, twin=volume, reason="纸质与扫描件互见")


def _scan(item: Item, pages: int) -> bytes:
    """A paper of its kind with so many pages."""
    import pypdfium2

    content, name = paper_for(item)
    made = pypdfium2.PdfDocument.new()
    source = pypdfium2.PdfDocument(content) if name.endswith(".pdf") else None
    for at in range(pages):
        if source is None:
            made.new_page(595, 842)
        else:
            made.import_pages(source, [at % len(source)])
    held = io.BytesIO()
    made.save(held)
    made.close()
    return held.getvalue()


def _damage(house: House, actor: Any) -> None:
    volume = _shelved(house, 4)
    if volume is not None:
        note_add(actor=actor, volume=volume, kind="damage", text="借阅归还时封面脱线，已记入借阅登记，重新装订")
