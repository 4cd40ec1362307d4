"""接收: the archive counts every line of a sent list, accepts or sends back, and signs (帐表相符, D-Ⅰ). Never who handed it over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import LineState, NoteKind, TransferState, Verdict
from kedang.business.holdings.events import handing as e
from kedang.business.holdings.models import CheckRun, Transfer, TransferLine, Volume
from kedang.business.holdings.services import transfers as t
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archivist says of a line: pages counted, accepted, rejected or still open, and why."""

    pages_counted: int | None = None
    state: str = LineState.PENDING
    reason: str = ""


@transaction.atomic
def transfer_count(
    *, actor: Actor, transfer: Transfer, answers: Mapping[int, Answer], version: int | None = None
) -> Transfer:
    """Keep what was counted so far; lines that are not named stay as they are.

    Raises:
        Refused: ``transfer_not_sent``, ``stale_version`` (a colleague counted meanwhile), ``line_gone``, ``pages_missing``,
            ``pages_differ``, ``reason_missing``, ``changed_since_sent``, ``not_checked``, ``check_failed`` (accepted without a reason).
    """
    row = _to_be_received(actor, transfer, version)
    lines = t.locked_lines(row)
    known = {line.pk: line for line in lines}
    if set(answers) - set(known):
        raise Refused("line_gone", _("清册上没有其中的某一条，请刷新页面后再核对。"))
    runs = runs_of(row, lines)
    changed = []
    for key, answer in answers.items():
        line = known[key]
        if answer.state == LineState.ACCEPTED:
            _refuse_accepting(row, line, answer, runs.get(key))
        elif answer.state == LineState.REJECTED and not answer.reason.strip():
            raise Refused(
                "reason_missing", _("第 %(n)s 条退回，请写明理由。") % {"n": line.position}, f"reason-{line.pk}"
            )
        before = (line.pages_counted, line.state, line.reason)
        line.pages_counted, line.state, line.reason = answer.pages_counted, answer.state, answer.reason.strip()
        if before != (line.pages_counted, line.state, line.reason):
            line.save(update_fields=["pages_counted", "state", "reason"])
            changed.append(
                {"line": line.position, "pages": line.pages_counted, "state": line.state, "reason": line.reason}
            )
    if changed:
        row.version += 1
        row.save(update_fields=["version"])
        record(actor, e.TRANSFER_COUNTED, row, meta={"lines": changed})
    return row


@transaction.atomic
def transfer_receive(*, actor: Actor, transfer: Transfer, version: int | None = None) -> Transfer:
    """Sign for the list: accepted lines become the archive's, rejected ones are free to be sent again.

    Raises:
        Refused: ``transfer_not_sent``, ``stale_version``, ``signed_twice`` (by who handed it over), ``lines_open``, ``changed_since_sent``,
            ``signature_missing`` (a machine).
    """
    row = _to_be_received(actor, transfer, version)
    signer = t.signer_of(actor)
    lines = t.locked_lines(row)
    left = [line.position for line in lines if line.state == LineState.PENDING]
    if left:
        shown = "、".join(str(position) for position in left[:10])
        raise Refused("lines_open", _("第 %(lines)s 条还没有核对，全部核对后才能签收。") % {"lines": shown})
    accepted = [line for line in lines if line.state == LineState.ACCEPTED]
    for line in accepted:
        _refuse_changed(row, line)
    row.lines.update(is_running=False)
    row.state, row.received_by, row.received_at = TransferState.RECEIVED, signer, clock.now()
    row.version += 1
    row.save(update_fields=["state", "received_by", "received_at", "version"])
    rejected = [line for line in lines if line.state == LineState.REJECTED]
    meta = {"accepted": len(accepted), "rejected": len(rejected), "pages": sum(line.pages for line in accepted)}
    record(actor, e.TRANSFER_RECEIVED, row, changes={"state": ("sent", "received")}, meta=meta)
    named = {"transfer": row.number, "department": str(row.department)}
    t.tell_lines(actor, e.TRANSFER_LINE_ACCEPTED, accepted, named)
    t.tell_lines(actor, e.TRANSFER_LINE_REJECTED, rejected, named)
    for line in accepted:
        _note(actor, row, line)
    return row


def runs_of(row: Transfer, lines: Sequence[TransferLine]) -> dict[int, CheckRun]:
    """The latest four-property test of each line made for this list, by key of the line."""
    by_thing: dict[tuple[str, int | None], CheckRun] = {}
    for run in CheckRun.objects.filter(transfer=row).order_by("pk"):
        by_thing["volume" if run.volume_id else "item", run.volume_id or run.item_id] = run
    named = ((line, ("volume", line.volume_id) if line.volume_id else ("item", line.item_id)) for line in lines)
    return {line.pk: by_thing[key] for line, key in named if key in by_thing}


def _to_be_received(actor: Actor, transfer: Transfer, version: int | None) -> Transfer:
    row = t.locked(actor, "holdings.receive", transfer)
    if row.state in {TransferState.RECEIVED, TransferState.WITHDRAWN}:
        raise t.settled(row)
    if row.state != TransferState.SENT:
        raise Refused("transfer_not_sent", _("清册 %(number)s 还没有移交，不能接收。") % {"number": row.number})
    if actor.id is not None and row.handed_by_id == actor.id:
        raise Refused("signed_twice", _("移交人不能自己接收，请由另一位档案人员核对签收。"))
    if version is not None and row.version != version:
        raise Refused("stale_version", _("另一位同事刚刚核对过这份清册，请刷新页面，在其结果上继续。"))
    return row


def _refuse_accepting(row: Transfer, line: TransferLine, answer: Answer, run: CheckRun | None) -> None:
    words = {"n": line.position, "listed": line.pages, "counted": answer.pages_counted}
    if answer.pages_counted is None:
        raise Refused("pages_missing", _("第 %(n)s 条接收前须清点页数，请填写。") % words, f"pages-{line.pk}")
    if answer.pages_counted != line.pages:
        raise Refused(
            "pages_differ",
            _("第 %(n)s 条清点为 %(counted)s 页，清册为 %(listed)s 页，帐表不符，不能接收。请退回并写明差在哪里。")
            % words,
            f"pages-{line.pk}",
        )
    _refuse_changed(row, line)
    if run is None:
        raise Refused("not_checked", _("第 %(n)s 条的移交检测尚未完成，请稍候，或点“立即检测”。") % words)
    if run.verdict == Verdict.FAILED and not answer.reason.strip():
        raise Refused(
            "check_failed",
            _("第 %(n)s 条四性检测不通过。请退回；确需接收的，在理由栏写明原因。") % words,
            f"reason-{line.pk}",
        )


def _refuse_changed(row: Transfer, line: TransferLine) -> None:
    """What is handed over must still be what was sent."""
    thing = t.thing_of(line)
    if t.pages_of(thing) != line.pages or t.unfit(row, thing, line) is not None:
        words = {"n": line.position, "name": thing.title}
        raise Refused(
            "changed_since_sent",
            _("第 %(n)s 条“%(name)s”在移交后有变动，与清册不符，不能接收。请退回，由移交部门重新移交。") % words,
        )


def _note(actor: Actor, row: Transfer, line: TransferLine) -> Any:
    """The 备考表 of a volume tells when it came to the archive."""
    from kedang.business.holdings.services.volumes import note_add

    thing = t.thing_of(line)
    if not isinstance(thing, Volume):
        return None
    words = {"number": row.number, "department": row.department, "pages": line.pages}
    text = _("由%(department)s移交档案室，清册 %(number)s，清点 %(pages)s 页相符。") % words
    return note_add(actor=actor, volume=thing, kind=NoteKind.REMARK, text=text)
