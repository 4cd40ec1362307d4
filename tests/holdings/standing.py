"""Places and closed volumes for tests of custody: the smallest set that a store-room needs."""

from typing import Any

from kedang.business.holdings.choices import Arrangement, Carrier, LocationKind, SchemeState, VolumeState
from kedang.business.holdings.models import CodeTemplate, Location, RetentionPeriod, Scheme, Series, Volume
from kedang.business.holdings.services.locations import boxes_make, cabinet_make, location_create
from kedang.foundation.access.models import Department, Fonds
from kedang.foundation.kernel import clock
from tests.cast import Cast


def a_room(cast: Cast, code: str = "1") -> Location:
    """库区 K with a room of this code."""
    actor = cast.archivist
    house = Location.objects.filter(fonds=cast.fonds, label="K").first() or location_create(
        actor=actor, values={"kind": "storehouse", "code": "K", "name": "总部库区"}
    )
    return location_create(
        actor=actor, values={"kind": "room", "parent": house, "code": code, "name": f"{code} 号库房"}
    )


def a_cabinet(
    cast: Cast, *, shelves: int = 3, sides: int = 1, capacity: int | None = None, code: str = "01"
) -> Location:
    """A cabinet in the first room."""
    room = Location.objects.filter(fonds=cast.fonds, kind=LocationKind.ROOM).order_by("pk").first() or a_room(cast)
    return cabinet_make(actor=cast.archivist, location=room, code=code, shelves=shelves, sides=sides, capacity=capacity)


def shelves_of(cabinet: Location) -> list[Location]:
    """Its shelves in order."""
    return list(cabinet.children.order_by("position", "pk"))


def a_box(cast: Cast, shelf: Location, thickness: int = 50) -> Location:
    """A box on a shelf."""
    return boxes_make(actor=cast.archivist, location=shelf, count=1, thickness=thickness)[0]


def closed_volumes(fonds: Fonds, count: int, *, department: Department | None = None, **values: Any) -> list[Volume]:
    """Volumes that are closed and wait for their place, written as rows."""
    now = clock.now()
    period = RetentionPeriod.objects.get_or_create(fonds=fonds, code="D30", defaults={"name": "30年", "years": 30})[0]
    scheme = Scheme.objects.filter(fonds=fonds).first() or Scheme.objects.create(
        fonds=fonds, title="分类方案", number=1, state=SchemeState.IN_FORCE
    )
    series = Series.objects.filter(scheme=scheme).first() or Series.objects.create(
        scheme=scheme, code="KH", name="客户"
    )
    template = CodeTemplate.objects.filter(fonds=fonds).first() or CodeTemplate.objects.create(
        fonds=fonds, name="按卷", arrangement=Arrangement.VOLUME, item_template="{fonds}-{series}-{number}"
    )
    first = Volume.objects.filter(fonds=fonds).count() + 1
    rows = [
        Volume(
            fonds=fonds, number=number, reference_code=f"{fonds.code}-KH-2025-{number:04d}",
            template=template, series=series, retention=period, department=department, created_at=now, changed_at=now, closed_at=now,
            **{"title": f"客户案卷 {number}", "year": 2025, "state": VolumeState.CLOSED, "carrier": Carrier.PAPER, "page_count": 80, **values},
        )
        for number in range(first, first + count)
    ]  # fmt: skip
    return Volume.objects.bulk_create(rows)
