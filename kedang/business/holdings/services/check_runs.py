"""四性检测: run over a volume or an item, kept as it was found; points for people are answered later, once (AR-14)."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from kedang.business.holdings.checks import RULES_VERSION, Check, Finding, Subject, checks_of
from kedang.business.holdings.choices import CheckOccasion, Verdict
from kedang.business.holdings.events import handing as e
from kedang.business.holdings.models import CheckResult, CheckRun, Item, Transfer, TransferLine, Volume
from kedang.foundation.access.policies import require
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

PASS_SCORE = 80
"""A run below fails even without a veto."""
LONGEST = 4000
SHARE = {Verdict.PASSED: 1.0, Verdict.WARNED: 0.5, Verdict.FAILED: 0.0}
COUNTS = {
    Verdict.PASSED: "passed_count", Verdict.WARNED: "warned_count", Verdict.PENDING: "pending_count", Verdict.FAILED: "failed_count",
}  # fmt: skip


def check_run(
    *,
    actor: Actor,
    occasion: str,
    volume: Volume | None = None,
    item: Item | None = None,
    transfer: Transfer | None = None,
) -> CheckRun:
    """Test a volume, or an item by itself, by all points of a stage, and keep what was found.

    All bytes are read before the transaction begins, so that nobody waits for it.

    Raises:
        Refused: ``nothing_to_check``, ``occasion_unknown``.
    """
    if (volume is None) == (item is None):
        raise Refused("nothing_to_check", _("请指明检测哪个案卷或哪一件。"))
    if occasion not in CheckOccasion.values:
        raise Refused("occasion_unknown", _("没有这个检测环节。"), "occasion")
    thing: Any = volume or item
    if transfer is None:
        require(actor, "holdings.check", thing)
    else:
        require(actor, "holdings.view", transfer)
    subject = Subject(occasion, volume=volume, item=item, transfer=transfer)
    with translation.override(settings.LANGUAGE_CODE):  # what is kept is in the company's language, whoever looks on
        answers = [(one, found) for one in checks_of(occasion) if (found := _asked(one, subject)) is not None]
        lines = [_line(occasion, one, found) for one, found in answers]
    with transaction.atomic():
        run = CheckRun(
            fonds_id=thing.fonds_id, occasion=occasion, volume=volume, item=item, transfer=transfer, rules_version=RULES_VERSION,
            made_by=actor.display_name[:80], made_at=clock.now(), verdict=Verdict.PASSED,
        )  # fmt: skip
        _sum_up(run, lines)
        run.save(force_insert=True)
        for line in lines:
            line.run = run
        CheckResult.objects.bulk_create(lines)
        failed = [line.code for line in lines if line.verdict == Verdict.FAILED]
        meta = {
            "occasion": occasion,
            "verdict": run.verdict,
            "score": run.score,
            "failed": failed,
            "rules": RULES_VERSION,
        }
        record(actor, e.CHECK_MADE, thing, meta={**meta, "run": run.pk})
    return run


@transaction.atomic
def check_answer(*, actor: Actor, result: CheckResult, verdict: str, evidence: str) -> CheckResult:
    """A person's answer to a point that rules cannot decide. It is given once; the run is summed up anew.

    Raises:
        Refused: ``not_by_hand``, ``answered_already``, ``verdict_missing``, ``evidence_missing`` (a fault without words).
    """
    run = CheckRun.objects.select_for_update().get(pk=result.run_id)
    require(actor, "holdings.check", run)
    row = CheckResult.objects.select_for_update().get(pk=result.pk)
    if not row.is_manual:
        raise Refused("not_by_hand", _("这一项由系统判定，不能改结论。请按处理办法改正后再检测一次。"))
    if row.verdict != Verdict.PENDING:
        words = {"who": row.answered_by or run.made_by}
        raise Refused("answered_already", _("这一项已由%(who)s核对，结论不再更改；情况有变请再检测一次。") % words)
    if verdict not in SHARE:
        raise Refused("verdict_missing", _("请选择通过、提示或不通过。"), "verdict")
    if verdict != Verdict.PASSED and not evidence.strip():
        raise Refused("evidence_missing", _("请写明发现了什么。"), "evidence")
    row.verdict, row.answered_by, row.answered_at = verdict, actor.display_name[:80], clock.now()
    row.evidence = "\n".join(filter(None, (row.evidence, evidence.strip())))[:LONGEST]
    row.save(update_fields=["verdict", "evidence", "answered_by", "answered_at"])
    _sum_up(run, list(run.results.all()))
    run.save(update_fields=["verdict", "score", *COUNTS.values()])
    meta = {"code": row.code, "verdict": verdict, "run": run.pk, "run_verdict": run.verdict}
    record(
        actor,
        e.CHECK_ANSWERED,
        run,
        changes={"verdict": ("pending", verdict)},
        reason=evidence.strip()[:200],
        meta=meta,
    )
    return row


def transfer_check(*, actor: Actor, transfer: Transfer, progress: Any = None) -> dict[str, int]:
    """Test every line of a list that has no test yet; what is done already stays, so that a job may go on after a crash."""
    lines = list(TransferLine.objects.filter(transfer=transfer).select_related("volume", "item").order_by("position"))
    done = set(CheckRun.objects.filter(transfer=transfer).values_list("volume_id", "item_id"))
    verdicts: Counter[str] = Counter()
    for number, line in enumerate(lines, 1):
        if (line.volume_id, line.item_id) not in done:
            run = check_run(
                actor=actor, occasion=CheckOccasion.TRANSFER, volume=line.volume, item=line.item, transfer=transfer
            )
            verdicts[run.verdict] += 1
        if progress is not None:
            progress(number, len(lines))
    return dict(verdicts)


def _asked(one: Check, subject: Subject) -> Finding | None:
    """The answer to one point; a point that stumbles is a failure that says so, the others go on."""
    try:
        return one.run(subject)
    except Exception as error:
        told = _("检测本身出错：%(why)s。") % {"why": f"{type(error).__name__}: {error}"[:200]}
        return Finding(Verdict.FAILED, told, _("请把这一行告诉系统管理员，修好后再检测一次。"), [subject.own])


def _line(occasion: str, one: Check, found: Finding) -> CheckResult:
    return CheckResult(
        code=one.code(occasion), quality=one.quality, title=str(one.title)[:80], verdict=found.verdict,
        evidence=str(found.evidence)[:LONGEST], remedy=str(found.remedy)[:300], targets=[list(target) for target in found.targets],
        is_manual=one.is_manual, is_veto=one.is_veto, weight=one.weight,
    )  # fmt: skip


def _sum_up(run: CheckRun, lines: Iterable[CheckResult]) -> None:
    """Counts, score and verdict of a run from its points: a veto or a low score fails, an open point waits, any fault is a hint."""
    every = list(lines)
    counts = Counter(line.verdict for line in every)
    for verdict, name in COUNTS.items():
        setattr(run, name, counts[verdict])
    judged = [line for line in every if line.verdict in SHARE]
    weights = sum(line.weight for line in judged)
    gained = sum(line.weight * SHARE[Verdict(line.verdict)] for line in judged)
    run.score = round(100 * gained / weights) if weights else 100
    vetoed = any(line.is_veto and line.verdict == Verdict.FAILED for line in every)
    if vetoed or run.score < PASS_SCORE:
        run.verdict = Verdict.FAILED
    elif counts[Verdict.PENDING]:
        run.verdict = Verdict.PENDING
    else:
        run.verdict = Verdict.WARNED if counts[Verdict.FAILED] or counts[Verdict.WARNED] else Verdict.PASSED
