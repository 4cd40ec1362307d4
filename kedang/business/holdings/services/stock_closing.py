"""The end of a stock-take: differences become findings, and each is settled by one verb (CS-02)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import FindingState, LocationKind, StockResult, StockState
from kedang.business.holdings.events.custody import FINDING_NOTED, FINDING_SOLVED, STOCK_LINE_SETTLED, STOCK_TAKE_CLOSED
from kedang.business.holdings.models import Finding, FindingSource, StockLine, StockTake
from kedang.business.holdings.services.custody_writing import locked
from kedang.business.holdings.services.placing import box_move, put_away
from kedang.business.holdings.services.stocktaking import refuse_closed
from kedang.foundation.audit.record import Entry, record, record_many, subject_of
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

DIFFERING = (StockResult.MISPLACED, StockResult.MISSING, StockResult.UNEXPECTED)


@transaction.atomic
def stock_take_close(*, actor: Actor, stock_take: StockTake, conclusion: str = "") -> StockTake:
    """End the count: what nobody saw is missing, and every difference is a finding until it is solved.

    Raises:
        Refused: ``stock_take_closed``, ``stock_take_uncounted``.
    """
    take: StockTake = locked(StockTake, actor, stock_take, "custody.keep")
    refuse_closed(take)
    if not take.scans.exists():
        raise Refused("stock_take_uncounted", _("还没有收到任何扫码，不能结束。请先在手机上盘点并上传。"))
    take.lines.filter(result="").update(result=StockResult.MISSING)
    differing = list(take.lines.filter(result__in=DIFFERING).select_related("expected_at", "seen_at").order_by("id"))
    now = clock.now()
    take.state, take.closed_at, take.conclusion = StockState.CLOSED, now, conclusion.strip()[:2000]
    take.found_count = take.lines.filter(result=StockResult.FOUND).count()
    take.differing_count = len(differing)
    take.version += 1
    take.save(update_fields=["state", "closed_at", "conclusion", "found_count", "differing_count", "version"])
    record(actor, STOCK_TAKE_CLOSED, take, meta={"found": take.found_count, "differing": len(differing)})
    findings = Finding.objects.bulk_create([_finding(take, line, now) for line in differing], batch_size=500)
    record_many(actor, FINDING_NOTED, [Entry(subject_of(one)) for one in findings])
    return take


@transaction.atomic
def stock_line_settle(*, actor: Actor, stock_line: StockLine, reason: str = "") -> StockLine:
    """Set the books to where the thing was seen.

    Raises:
        Refused: ``stock_take_running``, ``line_not_misplaced``, ``line_settled``, and what :func:`put_away` refuses.
    """
    take: StockTake = locked(StockTake, actor, stock_line.stock_take_id, "custody.keep")
    line: StockLine = locked(StockLine, actor, stock_line, "custody.keep")
    seen = line.seen_at
    if take.state != StockState.CLOSED:
        raise Refused(
            "stock_take_running", _("“%(title)s”还没有结束，请先结束盘点，再逐条处理差异。") % {"title": take.title}
        )
    if seen is None or not (line.volume_id or line.item_id or line.box_id) or line.result not in DIFFERING:
        told = _("“%(code)s”没有可以更正的位置：要么没有扫到，要么不在目录里。请写明处理结果。") % {"code": line.code}
        raise Refused("line_not_misplaced", told)
    if line.solution:
        raise Refused("line_settled", _("“%(code)s”已经处理：%(how)s") % {"code": line.code, "how": line.solution})
    why = _("盘点更正：%(title)s") % {"title": take.title}
    if line.box is not None:
        if seen.kind != LocationKind.SHELF:
            raise Refused(
                "location_kind",
                _("盒“%(box)s”应放在层上，“%(place)s”不是层。") % {"box": line.code, "place": seen.label},
            )
        box_move(actor=actor, box=line.box, to=seen, reason=why)
    else:
        things = {"volumes": [line.volume_id]} if line.volume_id else {"items": [line.item_id]}
        put_away(actor=actor, location=seen, reason=why, override=reason, **things)
    line.solution = (_("账面位置改为 %(place)s。") % {"place": seen.label} + " ".join(reason.split()))[:200]
    line.save(update_fields=["solution"])
    record(actor, STOCK_LINE_SETTLED, line, changes={"solution": ("", line.solution)}, meta={"place": seen.label})
    _solve_finding(actor, line)
    return line


def _solve_finding(actor: Actor, line: StockLine) -> None:
    finding = Finding.objects.select_for_update(of=("self",)).filter(stock_line=line, state=FindingState.OPEN).first()
    if finding is None:
        return
    finding.state, finding.solution, finding.solved_at = FindingState.SOLVED, line.solution, clock.now()
    finding.solved_by = actor.display_name[:80]
    finding.version += 1
    finding.save(update_fields=["state", "solution", "solved_at", "solved_by", "version"])
    record(
        actor,
        FINDING_SOLVED,
        finding,
        changes={"state": (FindingState.OPEN, FindingState.SOLVED)},
        reason=line.solution,
    )


def _finding(take: StockTake, line: StockLine, now: Any) -> Finding:
    place = line.seen_at or line.expected_at or take.location
    return Finding(
        fonds_id=take.fonds_id, location=place, volume_id=line.volume_id, stock_line=line, source=FindingSource.STOCK,
        text=difference_words(line)[:300], found_at=now,
    )  # fmt: skip


def difference_words(line: StockLine) -> str:
    """A difference as a sentence."""
    books = line.expected_at.label if line.expected_at else ""
    seen = line.seen_at.label if line.seen_at else ""
    if line.result == StockResult.MISSING:
        return _("%(code)s 账面在 %(books)s，没有找到。") % {"code": line.code, "books": books}
    if line.result == StockResult.MISPLACED:
        return _("%(code)s 账面在 %(books)s，实际在 %(seen)s。") % {"code": line.code, "books": books, "seen": seen}
    if books:
        return _("%(code)s 在 %(seen)s 扫到，账面却是已借出或已提出。") % {"code": line.code, "seen": seen}
    return _("%(code)s 在 %(seen)s 扫到，账上没有它的位置。") % {"code": line.code, "seen": seen}
