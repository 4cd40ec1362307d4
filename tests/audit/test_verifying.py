"""The verifier finds what an owner of the database can do to the trail, and says where; the verifier of the bundle agrees."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from kedang.foundation.audit.exporting.bundle import bundle_export
from kedang.foundation.audit.models import Event, Seal
from kedang.foundation.audit.redacting import event_redact
from kedang.foundation.audit.sealing import checkpoints, guards, sealer
from kedang.foundation.audit.verifying import spans
from kedang.foundation.audit.verifying.whole import verify
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.refused import Refused
from kedang.project.cli import main
from tests.audit.test_sealing import write

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def log(data_dir: Path, db: None) -> list[int]:
    """Three seals over 10, 5 and 5 entries, and one waiting; the ids."""
    ids: list[int] = []
    for count in (10, 5, 5):
        ids += write(count)
        sealer.seal_now()
    write(1)
    return ids


def tamper(*statements: str) -> None:
    """What somebody with the database password does: triggers away, change, triggers back."""
    guards.remove()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    guards.install()


def kinds() -> list[tuple[str, int, int | None]]:
    return [(fault.kind, fault.seal, fault.event) for fault in verify(actor=None).faults]


TAMPERING: dict[str, Callable[[list[int]], tuple[list[str], tuple[str, int, int | None]]]] = {
    "altered": lambda ids: ([f"UPDATE audit_event SET actor_name = '别人' WHERE id = {ids[3]}"], ("event_altered", 1, ids[3])),
    "time": lambda ids: (
        [f"UPDATE audit_event SET at = '2020-01-01 00:00:00+00' WHERE id = {ids[12]}"], ("event_altered", 2, ids[12])),
    "removed": lambda ids: ([f"DELETE FROM audit_event WHERE id = {ids[11]}"], ("event_missing", 2, ids[11])),
    "seal removed": lambda ids: (["DELETE FROM audit_seal WHERE number = 2"], ("seal_missing", 2, None)),
    "seal altered": lambda ids: (["UPDATE audit_seal SET head = replace(head, 'sha256', 'sm3') WHERE number = 2"],
        ("seal_altered", 2, None)),
    "signature": lambda ids: (["UPDATE audit_seal SET signature = replace(signature, 'a', 'b') WHERE number = 3"],
        ("seal_altered", 3, None)),
    "data removed": lambda ids: (["DELETE FROM audit_sealdata WHERE number = 1"], ("seal_data", 1, None)),
    "tail cut": lambda ids: (["DELETE FROM audit_seal WHERE number = 3", f"DELETE FROM audit_event WHERE id >= {ids[15]}"],
        ("checkpoint_ahead", 3, None)),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_found_and_named(log: list[int], name: str) -> None:
    assert kinds() == []
    statements, expected = TAMPERING[name](log)
    tamper(*statements)
    assert expected in kinds()


def test_inserted_entries_are_found(log: list[int]) -> None:
    columns = ", ".join(column.column for column in Event._meta.concrete_fields if not column.primary_key)
    for strange in (-5, log[-1] + 10_000_000):
        tamper(
            f"INSERT INTO audit_event (id, {columns}) SELECT {strange}, {columns} FROM audit_event WHERE id = {log[0]}"
        )
        if connection.vendor == "sqlite":  # there an explicit id moves the counter, and the entry is sealed as of now
            tamper(f"UPDATE sqlite_sequence SET seq = {log[-1] + 1} WHERE name = 'audit_event'")
        assert ("event_foreign", 0, strange) in kinds()


def test_rewriting_with_the_stolen_key_is_found_by_the_checkpoints(log: list[int]) -> None:
    tamper(
        f"UPDATE audit_event SET reason = '改写' WHERE id = {log[12]}",
        "DELETE FROM audit_seal WHERE number >= 2", "DELETE FROM audit_sealdata WHERE number >= 2",
    )  # fmt: skip
    sealer.seal_pending()  # the attacker has the key: everything is sealed anew, properly
    found = kinds()
    assert ("checkpoint_differs", 2, None) in found and not any(
        kind.startswith(("event", "seal")) for kind, _s, _e in found
    )


def test_redaction_without_a_trace_is_found(log: list[int]) -> None:
    event_redact(actor=SYSTEM, event_ids=[log[2]], parts=["subject"], reason="请求")
    assert verify(actor=None).is_good
    tamper("DELETE FROM audit_event WHERE code = 'audit.redacted'")
    assert ("redaction_unproved", 0, log[2]) in kinds()


def test_kept_checkpoints_that_vanish_or_are_altered_are_found(log: list[int]) -> None:
    path = checkpoints.places()[0]
    whole = path.read_text()
    path.write_text("".join(whole.splitlines(keepends=True)[1:]))
    assert kinds() == [("checkpoint_missing", 1, None)]
    path.write_text(whole.replace('"total":15', '"total":16'))
    assert ("checkpoint_altered", 2, None) in kinds()


@pytest.mark.django_db(transaction=True)
def test_helper_processes_see_the_same(data_dir: Path) -> None:
    ids = write(6)
    sealer.seal_now()
    source = spans._source()
    from kedang.foundation.audit.sealing.signing import public_keys

    assert spans.check_there(source, (1, 1), public_keys()).faults == []
    tamper(f"UPDATE audit_event SET reason = '改写' WHERE id = {ids[2]}")
    found = spans.check_there(source, (1, 1), public_keys())
    assert [(fault.kind, fault.event) for fault in found.faults] == [("event_altered", ids[2])]
    if connection.vendor == "sqlite":  # the other engine takes no text that is none
        tamper(f"UPDATE audit_event SET reason = CAST(x'e5ff' AS TEXT) WHERE id = {ids[4]}")
        found = spans.check_there(source, (1, 1), public_keys())
        assert [fault.event for fault in found.faults] == [ids[2], ids[4]]


def test_command_tells_the_first_bad_place_and_exits_one(log: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "seal", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["events"] == 1
    assert main(["audit", "verify", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["seals"], told["events"]) == (True, 4, 21)
    tamper(f"UPDATE audit_event SET reason = '改写' WHERE id = {log[5]}")
    assert main(["audit", "verify", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False and f"记录 {log[5]} 的内容被改过" in told["error"]
    assert (told["first_bad"]["seal"], told["first_bad"]["event"]) == (1, log[5])
    assert Event.objects.filter(code="audit.verified").count() == 2


def offline(folder: Path, *more: str) -> tuple[int, dict[str, Any]]:
    """The verifier in the bundle, by a bare interpreter."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", folder / "verify_bundle.py", folder, "--json", *more], capture_output=True
    )
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_bundle_is_checked_by_bare_python(data_dir: Path, db: None, settings: Any, algorithm: str) -> None:
    settings.AUDIT_ALGORITHM = algorithm
    ids = write(8, '怪"名\n𠮷')
    sealer.seal_now()
    event_redact(actor=SYSTEM, event_ids=ids[2:4], parts=["actor", "subject"], reason="请求")
    folder, today = data_dir / "bundle", clock.today()
    manifest = bundle_export(
        actor=SYSTEM, folder=folder, start=today, end=today, withhold=lambda rows: {ids[0]: frozenset({"core"})}
    )
    assert (manifest["redacted"], manifest["withheld"]) == (2, 1)
    code, told = offline(folder)
    assert (code, told["faults"]) == (0, [])
    assert "怪" not in (folder / "events.jsonl").read_text().splitlines()[2]
    kept = data_dir / "kept.jsonl"
    shutil.copy(checkpoints.places()[0], kept)
    assert offline(folder, "--checkpoints", str(kept))[0] == 0
    line = json.loads(kept.read_text().splitlines()[0])
    kept.write_text(json.dumps(line | {"head": "0" * 64}) + "\n")
    assert offline(folder, "--checkpoints", str(kept))[1]["faults"][0]["kind"] == "checkpoint_altered"
    events = folder / "events.jsonl"
    events.write_text(events.read_text().replace("查看", "查阅", 1))
    assert offline(folder)[1]["faults"][0]["kind"] == "file_altered"


def test_bundle_of_an_altered_log_names_the_same_entry(log: list[int], data_dir: Path) -> None:
    tamper(f"UPDATE audit_event SET reason = '改写' WHERE id = {log[7]}")
    bundle_export(actor=SYSTEM, folder=data_dir / "b", start=clock.today(), end=clock.today())
    code, told = offline(data_dir / "b")
    assert code == 1 and [(f["kind"], f["seal"], f["event"]) for f in told["faults"]] == [("event_altered", 1, log[7])]


def test_bundle_is_refused_with_a_sentence(log: list[int], data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    today = clock.today()
    with pytest.raises(Refused, match="早于开始日期"):
        bundle_export(actor=SYSTEM, folder=data_dir / "x", start=today, end=today - timedelta(days=1))
    with pytest.raises(Refused, match="不是空目录"):
        bundle_export(actor=SYSTEM, folder=data_dir, start=today, end=today)
    with pytest.raises(Refused, match="没有留痕"):
        bundle_export(actor=SYSTEM, folder=data_dir / "x", start=date(2001, 1, 1), end=date(2001, 1, 2))
    assert main(["audit", "export", str(data_dir / "y"), "--from", str(today), "--to", str(today), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["folder"] == str(data_dir / "y")
    with pytest.raises(SystemExit) as usage:
        main(["audit", "export", str(data_dir / "z"), "--from", "昨天", "--to", str(today)])
    assert usage.value.code == 2


def test_golden_bundle_of_every_release_still_verifies(tmp_path: Path) -> None:
    """Kept as they were written; checked by the verifier of now and by the one they came with."""
    releases = sorted(path for path in GOLDEN.iterdir() if path.is_dir())
    assert releases
    current = Path(sys.modules[bundle_export.__module__].__file__ or "").with_name("verify_bundle.py")
    for folder in releases:
        assert offline(folder)[0] == 0
        done = subprocess.run([sys.executable, "-I", "-S", current, folder], capture_output=True, text=True)
        assert done.returncode == 0 and "未被改动" in done.stdout
        spoilt = tmp_path / folder.name
        shutil.copytree(folder, spoilt)
        seals = spoilt / "seals.jsonl"
        seals.write_text(seals.read_text().replace('"count', '"c0unt', 1).replace("count", "c0unt", 1))
        assert offline(spoilt)[0] == 1


def test_own_sm3_of_the_bundle_verifier_is_right() -> None:
    """Sample of GB/T 32905-2016, annex A."""
    from kedang.foundation.audit.exporting import verify_bundle

    assert verify_bundle.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert len(Path(verify_bundle.__file__).read_text(encoding="utf-8").splitlines()) <= 300


def test_seal_state_is_unharmed_by_a_refused_export(log: list[int], data_dir: Path) -> None:
    before = Seal.objects.count()
    with transaction.atomic(), pytest.raises(Refused):
        bundle_export(actor=SYSTEM, folder=data_dir, start=clock.today(), end=clock.today())
    assert Seal.objects.count() == before


def test_sealing_and_redacting_meanwhile_is_no_false_alarm(log: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    look = spans.check_all

    def look_while_work_goes_on(*args: Any) -> Any:
        results = list(look(*args))
        write(2)
        sealer.seal_now()
        event_redact(actor=SYSTEM, event_ids=[log[4]], parts=["subject"], reason="请求")
        return iter(results)

    monkeypatch.setattr(spans, "check_all", look_while_work_goes_on)
    assert verify(actor=None).is_good
    monkeypatch.setattr(spans, "check_all", look)
    assert (verify(actor=None).is_good, verify(actor=None).redacted) == (True, 1)
