"""A picture of a page: from the store, or drawn now together with the pages that will be wanted next."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from kedang.foundation.files.models import Rendition, RenditionKind, StoredFile
from kedang.foundation.files.previewing import keeping
from kedang.foundation.files.reading.confined import Confined, FileTrouble
from kedang.foundation.files.services.reading import file_open
from kedang.foundation.kernel import clock

WIDTHS = {RenditionKind.THUMB: 220, RenditionKind.PAGE: 1240, RenditionKind.LARGE: 2200}
AHEAD = 2
DRAWN = {"application/pdf", "image/png", "image/jpeg", "image/gif", "image/tiff", "image/webp", "image/bmp"}
"""Media types that have pictures."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG and its size in pixels."""

    content: bytes
    width: int
    height: int


def has_pictures(file: StoredFile) -> bool:
    """Whether pages of the file can be drawn."""
    return file.media_type in DRAWN


def picture_of(file: StoredFile, page: int, kind: RenditionKind) -> Picture:
    """The picture of a page.

    Raises:
        FileTrouble: the file or the page cannot be drawn. Refused: the file may not be used now.
    """
    row = Rendition.objects.filter(file=file, kind=kind, page=page).first()
    if row is not None:
        content = keeping.read(row.place)
        if content is not None:
            return Picture(content, row.width, row.height)
        row.delete()
    return _drawn(file, page, kind)


def _drawn(file: StoredFile, page: int, kind: RenditionKind) -> Picture:
    if not has_pictures(file):
        raise FileTrouble("no_text")
    wanted = [{"page": page, "width": WIDTHS[kind], "kind": str(kind)}]
    ahead = range(page + 1, page + 1 + AHEAD) if kind != RenditionKind.LARGE and file.pages else ()
    known = set(Rendition.objects.filter(file=file, kind=kind, page__in=ahead).values_list("page", flat=True))
    wanted += [
        {"page": one, "width": WIDTHS[kind], "kind": str(kind)}
        for one in ahead
        if one not in known and one <= (file.pages or 0)
    ]
    first: Picture | None = None
    with file_open(file) as stream, Confined("pictures") as process:
        for head, body in process.ask({"wanted": wanted}, stream, file.size):
            if head.get("error_of_page"):
                if first is None:
                    raise FileTrouble(head["error_of_page"])
                continue
            picture = Picture(body, head["width"], head["height"])
            first = first or picture
            _keep(file, head["page"], kind, picture)
    if first is None:
        raise FileTrouble("broken")
    return first


def _keep(file: StoredFile, page: int, kind: RenditionKind, picture: Picture) -> None:
    """On the disk first, then the row; who comes second throws his away."""
    where = keeping.fresh()
    keeping.write(where, picture.content)
    try:
        with transaction.atomic():
            Rendition.objects.create(
                file=file, kind=kind, page=page, place=where, size=len(picture.content), width=picture.width,
                height=picture.height, made_at=clock.now(),
            )  # fmt: skip
    except IntegrityError:
        keeping.discard(where)
