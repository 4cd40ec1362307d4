"""Search in documents: any fragment, the page of the hit, only for who may read the item that holds the file; nothing in clear in the
index."""

from typing import Any

import pytest
from django.db import connection

from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import FilePage, FileState, PageSource, StoredFile
from kedang.foundation.files.reading import finding, tokens
from kedang.foundation.files.reading.finding import find_in_files, search_in_files, snippet
from kedang.foundation.files.reading.indexing import KIND, pages_index
from kedang.foundation.kernel import clock, keys
from kedang.foundation.kernel.text import fold
from kedang.foundation.search import index
from kedang.foundation.search.models import SearchDocument
from tests.cast import Cast
from tests.files.papers import held_by_item


def filed(cast: Cast, *pages: str, fonds: Any = None, **item: Any) -> StoredFile:
    """A file of an item with these pages, read already."""
    company = fonds or cast.fonds
    number = StoredFile.objects.count()
    file = StoredFile.objects.create(
        fonds=company, name=f"第{number}号.pdf", place=f"files/{number}", size=1, sha256="", sm3="", media_type="application/pdf",
        pages=len(pages), state=FileState.GOOD, uploaded_at=clock.now(),
    )  # fmt: skip
    made = [
        FilePage.objects.create(file=file, number=at, text=text, source=PageSource.EXTRACTED)
        for at, text in enumerate(pages, 1)
    ]
    pages_index(made, company.pk)
    held_by_item(file, **{"department": cast.sales_one, "responsible": cast.salesperson, **item})
    return file


def where(found: finding.FilesFound) -> list[tuple[str, list[int]]]:
    return [(hit.held.file.name, [page.number for page in hit.pages]) for hit in found.hits]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("机械", [1]), ("精密机械", [1]), ("密機械有", [1]), ("臨海阀门", [1]), ("违约责任", [2]), ("128,000", [2]), ("28000", [2]),
        ("ab-2026", [2]), ("AB", [2]), ("6甲", [2]), ("赵文博 签字", [3]), ("机械|签字", [1, 3]), ("机械 签字", []), ("精机", []), ("不存在", []),
    ],
)  # fmt: skip
def test_any_fragment_from_two_characters_on_names_the_page(cast: Cast, text: str, numbers: list[int]) -> None:
    filed(
        cast,
        "甲方：青山精密机械有限公司\n乙方：临海閥門厂",
        "违约责任，总价 128,000 元，编号 ＡＢ-2026甲",
        "签字：赵文博",
    )
    assert where(find_in_files(cast.archivist, text)) == ([("第0号.pdf", numbers)] if numbers else [])


def test_one_character_says_that_two_are_needed(cast: Cast) -> None:
    filed(cast, "甲方")
    assert find_in_files(cast.archivist, "甲").is_too_short
    assert not find_in_files(cast.archivist, "").is_too_short
    assert where(find_in_files(cast.archivist, "甲方 方")) == [("第0号.pdf", [1])]


def test_newest_first_page_by_page_with_the_words_around(cast: Cast) -> None:
    for number in range(5):
        filed(cast, f"前言{number}", f"这里说到保证金条款第{number}条")
    found = find_in_files(cast.archivist, "保证金", page=2, page_size=2)
    assert (found.total, found.pages, [one for one, _ in where(found)]) == (5, 3, ["第2号.pdf", "第1号.pdf"])
    assert found.hits[0].pages[0].snippet == "这里说到保证金条款第2条"
    assert (
        snippet(f"{'长' * 100}，臨海閥門廠的合同{'尾' * 100}", ("阀门厂",))
        == f"…{'长' * 18}，臨海閥門廠的合同{'尾' * 39}…"
    )


def test_only_who_may_read_the_item_finds_its_words(cast: Cast) -> None:
    filed(cast, "回扣协议草案")
    found = {name: find_in_files(person, "回扣").total for name, person in cast.everybody().items()}
    assert found["archivist"] == found["salesperson"] == found["head"] == 1
    assert found["stranger"] == found["admin"] == 0
    filed(cast, "并购底价一亿元", secrecy_level=SecrecyLevel.TOP_SECRET, department=cast.head_office, responsible=None)
    cleared = {name for name, person in cast.everybody().items() if find_in_files(person, "并购底价").total}
    assert cleared == {name for name, one in cast.everybody().items() if one.clearance == SecrecyLevel.TOP_SECRET} - {
        "stranger"
    }
    cast.archivist.clearance = SecrecyLevel.CONFIDENTIAL
    cast.archivist.save(update_fields=["clearance"])
    assert find_in_files(cast.archivist, "并购底价").total == 0


def test_who_may_see_the_catalogue_but_not_read_finds_no_words(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from kedang.foundation.access.models import Grant, Role

    filed(cast, "验收报告")
    role = Role.objects.create(
        code="catalogue", name="只看目录", actions=["holdings.view"], field_rights={}, fonds=cast.fonds
    )
    Grant.objects.filter(person=cast.reader).delete()
    Grant.objects.create(person=cast.reader, role=role, scope="all")
    assert find_in_files(cast.reader, "验收").total == 0


def test_infected_files_and_other_companies_are_not_found(cast: Cast) -> None:
    mine = filed(cast, "同一句话")
    filed(cast, "同一句话", fonds=cast.other_fonds, department=None, responsible=None)
    assert where(find_in_files(cast.archivist, "同一句话")) == [("第0号.pdf", [1])]
    assert where(find_in_files(cast.stranger, "同一句话")) == [("第1号.pdf", [1])]
    StoredFile.objects.filter(pk=mine.pk).update(state=FileState.INFECTED)
    assert find_in_files(cast.archivist, "同一句话").total == 0


def test_index_holds_no_word_and_no_word_can_be_looked_up_without_the_key(cast: Cast) -> None:
    filed(cast, "回扣协议草案")
    page = FilePage.objects.get()
    row = SearchDocument.objects.get()
    assert row.body == "" and row.owner_id is None and row.secrecy_level == 0
    made = tokens.tokens_of(cast.fonds.pk, page.pk, fold(page.text))
    assert all(one.startswith("¤") and len(one) == 6 for one in made)
    assert len(made) > len(tokens.pieces(fold(page.text))), "decoys"
    other = tokens.tokens_of(cast.other_fonds.pk, page.pk, fold(page.text))
    assert len(set(made) & set(other)) <= 1, "another company's tokens cannot be compared"
    ring = keys.ring()
    try:
        keys.use_ring(keys.random_ring())
        assert set(tokens.tokens_of(cast.fonds.pk, page.pk, fold(page.text))) != set(made)
    finally:
        keys.use_ring(ring)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT tokens::text FROM search_document")
            assert "回扣" not in cursor.fetchone()[0]


def test_a_page_named_by_chance_is_no_hit(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "BITS", 1)
    tokens._number.cache_clear()
    filed(cast, "保证金条款")
    assert find_in_files(cast.archivist, "保证").total == 1
    assert find_in_files(cast.archivist, "质保").total == 0
    tokens._number.cache_clear()


def test_more_pages_than_are_opened_are_said_to_be_more(cast: Cast) -> None:
    for _ in range(4):
        filed(cast, "本公司承诺")
    found = find_in_files(cast.archivist, "公司", cap=2)
    assert (found.total_text, found.is_capped, found.pages) == ("2+", True, 2)
    found = find_in_files(cast.archivist, "公司", page=2, page_size=2, cap=2)
    assert (found.total_text, found.is_capped, found.pages) == ("4", False, 2)
    assert [one for one, _ in where(found)] == ["第1号.pdf", "第0号.pdf"]


def test_the_search_is_written_down(cast: Cast) -> None:
    filed(cast, "保证金条款")
    assert search_in_files(actor=cast.archivist, text="保证金").total == 1
    entry = Event.objects.get(code="search.done")
    assert '"kind":"file"' in entry.meta and '"total":1' in entry.meta


def test_index_can_be_made_anew(cast: Cast) -> None:
    filed(cast, "保证金条款", "")
    before = list(SearchDocument.objects.values())
    assert index.rebuild(KIND) == 1
    assert list(SearchDocument.objects.values()) == before
    assert find_in_files(cast.archivist, "保证金").total == 1
