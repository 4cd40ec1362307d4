"""What the import bench keeps sealed: rows in chunks, and originals. Known to whoever changes keys."""

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kedang.business.intake.models import ImportBatch, ImportChunk
from kedang.business.intake.pipeline import originals, packing
from kedang.foundation.kernel import keys
from kedang.foundation.kernel.key_ring import STAGING
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sealed_places import SealedPlace, Step, place
from kedang.foundation.kernel.walking import walk


def register() -> None:
    """Declare both."""
    place(SealedPlace("intake.chunks", _("导入数据分块"), chunk_counts, renew_chunks))
    place(SealedPlace("intake.originals", _("导入原文件"), original_counts, renew_originals))


def chunk_counts() -> "Counter[int]":
    """Sealed parts of chunks per key. Only their heads are read."""
    found: Counter[int] = Counter()
    for chunk in _chunks():
        found.update(packing.key_numbers(bytes(chunk.payload), bytes(chunk.marks)))
    return found


def renew_chunks(step: Step) -> tuple[int, int]:
    """Seal the parts of all chunks with the active key; marks that somebody wrote meanwhile are left to the next round."""
    changed = unreadable = 0
    for chunk in _chunks():
        payload, marks = bytes(chunk.payload), bytes(chunk.marks)
        others = [n for n in packing.key_numbers(payload, marks) if n != keys.ring().active[STAGING]]
        if others:
            try:
                new = packing.renewed(payload, marks, chunk.batch_id, chunk.seq)
            except Refused:
                unreadable += len(others)
            else:
                same = ImportChunk.objects.filter(pk=chunk.pk, marks=marks)
                changed += len(others) * same.update(payload=new[0], marks=new[1])
        step(1)
    return changed, unreadable


def original_counts() -> "Counter[int]":
    """Originals per key."""
    found: Counter[int] = Counter()
    for batch_id in _with_original():
        try:
            found.update(originals.key_numbers(batch_id))
        except FileNotFoundError:
            continue
    return found


def renew_originals(step: Step) -> tuple[int, int]:
    """Bring all originals under the active key."""
    changed = unreadable = 0
    for batch_id in _with_original():
        try:
            changed += originals.renew(batch_id)
        except Refused:
            unreadable += 1
        except FileNotFoundError:
            continue
        step(1)
    return changed, unreadable


def _chunks() -> Iterator[ImportChunk]:
    return walk(ImportChunk.objects.only("batch_id", "seq", "payload", "marks"), 20)


def _with_original() -> list[int]:
    known = ImportBatch.objects.order_by("pk").values_list("pk", flat=True)
    return [batch_id for batch_id in known if originals.path_of(batch_id).exists()]
