"""重新开卷: asked with a reason by one person, decided by another; never otherwise."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.services.problems import constraints_refuse
from kedang.business.customers.services.writing import first_values
from kedang.business.holdings.choices import NoteKind, VolumeState, Whereabouts
from kedang.business.holdings.events.volumes import REOPENING_ASKED, REOPENING_DECIDED
from kedang.business.holdings.models import Volume, VolumeReopening
from kedang.business.holdings.services.volumes.notes import note_add
from kedang.business.holdings.services.volumes.writing import locked_volume, save_volume
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.access.veil import format_value
from kedang.foundation.approvals.choices import FlowState
from kedang.foundation.approvals.models import Case, Flow
from kedang.foundation.approvals.registry import CaseKind, StepSpec, declare
from kedang.foundation.approvals.services.claiming import task_claim
from kedang.foundation.approvals.services.deciding import case_approve, case_reject
from kedang.foundation.approvals.services.opening import case_open
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.kernel.sure import sure

LONGEST = 300
KIND = "holdings.reopen"


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
    _hand_in(actor, found, row)
    record(actor, REOPENING_ASKED, row, changes=first_values(row, ("reason", "asked_by")), reason=reason)
    return row


@transaction.atomic
def volume_reopen_decide(
    *, actor: Actor, reopening: VolumeReopening, is_granted: bool, opinion: str = ""
) -> VolumeReopening:
    """Grant or decline; granted, the volume is open again, and its 备考表 says so.

    A request that has a case is decided there: who may grant takes a part in it, if the flow did not ask them.

    Raises:
        Refused: ``reopening_decided``, ``reopening_own`` (nobody decides on their own), ``opinion_missing`` when declining,
        ``volume_away``, ``volume_destroyed``.
    """
    if reopening.case_id is not None:
        return _decide_by_case(actor, reopening, is_granted, opinion)
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


def _hand_in(actor: Person, volume: Volume, row: VolumeReopening) -> None:
    """A case, where the company has a flow for it; else whoever may grant decides by the volume's page."""
    if not Flow.objects.filter(fonds_id=volume.fonds_id, kind=KIND, state=FlowState.IN_FORCE).exists():
        return
    row.case = case_open(
        actor=actor, kind=KIND, title=_("重新开卷 %(code)s") % {"code": volume.reference_code}, reason=row.reason, subject=volume,
        department=volume.department, secrecy_level=volume.secrecy_level,
    )  # fmt: skip
    row.save(update_fields=["case"])


def _decide_by_case(actor: Actor, reopening: VolumeReopening, is_granted: bool, opinion: str) -> VolumeReopening:
    """The case is locked before the volume, as a decision on the work list does."""
    row = VolumeReopening.objects.select_related("case", "volume").get(pk=reopening.pk)
    require(actor, "holdings.reopen", row.volume)
    require(actor, "holdings.reopen", row)
    if row.decided_at is not None:
        raise Refused("reopening_decided", _("这份开卷申请刚由他人审批，请刷新后查看结果。"))
    if not isinstance(actor, Person) or row.asked_by_id == actor.pk:
        raise Refused("reopening_own", _("不能审批自己的开卷申请，请由另一位有审批权的人办理。"))
    case = sure(row.case)
    task_claim(actor=actor, case=case, why=_("由有开卷审批权的人办理"))
    if is_granted:
        case_approve(actor=actor, case=case, opinion=opinion)
    else:
        case_reject(actor=actor, case=case, opinion=opinion)
    row.refresh_from_db()
    return row


def approved(actor: Actor, case: Case) -> None:
    """The case was approved: the volume is open again."""
    _settle(actor, case, is_granted=True)


def rejected(actor: Actor, case: Case) -> None:
    """The case was refused."""
    _settle(actor, case, is_granted=False)


def withdrawn(actor: Actor, case: Case) -> None:
    """Who asked took it back."""
    row = VolumeReopening.objects.select_for_update(of=("self",)).get(case=case)
    row.decided_at, row.is_granted, row.opinion = clock.now(), False, _("申请人撤回")
    row.save(update_fields=["decided_at", "is_granted", "opinion"])
    record(actor, REOPENING_DECIDED, row, changes={"is_granted": (None, False)}, reason=row.opinion)


def _settle(actor: Actor, case: Case, *, is_granted: bool) -> None:
    row = VolumeReopening.objects.select_for_update(of=("self",)).get(case=case)
    volume = Volume.objects.select_for_update(of=("self",)).get(pk=row.volume_id)
    row.volume = volume
    last = case.decisions.exclude(opinion="").order_by("-id").first()
    opinion = last.opinion[:LONGEST] if last is not None else ""
    decider = actor if isinstance(actor, Person) else None
    if is_granted:
        _refuse_away(volume)
    row.decided_by, row.decided_at, row.is_granted, row.opinion = decider, clock.now(), is_granted, opinion
    row.save(update_fields=["decided_by", "decided_at", "is_granted", "opinion"])
    changes = {"decided_by": (None, row.decided_by_id), "is_granted": (None, is_granted), "opinion": ("", opinion)}
    record(actor, REOPENING_DECIDED, row, changes=changes, reason=opinion, meta={"case": case.number})
    if is_granted:
        _open(actor, volume, row)


def declare_kind() -> None:
    """Make the kind known."""
    declare(
        CaseKind(
            KIND, gettext_lazy("重新开卷"), gettext_lazy("已结卷的案卷补入或更正文件，批准后重新打开。"), "holdings.mend",
            steps=(StepSpec(gettext_lazy("部门负责人审批"), "head"),), on_approved=approved, on_rejected=rejected, on_withdrawn=withdrawn,
            describe=describe, page="holdings:volume-detail", begins_at=gettext_lazy("案卷页的“申请开卷”"), icon="lock-open", order=30,
        )
    )  # fmt: skip


def describe(actor: Actor, case: Case) -> list[tuple[Any, Any]]:
    """Which volume, to who sees it."""
    volume = Volume.objects.visible_to(actor).filter(pk=case.subject_id).first()
    if volume is None:
        return []
    return [(_("案卷"), str(volume)), (_("件数"), volume.item_count), (_("结卷时间"), format_value(volume.closed_at))]


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
