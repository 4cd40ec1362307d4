"""A large archive for measuring, made in bulk in an empty base: 100,000 items in 8,000 volumes of some hundred customers."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from kedang.business.customers.models import Customer
from kedang.business.customers.naming import name_key
from kedang.business.holdings.models import DocumentType, Item, RetentionPeriod, Series, Volume, VolumeNote
from kedang.business.holdings.services.templates import template_for
from kedang.business.holdings.setup import ensure_defaults
from kedang.foundation.access.models import Person
from kedang.foundation.access.roles import ensure_builtin_roles
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.search import index
from kedang.project.cli import _holdings_more as beside

CHUNK = 2000
CUSTOMERS = 400
THICK, THICK_EVERY = 300, 1000
"""Items of a thick volume, and one volume in so many is thick."""
YEARS = range(2016, 2027)
CLASSES = ("ZY·KH·HT", "ZY·KH·JY", "ZY·KH·FW", "ZY·KH·TS", "ZY·KH·XY")
WORDS = (
    "采购合同",
    "补充协议",
    "验收单",
    "对账函",
    "走访记录",
    "会议纪要",
    "报价单",
    "授权委托书",
    "技术协议",
    "质量保证书",
    "整改通知",
    "往来函件",
)
PLACES = ("苏州", "宁波", "佛山", "无锡", "泉州", "大连", "长沙", "绍兴", "青岛", "合肥")
TRADES = ("精密机械", "流体设备", "环保工程", "电气", "阀门", "新材料", "水务", "食品", "印务", "建材")


def is_empty() -> bool:
    """Whether nobody has used this base yet: only then is it filled."""
    return not Person.objects.exists()


def fill(volumes: int, items: int, documents: int = 0) -> None:
    """Make company, people and archive, with text in so many documents.

    Raises:
        Refused: ``base_in_use`` when there are people already.
    """
    from kedang.project.demo.staff import build_house

    if not is_empty():
        raise Refused(
            "base_in_use", "库中已有人员和数据，不装入测量用档案。请用 KEDANG_DATA_DIR 指定一个空的数据目录。"
        )
    ensure_builtin_roles()
    with transaction.atomic():
        house = build_house(clock.now() - timedelta(days=400))
        ensure_defaults(house.fonds)
    maker = _Maker(house, Random(20261122))  # noqa: S311  (play data)
    with transaction.atomic():
        customers = maker.customers()
        made = maker.volumes(customers, volumes)
        maker.items(made, items)
        maker.notes(made)
        maker.around(made, documents)
    for kind in ("volume", "item", "file"):
        index.rebuild(kind)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


class _Maker:
    """Rows of one company, the same in every run."""

    def __init__(self, house: Any, chance: Random) -> None:
        self.fonds, self.chance = house.fonds, chance
        self.keeper = house.people["yezhen"]
        self.departments = list(house.departments.values())
        self.periods = {row.code: row for row in RetentionPeriod.objects.filter(fonds=self.fonds)}
        self.series = {row.code: row for row in Series.objects.filter(scheme__fonds=self.fonds)}
        self.types = {code: self._types(code) for code in CLASSES}
        self.template = template_for(self.fonds.pk, "volume")
        self.now = clock.now()

    def _types(self, code: str) -> list[DocumentType]:
        return list(DocumentType.objects.filter(fonds=self.fonds, series_code=code))

    def customers(self) -> list[Customer]:
        """Enterprises with names that share words."""
        names = [
            f"{PLACES[n % 10]}{chr(0x4E2D + n * 7 % 400)}{chr(0x5149 + n * 13 % 300)}{TRADES[n // 10 % 10]}有限公司"
            for n in range(CUSTOMERS)
        ]
        rows = [
            Customer(
                fonds=self.fonds, number=f"QY2016{n:03d}", name=name, name_key=name_key(name, "enterprise"), party_kind="enterprise",
                created_at=self.now, updated_at=self.now, department=self.departments[n % len(self.departments)], responsible=self.keeper,
            )
            for n, name in enumerate(dict.fromkeys(names))
        ]  # fmt: skip
        return list(Customer.objects.bulk_create(rows, batch_size=CHUNK))

    def volumes(self, customers: list[Customer], count: int) -> list[Volume]:
        """Volumes of ten years, most of them shelved."""
        rows, numbers = [], dict[tuple[str, int, str], int]()
        for n in range(count):
            customer, code, year = (
                customers[n * 7 % len(customers)],
                CLASSES[n % len(CLASSES)],
                YEARS[n // 5 % len(YEARS)],
            )
            series = self.series[code]
            period = series.retention or self.periods["D30"]
            number = numbers[code, year, period.code] = numbers.get((code, year, period.code), 0) + 1
            state = "open" if n % 50 == 49 else "closed" if n % 12 == 11 else "shelved"
            made = datetime(year, 12, 1 + n % 28, 9, tzinfo=timezone.get_current_timezone())
            made = min(made, self.now - timedelta(days=n % 25))
            rows.append(
                Volume(
                    fonds=self.fonds, template=self.template, series=series, year=year, retention=period, number=number, customer=customer,
                    reference_code=f"{self.fonds.code}-{code}·{year}·{period.code}-{number:04d}",
                    title=f"{customer.name}{year}年{series.name}",
                    department=customer.department, responsible=self.keeper, state=state, carrier="paper", created_at=made, changed_at=made,
                    closed_at=made if state != "open" else None, shelved_at=made if state == "shelved" else None,
                    secrecy_level=2 if n % 9 == 0 else 1,
                )
            )  # fmt: skip
        return list(Volume.objects.bulk_create(rows, batch_size=CHUNK))

    def items(self, volumes: list[Volume], count: int) -> None:
        """Items of the volumes in their order, five hundred catalogued ones in none; then the counts of the volumes."""
        loose = min(500, count // 20)
        thick = (len(volumes) + THICK_EVERY // 2 - 1) // THICK_EVERY
        each, more = divmod(count - loose - thick * THICK, len(volumes) - thick)
        Item.objects.bulk_create(self._items(volumes, each, more), batch_size=CHUNK)
        Item.objects.bulk_create(
            [self._item(volumes[n * 11 % len(volumes)], n % 12, None, 1) for n in range(loose)], batch_size=CHUNK
        )
        Volume.objects.bulk_update(volumes, ["item_count", "page_count", "started_on", "ended_on"], batch_size=500)

    def _items(self, volumes: list[Volume], each: int, more: int) -> Iterator[Item]:
        for at, volume in enumerate(volumes):
            page, rows = 1, []
            is_thick = at % THICK_EVERY == THICK_EVERY // 2
            for position in range(1, (THICK if is_thick else each + (more > 0)) + 1):
                rows.append(self._item(volume, position, volume, page))
                page += rows[-1].pages
            more -= not is_thick
            volume.item_count, volume.page_count = len(rows), page - 1
            if rows:
                volume.started_on, volume.ended_on = rows[0].dated_on, rows[-1].dated_on
            yield from rows

    def _item(self, about: Volume, position: int, volume: Volume | None, page: int) -> Item:
        word = WORDS[(about.number + position) % len(WORDS)]
        kinds = self.types[about.series.code]
        is_filed = volume is not None and volume.state != "open"
        return Item(
            fonds=self.fonds, title=f"{about.title[: -len(about.series.name) - 5]}{word}（{position}）",
            document_type=kinds[position % len(kinds)], document_number=f"YL-{about.year}-{about.number}-{position}",
            author=about.title[:12], dated_on=date(about.year, 1 + position % 12, 1 + position % 28), pages=self.chance.randrange(1, 18),
            carrier="paper", customer_id=about.customer_id, department_id=about.department_id, responsible_id=about.responsible_id,
            series=about.series, year=about.year, retention=about.retention, volume=volume, number=position if is_filed else None,
            position=position if volume is not None else None, first_page=page if volume is not None else None,
            state="filed" if is_filed else "catalogued", created_at=about.created_at, filed_at=about.created_at if is_filed else None,
            reference_code=f"{about.reference_code}-{position:03d}" if is_filed else "", secrecy_level=about.secrecy_level,
        )  # fmt: skip

    def around(self, volumes: list[Volume], documents: int) -> None:
        """Shelves and boxes, papers at the door, the trail, text of documents."""
        who = self.keeper.display_name
        beside.shelve(self.fonds, volumes, who, self.now)
        beside.arrive(self.fonds, volumes, min(300, len(volumes)), self.now)
        beside.trace(who)
        beside.look(self.keeper, volumes, 5 * len(volumes))
        beside.document(self.fonds, documents, self.chance, self.now)

    def notes(self, volumes: list[Volume]) -> None:
        """Three lines in every tenth volume, the last of every third of them not signed yet."""
        rows = [
            VolumeNote(
                volume=volume, kind="moved", text=f"移库：由 A-{n} 至 B-{n}", made_by="叶蓁", made_at=self.now,
                signed_by=None if line == 2 and at % 30 == 0 else self.keeper, signed_at=None if line == 2 and at % 30 == 0 else self.now,
            )
            for n, (at, volume) in enumerate((at, one) for at, one in enumerate(volumes) if at % 10 == 0)
            for line in range(3)
        ]  # fmt: skip
        VolumeNote.objects.bulk_create(rows, batch_size=CHUNK)
