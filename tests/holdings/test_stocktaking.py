"""A stock-take: phones that come when they come, each scan once, the latest counts, differences until they are solved."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from kedang.business.holdings.choices import FindingState, StockResult, StockState, Whereabouts
from kedang.business.holdings.models import Finding, Location, StockTake, Volume
from kedang.business.holdings.services.findings import finding_solve
from kedang.business.holdings.services.placing import put_away
from kedang.business.holdings.services.stock_closing import stock_line_settle, stock_take_close
from kedang.business.holdings.services.stocktaking import stock_scans_take, stock_take_begin
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, Refused
from tests.cast import Cast
from tests.holdings.standing import a_box, a_cabinet, closed_volumes, shelves_of


class Shelf:
    """Two shelves: a box with one volume on the first, three volumes on the second, one of them on loan."""

    def __init__(self, cast: Cast) -> None:
        self.cabinet = a_cabinet(cast, shelves=2)
        self.one, self.two = shelves_of(self.cabinet)
        self.box = a_box(cast, self.one)
        self.boxed, self.a, self.b, self.lent = closed_volumes(cast.fonds, 4)
        put_away(actor=cast.archivist, location=self.box, volumes=[self.boxed])
        put_away(actor=cast.archivist, location=self.two, volumes=[self.a, self.b, self.lent])
        Volume.objects.filter(pk=self.lent.pk).update(whereabouts=Whereabouts.ISSUED)
        self.take = stock_take_begin(actor=cast.archivist, location=self.cabinet)

    def results(self) -> dict[str, str]:
        return dict(self.take.lines.values_list("code", "result"))


def scan(code: Any, place: Location, key: str, at: datetime | None = None) -> dict[str, str]:
    text = code if isinstance(code, str) else getattr(code, "reference_code", "") or code.label
    return {"key": key, "code": text, "place": place.label, "at": (at or clock.now()).isoformat()}


@pytest.fixture
def shelf(cast: Cast) -> Shelf:
    return Shelf(cast)


def test_what_is_expected_is_fixed_at_the_beginning(cast: Cast, shelf: Shelf) -> None:
    assert shelf.take.expected_count == 5 and shelf.results()[shelf.lent.reference_code] == StockResult.ON_LOAN
    late = closed_volumes(cast.fonds, 1)[0]
    put_away(actor=cast.archivist, location=shelf.two, volumes=[late])
    assert late.reference_code not in shelf.results()
    for place in (shelf.one, Location.objects.get(label="K-1")):
        with pytest.raises(Refused) as refusal:
            stock_take_begin(actor=cast.archivist, location=place)
        assert refusal.value.code == "stock_take_running" and shelf.take.title in refusal.value.sentence
    with pytest.raises(NotAllowed):
        stock_scans_take(actor=cast.manager, stock_take=shelf.take, scans=[])
    empty = a_cabinet(cast, code="02")
    with pytest.raises(Refused) as refusal:
        stock_take_begin(actor=cast.archivist, location=empty)
    assert refusal.value.code == "stock_take_empty"


def test_several_phones_merge_and_the_latest_scan_counts(cast: Cast, shelf: Shelf) -> None:
    noon = clock.now() - timedelta(hours=1)
    late = [scan(shelf.a, shelf.two, "p2-1", noon + timedelta(minutes=5))]
    early = [
        scan(shelf.box, shelf.one, "p1-1", noon),
        scan(shelf.a, shelf.one, "p1-2", noon),
        scan(shelf.boxed, shelf.box, "p1-3", noon),
    ]
    stock_scans_take(actor=cast.archivist, stock_take=shelf.take, scans=late, device="乙")
    answer = stock_scans_take(actor=cast.archivist, stock_take=shelf.take, scans=early, device="甲")
    assert (answer.new, answer.known) == (3, 0)
    assert [(told["code"], told["counts"]) for told in answer.conflicts] == [(shelf.a.reference_code, shelf.two.label)]
    assert "先后在 K-1-01-1 和 K-1-01-2 扫到" in answer.conflicts[0]["sentence"]
    assert shelf.results() == {
        shelf.box.label: StockResult.FOUND, shelf.boxed.reference_code: StockResult.FOUND, shelf.a.reference_code: StockResult.FOUND,
        shelf.b.reference_code: "", shelf.lent.reference_code: StockResult.ON_LOAN,
    }  # fmt: skip


def test_what_is_sent_twice_counts_once(cast: Cast, shelf: Shelf) -> None:
    scans = [scan(shelf.a, shelf.two, "x1"), scan("不在账上", shelf.two, "x2")]
    first = stock_scans_take(actor=cast.archivist, stock_take=shelf.take, scans=scans)
    before, events = shelf.results(), Event.objects.count()
    second = stock_scans_take(actor=cast.archivist, stock_take=shelf.take, scans=[*scans, *scans])
    assert (first.new, second.new, second.known) == (2, 0, 4)
    assert shelf.results() == before and before["不在账上"] == StockResult.UNEXPECTED
    assert shelf.take.scans.count() == 2 and Event.objects.count() == events


def test_a_scan_that_cannot_be_understood_is_told_and_the_rest_goes_on(cast: Cast, shelf: Shelf) -> None:
    future = clock.now() + timedelta(days=3)
    scans = [
        {"key": "y1", "code": "甲", "place": "没有"},
        {"key": "", "code": "", "place": ""},
        scan(shelf.b, shelf.two, "y2", future),
    ]
    answer = stock_scans_take(actor=cast.archivist, stock_take=shelf.take, scans=scans)
    assert answer.new == 1 and [told["key"] for told in answer.refused] == ["y1", ""]
    assert "不认识位置“没有”" in answer.refused[0]["sentence"]
    assert shelf.take.scans.get().scanned_at <= clock.now()  # a phone's clock that runs ahead


def test_differences_become_findings_until_they_are_solved(cast: Cast, shelf: Shelf) -> None:
    actor = cast.archivist
    with pytest.raises(Refused) as refusal:
        stock_take_close(actor=actor, stock_take=shelf.take)
    assert refusal.value.code == "stock_take_uncounted"
    scans = [
        scan(shelf.box, shelf.two, "z1"), scan(shelf.a, shelf.one, "z2"), scan(shelf.boxed, shelf.box, "z3"),
        scan(shelf.lent, shelf.two, "z4"),
    ]  # fmt: skip
    stock_scans_take(actor=actor, stock_take=shelf.take, scans=scans)
    take = stock_take_close(actor=actor, stock_take=shelf.take, conclusion="清点完毕")
    assert (take.state, take.found_count, take.differing_count) == (StockState.CLOSED, 1, 4)
    texts = [finding.text for finding in Finding.objects.order_by("id")]
    assert texts == [
        "H00001 账面在 K-1-01-1，实际在 K-1-01-2。", "001-KH-2025-0002 账面在 K-1-01-2，实际在 K-1-01-1。",
        "001-KH-2025-0003 账面在 K-1-01-2，没有找到。", "001-KH-2025-0004 在 K-1-01-2 扫到，账面却是已借出或已提出。",
    ]  # fmt: skip
    with pytest.raises(Refused) as refusal:
        stock_scans_take(actor=actor, stock_take=take, scans=scans)
    assert refusal.value.code == "stock_take_closed"

    lines = {line.code: line for line in take.lines.all()}
    stock_line_settle(actor=actor, stock_line=lines[shelf.box.label])
    stock_line_settle(actor=actor, stock_line=lines[shelf.a.reference_code])
    assert Location.objects.get(pk=shelf.box.pk).parent_id == shelf.two.pk
    assert Volume.objects.get(pk=shelf.a.pk).location_id == shelf.one.pk
    assert list(Finding.objects.order_by("id").values_list("state", flat=True)) == ["solved", "solved", "open", "open"]
    with pytest.raises(Refused) as refusal:
        stock_line_settle(actor=actor, stock_line=lines[shelf.a.reference_code])
    assert refusal.value.code == "line_settled"
    with pytest.raises(Refused) as refusal:
        stock_line_settle(actor=actor, stock_line=lines[shelf.b.reference_code])
    assert refusal.value.code == "line_not_misplaced"
    missing = Finding.objects.get(stock_line=lines[shelf.b.reference_code])
    finding_solve(actor=actor, finding=missing, reason="在阅览室找到并放回")
    missing.refresh_from_db()
    assert (
        missing.state == FindingState.SOLVED
        and missing.stock_line
        and missing.stock_line.solution == "在阅览室找到并放回"
    )
    codes = list(Event.objects.filter(subject_type="holdings.stocktake").order_by("id").values_list("code", flat=True))
    assert codes == ["custody.stock_take_begun", "custody.stock_scans_taken", "custody.stock_take_closed"]
    assert StockTake.objects.get().conclusion == "清点完毕"
