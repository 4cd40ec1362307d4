"""The pages of files as the search room knows them: who may see them is asked of their owners, what they say stands there as keyed
tokens."""

from collections.abc import Iterable, Iterator

from kedang.foundation.files.models import FilePage
from kedang.foundation.files.reading.tokens import tokens_of
from kedang.foundation.kernel.text import fold
from kedang.foundation.kernel.walking import walk
from kedang.foundation.search import index
from kedang.foundation.search.documents import Document

KIND, CODE = "file", 9


def document_of(page: FilePage, fonds_id: int) -> Document:
    """No text, no owner, no level: tokens and the company."""
    return Document(fonds_id, (), tokens_of(fonds_id, page.pk, fold(page.text)))


def documents_of(ids: Iterable[int]) -> Iterator[tuple[int, Document]]:
    """Documents of pages that have text."""
    for page in FilePage.objects.filter(pk__in=list(ids)).select_related("file").only("text", "file__fonds_id"):
        if page.text:
            yield page.pk, document_of(page, page.file.fonds_id)


def all_ids() -> Iterable[int]:
    """Every page with text."""
    return walk(FilePage.objects.exclude(text="").values_list("pk", flat=True))


def pages_index(pages: Iterable[FilePage], fonds_id: int) -> None:
    """Put pages into the index, in the transaction that saves them."""
    index.put(KIND, ((page.pk, document_of(page, fonds_id)) for page in pages if page.text))


def pages_forget(ids: Iterable[int]) -> None:
    """Take pages out of the index."""
    index.remove(KIND, ids)
