"""The viewer: through the right of the owner, every page read is an entry, pictures upright and sealed, trouble in words."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import FilePage, FileState, Rendition, StoredFile
from kedang.foundation.files.previewing import keeping, marking
from kedang.foundation.files.previewing.drawing import Picture, picture_of
from kedang.foundation.files.reading.confined import FileTrouble
from kedang.foundation.files.reading.forgetting import derived_forget
from kedang.foundation.files.reading.jobs import READER
from kedang.foundation.files.reading.taking import file_take_text
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.files import papers
from tests.files.making import pdf

As = Callable[[str], Client]


@pytest.fixture
def as_(cast: Cast) -> As:
    """A browser without scripts for one of the cast."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(getattr(cast, name))
        return client

    return signed_in


@pytest.fixture(autouse=True)
def own_folder(data_dir: Path) -> None:
    """Files of each test lie apart."""


def filed(cast: Cast, name: str, content: bytes, **item: Any) -> StoredFile:
    file = papers.stored(cast.archivist, name, content)
    papers.held_by_item(file, **{"department": cast.sales_one, "responsible": cast.salesperson, **item})
    file_take_text(actor=READER, file=file)
    file.refresh_from_db()
    return file


def pages_read(name: str = "") -> list[int]:
    return [json.loads(one.meta)["page"] for one in Event.objects.filter(code="files.page_viewed").order_by("id")]


def test_a_page_is_shown_with_its_picture_and_words_and_noted_once(as_: As, cast: Cast) -> None:
    file = filed(cast, "合同.pdf", papers.pdf_of())
    client = as_("salesperson")
    page = client.get(f"/files/{file.pk}/view/?page=2&q=違約")
    assert page.status_code == 200
    assert "<mark>违约</mark>责任" in page.text and "/ 3" in page.text
    assert 'rel="prev"' in page.text and 'rel="next"' in page.text
    assert pages_read() == [2]
    entry = Event.objects.get(code="files.page_viewed")
    assert (entry.subject_type, entry.actor_name) == ("holdings.item", "周航")
    picture = client.get(f"/files/{file.pk}/pages/2/page.jpg?proof={page.context['proof']}")
    assert picture["Content-Type"] == "image/jpeg" and picture["Cache-Control"] == "private, no-store"
    assert Image.open(io.BytesIO(picture.content)).size[0] == 1240
    assert pages_read() == [2], "the picture belongs to the page that was noted"
    assert client.get(f"/files/{file.pk}/pages/3/page.jpg?proof={page.context['proof']}").status_code == 200
    assert pages_read() == [2, 3], "another page is another reading"
    assert client.get(f"/files/{file.pk}/pages/1/thumb.jpg").status_code == 200
    assert pages_read() == [2, 3], "a small picture shows no readable word"


def test_page_numbers_beyond_the_end_and_none(as_: As, cast: Cast) -> None:
    file = filed(cast, "合同.pdf", papers.pdf_of())
    client = as_("archivist")
    assert client.get(f"/files/{file.pk}/view/").context["number"] == 1
    assert client.get(f"/files/{file.pk}/view/?page=99").context["number"] == 3
    assert client.get(f"/files/{file.pk}/view/?page=x&zoom=9").context["zoom"] == "fit"
    assert client.get(f"/files/{file.pk}/view/?zoom=200").context["kind"] == "large"
    refused = client.get(f"/files/{file.pk}/pages/99/page.jpg")
    assert refused.status_code == 409 and "没有这一页" in refused.text
    assert client.get(f"/files/{file.pk}/pages/1/other.jpg").status_code == 404


def test_who_may_not_read_the_item_gets_nothing_of_the_file(as_: As, cast: Cast) -> None:
    file = filed(
        cast, "机密报告.txt", "并购底价一亿元".encode(), title="普通题名", secrecy_level=SecrecyLevel.TOP_SECRET
    )
    for name in ("salesperson", "stranger", "admin", "archivist"):
        client = as_(name)
        for address in ("view/", "view/?q=底价", "pages/1/page.jpg", "pages/1/thumb.jpg"):
            answer = client.get(f"/files/{file.pk}/{address}")
            assert (
                answer.status_code == 404
                and "底价" not in answer.text.replace("?q=底价", "")
                and "机密报告" not in answer.text
            )
    assert as_("manager").get(f"/files/{file.pk}/view/").status_code == 200
    assert [event.actor_name for event in Event.objects.filter(code="files.page_viewed")] == ["方宁"]
    search = as_("archivist").get("/search/?kind=file&q=底价")
    assert search.context["result"].total == 0 and "机密报告" not in search.text
    assert "机密报告" not in as_("archivist").get("/search/suggest/?q=底价").text
    assert "机密报告" in as_("manager").get("/search/suggest/?q=底价").text


def test_a_file_nobody_owns_is_read_by_nobody(as_: As, cast: Cast) -> None:
    file = papers.stored(cast.archivist, "散件.txt", "没有主人".encode())
    assert as_("archivist").get(f"/files/{file.pk}/view/").status_code == 404


def test_search_page_shows_the_pages_of_the_hit(as_: As, cast: Cast) -> None:
    file = filed(cast, "合同.pdf", papers.pdf_of(), title="年度采购合同")
    page = as_("archivist").get("/search/?kind=file&q=违约责任")
    assert "文件内容" in page.text and "年度采购合同 · 合同.pdf" in page.text
    assert f"/files/{file.pk}/view/?page=2&amp;q=" in page.text and "付款方式与<mark>违约责任</mark>" in page.text
    assert "请输入至少两个字" in as_("archivist").get("/search/?kind=file&q=违").text
    suggested = as_("archivist").get("/search/suggest/?q=违约责任").text
    assert "文件内容" in suggested and "第 2 页" in suggested
    assert "文件内容" not in as_("admin").get("/search/?q=违约").text


def test_pictures_lie_sealed_are_made_once_and_again_when_they_are_gone(as_: As, cast: Cast, data_dir: Path) -> None:
    file = filed(cast, "合同.pdf", papers.pdf_of())
    first = picture_of(file, 1, "page")  # type: ignore[arg-type]
    assert Rendition.objects.count() == 3, "the next two were drawn along"
    for one in Rendition.objects.all():
        raw = keeping.path_of(one.place).read_bytes()
        assert raw.startswith(b"KDSF") and b"JFIF" not in raw
    keeping.path_of(Rendition.objects.get(page=1).place).unlink()
    assert picture_of(file, 1, "page").content == first.content  # type: ignore[arg-type]
    assert Rendition.objects.count() == 3
    assert sum(keeping.counts().values()) >= 3 and keeping.renew(lambda _n: None)[1] == 0
    Rendition.objects.update(made_at=clock.now() - keeping.KEPT * 2)
    assert keeping.tidy() == 3 and not list(keeping._all())
    picture_of(file, 1, "page")  # type: ignore[arg-type]
    derived_forget(file)
    assert not Rendition.objects.exists()


def test_photos_are_upright_and_tell_nothing_else(cast: Cast) -> None:
    file = filed(cast, "照片.jpg", papers.photo(orientation=6))
    shown = Image.open(io.BytesIO(picture_of(file, 1, "page").content))  # type: ignore[arg-type]
    assert shown.size == (20, 60) and not shown.getexif() and b"31.2N" not in picture_of(file, 1, "page").content  # type: ignore[arg-type]
    top, bottom = shown.getpixel((10, 5)), shown.getpixel((10, 55))
    assert top[0] > 200 > top[2] and bottom[2] > 200 > bottom[0]  # type: ignore[index]


def test_office_is_shown_as_words_and_tables_nothing_of_it_runs(as_: As, cast: Cast) -> None:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    body = papers.paragraph("会议纪要", "Heading1") + papers.paragraph("&lt;script&gt;alert(1)&lt;/script&gt;")
    body += f"<w:tbl><w:tr>{cell.format('离心泵')}{cell.format('3 台')}</w:tr></w:tbl>"
    file = filed(cast, "纪要.docx", papers.docx(body))
    page = as_("archivist").get(f"/files/{file.pk}/view/")
    assert "<h3>会议纪要</h3>" in page.text and "<td>离心泵</td><td>3 台</td>" in page.text
    assert "<script>alert" not in page.text and "&lt;script&gt;alert(1)" in page.text
    assert "script-src 'self'" in page["Content-Security-Policy"] and " style=" not in page.text


@pytest.mark.parametrize("content", [pdf()[:200], b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_broken_files_say_so(as_: As, cast: Cast, content: bytes) -> None:
    file = filed(cast, "坏文件", content)
    page = as_("archivist").get(f"/files/{file.pk}/view/")
    assert page.status_code == 200 and "文件已损坏或不完整，打不开" in page.text
    assert as_("archivist").get(f"/files/{file.pk}/pages/1/page.jpg").status_code == 409
    with pytest.raises(FileTrouble):
        picture_of(file, 1, "page")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "words"), [("waiting", "还在等待查毒"), ("infected", "查出病毒"), ("erased", "已按规定清除")]
)
def test_a_file_that_may_not_be_used_is_not_shown(as_: As, cast: Cast, state: str, words: str) -> None:
    file = filed(cast, "合同.pdf", papers.pdf_of())
    StoredFile.objects.filter(pk=file.pk).update(state=FileState(state))
    page = as_("archivist").get(f"/files/{file.pk}/view/?q=违约")
    assert words in page.text and "违约责任" not in page.text
    assert as_("archivist").get(f"/files/{file.pk}/pages/1/page.jpg").status_code == 409


def test_a_room_may_lay_a_mark_over_what_goes_out(as_: As, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    file = filed(cast, "合同.pdf", papers.pdf_of())
    monkeypatch.setattr(marking, "_marks", [])
    marking.mark_with(lambda actor, held, picture: Picture(f"{actor.name}{held.file.name}".encode(), 1, 1))
    assert as_("archivist").get(f"/files/{file.pk}/pages/1/page.jpg").content == "沈砚合同.pdf".encode()
    assert picture_of(file, 1, "page").content[:3] == b"\xff\xd8\xff"  # type: ignore[arg-type]


def test_statements_of_the_viewer_do_not_grow_with_the_pages(
    as_: As, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    file = filed(cast, "合同.pdf", papers.pdf_of())
    client = as_("archivist")
    client.get(f"/files/{file.pk}/view/")
    with django_assert_max_num_queries(14):
        client.get(f"/files/{file.pk}/view/?q=合同")


def test_who_keeps_the_store_has_the_text_taken_anew(as_: As, cast: Cast) -> None:
    file = filed(cast, "说明.txt", "安装说明".encode())
    assert "重新提取" not in as_("salesperson").get(f"/files/{file.pk}/view/").text
    assert as_("salesperson").post(f"/files/{file.pk}/read-again/").status_code == 403
    assert as_("stranger").post(f"/files/{file.pk}/read-again/").status_code == 404
    assert "重新提取" in as_("archivist").get(f"/files/{file.pk}/view/").text
    answer = as_("archivist").post(f"/files/{file.pk}/read-again/", follow=True)
    assert "已重新安排提取文字" in answer.text and "正在提取文字" in answer.text
    assert not FilePage.objects.exists()
