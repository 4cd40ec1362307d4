"""A set is found good only when every byte of it is; it opens only for who may open it."""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping import identities
from kedang.foundation.safekeeping.making import make_set
from kedang.foundation.safekeeping.models import Backup
from kedang.foundation.safekeeping.rebuilding import opened
from kedang.foundation.safekeeping.services import backup_create, backup_verify
from kedang.foundation.safekeeping.sets import BackupSet, read_set, refuse_damaged, set_names
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(people: Cast) -> BackupSet:
    return make_set()


def refusal_of(folder: Path) -> Refused:
    with pytest.raises(Refused) as refused:
        refuse_damaged(read_set(folder))
    return refused.value


def test_every_flipped_bit_is_found(made: BackupSet, tmp_path: Path) -> None:
    chance = random.Random(20261121)
    refuse_damaged(read_set(made.folder))
    files = sorted(path for path in made.folder.iterdir())
    for turn in range(150):
        path = files[turn % len(files)]
        whole = path.read_bytes()
        at = chance.randrange(len(whole) * 8)
        hurt = bytearray(whole)
        hurt[at // 8] ^= 1 << (at % 8)
        path.write_bytes(bytes(hurt))
        assert refusal_of(made.folder).code in {"part_damaged", "manifest_damaged"}, f"{path.name} bit {at}"
        path.write_bytes(whole)
    refuse_damaged(read_set(made.folder))


def test_cut_missing_renamed_and_extra_parts_are_named(made: BackupSet) -> None:
    part = made.folder / "keys.kdp"
    whole = part.read_bytes()
    part.write_bytes(whole[:-1])
    assert refusal_of(made.folder).details == {"part": "keys.kdp"}
    part.rename(made.folder / "keys2.kdp")
    assert refusal_of(made.folder).code == "part_missing"
    (made.folder / "keys2.kdp").unlink()
    part.write_bytes(whole)
    (made.folder / "more.kdp").write_bytes(b"x")
    refusal = refusal_of(made.folder)
    assert refusal.code == "part_extra" and "more.kdp" in refusal.sentence and "移走" in refusal.sentence
    (made.folder / "more.kdp").unlink()
    renamed = made.folder.rename(made.folder.with_name("kedang-20200101T000000Z-aaaaaa"))
    assert refusal_of(renamed).code == "set_renamed"


def test_a_part_of_another_set_does_not_pass(made: BackupSet, people: Cast) -> None:
    other = make_set()
    shutil.copy(other.folder / "contents.kdp", made.folder / "contents.kdp")
    assert refusal_of(made.folder).code == "part_damaged"


def test_a_set_signed_by_somebody_else_is_foreign(made: BackupSet, home: Path) -> None:
    (home / "keys" / "backup-signer").unlink()
    with pytest.raises(Refused) as refused:
        read_set(made.folder)
    assert refused.value.code == "set_foreign" and "不能相信" in refused.value.sentence
    assert read_set(made.folder, (made.signer,)).id == made.id


def test_only_the_right_identity_opens(made: BackupSet, tmp_path: Path, home: Path) -> None:
    assert opened(made, identities.read_identity(), tmp_path).contents["files"][0]["path"] == "imports/1.sealed"
    other = identities.write_identity(tmp_path / "other.json")
    with pytest.raises(Refused) as refused:
        opened(made, other, tmp_path)
    assert refused.value.code == "identity_wrong" and "私钥" in refused.value.sentence
    identities.identity_path().unlink()
    with pytest.raises(Refused) as refused:
        identities.read_identity()
    assert refused.value.code == "identity_missing" and "--identity" in refused.value.sentence


def test_nothing_readable_lies_in_a_set(made: BackupSet) -> None:
    content = b"".join(path.read_bytes() for path in made.folder.iterdir())
    ring = (made.folder.parent.parent / "keys" / "keyring.json").read_bytes()
    assert "青山".encode() not in content and "客户原始清单".encode() not in content and ring[40:100] not in content
    assert b"imports/1.sealed" not in content


def test_making_and_verifying_are_written_down(people: Cast, home: Path, settings: Any) -> None:
    row = backup_create(actor=people.admin)
    assert set_names() == [row.code] and row.state == "made" and row.file_count == 1 and row.row_count > 30
    event = Event.objects.get(code="safekeeping.backup_made")
    assert event.actor_id == people.admin.pk and event.subject_label == row.code and event.fonds_id == people.fonds.pk
    assert backup_verify(actor=people.admin).state == "good"
    part = next((home / "backups" / row.code).glob("contents*"))
    part.write_bytes(part.read_bytes()[:-3])
    with pytest.raises(Refused) as refused:
        backup_verify(actor=people.admin, code=row.code)
    assert refused.value.code == "part_damaged" and "改用另一份" in refused.value.sentence
    again = Backup.objects.get()
    assert again.state == "bad" and again.problem == refused.value.sentence
    assert [e.code for e in Event.objects.filter(code__startswith="safekeeping").order_by("pk")] == [
        "safekeeping.backup_made", "safekeeping.backup_verified", "safekeeping.backup_damaged",
    ]  # fmt: skip


def test_who_may_not_run_backups_is_refused(people: Cast) -> None:
    with pytest.raises(Refused) as refused:
        backup_create(actor=people.auditor)
    assert refused.value.code == "not_allowed"
    assert set_names() == []


def test_an_interrupted_backup_is_no_set_and_the_next_one_clears_it(people: Cast, home: Path) -> None:
    first = make_set()

    class Killed(Exception):
        pass

    def stop(done: int, total: int, words: str) -> None:
        if "文件" in words:
            raise Killed

    with pytest.raises(Killed):
        make_set(stop)
    left = home / "backups" / ".making-kedang-20261121T000000Z-abcdef"  # as a killed process leaves it
    left.mkdir()
    (left / "database.kdp").write_bytes(b"half")
    assert set_names() == [first.id]
    second = make_set()
    assert set(set_names()) == {first.id, second.id} and not left.exists()
    assert list((home / "safekeeping").iterdir()) == []
    refuse_damaged(read_set(first.folder))


def test_two_at_once_are_refused(people: Cast, home: Path) -> None:
    from kedang.foundation.safekeeping.making import only_one

    make_set()
    with only_one(home / "backups"), pytest.raises(Refused) as refused:
        make_set()
    assert refused.value.code == "backup_running"


def test_no_room_is_said_before_anything_is_written(people: Cast, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kedang.foundation.safekeeping import making

    monkeypatch.setattr(making.shutil, "disk_usage", lambda path: type("usage", (), {"free": 1 << 20})())
    with pytest.raises(Refused) as refused:
        backup_create(actor=people.admin)
    assert refused.value.code == "disk_full" and "没有备份" in refused.value.sentence
    assert set_names() == [] and Event.objects.get(code="safekeeping.backup_failed").actor_name == "陆远"


def test_the_harness_in_short_and_that_it_can_fail(
    made: BackupSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.harness.backup import damage

    assert damage.hurt_and_look(made.folder, tmp_path, 80, random.Random(7)) == []
    monkeypatch.setattr(damage, "refuse_damaged", lambda found: None)  # a verification that looks at the manifest alone
    missed = damage.hurt_and_look(made.folder, tmp_path, 40, random.Random(7))
    assert len(missed) > 10 and not any("manifest" in what and "bit" in what for what in missed)
