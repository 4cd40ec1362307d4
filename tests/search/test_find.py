"""Finding: every true hit, none invented, by whatever plan; totals, order, pages, reasons."""

import random
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kedang.business.customers.models import Customer
from kedang.business.customers.search import NAME
from kedang.foundation.kernel.text import fold, initials, syllables
from kedang.foundation.kernel.text.typed import readings
from kedang.foundation.search import find as finding
from kedang.foundation.search import index, narrowing
from kedang.foundation.search.dialect import dialect
from kedang.foundation.search.documents import Document
from kedang.foundation.search.find import find
from kedang.foundation.search.models import SearchDocument, key_of
from kedang.foundation.search.narrowing import narrowed
from kedang.foundation.search.query import parse
from kedang.foundation.search.services import search_run
from kedang.foundation.search.sources import source_of
from tests.cast import Cast
from tests.search.library import BRANDS, CITIES, Known, scan

QUERIES = [
    "公", "夔", "㛃", "中山", "臺灣", "調節閥", "调节阀", "有限公司", "ＡＢＣ", "3m", "行", "司", "GY2023", "gy202300012", "2023", "7", "1A",
    "zsdjf", "zs", "z", "dmsctj", "zhongshan", "zhongshantiaojiefa", "zhong", "zen", "xian", "shanxiongxin", "yuchimin", "ou",
    "中山 公司", "有限 zs 曾伟思", "不存在的名字", "単", "。。", "·", "91", "chongqingchangan", "xm", "xmsm", "zeng", "依古丽", "买买提",
]  # fmt: skip


def found(text: str, scope: Q | None = None, **extra: Any) -> set[int]:
    """Ids of every hit, page by page."""
    page, ids = 1, set[int]()
    while True:
        result = find("customer", text, Q() if scope is None else scope, page=page, page_size=400, **extra)
        ids |= set(result.ids)
        if page >= result.pages:
            assert result.is_capped or result.total == len(ids)
            return ids
        page += 1


def test_finds_what_a_plain_scan_finds(library: dict[int, Known], plan: str) -> None:
    for text in QUERIES:
        expected = scan(library, text) if fold(text) else set()
        assert found(text) == expected, text


def test_any_fragment_of_any_text_is_found(library: dict[int, Known], plan: str) -> None:
    chance = random.Random(3)
    for one in chance.sample(sorted(library), 25):
        text = chance.choice(library[one].texts)
        start = chance.randrange(len(text))
        fragment = text[start : start + chance.randint(1, 6)]
        assert find("customer", fragment, Q(pk=one)).ids == [one], (fragment, text)
        assert found(fragment) == scan(library, fragment), fragment


def test_random_words_find_neither_more_nor_less(library: dict[int, Known], plan: str) -> None:
    alphabet = "".join(sorted({char for known in library.values() for text in known.texts for char in text}))

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.text(st.sampled_from(alphabet), min_size=1, max_size=4), st.sampled_from(["", "中", "a", "公司"]))
    def check(word: str, more: str) -> None:
        text = f"{word} {more}".strip()
        assert found(text) == scan(library, text), text

    check()


def test_two_syllables_are_asked_for_by_the_pairs_of_characters_that_there_are(
    library: dict[int, Known], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "WIDE", -1)
    monkeypatch.setattr(type(dialect()), "walk_cost", lambda *args: 1e9)
    asked: list[Any] = []
    monkeypatch.setattr(finding, "narrowed", lambda query, of, spared: asked.append(query) or narrowed(query, of, 1e9))  # type: ignore[func-returns-value]
    names = ("中ア山阀门", "中a山阀门", "中间山水", "重s")
    strange = {max(library) + at: name for at, name in enumerate(names, 1)}
    index.put("customer", [(key, Document(cast.fonds.pk, ((NAME, text),))) for key, text in strange.items()])
    for text in (
        "zhongshan",
        "zhongsh",
        "zhonga",
        "zhongs",
        "shanghai",
        "chongqing",
        "youxian",
        "gongsi",
        "zenghua",
        "zhong3",
        "ao",
    ):
        meant = {key for key, name in strange.items() if readings_in(text, name)} | scan(library, text)
        assert set(finding.find_ids("customer", text, Q())) == meant, text
    assert max(library) + 1 in finding.find_ids("customer", "zhongshan", Q())
    assert max(library) + 4 in finding.find_ids("customer", "zhongs", Q())
    assert bool(asked) == (connection.vendor == "sqlite")


def test_a_query_of_too_many_pairs_is_not_called_narrower(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, tells = parse("zhongshan"), SimpleNamespace(beginning_with=lambda chars: ["中山", "钟山"])
    narrower = narrowed(asked, tells, 1e9)  # type: ignore[arg-type]
    assert narrower is not asked and "中山" in str(narrower)
    monkeypatch.setattr(narrowing, "MOST_PAIRS", 1)
    assert narrowed(asked, tells, 1e9) is asked  # type: ignore[arg-type]


def readings_in(text: str, name: str) -> bool:
    """Whether a name is read so, looked at plainly."""
    said = [*syllables(name), *initials(name), fold(name)]
    return any(way in form for way in (text, *readings(text)) for form in said)


def test_letters_between_characters_are_pinyin_of_what_stands_there(library: dict[int, Known], plan: str) -> None:
    names = {one: known.texts[0] for one, known in library.items()}
    valves = {one for one, name in names.items() if any(city in name for city in ["中山市调节"])}
    assert valves and found("zs市调节") == valves == found("zhongshan市调节") == found("中山s调j")


def test_either_and_both(library: dict[int, Known], plan: str) -> None:
    assert found("夔 阀门|绿洲 茶叶") == scan(library, "夔 阀门") | scan(library, "绿洲 茶叶")
    assert found("重庆 或 厦门") == scan(library, "重庆") | scan(library, "厦门")
    assert not parse("| 。 或").groups


def test_totals_are_exact_up_to_the_cap(library: dict[int, Known], plan: str) -> None:
    total = len(scan(library, "公司"))
    assert (find("customer", "公司", Q()).total, find("customer", "公司", Q()).is_capped) == (total, False)
    at_cap = find("customer", "公司", Q(), cap=total)
    assert (at_cap.total, at_cap.is_capped) == (total, False)
    above = find("customer", "公司", Q(), cap=total - 1)
    assert (above.total, above.is_capped, above.total_text) == (total - 1, True, f"{total - 1:,}+")


def test_newest_come_first_and_pages_join(library: dict[int, Known], plan: str) -> None:
    expected = sorted(scan(library, "公司"), reverse=True)
    pages = [find("customer", "公司", Q(), page=page, page_size=30, cap=200) for page in range(1, 9)]
    assert [one for page in pages for one in page.ids] == expected[:200]
    assert pages[0].pages == 7 and pages[7].hits == ()


def test_a_whole_name_or_number_comes_before_newer_ones(library: dict[int, Known], plan: str) -> None:
    oldest = Customer.objects.order_by("id").first()
    assert oldest is not None
    oldest.name = "公司"
    oldest.save(update_fields=["name"])
    index.rebuild("customer")
    for extra in ({}, {"cap": 300}):
        result = find("customer", "公司", Q(), page_size=20, **extra)  # type: ignore[arg-type]
        second = find("customer", "公司", Q(), page_size=20, page=2, **extra)  # type: ignore[arg-type]
        ids = [*result.ids, *second.ids]
        assert ids[0] == oldest.pk and ids[1:] == sorted(set(ids) - {oldest.pk}, reverse=True) and len(ids) == 40
    assert find("customer", oldest.number, Q()).ids[0] == oldest.pk


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("驰衡", "名称"),
        ("永", "曾用名"),
        ("gy20230", "编号"),
        ("王志华", "法定代表人"),
        ("cqch", "拼音首字母"),
        ("chongqingchiheng", "拼音"),
    ],
)
def test_hits_say_why(library: dict[int, Known], text: str, why: str) -> None:
    hits = find("customer", text, Q()).hits
    assert hits and all(why in hit.why for hit in hits[:5])


def test_scopes_limit_totals_and_hits(library: dict[int, Known], cast: Any, plan: str) -> None:
    own = Q(responsible_id=cast.salesperson.pk)
    mine = set(Customer.objects.filter(own).values_list("pk", flat=True))
    for text in ["公", "中山", "zs", "2023", "公司 z"]:
        assert found(text, own & Q(fonds_id=cast.fonds.pk)) == scan(library, text) & mine, text
        assert found(text, Q(fonds_id=cast.other_fonds.pk)) == set()
        assert found(text, Q(pk__in=[])) == set()
        by_name = Q(name__contains="夔门")  # no mirror of it in the index
        assert found(text, by_name) == {one for one in scan(library, text) if "夔门" in library[one].texts[0]}, text


def test_cities_and_brands_are_all_there(library: dict[int, Known]) -> None:
    for word in CITIES + BRANDS:
        assert find("customer", word, Q()).total == len(scan(library, word))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(text=st.text(max_size=40))
def test_nothing_typed_breaks_the_search(library: dict[int, Known], cast: Any, text: str) -> None:
    search_run(actor=cast.archivist, kind="customer", text=text)


@pytest.mark.parametrize(
    "text",
    [
        "中 " * 100,
        "a|" * 100,
        "zhongguo" * 25,
        "a中" * 100,
        "xi" * 100,
        "'\"*:&|!()\\%_",
        "\x00\ud800公",
        "1" * 200,
        "NEAR AND OR NOT",
    ],
)
def test_no_length_and_no_sign_breaks_the_search(library: dict[int, Known], cast: Any, plan: str, text: str) -> None:
    result = search_run(actor=cast.archivist, kind="customer", text=text)
    assert result.took_ms < 5000
    if text.startswith("中 "):
        assert result.total == len(scan(library, "中"))


def test_a_region_that_lies_in_one_stretch_is_not_taken_for_the_country(cast: Cast) -> None:
    """Files come in the order of regions; a share that is guessed too high has far pages found by looking through everything."""
    source, count = source_of("customer"), 2000
    SearchDocument.objects.all().delete()
    SearchDocument.objects.bulk_create(
        SearchDocument(
            id=key_of(source.code, number),
            fonds_id=cast.fonds.pk,
            secrecy_level=1,
            body="龘" if 600 < number <= 650 else "山",
        )
        for number in range(1, count + 1)
    )
    search = finding._Search(source, parse("龘"), Q(), {}, 10_000)
    sample = search._sample()
    assert (sample.documents, sample.looked) == (count, finding.SAMPLE)
    assert 0.02 < sample.share < 0.06, "fifty of two thousand lie where a sample looks"
