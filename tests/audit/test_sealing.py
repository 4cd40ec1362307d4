"""Entries are sealed in batches: none escapes, each seal names the one before, and the engine refuses changes."""

import json
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from kedang.business.customers.events import CUSTOMER_VIEWED
from kedang.foundation.audit.models import CheckpointPlace, Event, Redaction, Seal, SealData
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.audit.redacting import event_redact, seal_of
from kedang.foundation.audit.sealing import checkpoints, guards, ranges, sealer, signing
from kedang.foundation.audit.sealing.heads import START, parse
from kedang.foundation.audit.verifying.whole import verify
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.refused import Refused


def write(count: int, label: str = "甲公司") -> list[int]:
    """Entries; their ids."""
    made = [
        record(SYSTEM, CUSTOMER_VIEWED, SubjectRef("customers.customer", n, f"{label}{n}", fonds_id=1), reason="查看")
        for n in range(count)
    ]
    return [event.pk for event in made]


def sealed_ids() -> list[int]:
    return [i for seal in Seal.objects.order_by("number") for i in ranges.numbers(ranges.unpack(parse(seal.head).ids))]


@pytest.mark.django_db
def test_entries_are_sealed_in_a_chain(data_dir: Path) -> None:
    write(3)
    first = sealer.seal_now()
    write(2)
    second = sealer.seal_now()
    heads = [parse(seal.head) for seal in first + second]
    assert [(h.number, h.count, h.total) for h in heads] == [(1, 3, 3), (2, 2, 5)]
    assert (heads[0].previous, heads[1].previous) == (START, first[0].digest)
    assert heads[0].log == heads[1].log and heads[0].root != heads[1].root
    assert sealed_ids() == list(Event.objects.order_by("id").values_list("id", flat=True))
    assert sealer.seal_now() == []
    assert [len(bytes(d.salts)) for d in SealData.objects.order_by("number")] == [48, 32]
    assert (signing.secret_path().stat().st_mode & 0o777) == 0o600


@pytest.mark.django_db
def test_large_sets_are_sealed_in_several_batches(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "BATCH", 4)
    ids = write(10)
    assert [seal.count for seal in sealer.seal_now()] == [4, 4, 2]
    assert sealed_ids() == ids


@pytest.mark.django_db
def test_few_entries_wait_for_company_but_not_for_long(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = clock.now()
    monkeypatch.setattr(sealer, "ENOUGH", 1_000_000)  # earlier tests may have drawn many ids
    assert [seal.count for seal in sealer.seal_due()] == [0]
    write(3)
    assert sealer.seal_due() == []
    with clock.frozen(start + sealer.PATIENCE + timedelta(seconds=1)):
        assert [seal.count for seal in sealer.seal_due()] == [3]
        write(2)
        assert sealer.seal_due() == []
        monkeypatch.setattr(sealer, "ENOUGH", 2)
        assert [seal.count for seal in sealer.seal_due()] == [2]
    with clock.frozen(start + sealer.HEARTBEAT * 2):
        assert [seal.count for seal in sealer.seal_due()] == [0]


@pytest.mark.django_db(transaction=True)
def test_entry_that_commits_late_under_a_smaller_id_is_sealed_after_all(data_dir: Path) -> None:
    """On PostgreSQL the id is drawn before the commit; SQLite lets nobody in between."""
    if connection.vendor == "sqlite":
        first, second = write(1), write(1)
        sealer.seal_now()
        assert sealed_ids() == first + second
        return
    write(1)
    sealer.seal_now()
    drawn, go_on = threading.Event(), threading.Event()
    late: list[int] = []

    def slow() -> None:
        try:
            with transaction.atomic():
                late.extend(write(1, "迟到"))
                drawn.set()
                assert go_on.wait(20)
        finally:
            connections.close_all()

    writer = threading.Thread(target=slow)
    writer.start()
    assert drawn.wait(20)
    early = write(2)
    sealer.seal_now()
    assert late[0] < early[0] and sealed_ids()[1:] == early
    with clock.frozen(clock.now() + sealer.SETTLED * 2):  # however late: its transaction is still under way
        write(1)
        sealer.seal_now()
        last = sealer.last_seal()
        assert last is not None and parse(last.head).open[-1][1] == late[0]
    go_on.set()
    writer.join()
    sealer.seal_now()
    assert late[0] in sealed_ids() and verify(actor=None).is_good


@pytest.mark.django_db(transaction=True)
def test_gap_of_a_transaction_rolled_back_is_closed_in_the_end(data_dir: Path) -> None:
    def undone() -> None:
        with transaction.atomic():
            write(2)
            raise RuntimeError

    before = write(1)
    sealer.seal_now()
    with pytest.raises(RuntimeError):
        undone()
    write(1)
    sealer.seal_now()
    first = sealer.last_seal()
    assert first is not None
    gap = [before[0] + 1, before[0] + 2]
    assert (gap in [open_ids[:2] for open_ids in parse(first.head).open]) == (connection.vendor == "postgresql")
    with clock.frozen(clock.now() + sealer.SETTLED * 2):
        for _turn in range(150):  # on one server with other tests: their transactions, too, hold numbers open
            write(1)
            sealer.seal_now()
            last = sealer.last_seal()
            if last is not None and parse(last.head).open == []:
                break
            time.sleep(0.2)
    assert last is not None and parse(last.head).open == [] and verify(actor=None).is_good


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_make_one_chain(data_dir: Path) -> None:
    ids = write(40)
    gate = threading.Barrier(4)

    def seal() -> None:
        try:
            gate.wait()
            sealer.seal_pending()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealer.seal_now()
    assert sealed_ids() == ids and verify(actor=None).is_good


CHANGES = [
    "UPDATE audit_event SET reason = 'x'", "DELETE FROM audit_event", "UPDATE audit_seal SET digest = 'x'", "DELETE FROM audit_seal",
    "UPDATE audit_sealdata SET number = 9", "DELETE FROM audit_sealdata",
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("statement", CHANGES)
def test_the_engine_refuses_changes(data_dir: Path, statement: str) -> None:
    write(1)
    sealer.seal_now()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert verify(actor=None).is_good


@pytest.mark.django_db
@pytest.mark.parametrize("table", guards.TABLES)
def test_nothing_takes_the_place_of_a_row(data_dir: Path, table: str) -> None:
    """Replacing removes a row without asking the triggers of DELETE: by its key, and on SQLite by the number of the row too."""
    event_redact(actor=SYSTEM, event_ids=write(2)[:1], parts=["subject"], reason="请求")
    key, column = {
        "audit_event": ("id", "reason"), "audit_seal": ("number", "digest"), "audit_sealdata": ("number", "leaves"),
        "audit_redaction": ("event_id", "parts"),
    }[table]  # fmt: skip
    with connection.cursor() as cursor:
        names = [column.name for column in connection.introspection.get_table_description(cursor, table)]
    others = ", ".join(name for name in names if name != key)
    ways = [f"INSERT INTO {table} SELECT * FROM {table} WHERE 1 = 1 ON CONFLICT ({key}) DO UPDATE SET {column} = 'x'"]
    if connection.vendor == "sqlite":
        ways += [
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
            f"INSERT OR REPLACE INTO {table} (rowid, {key}, {others}) SELECT rowid, {key} + 900, {others} FROM {table}",
        ][: 1 if table == "audit_event" else 2]
    for statement in ways:
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert verify(actor=None).is_good


@pytest.mark.django_db(transaction=True)
def test_emptying_is_refused_too(data_dir: Path) -> None:
    write(1)
    word = "DELETE FROM" if connection.vendor == "sqlite" else "TRUNCATE"
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(f"{word} audit_event")
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_dropped_trigger_is_noticed_and_put_back(data_dir: Path) -> None:
    name = "audit_event_no_update"
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else " ON audit_event"
        cursor.execute(f"DROP TRIGGER {name}{on}")
    assert guards.missing() == [name]
    assert [fault.kind for fault in verify(actor=None).faults] == ["guard_missing"]
    with pytest.raises(Refused, match="触发器缺失"):
        sealer.seal_due()
    assert guards.install() == [name]
    assert guards.missing() == [] and verify(actor=None).is_good


@pytest.mark.django_db
def test_checkpoints_go_to_every_place_and_failure_is_loud(data_dir: Path, settings: Any) -> None:
    second = data_dir / "share" / "marks.jsonl"
    settings.AUDIT_CHECKPOINTS = [str(second)]
    write(1)
    sealer.seal_now()
    for path in checkpoints.places():
        line = json.loads(path.read_text())
        assert (line["number"], line["total"]) == (1, 1)
    second.unlink()
    second.mkdir()
    write(1)
    for _try in range(2):
        with pytest.raises(Refused, match="检查点写不进去"):
            sealer.seal_now()
    row = CheckpointPlace.objects.get(place=str(second))
    assert row.failures == 2 and Event.objects.filter(code="audit.checkpoint_failed").count() == 1
    second.rmdir()
    row.delete()
    sealer.seal_now()
    assert len(second.read_text().splitlines()) == Seal.objects.count()


@pytest.mark.django_db
def test_shortened_checkpoints_are_not_written_over(data_dir: Path) -> None:
    for _n in range(2):
        write(1)
        sealer.seal_now()
    path = checkpoints.places()[0]
    path.write_text(path.read_text().splitlines()[0] + "\n")
    write(1)
    with pytest.raises(Refused, match="此前已写到第 2 号"):
        sealer.seal_now()


@pytest.mark.django_db
def test_redacted_person_is_gone_and_the_trail_still_verifies(data_dir: Path) -> None:
    ids = write(5, "张三丰")
    assert event_redact(actor=SYSTEM, event_ids=ids[1:3], parts=["subject", "reason"], reason="本人请求删除") == 2
    report = verify(actor=None)
    assert (report.is_good, report.redacted) == (True, 2)
    blank = Event.objects.get(pk=ids[1])
    assert (blank.subject_label, blank.reason, blank.actor_name) == ("", "", "系统")
    assert Event.objects.get(pk=ids[3]).subject_label == "张三丰3"
    seal = seal_of(ids[1])
    assert seal is not None
    salts = bytes(SealData.objects.get(pk=seal.number).salts)
    assert salts[16:48] == bytes(32) and salts[:16] != bytes(16)
    told = Event.objects.get(code="audit.redacted")
    assert told.reason == "本人请求删除" and json.loads(told.meta)["events"] == ids[1:3]
    with pytest.raises(Refused, match="已经抹除过"):
        event_redact(actor=SYSTEM, event_ids=ids[1:2], parts=["subject"], reason="再次")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reason": " "}, "必须写明原因"), ({"parts": ["core"]}, "可抹除的部分只有"), ({"event_ids": [10**9]}, "没有编号为"),
    ],
)  # fmt: skip
def test_redaction_is_refused_with_a_sentence(data_dir: Path, values: dict[str, Any], words: str) -> None:
    ids = write(1)
    with pytest.raises(Refused, match=words):
        event_redact(**({"actor": SYSTEM, "event_ids": ids, "parts": ["subject"], "reason": "请求"} | values))
    assert not Redaction.objects.exists()


@pytest.mark.django_db
def test_redaction_allows_blanking_and_nothing_else(data_dir: Path) -> None:
    ids = write(2)
    event_redact(actor=SYSTEM, event_ids=ids[:1], parts=["subject"], reason="请求")
    for change in ("subject_label = '别人'", "code = 'x'", "subject_id = 77"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE audit_event SET {change} WHERE id = {ids[0]}")


@pytest.mark.django_db
def test_new_key_signs_from_now_on_and_old_seals_stay_valid(data_dir: Path) -> None:
    write(1)
    sealer.seal_now()
    signing.new_key()
    write(1)
    sealer.seal_now()
    keys = {parse(seal.head).key for seal in Seal.objects.all()}
    assert len(keys) == 2 and keys == set(signing.public_keys()) and verify(actor=None).is_good
    signing.secret_path().unlink()
    with pytest.raises(Refused, match="找不到留痕签名密钥"):
        signing.signer()
