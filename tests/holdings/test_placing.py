"""Places, what stands in them, and what they refuse."""

from typing import Any

import pytest

from kedang.business.holdings.choices import Carrier, LocationKind, VolumeState, Whereabouts
from kedang.business.holdings.models import Location, Placement, Volume
from kedang.business.holdings.services.finding_things import BOX, PLACE, VOLUME, thing_of
from kedang.business.holdings.services.locations import boxes_make, cabinet_make, location_change, location_create
from kedang.business.holdings.services.placing import box_move, put_away, take_out
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast
from tests.holdings.standing import a_box, a_cabinet, a_room, closed_volumes, shelves_of


def codes(subject_type: str) -> list[str]:
    return list(Event.objects.filter(subject_type=subject_type).order_by("id").values_list("code", flat=True))


def test_a_cabinet_with_all_its_shelves_at_once(cast: Cast) -> None:
    cabinet = a_cabinet(cast, shelves=6, sides=2, capacity=12)
    labels = [shelf.label for shelf in shelves_of(cabinet)]
    assert labels[:2] == ["K-1-01-A1", "K-1-01-A2"] and labels[-1] == "K-1-01-B6" and len(labels) == 12
    assert cabinet.used == 12 and shelves_of(cabinet)[0].path.startswith(cabinet.path)
    assert codes("holdings.location")[-2:] == ["custody.location_created", "custody.locations_made"]
    assert Location.objects.get(label="K-1").used == 1
    with pytest.raises(Refused) as refusal:
        a_cabinet(cast)
    assert (refusal.value.code, refusal.value.field) == ("label_taken", "code") and "K-1-01" in refusal.value.sentence


def test_places_keep_their_order(cast: Cast) -> None:
    room = a_room(cast)
    box = a_box(cast, shelves_of(a_cabinet(cast))[0])
    for values in (
        {"kind": "cabinet", "code": "2"},
        {"kind": "room", "code": "2", "parent": room},
        {"kind": "box", "parent": room},
    ):
        with pytest.raises(Refused) as refusal:
            location_create(actor=cast.archivist, values=values)
        assert refusal.value.code == "location_order"
    with pytest.raises(Refused):
        location_create(actor=cast.archivist, values={"kind": "shelf", "code": "9", "parent": box})
    with pytest.raises(Refused) as refusal:
        location_create(actor=cast.archivist, values={"kind": "room", "code": "a-b"})
    assert refusal.value.field == "code"
    with pytest.raises(NotAllowed):
        location_create(actor=cast.manager, values={"kind": "room", "code": "3"})
    with pytest.raises(OutOfScope):
        cabinet_make(actor=cast.stranger, location=room, code="9", shelves=1)


def test_boxes_get_numbers_from_the_ledger_and_fill_the_shelf(cast: Cast) -> None:
    shelf = shelves_of(a_cabinet(cast, capacity=3))[0]
    made = boxes_make(actor=cast.archivist, location=shelf, count=2)
    assert [box.label for box in made] == ["H00001", "H00002"] and made[0].capacity == 50
    with pytest.raises(Refused) as refusal:
        boxes_make(actor=cast.archivist, location=shelf, count=2)
    assert refusal.value.code == "location_full" and "容量 3" in refusal.value.sentence
    shelf.refresh_from_db()
    assert shelf.used == 2 and a_box(cast, shelf).label == "H00003"  # a number given back by the refusal is not lost
    assert Placement.objects.filter(location=shelf, until__isnull=True).count() == 3


def test_a_volume_is_put_away_and_moved(cast: Cast) -> None:
    first, second, _third = shelves_of(a_cabinet(cast))
    volume = closed_volumes(cast.fonds, 1)[0]
    put_away(actor=cast.archivist, location=first, volumes=[volume])
    volume.refresh_from_db()
    assert (volume.state, volume.location_id, volume.version) == (
        VolumeState.SHELVED,
        first.pk,
        2,
    ) and volume.shelved_at
    put_away(actor=cast.archivist, location=first, volumes=[volume])  # scanned twice
    assert volume.placements.count() == 1
    put_away(actor=cast.archivist, location=second, volumes=[volume], reason="腾架")
    past, now = volume.placements.order_by("id")
    assert past.until == now.since and now.until is None and (now.location_id, now.reason) == (second.pk, "腾架")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.used, second.used) == (0, 1)
    assert codes("holdings.volume") == ["custody.volume_put_away", "custody.volume_moved"]
    assert [note.text for note in volume.notes.all()] == ["移库：移至“K-1-01-2”。"]
    take_out(actor=cast.archivist, volumes=[volume], reason="重新开卷")
    volume.refresh_from_db()
    assert (volume.location_id, volume.state) == (None, VolumeState.CLOSED)
    assert not volume.placements.filter(until__isnull=True).exists()


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"state": VolumeState.OPEN}, "volume_open", "请先结卷"),
        ({"carrier": Carrier.ELECTRONIC}, "no_paper", "只有电子文件"),
        ({"whereabouts": Whereabouts.ISSUED, "state": VolumeState.SHELVED}, "on_loan", "借出"),
        ({"state": VolumeState.DESTROYED}, "volume_destroyed", "已销毁"),
    ],
)
def test_what_is_not_put_away(cast: Cast, values: dict[str, Any], code: str, words: str) -> None:
    shelf = shelves_of(a_cabinet(cast))[0]
    volume = closed_volumes(cast.fonds, 1, **values)[0]
    with pytest.raises(Refused) as refusal:
        put_away(actor=cast.archivist, location=shelf, volumes=[volume])
    assert refusal.value.code == code and words in refusal.value.sentence
    volume.refresh_from_db()
    assert volume.location_id is None and not Placement.objects.exists()


def test_places_that_take_nothing_in(cast: Cast) -> None:
    cabinet = a_cabinet(cast, capacity=1)
    shelf, other, _last = shelves_of(cabinet)
    one, two = closed_volumes(cast.fonds, 2)
    put_away(actor=cast.archivist, location=shelf, volumes=[one])
    with pytest.raises(Refused) as refusal:
        put_away(actor=cast.archivist, location=shelf, volumes=[two])
    assert refusal.value.code == "location_full"
    with pytest.raises(Refused) as refusal:
        location_change(actor=cast.archivist, location=shelf, values={"capacity": 0})
    assert refusal.value.code == "capacity_small"
    with pytest.raises(Refused) as refusal:
        put_away(actor=cast.archivist, location=cabinet, volumes=[two])
    assert refusal.value.code == "location_kind" and "原来的位置没有改动" in refusal.value.sentence
    location_change(actor=cast.archivist, location=cabinet, values={"is_blocked": True})
    with pytest.raises(Refused) as refusal:
        put_away(actor=cast.archivist, location=other, volumes=[two])
    assert refusal.value.code == "location_blocked" and "K-1-01" in refusal.value.sentence
    two.refresh_from_db()
    assert two.location_id is None


def test_a_box_holds_one_year_unit_and_period(cast: Cast) -> None:
    box = a_box(cast, shelves_of(a_cabinet(cast))[0])
    volume, same = closed_volumes(cast.fonds, 2, department=cast.sales)
    odd = closed_volumes(cast.fonds, 1, department=cast.service)[0]
    put_away(actor=cast.archivist, location=box, volumes=[volume])
    put_away(actor=cast.archivist, location=box, volumes=[same])
    with pytest.raises(Refused) as refusal:
        put_away(actor=cast.archivist, location=box, volumes=[odd])
    assert refusal.value.code == "box_mixed"
    assert "2025 年度、30年、销售部" in refusal.value.sentence and "客户服务部" in refusal.value.sentence
    put_away(actor=cast.archivist, location=box, volumes=[odd], override="卷少，暂时合装")
    assert odd.placements.get().reason == "混装：卷少，暂时合装"
    box.refresh_from_db()
    assert box.used == 24  # three volumes of 80 pages: 8 mm each


def test_a_box_takes_its_content_along(cast: Cast) -> None:
    first, second, _third = shelves_of(a_cabinet(cast, capacity=1))
    box, other = a_box(cast, first), a_box(cast, second)
    volume = closed_volumes(cast.fonds, 1)[0]
    put_away(actor=cast.archivist, location=box, volumes=[volume])
    with pytest.raises(Refused) as refusal:
        box_move(actor=cast.archivist, box=box, to=second)
    assert refusal.value.code == "location_full" and Location.objects.get(pk=box.pk).parent_id == first.pk
    third = shelves_of(a_cabinet(cast, code="02"))[0]
    box_move(actor=cast.archivist, box=box, to=third, reason="换柜")
    box.refresh_from_db()
    assert (box.parent_id, box.label, box.path) == (third.pk, "H00001", f"{third.path}{box.pk}/")
    assert Volume.objects.get(pk=volume.pk).location_id == box.pk and volume.placements.count() == 1
    assert [place.location_id for place in box.journeys.order_by("id")] == [first.pk, third.pk]
    assert other.label == "H00002" and codes("holdings.location")[-1] == "custody.box_moved"


def test_scans_are_understood_or_refused_with_a_sentence(cast: Cast) -> None:
    shelf = shelves_of(a_cabinet(cast))[0]
    box, volume = a_box(cast, shelf), closed_volumes(cast.fonds, 1)[0]
    actor = cast.archivist
    assert [thing_of(actor, text).kind for text in ("K-1-01-1", f" {box.label}\n", volume.reference_code)] == [
        PLACE,
        BOX,
        VOLUME,
    ]
    assert thing_of(actor, f"https://kedang.example/s/?code={box.label}").obj == box
    with pytest.raises(Refused) as refusal:
        thing_of(actor, "没有的号")
    assert refusal.value.code == "code_unknown" and "没有改动任何位置" in refusal.value.sentence
    with pytest.raises(Refused):
        thing_of(cast.stranger, box.label)


def test_who_may_not_shelve(cast: Cast) -> None:
    shelf = shelves_of(a_cabinet(cast))[0]
    assert shelf.kind == LocationKind.SHELF
    volume = closed_volumes(cast.fonds, 1)[0]
    with pytest.raises(NotAllowed):
        put_away(actor=cast.reader, location=shelf, volumes=[volume])
    with pytest.raises(OutOfScope):
        put_away(actor=cast.stranger, location=shelf, volumes=[volume])
