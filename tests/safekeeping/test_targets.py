"""Second places: a folder and a bucket; every copy is read back, and one can restore from it alone."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping.models import Backup
from kedang.foundation.safekeeping.services import backup_create, fetch
from kedang.foundation.safekeeping.sets import read_set, refuse_damaged
from tests.cast import Cast
from tests.safekeeping.bucket import bucket

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_copy_in_a_folder_and_one_in_a_bucket(people: Cast, home: Path, tmp_path: Path, settings: Any) -> None:
    with bucket() as (address, store):
        settings.BACKUP_COPY = [str(tmp_path / "share"), "s3://safe/kedang"]
        settings.BACKUP_S3 = {"endpoint": address, "region": "", "access_key": "who", "secret_key": "secret-secret"}
        row = backup_create(actor=people.admin)
        assert row.copies == [str(tmp_path / "share"), "s3://safe/kedang"] and row.problem == ""
        names = {path.name for path in (home / "backups" / row.code).iterdir()}
        assert {path.name for path in (tmp_path / "share" / row.code).iterdir()} == names
        assert {key.rpartition("/")[2] for key in store.objects} == names
        assert Event.objects.get(code="safekeeping.backup_copied").subject_label == row.code
        for gone in (tmp_path / "share", None):  # first the bucket is all that is left, then nothing
            shutil.rmtree(home / "backups" / row.code)
            if gone is not None:
                shutil.rmtree(gone)
                refuse_damaged(read_set(fetch(row.code)))
            else:
                store.objects.clear()
                assert_missing(row.code)


def assert_missing(code: str) -> None:
    with pytest.raises(Refused) as refused:
        fetch(code)
    assert refused.value.code == "set_missing"


def test_a_copy_that_reads_back_differently_is_loud(people: Cast, settings: Any) -> None:
    with bucket() as (address, store):
        store.spoils = {"keys.kdp"}
        settings.BACKUP_COPY = ["s3://safe"]
        settings.BACKUP_S3 = {"endpoint": address, "region": "", "access_key": "who", "secret_key": "secret-secret"}
        with pytest.raises(Refused) as refused:
            backup_create(actor=people.admin)
    assert refused.value.code == "copy_failed" and "keys.kdp" in refused.value.sentence
    row = Backup.objects.get()
    assert row.copies == [] and "不可用" in row.problem
    assert Event.objects.filter(code="safekeeping.backup_failed", subject_id=row.pk).exists()


def test_a_place_that_cannot_be_written_is_named(people: Cast, tmp_path: Path, settings: Any) -> None:
    (tmp_path / "file").write_text("no folder")
    settings.BACKUP_COPY = [str(tmp_path / "file" / "share")]
    with pytest.raises(Refused) as refused:
        backup_create(actor=people.admin)
    assert "file/share" in refused.value.sentence and "本机完成" in refused.value.sentence
    assert Backup.objects.get().state == "made"
