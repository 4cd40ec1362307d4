"""Papers with words on them, made on the spot: PDF, scans, Office, mails; and items of the archive that hold them."""

import io
from email.message import EmailMessage
from functools import cache
from typing import Any

import xlsxwriter
from PIL import Image

from kedang.business.holdings.models import Item, ItemFile
from kedang.foundation.access.models import Person
from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.services.storing import file_store
from kedang.foundation.kernel import clock
from tests.files.making import package

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/drawingml/2006/main"
PAGES = (
    "采购合同\n甲方：青山精密机械有限公司，乙方：臨海閥門廠。",
    "付款方式与违约责任，合同总价 128,000 元。",
    "签字盖章：赵文博",
)


@cache
def pdf_of(pages: tuple[str, ...] = PAGES) -> bytes:
    """A PDF with text, a page for each."""
    import tempfile
    from pathlib import Path

    import typst

    folder = Path(__file__).resolve().parents[2] / "build" / "fonts"
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    body = "\n#pagebreak()\n".join(page.replace("\n", "\n\n") for page in pages)
    with tempfile.TemporaryDirectory() as place:
        source = Path(place, "paper.typ")
        source.write_text(f'#set text(font: "Noto Serif SC", lang: "zh")\n{body}', encoding="utf-8")
        made = typst.Compiler(root=place, font_paths=fonts).compile(input=str(source), format="pdf")
    assert isinstance(made, bytes)
    return made


def scan_pdf(pages: int = 2) -> bytes:
    """A PDF of pictures only."""
    sheets = [Image.new("RGB", (400, 560), (250, 250, 245)) for _ in range(pages)]
    out = io.BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()


def photo(orientation: int = 1, size: tuple[int, int] = (60, 20)) -> bytes:
    """A JPEG whose left half is red, turned by its EXIF entry, with a place where it was taken."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    about = Image.Exif()
    about[0x0112] = orientation
    about[0x010E] = "taken at 31.2N"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=about, quality=95)
    return out.getvalue()


def docx(body: str, document_type: str = "") -> bytes:
    """A Word document around a body."""
    text = f'<?xml version="1.0"?>{document_type}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return package({"[Content_Types].xml": b"<Types/>", "word/document.xml": text.encode()})


def paragraph(text: str, style: str = "") -> str:
    """A paragraph, a heading where it has a style."""
    head = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{head}<w:r><w:t>{text}</w:t></w:r></w:p>"


def xlsx() -> bytes:
    """A workbook of two sheets."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        one = book.add_worksheet("台账")
        one.write_row(0, 0, ["名称", "金额", "日期"])
        one.write_row(1, 0, ["离心泵", 128000, "2026-03-01"])
        book.add_worksheet("备注").write(0, 0, "请勿外传")
    return out.getvalue()


def pptx() -> bytes:
    """Two slides, the second with a table."""

    def slide(inner: str) -> bytes:
        return f'<p:sld xmlns:p="p" xmlns:a="{SLIDES}">{inner}</p:sld>'.encode()

    line = "<a:p><a:r><a:t>{}</a:t></a:r></a:p>"
    cells = "".join(f"<a:tc>{line.format(text)}</a:tc>" for text in ("型号", "数量"))
    return package({
        "ppt/presentation.xml": b"<p/>",
        "ppt/slides/slide1.xml": slide(line.format("年度总结") + line.format("回款率九成")),
        "ppt/slides/slide10.xml": slide(line.format("最后一页")),
        "ppt/slides/slide2.xml": slide(line.format("设备") + f"<a:tbl><a:tr>{cells}</a:tr></a:tbl>"),
    })  # fmt: skip


def mail() -> bytes:
    """A mail with an attachment."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "关于发货的函", "王敏 <wm@example.cn>", "li@example.cn"
    message.set_content("请于周五前发货，联系仓库。", charset="gb18030")
    message.add_attachment(b"1", maintype="application", subtype="pdf", filename="发货单.pdf")
    return message.as_bytes()


def stored(actor: Person, name: str, content: bytes) -> StoredFile:
    """A file in the store, as if it came in."""
    return file_store(actor=actor, name=name, chunks=[content])


def held_by_item(file: StoredFile, title: str = "采购合同", **values: Any) -> Item:
    """An item that holds the file."""
    item = Item.objects.create(fonds_id=file.fonds_id, title=title, created_at=clock.now(), **values)
    ItemFile.objects.create(item=item, file=file, added_at=clock.now())
    return item
