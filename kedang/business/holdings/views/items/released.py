"""An original that leaves by an approved request: the bytes as they were filed, and beside them a delivery note that says for whom."""

from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from kedang.business.holdings.models import ItemFile
from kedang.business.holdings.packages.paths import safe_name
from kedang.business.holdings.packages.zipped import Member, pieces
from kedang.foundation.access.models import Person, RecordGrant
from kedang.foundation.files.services import file_open
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.marks import mark_for

BLOCK = 1 << 20


class Released:
    """The ZIP, piece after piece; the file is let go of with the answer, also when nobody took a piece."""

    def __init__(self, row: ItemFile, name: str, note: str, number: str) -> None:
        self._stream: Any = file_open(row.file)
        self._row, self._name, self._note, self._number = row, name, note, number

    def __iter__(self) -> Iterator[bytes]:
        """The note first, so that its mark is found at once."""
        note = Member(
            safe_name(_("交付单 %(number)s.txt") % {"number": self._number}), b"\xef\xbb\xbf" + self._note.encode()
        )
        file = Member(
            safe_name(self._row.file.name), iter(lambda: self._stream.read(BLOCK), b""), self._row.file.sha256
        )
        yield from pieces(self._name, (note, file), clock.local(clock.now()), {})

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()


def released(actor: Person, row: ItemFile, opening: RecordGrant) -> StreamingHttpResponse:
    """The answer that carries both. The caller has counted and written it down.

    Raises:
        Refused: see :func:`file_open`.
    """
    name = safe_name(f"{row.item.reference_code or row.item_id}-{opening.source}")
    content = Released(row, name, note_of(actor, row, opening), opening.source)
    response = StreamingHttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.zip") or "attachment"
    response["Cache-Control"] = "no-store"
    return response


def note_of(actor: Person, row: ItemFile, opening: RecordGrant) -> str:
    """交付单: which request, who, when, which file by its digests; at its end the hidden mark in plain sight."""
    file, used = row.file, opening.used.get("holdings.read", 1)
    lines = [
        (_("申请单号"), opening.source), (_("用途"), opening.purpose), (_("领取人"), f"{actor.name}（{actor.username}）"),
        (_("领取时间"), f"{clock.local(clock.now()):%Y-%m-%d %H:%M:%S}"),
        (_("次数"), _("第 %(n)s 次，共批准 %(most)s 次") % {"n": used, "most": opening.quota.get("holdings.read", used)}),
        (_("档号"), row.item.reference_code or "-"), (_("题名"), row.item.title), (_("文件"), file.name),
        (_("大小"), _("%(n)s 字节") % {"n": f"{file.size:,}"}), ("SHA-256", file.sha256), ("SM3", file.sm3 or "-"),
        (_("标记"), mark_for(actor.pk)),
    ]  # fmt: skip
    told = _("所附文件是归档时的原件，一字未动，可按摘要核对。只限上述用途，不得转交他人；每次领取都有记录。")
    return "\r\n".join([_("档案原件交付单"), "", *(f"{label}：{text}" for label, text in lines), "", told, ""])
