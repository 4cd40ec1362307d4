"""复制件: pages of a file as a PDF that says on every page for whom, when and by which request it was made; counted and numbered."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.models import ItemFile
from kedang.business.lending.events_use import COPY_MADE
from kedang.business.lending.marking import burnt
from kedang.foundation.access.models import Person, RecordGrant
from kedang.foundation.access.opened.services import opening_spend, pages_open
from kedang.foundation.access.policies import require
from kedang.foundation.access.signin.quota import spend
from kedang.foundation.audit.record import record
from kedang.foundation.files.models import RenditionKind, StoredFile
from kedang.foundation.files.previewing.drawing import has_pictures, picture_of
from kedang.foundation.files.reading.confined import FileTrouble
from kedang.foundation.files.reading.sentences import sentence
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.marks import behind_pdf, mark_for
from kedang.foundation.kernel.refused import OutOfScope, Refused

if TYPE_CHECKING:
    from PIL import Image

COPY = "holdings.copy"
MOST_PAGES = 200


@dataclass(frozen=True, slots=True)
class Copied:
    """The copy: its bytes, name, number among those granted, pages."""

    pdf: bytes
    name: str
    number: int
    pages: list[int]


def copy_make(*, actor: Person, file: ItemFile) -> Copied:
    """Make a copy of a file's pages, as far as they are open to the actor.

    Raises:
        OutOfScope, NotAllowed. Refused: ``no_pictures``, ``too_many_pages``, ``opening_used_up``, and what reading a file refuses.
    """
    found: ItemFile | None = ItemFile.objects.select_related("file", "item").filter(pk=file.pk).first()
    if found is None:
        raise OutOfScope
    require(actor, COPY, found.item)
    if not has_pictures(found.file):
        told = _("文件“%(name)s”没有页面图像，不能制作复制件。需要原件的，请申请导出。")
        raise Refused("no_pictures", told % {"name": found.file.name})
    wanted = _pages(actor, found)
    with transaction.atomic():
        row = opening_spend(actor=actor, code=COPY, obj=found.item)
        spend(actor, "export", 1)
        number = int(row.used[COPY]) if row is not None else 0
        meta = {
            "file": found.file_id,
            "sha256": found.file.sha256,
            "pages": wanted,
            "number": number,
            "source": row.source if row else "",
        }
        event_pages = wanted if len(wanted) <= 50 else [wanted[0], wanted[-1], len(wanted)]
        record(actor, COPY_MADE, found.item, reason=row.purpose if row else "", meta={**meta, "pages": event_pages})
        sheets = _sheets(actor, found.file, wanted, _footer(actor, found, row, number))
    mark = mark_for(actor.pk)
    made = behind_pdf(_bound(sheets, found.item.title, actor.name, mark), mark)
    name = f"{found.item.reference_code or found.item_id}-{_('复制件')}{number or ''}.pdf"
    return Copied(made, name, number, wanted)


def _pages(actor: Person, found: ItemFile) -> list[int]:
    total = max(found.file.pages or 1, 1)
    pairs = pages_open(actor, COPY, found.item)
    wanted = [
        page for page in range(1, total + 1) if pairs is None or any(first <= page <= last for first, last in pairs)
    ]
    if not wanted:
        raise Refused("no_pages", _("批准的页码不在此文件之内。"))
    if len(wanted) > MOST_PAGES:
        raise Refused(
            "too_many_pages",
            _("一次最多复制 %(most)s 页，此文件有 %(n)s 页。") % {"most": MOST_PAGES, "n": len(wanted)},
        )
    return wanted


def _footer(actor: Person, found: ItemFile, row: RecordGrant | None, number: int) -> str:
    parts = [
        _("复制件"), found.item.reference_code or f"#{found.item_id}", f"{actor.name}（{actor.username}）",
        f"{clock.local(clock.now()):%Y-%m-%d %H:%M}",
    ]  # fmt: skip
    if row is not None:
        parts += [row.source, _("第 %(n)s 份，共批准 %(most)s 份") % {"n": number, "most": row.quota.get(COPY, number)}]
    return "　".join(parts)


def _sheets(actor: Person, file: StoredFile, pages: list[int], footer: str) -> "list[Image.Image]":
    from PIL import Image

    told = f"{actor.name} {actor.username}  {clock.local(clock.now()):%Y-%m-%d %H:%M}"
    made: list[Image.Image] = []
    for page in pages:
        try:
            picture = picture_of(file, page, RenditionKind.LARGE)
        except FileTrouble as trouble:
            raise Refused(f"file_{trouble.code}", sentence(trouble.code)) from None
        content = burnt(
            picture.content, told, footer=_("%(footer)s　第 %(page)s 页") % {"footer": footer, "page": page}
        )
        made.append(Image.open(io.BytesIO(content)))
    return made


def _bound(sheets: "list[Image.Image]", title: str, author: str, mark: str) -> bytes:
    out = io.BytesIO()
    sheets[0].save(
        out, "PDF", save_all=True, append_images=sheets[1:], resolution=200.0, title=title, author=author, keywords=mark,
    )  # fmt: skip
    return out.getvalue()
