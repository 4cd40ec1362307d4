"""What may become of a code: reserved and taken up on purpose, or withdrawn when its item is placed anew."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from kedang.business.holdings.codes.ledger import series_of, tallies
from kedang.business.holdings.codes.reserved import free_codes, meant_by
from kedang.business.holdings.models import FilingTrace, Item, ReferenceCode
from kedang.business.holdings.search.items import documents_of
from kedang.business.holdings.services import items as s
from kedang.business.holdings.services.codes import code_replace
from kedang.business.holdings.services.ledger import codes_reserve, gap_explain
from kedang.business.holdings.services.volumes import volume_create
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.numbering.models import NumberEntry, NumberSeries
from kedang.foundation.numbering.services import number_take_up
from tests.cast import Cast
from tests.customers.making import event_of
from tests.holdings.filing import item_at
from tests.holdings.making import make_volume, period, series

pytestmark = pytest.mark.usefixtures("archive", "data_dir")
As = Callable[[str], Client]
HEAD = "001-ZY·KH·HT·2026·D30-"


def values(**given: object) -> dict[str, object]:
    return {"series": series(), "year": 2026, "retention": period(), "title": "补立的合同卷", **given}


def reserved(cast: Cast) -> NumberSeries:
    """Number 1 is used, 2 and 3 are set aside, 4 is used."""
    make_volume(cast)
    row: NumberSeries = NumberSeries.objects.get(prefix=HEAD)
    codes_reserve(actor=cast.archivist, series=row, count=2, reason="留给补办的两卷")
    make_volume(cast)
    row.refresh_from_db()
    return row


def test_a_reserved_number_is_chosen_for_a_new_volume_and_the_ledger_says_so(cast: Cast) -> None:
    row = reserved(cast)
    assert [one.code for one in free_codes(cast.fonds.pk)] == [f"{HEAD}0002", f"{HEAD}0003"]
    made = volume_create(actor=cast.archivist, values=values(reserved_code=f"{HEAD}0003"))
    assert (made.reference_code, made.number) == (f"{HEAD}0003", 3)
    assert json.loads(event_of("holdings.volume_created", made).meta)["reserved_code"] == made.reference_code
    entry = NumberEntry.objects.get(series=row, state="used", first=3)
    assert (entry.last, entry.reason) == (3, "取用预留号：留给补办的两卷")
    assert event_of("numbering.taken_up", entry).reason == entry.reason
    tally = tallies([row])[0]
    assert (tally.current, tally.reserved, tally.gaps, tally.free) == (3, 1, [], [(2, "留给补办的两卷")])
    assert [one.state for one in tally.explained] == ["reserved", "used"]
    assert make_volume(cast).number == 5, "the others go on behind the last one"
    assert NumberEntry.objects.get(series=row, state="used", first=3).last == 3


def test_what_is_no_free_reserved_number_is_refused(cast: Cast) -> None:
    row = reserved(cast)

    def refused(code: str, **given: object) -> str:
        with pytest.raises(Refused) as told:
            volume_create(actor=cast.archivist, values=values(**given))
        assert told.value.code == code, told.value.sentence
        return told.value.sentence

    told = refused("reserved_elsewhere", reserved_code=f"{HEAD}0002", year=2025)
    assert "001-ZY·KH·HT·2025·D30-" in told
    refused("reserved_elsewhere", reserved_code="随便写的")
    refused("code_taken", reserved_code=f"{HEAD}0001")
    refused("number_not_reserved", reserved_code=f"{HEAD}0009")
    gap_explain(actor=cast.archivist, series=row, first=2, last=2, reason="客户不再寄回")
    refused("code_taken", reserved_code=f"{HEAD}0002")
    volume = make_volume(cast)
    code_replace(actor=cast.archivist, volume=volume, new_code=f"{HEAD}0003", reason="用预留号")
    assert NumberEntry.objects.filter(series=row, state="used", first=3, reason__startswith="取用预留号").exists()
    refused("code_taken", reserved_code=f"{HEAD}0003")
    with pytest.raises(Refused) as caught:
        number_take_up(actor=cast.archivist, series=row, number=3)
    assert caught.value.code == "number_taken_up"
    with pytest.raises(Refused) as caught:
        number_take_up(actor=cast.archivist, series=row, number=2)
    assert caught.value.code == "number_void_already"


def test_the_form_of_a_volume_offers_what_was_set_aside(as_: As, cast: Cast) -> None:
    assert "预留号" not in as_("archivist").get("/volumes/new/").text
    reserved(cast)
    page = as_("archivist").get("/archive/ledger/")
    assert "用预留号立卷" in page.text and f"{HEAD}0002" in page.text
    assert "用预留号立卷" not in as_("auditor").get("/archive/ledger/").text
    meant = meant_by(cast.fonds.pk, f"{HEAD}0002")
    assert (meant["series"], meant["year"], meant["retention"]) == (series().pk, 2026, period().pk)
    page = as_("archivist").get("/volumes/new/", {"reserved_code": f"{HEAD}0002"})
    assert f'<option value="{HEAD}0002" selected>' in page.text
    assert f'<option value="{series().pk}" selected>' in page.text
    sent = {
        "title": "补立", "series": series().pk, "year": 2025, "retention": period().pk, "secrecy_level": 1, "carrier": "paper",
        "reserved_code": f"{HEAD}0002",
    }  # fmt: skip
    page = as_("archivist").post("/volumes/new/", sent)
    assert page.status_code == 422 and "与所填的类别、年度、保管期限不符" in page.text
    assert as_("archivist").post("/volumes/new/", {**sent, "year": 2026}).status_code == 302
    assert ReferenceCode.objects.get(code=f"{HEAD}0002").volume is not None


def catalogued_by_itself(cast: Cast) -> Item:
    """An item that is filed by itself and has its code."""
    item = s.item_place(
        actor=cast.archivist, item=item_at(cast, "identified"), reason="单件整理",
        values={"series": series("WS·KH").pk, "year": 2026, "retention": period().pk, "arrangement": "item", "volume": None},
    )  # fmt: skip
    return s.item_catalogue(actor=cast.archivist, item=item)


def test_placed_anew_an_item_gets_another_code_and_the_old_one_leads_to_it(as_: As, cast: Cast) -> None:
    item = catalogued_by_itself(cast)
    old = item.reference_code
    assert old == "001-WS·KH·2026·D30-0001"
    item = s.item_step_back(actor=cast.archivist, item=item, reason="类别选错")
    assert (item.state, item.reference_code) == ("placed", old), "back to cataloguing it keeps its code"
    item = s.item_step_back(actor=cast.archivist, item=item, reason="类别选错")
    assert (item.state, item.series, item.reference_code, item.number) == ("identified", None, "", None)
    row = ReferenceCode.objects.get(code=old)
    assert (row.state, row.reason, row.item_id, row.successor) == ("void", "类别选错", item.pk, None)
    assert old in event_of("holdings.code_withdrawn", item).meta
    stepped = json.loads(event_of("holdings.item_stepped_back", item).changes)
    assert stepped["reference_code"] == [old, ""]
    found = series_of(cast.fonds.pk, "archive.item", old)
    assert found is not None and found[1] == 1
    tally = tallies([found[0]])[0]
    assert (tally.void, tally.gaps) == (1, []) and tally.explained[0].reason == "类别选错"
    page = as_("archivist").get("/archive/codes/", {"code": old}, follow=True)
    assert "已作废（类别选错）" in page.text and "尚未编定" in page.text
    assert "已作废" in as_("archivist").get("/archive/codes/", {"code": old, "stay": 1}).text

    item = s.item_place(
        actor=cast.archivist, item=item, reason="应为综合类",
        values={"series": series("WS·KH").pk, "year": 2025, "retention": period().pk, "arrangement": "item", "volume": None},
    )  # fmt: skip
    item = s.item_catalogue(actor=cast.archivist, item=item)
    assert item.reference_code == "001-WS·KH·2025·D30-0001"
    row.refresh_from_db()
    assert (row.state, row.successor.code) == ("void", item.reference_code)  # type: ignore[union-attr]
    texts = dict(documents_of([item.pk]))[item.pk].texts
    assert old in [text for _field, text in texts], "found by the old code too"
    other = catalogued_by_itself(cast)
    assert other.reference_code == "001-WS·KH·2026·D30-0002", "a code is never given again"
    with pytest.raises(Refused) as told:
        code_replace(actor=cast.archivist, item=other, new_code=old, reason="想再用")
    assert told.value.code == "code_taken" and "作废" in told.value.sentence
    assert FilingTrace.objects.filter(item=item, step="place").count() == 2


def test_what_belongs_together_goes_back_together_with_its_codes(cast: Cast) -> None:
    item = catalogued_by_itself(cast)
    annex = s.item_receive(
        actor=cast.archivist, values={"title": "附件", "author": "青山", "pages": 1, "carrier": "paper"}
    )
    annex = s.item_bind(actor=cast.archivist, item=annex, belongs_to=item, relation="attachment")
    for step in (s.item_identify, s.item_place):
        annex = step(actor=cast.archivist, item=annex)
    annex = s.item_catalogue(actor=cast.archivist, item=annex, values={"dated_on": "2026-03-01"})
    code = annex.reference_code
    assert code
    for one in (annex, item, item):
        s.item_step_back(actor=cast.archivist, item=one, reason="整套放错")
    annex.refresh_from_db()
    assert (annex.state, annex.reference_code) == ("identified", "")
    assert ReferenceCode.objects.get(code=code).state == "void"
