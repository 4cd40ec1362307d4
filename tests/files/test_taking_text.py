"""The text of files: by kind, by page, sealed; trouble ends as a sentence and the rest goes on."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import FilePage, FileReading, PageSource, StoredFile
from kedang.foundation.files.reading import confined
from kedang.foundation.files.reading.confined import Confined, FileTrouble
from kedang.foundation.files.reading.forgetting import derived_forget
from kedang.foundation.files.reading.jobs import READER, unread
from kedang.foundation.files.reading.taking import file_take_text
from kedang.foundation.kernel import keys
from kedang.foundation.search.models import SearchDocument
from tests.cast import Cast
from tests.files import papers
from tests.files.making import package, pdf


@pytest.fixture(autouse=True)
def no_recogniser(monkeypatch: pytest.MonkeyPatch, data_dir: Any) -> None:
    for module in ("taking", "recognising", "jobs"):
        monkeypatch.setattr(f"kedang.foundation.files.reading.{module}.recogniser", lambda: "")


def read(cast: Cast, name: str, content: bytes) -> tuple[FileReading, list[str]]:
    file = papers.stored(cast.archivist, name, content)
    reading = file_take_text(actor=READER, file=file)
    return reading, [page.text for page in FilePage.objects.filter(file=file).order_by("number")]


def asked(content: bytes, name: str = "") -> list[dict[str, Any]]:
    with Confined("text") as process:
        return [head for head, _body in process.ask({"name": name}, content, len(content))]


def test_pages_of_a_pdf_are_read_sealed_and_indexed_without_their_words(cast: Cast) -> None:
    reading, pages = read(cast, "合同.pdf", papers.pdf_of())
    assert (reading.state, reading.kind, reading.pages, reading.finding) == ("done", "pdf", 3, "")
    assert "青山精密机械有限公司" in pages[0] and "违约责任" in pages[1] and "赵文博" in pages[2]
    file = StoredFile.objects.get(pk=reading.file_id)
    assert file.pages == 3
    entry = Event.objects.get(code="files.text_taken")
    assert json.loads(entry.meta)["pages"] == 3 and "违约" not in entry.meta
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM files_filepage")
        assert all(keys.is_sealed(row[0]) for row in cursor.fetchall())
    documents = list(SearchDocument.objects.all())
    assert len(documents) == 3 and {one.body for one in documents} == {""}
    derived_forget(file)
    assert not SearchDocument.objects.exists() and not FilePage.objects.exists()
    assert list(unread()) == [file]


def test_what_is_read_is_not_read_again(cast: Cast) -> None:
    file = papers.stored(cast.archivist, "合同.pdf", papers.pdf_of())
    assert list(unread(is_quick=True)) == [file]
    file_take_text(actor=READER, file=file)
    assert not unread().exists()


def test_reading_goes_on_after_a_crash_with_the_next_page(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    file = papers.stored(cast.archivist, "合同.pdf", papers.pdf_of())
    monkeypatch.setattr("kedang.foundation.files.reading.taking.AT_ONCE", 1)
    ask = Confined.ask

    def dies(self: Confined, *args: Any) -> Iterator[Any]:
        for number, frame in enumerate(ask(self, *args)):
            if number == 3:
                raise KeyboardInterrupt
            yield frame

    monkeypatch.setattr(Confined, "ask", dies)
    with pytest.raises(KeyboardInterrupt):
        file_take_text(actor=READER, file=file)
    assert [page.number for page in FilePage.objects.order_by("number")] == [1, 2]
    assert list(unread()) == [file]
    monkeypatch.setattr(Confined, "ask", ask)
    first = FilePage.objects.get(number=1).pk
    assert file_take_text(actor=READER, file=file).state == "done"
    assert [page.number for page in FilePage.objects.order_by("number")] == [1, 2, 3]
    assert FilePage.objects.get(number=1).pk == first and SearchDocument.objects.count() == 3
    assert Event.objects.filter(code="files.text_taken").count() == 1


def test_scans_wait_to_be_recognised_and_say_so(cast: Cast) -> None:
    reading, pages = read(cast, "扫描件.pdf", papers.scan_pdf())
    assert (reading.state, reading.finding) == ("scanned", "未识别文字（未安装识别组件）")
    assert pages == ["", ""]
    assert set(FilePage.objects.values_list("source", flat=True)) == {PageSource.WAITING}
    reading, pages = read(cast, "照片.jpg", papers.photo())
    assert (reading.state, reading.pages, pages) == ("scanned", 1, [""])


def test_word_with_headings_tables_and_page_breaks() -> None:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    row = f"<w:tr>{cell.format('离心泵')}{cell.format('3 台')}</w:tr>"
    body = (
        papers.paragraph("会议纪要", "Heading1") + papers.paragraph("讨论了<w:br/>交货期") + f"<w:tbl>{row}</w:tbl>"
        '<w:p><w:del><w:r><w:delText>已删</w:delText></w:r></w:del><w:r><w:br w:type="page"/><w:t>第二页</w:t></w:r></w:p>'
    ).replace("讨论了<w:br/>交货期", "讨论了交货期")
    head, first, second = asked(papers.docx(body))
    assert head["kind"] == "docx" and head["pages"] == 2
    assert first["text"] == "\x02会议纪要\n讨论了交货期\n离心泵\t3 台\n"
    assert second["text"] == "第二页"


def test_workbooks_slides_and_mails() -> None:
    head, one, two = asked(papers.xlsx())
    assert (head["kind"], one["title"], two["title"]) == ("xlsx", "台账", "备注")
    assert one["text"] == "名称\t金额\t日期\n离心泵\t128000\t2026-03-01"
    head, *slides = asked(papers.pptx())
    assert [slide["text"] for slide in slides] == ["\x02年度总结\n回款率九成", "\x02设备\n型号\t数量", "\x02最后一页"]
    _head, page = asked(papers.mail(), "函.eml")
    assert page["text"].startswith("主题\t关于发货的函\n发件人\t王敏 <wm@example.cn>")
    assert "请于周五前发货" in page["text"] and "发货单.pdf" in page["text"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_in_the_encodings_people_use(encoding: str) -> None:
    _head, page = asked("序号,名称\n1,㛃龑阀门\n2,𬭼业".encode(encoding))
    assert page["text"] == "序号\t名称\n1\t㛃龑阀门\n2\t𬭼业"


def test_long_text_is_cut_into_pages() -> None:
    head, *pages = asked("\n".join(f"第{number}行" for number in range(200)).encode())
    assert head["pages"] == 3 and pages[2]["page"] == 3 and "第199行" in pages[2]["text"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.7\nnothing more", "broken"),
        (pdf()[:200], "broken"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "broken"),
        (package({"word/document.xml": b"<w:document"}), "broken"),
        (papers.docx("", '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'), "bomb"),
        (package({"word/document.xml": b"<w/>", "x": bytes(40 << 20)}), "bomb"),
        (package({"a.txt": b"1"}), "package"),
        (package({"OFD.xml": b"<ofd/>"}), "ofd"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "locked"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "old_office"),
        (bytes(range(256)) * 20, "no_text"),
    ],
)
def test_trouble_has_its_code(content: bytes, code: str) -> None:
    with pytest.raises(FileTrouble) as trouble:
        asked(content)
    assert trouble.value.code == code


def test_a_locked_package_is_told_from_a_broken_one() -> None:
    out = io.BytesIO(papers.docx(papers.paragraph("甲")))
    raw = bytearray(out.getvalue())
    for at in (i for i in range(len(raw) - 4) if raw[i : i + 4] == b"PK\1\2"):
        raw[at + 8] |= 1
    with pytest.raises(FileTrouble) as trouble:
        asked(bytes(raw))
    assert trouble.value.code == "locked"
    assert zipfile.is_zipfile(io.BytesIO(bytes(raw)))


def test_trouble_becomes_a_sentence_and_the_next_file_is_read(cast: Cast) -> None:
    reading, pages = read(cast, "坏.pdf", pdf()[:200])
    assert (reading.state, reading.code, pages) == ("failed", "broken", [])
    assert reading.finding == "文件已损坏或不完整，打不开。原文件照原样保存，请核对来源后补交完好的文件。"
    reading, pages = read(cast, "好.txt", "验收单".encode())
    assert (reading.state, pages) == ("done", ["验收单"])
    assert not unread().exists()


def test_a_process_that_hangs_or_grows_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(confined.FRAME_SECONDS, "text", 0.001)
    with pytest.raises(FileTrouble, match="too_slow"):
        asked(papers.pdf_of())
    monkeypatch.setitem(confined.FRAME_SECONDS, "text", 20.0)
    monkeypatch.setitem(confined.MEMORY_MB, "text", 60)
    with pytest.raises(FileTrouble, match="too_heavy"):
        asked(b"a" * (50 << 20), "a.txt")
    monkeypatch.setattr(confined, "MOST_BYTES", 10)
    with pytest.raises(FileTrouble, match="too_big"):
        asked(b"a" * 20)
