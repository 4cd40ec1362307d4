"""Documents are typeset by typst. Text of users reaches a template only as data, never as source."""

from __future__ import annotations

import re
import threading
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import segno
import typst
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kedang.foundation.kernel import clock
from kedang.foundation.kernel.marks import behind_pdf, present_mark
from kedang.foundation.kernel.refused import Refused

if TYPE_CHECKING:
    from kedang.foundation.web.printing.payloads import Card, Listing

ROOT = Path(__file__).resolve().parents[3]  # the package: templates of all rooms lie below it
OFFICE = Path(__file__).resolve().parent
LONGEST_RUN = 24
_LONG_RUN = re.compile(rf"[!-~]{{{LONGEST_RUN},}}")
_thread = threading.local()


@cache
def _fonts() -> typst.Fonts:
    """The fonts of the installation, opened once per process and shared by its threads."""
    folder = Path(settings.BASE_DIR) / "build" / "fonts"
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
    if "Noto Serif SC" not in fonts.families():
        raise Refused(
            "fonts_missing",
            _("服务器上没有安装打印字体，无法生成文件：请在服务器上运行 make setup 后再试。"),
        )
    return fonts


def _compiler() -> typst.Compiler:
    """A compiler for this thread; keeping it saves most of the time of a run."""
    compiler: typst.Compiler | None = getattr(_thread, "compiler", None)
    if compiler is None:
        compiler = typst.Compiler(root=str(ROOT), font_paths=_fonts(), ignore_system_fonts=True)
        _thread.compiler = compiler
    return compiler


def _words() -> dict[str, Any]:
    """Fixed words of the templates, in the reader's language."""
    chinese = (get_language() or "zh").startswith("zh")
    return {
        "colon": "：" if chinese else ": ",
        "chinese": chinese,
        "number": _("编号"),
        "name": _("名称"),
        "page": _("第 {page} 页 共 {pages} 页"),
        "printed": _("打印：{who} {when}"),
        "purpose": _("用途：{purpose}"),
        "hidden": _("（按权限不显示）"),
        "row": _("序号"),
        "conditions": _("范围"),
    }


def softened(value: Any) -> Any:
    """Very long runs of Latin letters may break anywhere instead of leaving their cell; ordinary codes stay whole."""
    if isinstance(value, str):
        return _LONG_RUN.sub(lambda run: "\u200b".join(run[0]), value) if len(value) >= LONGEST_RUN else value
    if isinstance(value, dict):
        return {key: softened(part) for key, part in value.items()}
    return [softened(part) for part in value] if isinstance(value, list) else value


def qr_svg(text: str) -> str:
    """A QR code as SVG text."""
    return segno.make(text, error="m", micro=False).svg_inline(border=0, dark="#000")


def render(template: Path, data: dict[str, Any], *, tagged: bool = True) -> bytes:
    """Typeset a template of the package with data (anything JSON can carry) as a PDF.

    The template reads ``json(bytes(sys.inputs.data))``; it sees no other input. ``tagged`` adds the structure that
    screen readers use; it doubles the size of long tables.
    """
    if ROOT not in template.resolve().parents:
        raise ValueError("templates lie inside the package")
    mark = present_mark()
    payload = orjson.dumps({**data, "words": {**_words(), "mark": mark}}, option=orjson.OPT_NON_STR_KEYS).decode()
    made = _compiler().compile(
        input=str(template),
        sys_inputs={"data": payload},
        format="pdf",
        timestamp=int(clock.now().timestamp()),
        pdf_tags=tagged,
    )
    return behind_pdf(made if isinstance(made, bytes) else b"".join(made or []), mark)


def render_sheet(card: Card) -> bytes:
    """A card as PDF."""
    return render(OFFICE / "card.typ", {**softened(asdict(card)), "qr": qr_svg(card.number) if card.number else ""})


def render_listing(listing: Listing) -> bytes:
    """A list as PDF."""
    return render(OFFICE / "listing.typ", softened(asdict(listing)), tagged=len(listing.table.rows) <= 200)
