"""How backups stand, in words: what the operations page, the command and the metrics say."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.foundation.jobs.models import Job, JobState
from kedang.foundation.kernel import clock, health
from kedang.foundation.kernel.health import Health
from kedang.foundation.safekeeping.models import PRESENT, Backup, BackupState, Drill

BACKUP_LATE = timedelta(hours=26)
BACKUP_MISSED = timedelta(days=3)
DRILL_LATE = timedelta(days=7)
WORKER_MISSING = timedelta(minutes=5)
DRILL_SOON = timedelta(days=6)


def register() -> None:
    """The questions of this room, and that of the jobs beneath it."""
    health.check("backup", gettext_lazy("备份"), backup_health, icon="database", order=20)
    health.check("drill", gettext_lazy("恢复演练"), drill_health, icon="shield-check", order=30)
    health.check("jobs", gettext_lazy("后台任务"), jobs_health, icon="loader", url_name="jobs:job-list", order=50)


def backup_health() -> Health:
    """Is there a recent, whole set, and one in a second place?"""
    newest = Backup.objects.filter(state__in=PRESENT).order_by("-created_at").first()
    run = _("请点“立即备份”，并确认后台任务进程在运行。")
    if newest is None:
        return Health("bad", _("还没有任何备份。"), run)
    facts = (
        (_("最近备份"), clock.local(newest.created_at).strftime("%Y-%m-%d %H:%M")),
        (_("备份集"), Backup.objects.filter(state__in=PRESENT).count()),
        (_("第二处副本"), "、".join(newest.copies) or _("没有设置")),
    )
    age = clock.now() - newest.created_at
    if newest.state == BackupState.BAD:
        return Health(
            "bad", _("最近的备份集已损坏。"), _("请立即重新备份，并检查备份所在的磁盘。"), facts, newest.created_at
        )
    told = _("最近一次备份：%(age)s。") % {"age": ago(age)}
    if age > BACKUP_MISSED:
        return Health("bad", told, run, facts, newest.created_at)
    if newest.problem:
        return Health("warn", told, newest.problem, facts, newest.created_at)
    if age > BACKUP_LATE:
        return Health("warn", told, run, facts, newest.created_at)
    if not settings.BACKUP_COPY:
        advice = _("备份只在本机一处。机器或机房出事时会一起丢失，请设置第二处存放地点。")
        return Health("warn", told, advice, facts, newest.created_at)
    return Health("good", told, "", facts, newest.created_at)


def drill_health() -> Health:
    """How old is the last restore that was verified? Red after seven days."""
    last = Drill.objects.order_by("-finished_at", "-pk").first()
    passed = Drill.objects.filter(is_passed=True).order_by("-finished_at", "-pk").first()
    if passed is None:
        words = _("还没有一次恢复演练通过。没有恢复过的备份不算数。")
        return Health(
            "bad", words, last.words if last else _("请点“立即演练”。"), (), last.finished_at if last else None
        )
    age = clock.now() - passed.finished_at
    facts = (
        (_("最近通过"), clock.local(passed.finished_at).strftime("%Y-%m-%d %H:%M")),
        (_("用时"), duration(passed.seconds)),
        (
            _("用的备份"),
            clock.local(passed.backup_made_at).strftime("%Y-%m-%d %H:%M")
            if passed.backup_made_at
            else passed.backup_code,
        ),
    )
    told = _("最近一次通过的恢复演练：%(age)s。") % {"age": ago(age)}
    if last is not None and not last.is_passed and last.finished_at > passed.finished_at:
        return Health("bad", _("最近一次恢复演练没有通过。"), last.words, facts, passed.finished_at)
    if age > DRILL_LATE:
        return Health("bad", told, _("超过 7 天没有验证过备份能恢复，请点“立即演练”。"), facts, passed.finished_at)
    if age > DRILL_SOON:
        return Health("warn", told, _("快到 7 天了，请安排演练。"), facts, passed.finished_at)
    return Health("good", told, "", facts, passed.finished_at)


def jobs_health() -> Health:
    """Is a worker at work, and did what was handed in succeed?"""
    now = clock.now()
    waiting = Job.objects.filter(state=JobState.QUEUED)
    oldest = waiting.order_by("pk").values_list("created_at", flat=True).first()
    running = Job.objects.filter(state=JobState.RUNNING).count()
    failed = Job.objects.filter(state=JobState.FAILED, finished_at__gte=now - timedelta(days=1)).count()
    facts = ((_("进行中"), running), (_("排队中"), waiting.count()), (_("一天内失败"), failed))
    if oldest is not None and not running and now - oldest > WORKER_MISSING:
        told = _("任务已排队%(n)s 分钟没有人做。") % {"n": int((now - oldest).total_seconds() // 60)}
        return Health("bad", told, _("后台任务进程可能没有启动，请运行 kedang serve 或 kedang worker。"), facts)
    if failed:
        return Health(
            "warn", _("一天内有 %(n)s 个任务失败。") % {"n": failed}, _("请打开任务清单，看失败的原因。"), facts
        )
    return Health("good", _("任务都正常。"), "", facts)


def ago(age: timedelta) -> str:
    """An age in words."""
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 1:
        return _("刚才")
    if minutes < 60:
        return _("%(n)s 分钟前") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(n)s 小时前") % {"n": minutes // 60}
    return _("%(n)s 天前") % {"n": minutes // 1440}


def size(count: int) -> str:
    """A number of bytes, in words."""
    return f"{count / 1048576:,.1f} MiB" if count >= 104858 else f"{-(-count // 1024):,} KiB"


def duration(seconds: float) -> str:
    """A time taken, in words."""
    if seconds < 60:
        return _("%(n)s 秒") % {"n": round(seconds, 1)}
    return _("%(m)s 分 %(s)s 秒") % {"m": int(seconds // 60), "s": int(seconds % 60)}
