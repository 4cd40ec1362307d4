"""Forty volumes of six hundred documents over three years, papers of the company filed by item, and an inbox of this week."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from kedang.business.customers.models import Customer
from kedang.business.holdings.choices import Carrier
from kedang.business.holdings.models import DocumentType, Item, Project, Volume
from kedang.business.holdings.services import items as s
from kedang.business.holdings.services.items.bulk import items_file_bulk, items_place_bulk
from kedang.business.holdings.services.volumes import volume_close, volume_create, volume_take
from kedang.foundation.files.services import file_store
from kedang.foundation.kernel import clock
from kedang.project.demo.acts import Act
from kedang.project.demo.company import FONDS_NAME
from kedang.project.demo.holdings.item_words import GOODS, OFFICE, VOLUMES, WAITING
from kedang.project.demo.holdings.papers import paper_for
from kedang.project.demo.parties import SEED
from kedang.project.demo.staff import House

CHIEF, KEEPER = "shenzhixing", "yezhen"
CUSTOMERS, EACH = 14, 14
STILL_OPEN = 6
PAPERED = 5
"""Every so many-th volume has a scan of its first document."""
PLAN: tuple[tuple[str, int], ...] = (
    ("HT", 2),
    ("JY", 1),
    ("FW", 0),
    ("JB", 2),
    ("TS", 1),
    ("HT", 1),
    ("FW", 1),
    ("JY", 0),
    ("HT", 0),
)
"""Class and how many years ago, in the turn in which customers get their volumes."""


def item_acts(house: House, today: date) -> list[Act]:
    """All acts, in no order: each volume is filled on one day and closed some days later."""
    acts: list[Act] = []
    known: dict[str, Any] = {}
    for number in range(3 * CUSTOMERS - 2):
        code, ago = PLAN[number % len(PLAN)]
        days = 24 + number * 9 if ago == 0 else 320 + (2 - ago) * 10 + number
        fill = partial(_fill, number=number, code=code, ago=ago, today=today, known=known)
        acts.append(_act(house, today, days, KEEPER, "09:40", fill))
        if number >= STILL_OPEN:
            acts.append(_act(house, today, max(days - 12, 5), KEEPER, "15:30", partial(_close, number=number)))
    acts.append(_act(house, today, 40, KEEPER, "14:00", _office))
    acts.append(_act(house, today, 3, KEEPER, "08:50", partial(_inbox, today=today)))
    return acts


def _act(house: House, today: date, ago: int, who: str, at: str, run: Callable[[House, Any], Any]) -> Act:
    moment = datetime.combine(today - timedelta(days=ago), time.fromisoformat(at), ZoneInfo(settings.TIME_ZONE))
    return Act(moment, who, lambda: run(house, house.people[who]))


def _customers(house: House, many: int) -> list[Customer]:
    """Enterprises of longest standing."""
    rows = Customer.objects.filter(fonds=house.fonds, party_kind="enterprise", responsible__isnull=False)
    return list(
        rows.filter(withdrawn_at__isnull=True).select_related("responsible", "department").order_by("id")[:many]
    )


def _kinds(house: House) -> dict[str, DocumentType]:
    rows = DocumentType.objects.filter(fonds=house.fonds).select_related("retention")
    return {row.code: row for row in rows}


def _fill(house: House, actor: Any, number: int, code: str, ago: int, today: date, known: dict[str, Any]) -> None:
    """A volume of one customer, class and year, with all its documents."""
    customers, kinds = known.get("customers", []), known.get("kinds", {})
    if not customers:
        known["customers"] = customers = _customers(house, CUSTOMERS)
        known["kinds"] = kinds = _kinds(house)
    if not customers:
        return
    customer = customers[number % len(customers)]
    year, rng = today.year - ago, Random(f"{SEED}-volume-{number}")  # noqa: S311  (play data)
    last = min(date(year, 12, 20), clock.today() - timedelta(days=6))
    span = max((last - date(year, 1, 6)).days, 20)
    days = sorted(rng.sample(range(span), EACH))
    rows = [
        _row(customer, kinds[kind], title, author, pages, date(year, 1, 6) + timedelta(days=days[at]), number + at)
        for at, (kind, title, author, pages) in enumerate(VOLUMES[code])
    ]
    project = (
        Project.objects.filter(fonds=house.fonds, customer=customer, state="done").first() if code == "FW" else None
    )
    for row in rows:
        row["project"] = project
    items = items_place_bulk(actor=actor, fonds_id=house.fonds.pk, rows=rows, source="部门移交")
    first = items[0]
    volume = volume_create(
        actor=actor,
        values={
            "title": "", "series": first.series, "year": first.year, "retention": first.retention, "customer": customer,
            "project": project, "carrier": Carrier.PAPER, "department": customer.department, "secrecy_level": first.secrecy_level,
            "remarks": MARK % number,
        },
    )  # fmt: skip
    volume_take(actor=actor, volume=volume, items=[one for one in items if one.year == first.year])
    filed = items_file_bulk(actor=actor, items=[one for one in items if one.year == first.year])
    if number % PAPERED == 0:
        _give_scan(actor, filed[0])


MARK = "第 %d 号交接"


def _row(
    customer: Customer, kind: DocumentType, title: str, author: str, pages: int, day: date, turn: int
) -> dict[str, Any]:
    words = title.format(what=GOODS[turn % len(GOODS)], n=turn % 4 + 1)
    own = FONDS_NAME
    names = {"ours": own, "theirs": customer.name, "both": f"{own}、{customer.name}"}
    return {
        "title": words, "document_type": kind, "author": names[author][:120], "dated_on": day, "pages": pages,
        "carrier": Carrier.PAPER, "customer": customer, "department": customer.department, "responsible": customer.responsible,
    }  # fmt: skip


def _give_scan(actor: Any, item: Item) -> None:
    """A scan beside the paper."""
    content, name = paper_for(item)
    stored = file_store(actor=actor, name=name, chunks=[content], fonds=item.fonds_id)
    s.item_file_add(actor=actor, item=item, stored_file=stored, role="scan", note="归档时扫描")


def _close(house: House, actor: Any, number: int) -> None:
    volume = Volume.objects.filter(fonds=house.fonds, remarks=MARK % number, state="open").first()
    if volume is not None:
        volume_close(actor=actor, volume=volume, inspector=house.people[CHIEF])


def _office(house: House, actor: Any) -> None:
    """Papers of the company itself: one request with its answer, a plan, a summary, a meeting, two regulations."""
    kinds, made = _kinds(house), []
    for at, (kind, title, author, pages, period) in enumerate(OFFICE):
        values = {
            "title": title, "document_type": kinds[kind], "author": author, "dated_on": clock.today() - timedelta(days=60 + 31 * at),
            "pages": pages, **period, "department": house.departments.get(author),
        }  # fmt: skip
        content, name = paper_for(Item(title=title))
        stored = file_store(actor=actor, name=name, chunks=[content], fonds=house.fonds)
        made.append(s.item_receive(actor=actor, values=values, files=[stored], source="部门移交"))
    s.item_bind(actor=actor, item=made[1], belongs_to=made[0], relation="request")
    for item in made:
        s.item_advance(actor=actor, item=item)
    item = Item.objects.get(pk=made[1].pk)
    if item.state != "filed":
        s.item_advance(actor=actor, item=item)


def _inbox(house: House, actor: Any, today: date) -> None:
    """What came in this week; a few are on their way already."""
    customers = _customers(house, CUSTOMERS)
    made = []
    for name, source, who in WAITING:
        customer = customers[who % len(customers)] if customers else None
        title = name.format(who=customer.short_name or customer.name if customer else "").removesuffix(".pdf")
        content, given = paper_for(Item(title=title))
        stored = file_store(
            actor=actor, name=f"{title}.{given.rpartition('.')[2]}", chunks=[content], fonds=house.fonds
        )
        values = {"customer": None if "扫描仪" in source else customer}
        made.append(s.item_receive(actor=actor, values=values, files=[stored], source=source))
    s.item_bind(actor=actor, item=made[1], belongs_to=made[0], relation="attachment")
    for item in made[2:5]:
        s.item_identify(actor=actor, item=item)
    s.item_place(actor=actor, item=made[3])
    dropped = made[-1]
    kind = dropped.document_type or DocumentType.objects.filter(fonds=house.fonds, is_kept=True).first()
    s.item_identify(actor=actor, item=dropped, is_kept=False, document_type=kind, reason="重复照片，不归档")
