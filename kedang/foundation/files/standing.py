"""How the store stands, in words: what the operations page, the command and the metrics say."""

from datetime import timedelta

from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.files.models import FileState, FixityFault, FixityRun, RunState, StoredFile
from kedang.foundation.files.scanning import clamd, queueing
from kedang.foundation.files.scanning.setting import is_on
from kedang.foundation.kernel import clock, health
from kedang.foundation.kernel.health import Health
from kedang.foundation.kernel.metrics import gauge
from kedang.foundation.kernel.refused import Refused

SIGNATURES_OLD = timedelta(days=7)
UNCHECKED = timedelta(days=45)


def register() -> None:
    """The questions and figures of this room."""
    health.check("scanner", gettext_lazy("查毒"), scanner_health, icon="shield-search", order=42)
    health.check("fixity", gettext_lazy("文件核验"), fixity_health, icon="checks", order=44)
    gauge("kedang_files", "Stored files, by state.", by_state, label="state")
    gauge(
        "kedang_files_waiting_seconds", "How long the oldest file has been waiting for the virus scan.", oldest_waiting
    )
    gauge("kedang_fixity_faults", "Faults of stored files that are not settled.", open_faults)


def scanner_health() -> Health:
    """Does the scanner answer, does anything wait for it, how old are its signatures?"""
    if not is_on():
        unscanned = StoredFile.objects.filter(scanned_at__isnull=True, state=FileState.GOOD).count()
        return Health(
            "warn",
            _("没有查毒：KEDANG_CLAMD 设为 off。"),
            _("文件不经查毒即可打开，只适合演示。正式使用请安装 clamd 并设定 KEDANG_CLAMD。"),
            ((_("未查毒文件"), unscanned),),
        )
    waiting, too_large = (
        queueing.waiting().count(),
        StoredFile.objects.filter(state=FileState.WAITING, is_too_large=True).count(),
    )
    infected = StoredFile.objects.filter(state=FileState.INFECTED).count()
    facts: tuple[tuple[str, object], ...] = (
        (_("等待查毒"), waiting), (_("有病毒，已隔离"), infected), (_("过大，待放行"), too_large),
    )  # fmt: skip
    try:
        found = clamd.version()
    except Refused as refusal:
        told = _("查毒服务停了，%(n)s 份文件在等待，暂时打不开。") % {"n": waiting} if waiting else _("查毒服务停了。")
        return Health("bad", told, refusal.sentence, facts)
    if found.signed_at is not None:
        facts += ((_("病毒库日期"), clock.local(found.signed_at).strftime("%Y-%m-%d")),)
        if clock.now() - found.signed_at > SIGNATURES_OLD:
            return Health("warn", _("病毒库已超过 7 天没有更新。"), _("请检查 freshclam 或病毒库镜像。"), facts)
    if too_large:
        advice = _("请调大 clamd 的 StreamMaxLength，或在文件存储页说明理由后放行。")
        return Health("warn", _("%(n)s 份文件超过查毒服务的上限，不能打开。") % {"n": too_large}, advice, facts)
    return Health("good", _("查毒服务正常：%(version)s。") % {"version": found.words}, "", facts)


def fixity_health() -> Health:
    """Is every file what it was when it came in, as far as was looked?"""
    faults = open_faults()
    last = FixityRun.objects.exclude(state=RunState.RUNNING).order_by("-started_at").first()
    at = last.finished_at if last else None
    oldest = StoredFile.objects.exclude(state=FileState.ERASED).aggregate(at=Min("checked_at"))["at"]
    facts: tuple[tuple[str, object], ...] = ((_("文件"), StoredFile.objects.exclude(state=FileState.ERASED).count()),)
    if last is not None:
        facts += (
            (_("最近核验"), clock.local(last.started_at).strftime("%Y-%m-%d %H:%M")),
            (_("当时核验"), last.file_count),
        )
    if faults:
        advice = _("请打开文件核验页，看是哪些文件，并从备份修复。")
        return Health("bad", _("%(n)s 份文件丢失、损坏或多出，还没有解决。") % {"n": int(faults)}, advice, facts, at)
    if oldest is not None and clock.now() - oldest > UNCHECKED:
        advice = _("请确认后台任务进程在运行，或在文件核验页点“全部核验”。")
        return Health("warn", _("有文件超过 %(n)s 天没有核验。") % {"n": UNCHECKED.days}, advice, facts, at)
    return Health("good", _("存储的文件都完好。"), "", facts, at)


def by_state() -> dict[str, float]:
    """Number of files by state."""
    counted = StoredFile.objects.order_by().values_list("state").annotate(Count("id"))
    return {**dict.fromkeys(map(str, FileState), 0.0), **{str(state): float(many) for state, many in counted}}


def oldest_waiting() -> float:
    """Seconds; 0 when nothing waits."""
    at = queueing.waiting().aggregate(at=Min("uploaded_at"))["at"]
    return (clock.now() - at).total_seconds() if at else 0.0


def open_faults() -> float:
    """Faults that are neither repaired nor otherwise gone."""
    return float(FixityFault.objects.filter(settled_at__isnull=True).count())
