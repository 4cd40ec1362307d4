"""备考表 that lives (A-I16, AR-10): every act on a volume that was once closed writes a line; the archivist signs what is new."""

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.writing import first_values
from kedang.business.holdings.choices import NoteKind
from kedang.business.holdings.events.volumes import NOTE_ADDED, NOTES_SIGNED
from kedang.business.holdings.models import Volume, VolumeNote
from kedang.business.holdings.services.volumes.writing import locked_volume, note_volume
from kedang.foundation.access.models import Person
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

LONGEST = 500
BY_HAND = (NoteKind.REMARK, NoteKind.DEFECT, NoteKind.MISSING, NoteKind.DAMAGE, NoteKind.CHANGED)
"""What people write themselves; the other lines come from the acts."""


@transaction.atomic
def note_add(*, actor: Actor, volume: Volume, kind: str, text: str) -> VolumeNote:
    """Write a line into the 备考表 as part of another act; that act has asked for its own right.

    Args:
        kind: one of ``NoteKind``. text: what happened; cut at 500 characters.
    """
    if kind not in NoteKind.values:
        raise ValueError(f"unknown kind of note {kind!r}")
    now = clock.now()
    text = " ".join(str(text).split())
    row = VolumeNote(
        volume=volume, kind=kind, text=text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…",
        made_by=actor.display_name[:80], made_at=now,
    )  # fmt: skip
    row.save(force_insert=True)
    Volume.objects.filter(pk=volume.pk).update(changed_at=now)
    volume.changed_at = now
    record(actor, NOTE_ADDED, row, changes=first_values(row, ("kind", "text")))
    return row


def note_if_known(actor: Actor, volume: Volume, kind: NoteKind, text: str) -> None:
    """A line, once the volume has been closed for the first time: before that its arrangement is nobody's news."""
    if volume.closed_at is not None:
        note_add(actor=actor, volume=volume, kind=kind, text=text)


@transaction.atomic
def note_write(*, actor: Actor, volume: Volume, kind: str, text: str) -> VolumeNote:
    """Write down by hand what the archivist found: a defect, a missing page, a remark.

    Raises:
        Refused: ``note_empty``, ``note_long``, ``note_kind``.
    """
    found = locked_volume(actor, volume, "holdings.mend")
    text = " ".join(text.split())
    if kind not in BY_HAND:
        raise Refused("note_kind", _("请选择说明、缺损、缺页、借阅损坏或更正；其余事项由系统自动登记。"), "kind")
    if len(text) < 2:
        raise Refused("note_empty", _("请写明情况，例如“第 12 页右下角破损，已修裱”。"), "text")
    if len(text) > LONGEST:
        raise Refused(
            "note_long",
            _("情况说明最多 %(most)s 个字，现为 %(count)s 个。") % {"most": LONGEST, "count": len(text)},
            "text",
        )
    return note_add(actor=actor, volume=found, kind=kind, text=text)


@transaction.atomic
def notes_sign(*, actor: Actor, volume: Volume, upto: int | None = None) -> int:
    """Sign the lines that are new; returns how many.

    Args:
        upto: key of the last line that was shown, so that nothing is signed unread.

    Raises:
        Refused: ``nothing_to_sign``, ``signer_machine``.
    """
    found = locked_volume(actor, volume, "holdings.mend")
    if not isinstance(actor, Person):
        raise Refused("signer_machine", _("备考表须由档案管理员本人签认。"))
    fresh = VolumeNote.objects.select_for_update().filter(volume=found, signed_at__isnull=True)
    keys = list((fresh.filter(pk__lte=upto) if upto is not None else fresh).values_list("pk", flat=True))
    if not keys:
        raise Refused("nothing_to_sign", _("没有待签认的记录，可能刚由他人签认。请刷新后再看。"))
    now = clock.now()
    VolumeNote.objects.filter(pk__in=keys).update(signed_by=actor, signed_at=now)
    found.version += 1
    found.changed_at = now
    found.save(update_fields=["version", "changed_at"])
    note_volume(actor, NOTES_SIGNED, found, notes=keys)
    return len(keys)
