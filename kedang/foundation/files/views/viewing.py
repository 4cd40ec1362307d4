"""The viewer: one page of a file at a time, its picture and its words; and the pictures themselves."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import can
from kedang.foundation.files.models import FilePage, FileReading, ReadingState, RenditionKind
from kedang.foundation.files.owners import Held, held
from kedang.foundation.files.previewing.blocks import blocks_of
from kedang.foundation.files.previewing.drawing import Picture, has_pictures, picture_of
from kedang.foundation.files.previewing.marking import marked_for, words_for
from kedang.foundation.files.previewing.noting import is_noted, page_note
from kedang.foundation.files.reading.confined import FileTrouble, recogniser
from kedang.foundation.files.reading.finding import pages_with, snippet, words_of
from kedang.foundation.files.reading.forgetting import file_read_again
from kedang.foundation.files.reading.sentences import sentence
from kedang.foundation.files.services.reading import refuse_unusable
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.searching import marked

ZOOMS = ("fit", "100", "150", "200")
STRIP = 40
"""Small pictures beside the page, around it."""
MOST_WORDS_PAGES = 60


@dataclass(slots=True)
class DrawnBlock:
    """A block with the asked words marked."""

    kind: str
    text: SafeString
    rows: list[list[SafeString]]


class FileView(Page):
    """看文件: asks the owner for the right, notes the page, shows it."""

    template_name = "files/view.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page asked for, the first without a number, the last beyond the end."""
        self.held = held(self.actor, pk)
        refusal = self._refusal()
        if refusal:
            return self.draw(held=self.held, sentence=refusal, total=0, **self._about())
        if not self.open_pages:
            return self.draw(held=self.held, sentence=_("批准的页码不在此文件之内。"), total=0, **self._about())
        number = self._nearest(min(max(_number(request.GET.get("page")), 1), self.total))
        picture, trouble = self._picture(number)
        words = words_of(request.GET.get("q", "")[:100])
        text = self._text(number, picture)
        blocks = [_drawn(block, words) for block in blocks_of(text.text)] if text is not None else []
        hits = self._hits(words)
        context = {
            "held": self.held, "number": number, "total": self.total, "picture": picture, "sentence": trouble, "words": " ".join(words),
            "proof": page_note(actor=self.actor, held=self.held, page=number), "text": text, "blocks": blocks, "hits": hits,
            "zoom": self.zoom, "zooms": ZOOMS, "kind": self._kind(), "strip": self._strip(number), "asked": request.GET.get("q", "")[:100],
            "before": self._next(number, -1), "after": self._next(number, 1), "may_take": self.may_take, "is_limited": self.is_limited,
            "stamp": words_for(self.actor, self.held) if picture is None and not self.may_take else "",
            "page_title_text": text.title if text is not None else "", **self._about(),
        }  # fmt: skip
        return self.draw(**context)

    @property
    def file(self) -> Any:
        return self.held.file

    @cached_property
    def reading(self) -> FileReading | None:
        """How the taking of the text went."""
        found: FileReading | None = FileReading.objects.filter(file=self.file).first()
        return found

    @cached_property
    def total(self) -> int:
        """Number of pages, as far as it is known."""
        return max((self.reading.pages if self.reading else 0) or self.file.pages or 1, 1)

    @cached_property
    def is_limited(self) -> bool:
        """Whether some pages are shut."""
        return self.held.pages(self.actor) is not None

    @cached_property
    def open_pages(self) -> list[int]:
        """Numbers of the pages that this reader may see, in order."""
        pairs = self.held.pages(self.actor)
        if pairs is None:
            return list(range(1, self.total + 1))
        return sorted({page for first, last in pairs for page in range(max(first, 1), min(last, self.total) + 1)})

    @cached_property
    def may_take(self) -> bool:
        """Whether words may be copied off the page; who only reads leaf by leaf sees the picture."""
        return self.held.may_take(self.actor)

    def _nearest(self, number: int) -> int:
        """The page asked for, or the next open one."""
        return next((page for page in self.open_pages if page >= number), self.open_pages[-1])

    def _next(self, number: int, step: int) -> str:
        at = self.open_pages.index(number) + step
        return self._to(self.open_pages[at]) if 0 <= at < len(self.open_pages) else ""

    def _text(self, number: int, picture: Picture | None) -> FilePage | None:
        """The words of a page: beside its picture for who may take them, in place of one where there is none."""
        if not self.may_take and picture is not None:
            return None
        found: FilePage | None = FilePage.objects.filter(file=self.file, number=number).first()
        return found

    @property
    def zoom(self) -> str:
        wanted = self.request.GET.get("zoom", "")
        return wanted if wanted in ZOOMS else "fit"

    def page_title(self) -> Any:
        return self.file.name

    def crumbs(self) -> list[Crumb]:
        title = self.held.title(self.actor)
        return [(title, self.held.url), (self.file.name, "")] if self.held.url and title else [(self.file.name, "")]

    def _about(self) -> dict[str, Any]:
        return {
            "reading": self.reading,
            "note": _note(self.reading),
            "owner_title": self.held.title(self.actor),
            "may_read_again": self.reading is not None and can(self.actor, "files.keep"),
        }

    def _kind(self) -> RenditionKind:
        return RenditionKind.LARGE if self.zoom in {"150", "200"} else RenditionKind.PAGE

    def _refusal(self) -> str:
        try:
            refuse_unusable(self.file)
        except Refused as refusal:
            return refusal.sentence
        return ""

    def _picture(self, number: int) -> tuple[Picture | None, str]:
        """The picture, drawn before the page so that trouble can be told in words."""
        if not has_pictures(self.file):
            return None, ""
        try:
            return picture_of(self.file, number, self._kind()), ""
        except FileTrouble as trouble:
            return None, sentence(trouble.code)
        except Refused as refusal:
            return None, refusal.sentence

    def _strip(self, number: int) -> list[tuple[int, str]]:
        if not has_pictures(self.file) or self.total < 2:
            return []
        at = self.open_pages.index(number)
        first = max(0, min(at - STRIP // 2, len(self.open_pages) - STRIP))
        return [(one, self._to(one)) for one in self.open_pages[first : first + STRIP]]

    def _hits(self, words: tuple[str, ...]) -> list[tuple[int, str, SafeString]]:
        """Pages of this file with the words, each with its address."""
        if not words:
            return []
        return [
            (page.number, self._to(page.number), marked(snippet(page.text, words) if self.may_take else "", words))
            for page in pages_with(self.file, words)
            if not self.is_limited or self.held.shows(self.actor, page.number)
        ][:MOST_WORDS_PAGES]

    def _to(self, number: int) -> str:
        asked: dict[str, str | int] = {
            "page": number,
            "zoom": self.zoom if self.zoom != "fit" else "",
            "q": self.request.GET.get("q", "")[:100],
        }
        return "?" + urlencode({name: value for name, value in asked.items() if value})


class ReadAgain(Page):
    """重新提取文字: for who keeps the store and may read the file."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take back what was read; the worker reads it anew."""
        found = held(self.actor, pk)
        file_read_again(actor=self.actor, file=found.file)
        messages.success(request, _("已重新安排提取文字，完成后可按内容检索。"))
        return HttpResponseRedirect(view_url(pk))


class PagePicture(Page):
    """The picture of a page; noted here where no page was that shows it. Small ones show no readable word and are not noted."""

    def get(self, request: HttpRequest, pk: int, number: int, kind: str) -> HttpResponse:
        """The JPEG."""
        found: Held = held(self.actor, pk)
        if kind not in RenditionKind.values or not found.shows(self.actor, number):
            raise OutOfScope
        try:
            picture = picture_of(found.file, number, RenditionKind(kind))
        except FileTrouble as trouble:
            raise Refused(f"file_{trouble.code}", sentence(trouble.code)) from None
        is_small = kind == RenditionKind.THUMB
        if not is_small and not is_noted(actor=self.actor, held=found, page=number, proof=request.GET.get("proof", "")):
            page_note(actor=self.actor, held=found, page=number)
        response = HttpResponse(marked_for(self.actor, found, picture).content, content_type="image/jpeg")
        response["Cache-Control"] = "private, no-store"
        response["Content-Disposition"] = "inline"
        return response


def _drawn(block: Any, words: tuple[str, ...]) -> DrawnBlock:
    return DrawnBlock(
        block.kind, marked(block.text, words), [[marked(cell, words) for cell in row] for row in block.rows]
    )


def _note(reading: FileReading | None) -> str:
    """What is to be said about the text of the file, in the reader's language."""
    if reading is None or reading.state == ReadingState.EXTRACTING:
        return _("正在提取文字，稍后可按内容检索。")
    if reading.state == ReadingState.SCANNED:
        return _("扫描件正在排队识别文字，完成后可按内容检索。") if recogniser() else sentence("no_recogniser")
    if reading.code == "page_failed":
        return reading.finding
    return sentence(reading.code) if reading.code else ""


def _number(text: str | None) -> int:
    return int(text[:6]) if text and text.isdecimal() else 1


def view_url(file_id: int, page: int = 1, words: str = "") -> str:
    """Address of the viewer at a page, words marked."""
    asked: dict[str, str | int] = {"page": page, "q": words}
    told = urlencode({name: value for name, value in asked.items() if value})
    return f"{reverse('files:view', args=[file_id])}?{told}"


URLS = [
    path("files/<int:pk>/view/", FileView.as_view(), name="view"),
    path("files/<int:pk>/read-again/", ReadAgain.as_view(), name="read-again"),
    path("files/<int:pk>/pages/<int:number>/<slug:kind>.jpg", PagePicture.as_view(), name="picture"),
]
