"""The drill restores for real, and tells the truth when it cannot."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock, health
from kedang.foundation.safekeeping import identities
from kedang.foundation.safekeeping.models import Backup, Drill
from kedang.foundation.safekeeping.services import backup_create, backup_drill
from kedang.foundation.safekeeping.standing import backup_health, drill_health
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_drill_restores_compares_and_is_kept(people: Cast, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kedang.foundation.safekeeping import drilling

    monkeypatch.setattr(drilling, "has_trail_verifier", lambda: False)  # a program of its own, tried in test_restore
    row = backup_create(actor=people.admin)
    drill = backup_drill(actor=people.admin)
    assert drill.is_passed and "能完整恢复" in drill.words, drill.report
    assert [step["is_good"] for step in drill.report] == [True] * 5
    assert f"{row.row_count:,}" in drill.report[2]["words"] or connection.vendor == "postgresql"
    assert "全部打开" in drill.report[3]["words"]
    row.refresh_from_db()
    assert row.state == "good" and row.restored_at == drill.finished_at
    event = Event.objects.get(code="safekeeping.drill_passed")
    assert event.actor_name == "陆远" and event.subject_id == drill.pk
    assert not (home / "drill").exists() and "kedang_drill" not in str(_databases())
    assert drill_health().state == "good" and backup_health().state == "warn"  # one place only
    with clock.frozen(clock.now() + timedelta(days=8)):
        told = drill_health()
        assert told.state == "bad" and "8 天前" in told.words and "7 天" in told.advice
        assert backup_health().state == "bad"


def test_a_damaged_set_fails_its_drill_with_an_event(people: Cast, home: Path) -> None:
    row = backup_create(actor=people.admin)
    part = max((home / "backups" / row.code).glob("*.kdp"), key=lambda path: path.stat().st_size)
    raw = bytearray(part.read_bytes())
    raw[len(raw) // 2] ^= 4
    part.write_bytes(raw)
    drill = backup_drill(actor=people.admin)
    assert not drill.is_passed and part.name in drill.words and not drill.report[0]["is_good"]
    assert Event.objects.filter(code="safekeeping.drill_failed", subject_id=drill.pk).exists()
    assert drill_health().state == "bad" and Backup.objects.get().restored_at is None


def test_without_the_identity_the_drill_says_so(people: Cast) -> None:
    backup_create(actor=people.admin)
    identities.identity_path().unlink()
    drill = backup_drill(actor=people.admin)
    assert not drill.is_passed and "找不到备份私钥" in drill.words
    assert Drill.objects.count() == 1


def test_no_set_no_drill(people: Cast) -> None:
    drill = backup_drill(actor=people.admin)
    assert not drill.is_passed and "还没有备份集" in drill.words
    assert drill_health().state == "bad" and backup_health().words == "还没有任何备份。"


def test_a_check_that_breaks_is_bad_news() -> None:
    def broken() -> health.Health:
        raise RuntimeError

    health.check("broken", "坏的", broken)
    try:
        answers = health.report()
    finally:
        health._checks.pop("broken")
    assert health.worst(answers) == "bad"


def _databases() -> list[str]:
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return [row[0] for row in cursor.fetchall()]
