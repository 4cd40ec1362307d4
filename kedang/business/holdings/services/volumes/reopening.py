"""重新开卷: asked with a reason by one person, decided by another; never otherwise."""

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import constraints_refuse
from kedang.business.customers.services.writing import first_values
from kedang.business.holdings.choices import NoteKind, VolumeState, Whereabouts
from kedang.business.holdings.events.volumes import REOPENING_ASKED, REOPENING_DECIDED
from kedang.business.holdings.models import Volume, VolumeReopening
from kedang.business.holdings.services.volumes.notes import note_add
from kedang.business.holdings.services.volumes.writing import locked_volume, save_volume
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

LONGEST = 300


@transaction.atomic
def volume_reopen_ask(*, actor: Actor, volume: Volume, reason: str) -> VolumeReopening:
    """Ask for a closed volume to be opened again.

    Raises:
        Refused: ``reason_missing``, ``reason_long``, ``volume_open``, ``volume_destroyed``, ``volume_away``, ``reopening_waiting``,
        ``asker_machine``.
    """
    found = locked_volume(actor, volume, "holdings.mend")
    reason = " ".join(reason.split())
    if not isinstance(actor, Person):
        raise Refused("asker_machine", _("重新开卷须由经办人本人申请。"))
    if len(reason) < 2:
        raise Refused("reason_missing", _("申请重新开卷必须写明理由，例如“补入 2026 年补充协议”。"), "reason")
    if len(reason) > LONGEST:
        raise Refused(
            "reason_long",
            _("理由最多 %(most)s 个字，现为 %(count)s 个。") % {"most": LONGEST, "count": len(reason)},
            "reason",
        )
    if found.state == VolumeState.OPEN:
        raise Refused("volume_open", _("案卷 %(code)s 正在组卷，不需要申请开卷。") % {"code": found.reference_code})
    _refuse_away(found)
    waiting = _("案卷 %(code)s 已有一份开卷申请在等待审批。") % {"code": found.reference_code}
    if VolumeReopening.objects.filter(volume=found, decided_at__isnull=True).exists():
        raise Refused("reopening_waiting", waiting)
    row = VolumeReopening(volume=found, reason=reason, asked_by=actor, asked_at=clock.now())
    taken = ("reopening_waiting", "", waiting)
    with constraints_refuse({"volume_one_open_request": taken, "volumereopening.volume_id": taken}):
        row.save(force_insert=True)
    record(actor, REOPENING_ASKED, row, changes=first_values(row, ("reason", "asked_by")), reason=reason)
    return row


@transaction.atomic
def volume_reopen_decide(
    *, actor: Actor, reopening: VolumeReopening, is_granted: bool, opinion: str = ""
) -> VolumeReopening:
    """Grant or decline; granted, the volume is open again, and its 备考表 says so.

    Raises:
        Refused: ``reopening_decided``, ``reopening_own`` (nobody decides on their own), ``opinion_missing`` when declining,
        ``volume_away``, ``volume_destroyed``.
    """
    volume = locked_volume(actor, reopening.volume_id, "holdings.reopen")
    row = VolumeReopening.objects.select_for_update().filter(pk=reopening.pk, volume=volume).first()
    if row is None:
        raise OutOfScope
    row.volume = volume
    require(actor, "holdings.reopen", row)
    if row.decided_at is not None:
        raise Refused("reopening_decided", _("这份开卷申请刚由他人审批，请刷新后查看结果。"))
    if not isinstance(actor, Person) or row.asked_by_id == actor.pk:
        raise Refused("reopening_own", _("不能审批自己的开卷申请，请由另一位有审批权的人办理。"))
    opinion = " ".join(opinion.split())[:LONGEST]
    if not is_granted and len(opinion) < 2:
        raise Refused("opinion_missing", _("不同意的，请写明意见。"), "opinion")
    changes = {"decided_by": (None, actor.pk), "is_granted": (None, is_granted), "opinion": ("", opinion)}
    row.decided_by, row.decided_at, row.is_granted, row.opinion = actor, clock.now(), is_granted, opinion
    if is_granted:
        _refuse_away(volume)
    row.save(update_fields=["decided_by", "decided_at", "is_granted", "opinion"])
    record(actor, REOPENING_DECIDED, row, changes=changes, reason=opinion)
    if is_granted:
        _open(actor, volume, row)
    return row


def _open(actor: Actor, volume: Volume, row: VolumeReopening) -> None:
    """Open again. When it was closed stays known: from now on every change is a line of the 备考表."""
    before = {"state": (volume.state, VolumeState.OPEN.value), "inspected_by": (volume.inspected_by_id, None)}
    volume.state, volume.inspected_by = VolumeState.OPEN, None
    save_volume(actor, volume, saving=before)
    record(actor, REOPENING_DECIDED, volume, changes=before, reason=row.reason, meta={"version": volume.version})
    told = _("经%(who)s批准重新开卷。理由：%(why)s")
    note_add(
        actor=actor, volume=volume, kind=NoteKind.REOPENED, text=told % {"who": actor.display_name, "why": row.reason}
    )


def _refuse_away(volume: Volume) -> None:
    if volume.state == VolumeState.DESTROYED or volume.whereabouts == Whereabouts.GONE:
        raise Refused("volume_destroyed", _("此案卷已销毁，只保留目录，不能再办理。"))
    if volume.whereabouts != Whereabouts.IN_STORE:
        told = _("案卷 %(code)s 现为“%(where)s”，归还以后才能重新开卷。")
        raise Refused("volume_away", told % {"code": volume.reference_code, "where": volume.get_whereabouts_display()})
