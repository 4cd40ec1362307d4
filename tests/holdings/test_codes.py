"""档号: every shape round-trips, numbers come from the ledger, a code replaced is found for ever."""

from typing import Any

import pytest
from django.db import transaction

from kedang.business.holdings import shipped
from kedang.business.holdings.codes.grammar import problem_of, template_of
from kedang.business.holdings.codes.ledger import tallies
from kedang.business.holdings.models import CodeTemplate, ReferenceCode
from kedang.business.holdings.services.codes import (
    clean_code,
    code_issue_item,
    code_register,
    code_replace,
    codes_issue_items,
    codes_issue_volume,
)
from kedang.business.holdings.services.ledger import codes_reserve, gap_explain
from kedang.business.holdings.services.templates import template_change, template_create, template_problems
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.numbering.models import NumberSeries
from tests.cast import Cast
from tests.customers.making import event_of
from tests.holdings.making import issue, lay_defaults, make_item, make_volume, period, series, template

CLASSED = "{fonds}-{series}·{year}·{retention}"
SHAPES = [
    # the shapes and examples of research/records-management.md 2.1
    (f"{CLASSED}-{{volume:3}}-{{item:3}}", "J019-ZY·JC·CC·2019·D30-001-001",
     {"fonds": "J019", "series": "ZY·JC·CC", "year": 2019, "retention": "D30", "volume": 1, "item": 1}),
    ("{fonds}-{series}·{year}-{volume:3}-{item:3}", "J019-KU·01·2017-001-001",
     {"fonds": "J019", "series": "KU·01", "year": 2017, "volume": 1, "item": 1}),
    (f"{CLASSED}·{{unit}}-{{item:3}}", "A439-WS·2015·D30·003-005",
     {"fonds": "A439", "series": "WS", "year": 2015, "retention": "D30", "unit": "003", "item": 5}),
    (f"{CLASSED}·{{unit}}-{{item:4}}", "Z109-WS·2011·Y·办公室-0001",
     {"fonds": "Z109", "series": "WS", "year": 2011, "retention": "Y", "unit": "办公室", "item": 1}),
    ("{fonds}-{series}·{year}-{retention}-{unit}-{item:4}", "Z109-WS·2011-Y-BGS-0001",
     {"fonds": "Z109", "series": "WS", "year": 2011, "retention": "Y", "unit": "BGS", "item": 1}),
    ("{fonds}-{catalogue:3}-{volume:3}-{item:3}", "C038-001-002-003",
     {"fonds": "C038", "catalogue": "001", "volume": 2, "item": 3}),
    ("{fonds}-{catalogue:3}-{volume:3}-{page:4}", "C038-001-002-0127",
     {"fonds": "C038", "catalogue": "001", "volume": 2, "page": 127}),
    ("{fonds}-{series}-{volume:3}-{item:3}", "C038-JZ·02-014-009",
     {"fonds": "C038", "series": "JZ·02", "volume": 14, "item": 9}),
    ("{series}-{project}-{volume:3}-{item:3}", "KJ-P12-002-011", {"series": "KJ", "project": "P12", "volume": 2, "item": 11}),
    ("{series}-{volume:4}", "ZY·KH-12345", {"series": "ZY·KH", "volume": 12345}),
    (f"{CLASSED}-{{volume:4}}-{{item:3}}", "Q001-ZY·KH·2026·D30-0001-001",
     {"fonds": "Q001", "series": "ZY·KH", "year": 2026, "retention": "D30", "volume": 1, "item": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("source", "code", "values"), SHAPES)
def test_every_shape_round_trips(source: str, code: str, values: dict[str, object]) -> None:
    shape = template_of(source)
    assert shape.build(values) == code
    assert shape.parse(code) == values
    assert shape.build(shape.parse(code) or {}) == code
    assert shape.parse(f"{code}x") is None


def test_a_number_beyond_its_width_gets_longer_and_is_still_read() -> None:
    shape = template_of("{fonds}-{catalogue}-{volume:3}")
    assert [shape.build({"fonds": "Q001", "catalogue": "A", "volume": n}) for n in (7, 999, 1000)] == [
        "Q001-A-007", "Q001-A-999", "Q001-A-1000",
    ]  # fmt: skip
    assert shape.parse("Q001-A-1000") == {"fonds": "Q001", "catalogue": "A", "volume": 1000}
    assert shape.parse("Q001-A-0007") is None, "one number has one spelling"


def test_parts_that_would_blur_the_code_are_refused() -> None:
    with pytest.raises(Refused) as told:
        template_of("{fonds}-{unit}-{item:4}").build({"fonds": "Q001", "unit": "XS-1", "item": 1})
    assert told.value.code == "code_ambiguous" and "Q001-XS-1-0001" in told.value.sentence
    with pytest.raises(Refused) as told:
        template_of("{fonds}-{unit}-{item:4}").build({"fonds": "Q001", "unit": "", "item": 1})
    assert (told.value.code, told.value.field) == ("code_part_missing", "unit")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "没有填写"), ("{fonds}-{serial}", "“{serial}”不认识"), ("{fonds}-{item:4}-{item}", "出现了两次"), ("{fonds}-{volume}", "恰好有一个"),
        ("{fonds}{item}", "分隔符"), ("{fonds} {item}", "不用空格"), ("{fonds-{item}", "花括号"), ("{fonds}-{item:12}", "宽度"),
    ],
)  # fmt: skip
def test_wrong_templates_get_their_sentence(source: str, words: str) -> None:
    assert words in problem_of(source, serial=("item",))


def test_the_shipped_templates_are_sound() -> None:
    for shape in shipped.SHAPES:
        assert template_problems(shape.arrangement, shape.volume, shape.item) == {}, shape.name


def test_volumes_are_numbered_by_class_year_and_period(cast: Cast) -> None:
    lay_defaults(cast)
    assert issue(cast) == ("001-ZY·KH·HT·2026·D30-0001", 1)
    assert issue(cast) == ("001-ZY·KH·HT·2026·D30-0002", 2)
    assert issue(cast, year=2025) == ("001-ZY·KH·HT·2025·D30-0001", 1)
    assert issue(cast, series=series("ZY·KH·JB"), retention=period("Y")) == ("001-ZY·KH·JB·2026·Y-0001", 1)
    old = CodeTemplate.objects.get(fonds=cast.fonds, name="旧式：目录号")
    assert issue(cast, template=old, catalogue="3") == ("001-003-001", 1)
    project = CodeTemplate.objects.get(fonds=cast.fonds, name="旧式：项目号")
    assert issue(cast, template=project, project_number="XM20260001") == ("ZY·KH·HT-XM20260001-001", 1)


def test_a_number_rolled_back_is_given_again(cast: Cast) -> None:
    lay_defaults(cast)
    given: dict[str, Any] = {"template": template(), "series": series(), "year": 2026, "retention": period()}
    with pytest.raises(RuntimeError), transaction.atomic():
        assert codes_issue_volume(actor=cast.archivist, **given)[1] == 1
        raise RuntimeError
    assert issue(cast)[1] == 1


def test_what_cannot_be_numbered_is_told(cast: Cast) -> None:
    lay_defaults(cast)
    for given, code in (
        ({"template": template("item")}, "template_not_for_volumes"), ({"year": 1887}, "year_odd"),
        ({"template": CodeTemplate.objects.get(fonds=cast.fonds, name="旧式：目录号")}, "code_part_missing"),
    ):  # fmt: skip
        with pytest.raises(Refused) as told:
            issue(cast, **given)
        assert told.value.code == code
    closed = series("ZY·KH·SC")
    closed.is_active = False
    closed.save()
    with pytest.raises(Refused) as told:
        issue(cast, series=closed)
    assert told.value.code == "series_not_in_force" and "ZY·KH·SC" in told.value.sentence


def test_items_are_numbered_within_their_volume_and_by_themselves(cast: Cast) -> None:
    lay_defaults(cast)
    volume = make_volume(cast)
    first, second = make_item(cast, volume), make_item(cast, volume)
    assert (first.reference_code, first.number) == ("001-ZY·KH·HT·2026·D30-0001-001", 1)
    assert (second.reference_code, second.number) == ("001-ZY·KH·HT·2026·D30-0001-002", 2)
    other = make_item(cast, make_volume(cast))
    assert other.reference_code == "001-ZY·KH·HT·2026·D30-0002-001"
    assert make_item(cast).reference_code == "001-WS·KH·2026·D30-0001"
    loose = [make_item(cast, volume, is_coded=False) for _ in range(3)]
    with transaction.atomic():
        given = codes_issue_items(actor=cast.archivist, items=loose, volume=volume)
    assert [number for _code, number in given] == [3, 4, 5]


def test_by_page_an_item_has_the_number_of_its_first_page(cast: Cast) -> None:
    lay_defaults(cast)
    values = {
        "name": "按页", "arrangement": "volume", "volume_template": "{fonds}-{catalogue:2}-{volume:3}",
        "item_template": "{fonds}-{catalogue:2}-{volume:3}-{page:4}",
    }  # fmt: skip
    by_page = template_create(actor=cast.archivist, values=values)
    code, number = issue(cast, template=by_page, catalogue="07")
    volume = make_volume(cast)
    volume.reference_code, volume.number, volume.template = code, number, by_page
    item = make_item(cast, volume, is_coded=False)
    with pytest.raises(Refused) as told, transaction.atomic():
        code_issue_item(actor=cast.archivist, item=item, volume=volume)
    assert told.value.code == "item_page_missing"
    item.first_page = 25
    with transaction.atomic():
        assert code_issue_item(actor=cast.archivist, item=item, volume=volume) == ("001-07-001-0025", 25)


def test_a_code_belongs_to_one_object(cast: Cast) -> None:
    lay_defaults(cast)
    volume, other = make_volume(cast), make_volume(cast)
    with pytest.raises(Refused) as told, transaction.atomic():
        code_register(actor=cast.archivist, code=volume.reference_code, volume=other)
    assert told.value.code == "code_taken" and volume.reference_code in told.value.sentence


def test_a_replaced_code_leads_to_the_new_one_and_the_items_follow(cast: Cast) -> None:
    lay_defaults(cast)
    volume = make_volume(cast)
    item = make_item(cast, volume)
    old, old_item = volume.reference_code, item.reference_code
    code_replace(actor=cast.archivist, volume=volume, new_code="001-ZY·KH·HT·2026·Y—0009", reason="保管期限重定")
    volume.refresh_from_db()
    item.refresh_from_db()
    assert (volume.reference_code, volume.number, volume.version) == ("001-ZY·KH·HT·2026·Y-0009", 9, 2)
    assert item.reference_code == "001-ZY·KH·HT·2026·Y-0009-001"
    before: Any = ReferenceCode.objects.get(code=old)
    assert (before.state, before.successor.code, before.volume_id) == ("former", volume.reference_code, volume.pk)
    assert ReferenceCode.objects.get(code=old_item, successor__item=item).state == "former"
    told = event_of("holdings.code_replaced", volume)
    assert old in told.changes and volume.reference_code in told.changes
    assert event_of("holdings.code_replaced", item).reason == "保管期限重定"


def test_replacing_is_refused_with_the_reason(cast: Cast) -> None:
    lay_defaults(cast)
    volume, other = make_volume(cast), make_volume(cast)
    item = make_item(cast, volume)

    def refused(code: str, **given: object) -> str:
        with pytest.raises(Refused) as told:
            code_replace(**{"actor": cast.archivist, "volume": volume, "reason": "更正", **given})  # type: ignore[arg-type]
        assert told.value.code == code
        return told.value.sentence

    refused("reason_missing", new_code="001-ZY·KH·HT·2026·D30-0007", reason=" ")
    refused("code_unchanged", new_code=volume.reference_code)
    assert "模板" in refused("code_shape_unknown", new_code="随便写的")
    assert other.reference_code in refused("code_taken", new_code=other.reference_code)
    refused("code_of_other_volume", volume=None, item=item, new_code=f"{other.reference_code}-001")
    volume.state = "destroyed"
    volume.save()
    refused("volume_destroyed", new_code="001-ZY·KH·HT·2026·D30-0007")
    with pytest.raises(NotAllowed):
        code_replace(actor=cast.salesperson, item=item, new_code=f"{volume.reference_code}-009", reason="更正")
    with pytest.raises(OutOfScope):
        code_replace(actor=cast.stranger, volume=volume, new_code="001-ZY·KH·HT·2026·D30-0007", reason="更正")


def test_a_number_taken_by_renumbering_is_passed_over(cast: Cast) -> None:
    lay_defaults(cast)
    volume = make_volume(cast)
    code_replace(actor=cast.archivist, volume=volume, new_code="001-ZY·KH·HT·2026·D30-0002", reason="更正")
    assert issue(cast)[1] == 3


def ledger(prefix: str) -> NumberSeries:
    found: NumberSeries = NumberSeries.objects.get(prefix=prefix)
    return found


def test_the_ledger_names_gaps_until_they_are_explained(cast: Cast) -> None:
    lay_defaults(cast)
    make_volume(cast)
    issue(cast)
    issue(cast)
    make_volume(cast)
    row = ledger("001-ZY·KH·HT·2026·D30-")
    tally = tallies([row])[0]
    assert (tally.current, tally.gaps, tally.missing) == (2, [(2, 3)], 2)
    assert tally.gap_texts() == [("001-ZY·KH·HT·2026·D30-0002", "001-ZY·KH·HT·2026·D30-0003", 2, 3)]
    with pytest.raises(Refused) as told:
        gap_explain(actor=cast.archivist, series=row, first=1, last=3, reason="编目撤销")
    assert told.value.code == "code_in_use"
    with pytest.raises(NotAllowed):
        gap_explain(actor=cast.salesperson, series=row, first=2, last=3, reason="编目撤销")
    with pytest.raises(OutOfScope):
        gap_explain(actor=cast.stranger, series=row, first=2, last=3, reason="编目撤销")
    entry = gap_explain(actor=cast.archivist, series=row, first=2, last=3, reason="编目撤销")
    assert event_of("holdings.gap_explained", entry).reason == "编目撤销"
    tally = tallies([row])[0]
    assert (tally.current, tally.void, tally.gaps) == (2, 2, [])
    assert tally.explained[0].reason == "编目撤销"
    volume = make_volume(cast)
    with pytest.raises(Refused) as told:
        code_replace(actor=cast.archivist, volume=volume, new_code="001-ZY·KH·HT·2026·D30-0002", reason="想用空号")
    assert told.value.code == "code_taken" and "作废" in told.value.sentence


def test_reserved_numbers_are_no_gaps_and_can_be_taken_up(cast: Cast) -> None:
    lay_defaults(cast)
    volume = make_volume(cast)
    row = ledger("001-ZY·KH·HT·2026·D30-")
    codes_reserve(actor=cast.archivist, series=row, count=2, reason="留给补办的两卷")
    assert issue(cast)[1] == 4
    row.refresh_from_db()
    tally = tallies([row])[0]
    assert (tally.current, tally.reserved, tally.gaps) == (1, 2, [(4, 4)])
    code_replace(actor=cast.archivist, volume=volume, new_code="001-ZY·KH·HT·2026·D30-0002", reason="用预留号")
    tally = tallies([row])[0]
    assert (tally.current, tally.former, tally.reserved) == (1, 1, 1)
    for count in (0, 5000):
        with pytest.raises(Refused) as told:
            codes_reserve(actor=cast.archivist, series=row, count=count, reason="很多")
        assert told.value.code == "reserve_count_odd"


def test_a_wider_template_goes_on_in_the_same_series(cast: Cast) -> None:
    lay_defaults(cast)
    make_volume(cast)
    wider = template_create(
        actor=cast.archivist,
        values={
            "name": "五位", "arrangement": "volume", "is_default": True, "volume_template": f"{CLASSED}-{{volume:5}}",
            "item_template": f"{CLASSED}-{{volume:5}}-{{item:3}}",
        },
    )  # fmt: skip
    assert template() == wider and not CodeTemplate.objects.get(fonds=cast.fonds, name="按卷（年度·期限）").is_default
    assert make_volume(cast).reference_code == "001-ZY·KH·HT·2026·D30-00002"
    tally = tallies([ledger("001-ZY·KH·HT·2026·D30-")])[0]
    assert (tally.current, tally.gaps) == (2, [])


def test_a_template_in_use_keeps_its_shape(cast: Cast) -> None:
    lay_defaults(cast)
    make_volume(cast)
    make_item(cast)
    for used in (template(), template("item")):
        with pytest.raises(Refused) as told:
            template_change(actor=cast.archivist, template=used, values={"item_template": f"{used.item_template}5"})
        assert told.value.code == "template_in_use"
        template_change(actor=cast.archivist, template=used, values={"standard": "本单位规定"}, version=1)
        with pytest.raises(Refused) as told:
            template_change(actor=cast.archivist, template=used, values={"standard": ""}, version=1)
        assert told.value.code == "stale_version"
    with pytest.raises(Refused) as told:
        template_create(actor=cast.archivist, values={"name": "坏", "arrangement": "volume", "item_template": "{item}"})
    assert set(told.value.details["problems"]) == {"item_template", "volume_template"}


def test_codes_typed_or_scanned_in_other_signs_are_the_same() -> None:
    assert clean_code(" 001－ZY•KH·HT·2026·D30 – 0001\n") == "001-ZY·KH·HT·2026·D30-0001"
    assert clean_code("００１-ＷＳ") == "001-WS"
