"""Papers that wait for their volumes: filed up to the catalogue without one, arranged together, put away afterwards."""

from collections.abc import Callable
from typing import Any

import pytest

from kedang.business.holdings.choices import VolumeState
from kedang.business.holdings.models import Item, ReferenceCode, Volume
from kedang.business.holdings.services import items as s
from kedang.business.holdings.services.volumes import volumes_arranged, volumes_proposed
from kedang.foundation.kernel.refused import NotAllowed
from tests.cast import Cast
from tests.holdings.filing import item_at
from tests.holdings.making import period, series
from tests.holdings.test_filing import refused

pytestmark = pytest.mark.usefixtures("archive", "data_dir")


def gathered(cast: Cast, title: str, **values: Any) -> Item:
    return s.item_gather(actor=cast.archivist, item=item_at(cast, title=title, **values))


def test_they_wait_together_and_are_put_away_in_their_volume(cast: Cast) -> None:
    items = [gathered(cast, title) for title in ("采购合同甲", "采购合同乙")]
    assert [(one.state, one.volume_id, one.reference_code, one.year) for one in items] == [
        ("catalogued", None, "", 2026)
    ] * 2
    assert not Volume.objects.exists() and not ReferenceCode.objects.filter(item__isnull=False).exists()
    last = items[0].traces.order_by("-id").first()
    assert last is not None and last.because == "待编入案卷，按案卷编件号。"
    assert "请先在“自动组卷”中编入案卷" in refused(
        "volume_missing", lambda: s.item_put_away(actor=cast.archivist, item=items[0])
    )
    refused("item_state", lambda: s.item_gather(actor=cast.archivist, item=items[0]))

    line = volumes_proposed(cast.archivist).lines[0]
    assert {item.pk for item in line.items} == {item.pk for item in items}
    made = volumes_arranged(actor=cast.archivist, wanted={line.key: [item.pk for item in items]})[0].volume
    assert made is not None and (made.state, made.item_count) == (VolumeState.OPEN, 2)
    assert [s.item_put_away(actor=cast.archivist, item=one).state for one in items] == ["filed"] * 2


def test_a_volume_that_is_open_takes_them_later(cast: Cast) -> None:
    """Putting it off is no other place: no reason is asked for, and the same volume is proposed again."""
    first = item_at(cast, "filed")
    assert first.volume is not None
    waiting = gathered(cast, "补充协议", customer=first.customer)
    assert waiting.volume_id is None
    line = volumes_proposed(cast.archivist).lines[0]
    assert line.volume == first.volume and "编入该卷" in line.because


def test_companions_wait_with_their_main_document(cast: Cast) -> None:
    main = gathered(cast, "采购合同甲")
    annex = item_at(cast, title="采购合同甲附件")
    annex = s.item_bind(actor=cast.archivist, item=annex, belongs_to=main, relation="attachment")
    assert s.item_advance(actor=cast.archivist, item=annex).reference_code == ""
    line = volumes_proposed(cast.archivist).lines[0]
    assert {item.pk for item in line.items} == {main.pk, annex.pk}


def test_what_is_arranged_by_item_gets_its_code_at_once(cast: Cast) -> None:
    item = item_at(cast, "identified")
    values = {"series": series("WS·KH").pk, "year": 2026, "retention": period().pk, "volume": "later"}
    placed = s.item_place(actor=cast.archivist, item=item, values=values, reason="是文书")
    done = s.item_gather(actor=cast.archivist, item=placed)
    assert (done.state, done.volume_id) == ("catalogued", None)  # on paper: its place is still to be chosen
    assert done.reference_code
    other = item_at(cast, "identified")
    told = refused(
        "values_invalid",
        lambda: s.item_place(actor=cast.archivist, item=other, values={**values, "arrangement": "volume"}, reason="试"),
    )
    assert "按件整理，不会自动组卷" in told


def test_pages_offer_it(cast: Cast, as_: Callable[..., Any]) -> None:
    item = item_at(cast, "identified")
    client = as_("archivist")
    assert "暂不入卷，编目后自动组卷" in client.get(f"/archive/items/{item.pk}/filing/").content.decode()
    assert "按建议办到待组卷" in client.get("/archive/inbox/?step=identified").content.decode()
    done = client.post("/archive/items/batch/gather/", {"pick": item.pk, "_run": "1"})
    assert "办成" in done.content.decode()
    assert Item.objects.get(pk=item.pk).state == "catalogued"
    waits = client.get("/archive/inbox/?step=catalogued").content.decode()
    assert "待组卷" in waits and "/volumes/arrange/" in waits
    with pytest.raises(NotAllowed):
        s.item_gather(actor=cast.salesperson, item=item_at(cast, responsible=cast.salesperson))


def test_an_item_without_a_number_yet_shows_none(cast: Cast, as_: Callable[..., Any]) -> None:
    """In an open volume it is numbered when the volume is closed: until then its head names no code, not a lone stroke."""
    item = item_at(cast, "filed")
    assert '<span title="档号">' not in as_("archivist").get(f"/archive/items/{item.pk}/").content.decode()
