"""互见: the same content on paper and as files, in two volumes or in one; and where the two differ, page by page."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import constraints_refuse
from kedang.business.holdings.choices import Carrier, FileRole, NoteKind
from kedang.business.holdings.events.volumes import VOLUME_TWINNED
from kedang.business.holdings.models import Item, ItemFile, Volume
from kedang.business.holdings.services.volumes.notes import note_if_known
from kedang.business.holdings.services.volumes.ordering import items_in_order
from kedang.business.holdings.services.volumes.writing import locked_volume, note_volume, save_volume
from kedang.foundation.files.models import FileState
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.text import fold

PAIR = {Carrier.PAPER.value, Carrier.ELECTRONIC.value}


@transaction.atomic
def volume_twin_set(*, actor: Actor, volume: Volume, twin: Volume | None, reason: str = "") -> Volume:
    """Say which volume holds the same content on the other carrier (互见号), or, with None, that there is none.

    Raises:
        Refused: ``twin_same``, ``twin_carrier``, ``twin_taken``, ``volume_destroyed``.
    """
    known = Volume.objects.filter(pk=volume.pk).values_list("twin_id", flat=True).first()
    keys = sorted({volume.pk, *([twin.pk] if twin is not None else []), *([known] if known else [])})
    rows = {key: locked_volume(actor, key, "holdings.mend") for key in keys}
    found = rows[volume.pk]
    if found.twin_id == (twin.pk if twin is not None else None):
        return found
    if twin is None:
        _set(actor, found, None, reason)
        if known in rows:
            _set(actor, rows[known], None, reason)
        return found
    other = rows[twin.pk]
    _refuse_pair(found, other)
    told = _("案卷 %(code)s 刚与别的案卷互见，请刷新后再看。") % {"code": other.reference_code}
    taken = ("twin_taken", "twin", told)
    with constraints_refuse({"twin": taken}):
        _set(actor, found, other, reason)
        _set(actor, other, found, reason)
    return found


def _refuse_pair(volume: Volume, other: Volume) -> None:
    if volume.pk == other.pk:
        raise Refused("twin_same", _("案卷不能与自身互见，请填写另一载体案卷的档号。"), "twin")
    if {volume.carrier, other.carrier} != PAIR:
        told = _("互见案卷应一份为纸质、一份为电子：%(code)s 是%(mine)s，%(other)s 是%(its)s。")
        words = {
            "code": volume.reference_code, "mine": volume.get_carrier_display(), "other": other.reference_code,
            "its": other.get_carrier_display(),
        }  # fmt: skip
        raise Refused("twin_carrier", told % words, "twin")
    for one in (volume, other):
        if one.twin_id is not None:
            told = _("案卷 %(code)s 已有互见案卷，请先解除原来的互见。")
            raise Refused("twin_taken", told % {"code": one.reference_code}, "twin")


def _set(actor: Actor, volume: Volume, twin: Volume | None, reason: str) -> None:
    changes = {"twin": (volume.twin_id, twin.pk if twin is not None else None)}
    volume.twin = twin
    save_volume(actor, volume, saving=changes)
    note_volume(actor, VOLUME_TWINNED, volume, changes=changes, reason=reason)
    told = _("互见号：%(code)s") % {"code": twin.reference_code} if twin is not None else _("解除互见。")
    note_if_known(actor, volume, NoteKind.CHANGED, told)


@dataclass(frozen=True, slots=True)
class TwinLine:
    """One document on both carriers. ``first`` to ``last`` are its pages in the paper volume; ``scanned`` is None where nobody counted."""

    paper: Item | None
    electronic: Item | None
    first: int | None
    pages: int
    scanned: int | None
    verdict: str
    sentence: str

    @property
    def is_same(self) -> bool:
        """Nothing to do."""
        return self.verdict == "same"

    @property
    def last(self) -> int | None:
        """Last page in the paper volume."""
        return self.first + self.pages - 1 if self.first and self.pages else None


def differences(volume: Volume, seen: Iterable[int] | None = None) -> list[TwinLine]:
    """The documents of a pair, or of one volume on both carriers, with the pages of paper against the pages in the scans.

    Args:
        seen: keys of the items that the reader may see; None for all.
    """
    twin = volume.twin
    paper, electronic = (volume, twin) if volume.carrier != Carrier.ELECTRONIC or twin is None else (twin, volume)
    allowed = set(seen) if seen is not None else None

    def rows(one: Volume) -> list[Item]:
        return [item for item in items_in_order(one) if allowed is None or item.pk in allowed]

    papers = rows(paper)
    if electronic is None:
        counted = scanned_pages([item.pk for item in papers])
        return [_line(item, item, counted.get(item.pk)) for item in papers if item.carrier != Carrier.ELECTRONIC]
    files = rows(electronic)
    counted = scanned_pages([item.pk for item in files])
    pairs = matched(papers, files)
    return [_line(one, other, counted.get(other.pk) if other is not None else None) for one, other in pairs]


def matched(papers: Sequence[Item], files: Sequence[Item]) -> list[tuple[Item | None, Item | None]]:
    """Documents of both volumes side by side: by number and date where they have them, else by title; the rest alone."""
    left: dict[int, Item] = {item.pk: item for item in files}
    pairs: list[tuple[Item | None, Item | None]] = []
    for item in papers:
        found = next((other for other in left.values() if _is_same(item, other)), None)
        if found is not None:
            left.pop(found.pk)
        pairs.append((item, found))
    return pairs + [(None, other) for other in left.values()]


def _is_same(one: Item, other: Item) -> bool:
    if one.document_number and other.document_number:
        return fold(one.document_number) == fold(other.document_number)
    return fold(one.title) == fold(other.title) and one.dated_on == other.dated_on


def scanned_pages(item_ids: Sequence[int]) -> dict[int, int]:
    """Pages counted in the present files of each item: in the scans where there are any, else in the originals."""
    rows = ItemFile.objects.filter(
        item_id__in=item_ids,
        followed_by__isnull=True,
        role__in=(FileRole.SCAN, FileRole.ORIGINAL),
        file__pages__isnull=False,
    ).exclude(file__state__in=(FileState.DAMAGED, FileState.ERASED, FileState.INFECTED))
    sums: defaultdict[tuple[int, str], int] = defaultdict(int)
    for item_id, role, pages in rows.values_list("item_id", "role", "file__pages"):
        sums[item_id, role] += pages or 0
    keys = {item_id for item_id, _role in sums}
    return {key: sums[key, FileRole.SCAN.value] or sums[key, FileRole.ORIGINAL.value] for key in keys}


def _line(paper: Item | None, electronic: Item | None, scanned: int | None) -> TwinLine:
    if paper is None:
        return TwinLine(None, electronic, None, 0, scanned, "no_paper", _("纸质案卷里没有这一件。"))
    if electronic is None:
        return TwinLine(paper, None, paper.first_page, paper.pages, None, "no_file", _("电子案卷里没有这一件。"))
    verdict, sentence = _compared(paper, scanned)
    return TwinLine(paper, electronic, paper.first_page, paper.pages, scanned, verdict, sentence)


def _compared(paper: Item, scanned: int | None) -> tuple[str, str]:
    if scanned is None:
        return "not_scanned", _("没有扫描件，或扫描件的页数未知。")
    if scanned == paper.pages:
        return "same", _("页数一致。")
    if scanned > paper.pages:
        return "more", _("扫描件多 %(count)s 页，请核对是否重复扫描或纸质页数有误。") % {"count": scanned - paper.pages}
    short = paper.pages - scanned
    if paper.first_page is None:
        return "fewer", _("扫描件少 %(count)s 页。") % {"count": short}
    last = paper.first_page + paper.pages - 1
    where = (
        _("第 %(page)s 页") % {"page": last}
        if short == 1
        else _("第 %(first)s–%(last)s 页") % {"first": last - short + 1, "last": last}
    )
    told = _("扫描件少 %(count)s 页；若按顺序扫描，缺卷内%(where)s，请逐页核对。")
    return "fewer", told % {"count": short, "where": where}
