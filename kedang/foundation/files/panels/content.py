"""文件内容 in the one search box: files by their words, each page of a hit with the words around it."""

from typing import Any

from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.files.owners import reads_any
from kedang.foundation.files.reading.finding import FileHit, FilesFound, find_in_files, search_in_files
from kedang.foundation.files.reading.indexing import KIND
from kedang.foundation.files.views.viewing import view_url
from kedang.foundation.web.searching import FoundLine, findable, marked

MOST_SPOTS = 4


class ContentFinder:
    """The tab and the suggestions. Only for who may read content at all."""

    kind, order, is_beside = KIND, 900, True
    title = gettext_lazy("文件内容")

    def is_for(self, actor: Any) -> bool:
        return reads_any(actor)

    def search(self, actor: Any, text: str, page: int) -> tuple[FilesFound, list[FoundLine]]:
        found = search_in_files(actor=actor, text=text, page=page)
        return found, [line_of(actor, hit, found.words, text) for hit in found.hits]

    def suggest(self, actor: Any, text: str, limit: int) -> list[FoundLine]:
        found = find_in_files(actor, text, page_size=limit, cap=limit * 20)
        return [line_of(actor, hit, found.words, text) for hit in found.hits]


def line_of(actor: Any, hit: FileHit, words: tuple[str, ...], asked: str) -> FoundLine:
    """A file with the record that holds it, and the pages of its hits."""
    file = hit.held.file
    spots = [
        (_spot(page), view_url(file.pk, page.number, asked), marked(page.snippet, words))
        for page in hit.pages[:MOST_SPOTS]
    ]
    more = len(hit.pages) - MOST_SPOTS
    why = (
        _("第 %(page)s 页") % {"page": hit.pages[0].number}
        if len(hit.pages) == 1
        else _("%(n)s 页") % {"n": len(hit.pages)}
    )
    if more > 0:
        spots.append(
            (_("另有 %(n)s 页") % {"n": more}, view_url(file.pk, hit.pages[MOST_SPOTS].number, asked), mark_safe(""))
        )
    title = hit.held.title(actor)
    name = mark_safe(f"{escape(title)} · {escape(file.name)}") if title else mark_safe(escape(file.name))  # noqa: S308  # escaped
    return FoundLine(name, view_url(file.pk, hit.pages[0].number, asked), why, [], spots)


def _spot(page: Any) -> str:
    place = _("第 %(page)s 页") % {"page": page.number}
    return f"{place} {page.title}" if page.title else place


findable.add(ContentFinder())
