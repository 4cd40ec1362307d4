"""来包: uploaded, verified first, told plainly, imported as a job; a rejected one shows why (PL-04)."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kedang.business.holdings.jobs.handing import look_after_arrivals
from kedang.business.holdings.models import PackageArrival, Volume
from kedang.business.holdings.services import arrivals as a
from kedang.business.holdings.services import package_importing as i
from kedang.business.holdings.services import packages as p
from kedang.business.holdings.setup import ensure_defaults
from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.services import file_open
from kedang.foundation.jobs.models import Job
from kedang.foundation.jobs.worker import Worker
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.refused import NotAllowed, Refused
from tests.cast import Cast
from tests.counting import compare, count_of
from tests.holdings.handed import a_volume_of

As = Callable[[str], Client]
pytestmark = pytest.mark.usefixtures("data_dir")


def a_package(cast: Cast, kind: str = "bagit") -> bytes:
    made: Any = p.package_make(actor=cast.archivist, volume=a_volume_of(cast, 2), kind=kind)
    with file_open(made.file) as stream:
        return stream.read()


def sent(client: Client, content: bytes, name: str = "青山.zip") -> PackageArrival:
    answer = client.post("/archive/arrivals/upload/", {"files": SimpleUploadedFile(name, content, "application/zip")})
    assert answer.status_code == 302, answer.content.decode()
    row: PackageArrival = PackageArrival.objects.latest("pk")
    assert answer["Location"] == f"/archive/arrivals/{row.pk}/"
    return row


def worked(row: PackageArrival) -> PackageArrival:
    assert Worker().run_once()
    row.refresh_from_db()
    return row


def test_a_sound_package_is_told_and_then_imported(cast: Cast, as_: As) -> None:
    content = a_package(cast)
    ensure_defaults(cast.other_fonds)
    client = as_("stranger")
    assert "导入封装包" in client.get("/archive/arrivals/").content.decode()
    assert "先核验再导入" in client.get("/archive/arrivals/upload/").content.decode()
    row = sent(client, content)
    assert row.state == "checking" and "核验来包" in client.get(f"/archive/arrivals/{row.pk}/").content.decode()
    assert not Volume.objects.filter(fonds=cast.other_fonds).exists()
    row = worked(row)
    assert row.state == "sound" and row.report["item_count"] == 2 and row.report["problems"] == []
    page = client.get(f"/archive/arrivals/{row.pk}/").content.decode()
    for word in ("可以导入", "摘要、清单、著录、留痕证据全部相符", "青禾", "2 件，2 个文件", row.file.sha256):
        assert word in page, word
    assert client.post(f"/archive/arrivals/{row.pk}/import/", {"_run": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "importing"
    with pytest.raises(Refused) as told:
        a.arrival_import_ask(actor=cast.stranger, arrival=row)
    assert told.value.code == "arrival_settled"
    row = worked(row)
    volume = Volume.objects.get(fonds=cast.other_fonds)
    assert (row.state, row.volume, row.imported_by) == ("imported", volume, "赵鹏")
    assert row.result["items"] == 2 and row.result["files"] == 2
    page = client.get(f"/archive/arrivals/{row.pk}/").content.decode()
    assert "导入结果" in page and volume.reference_code in page and f"/volumes/{volume.pk}/" in page
    codes = list(
        Event.objects.filter(subject_type="holdings.packagearrival").order_by("pk").values_list("code", flat=True)
    )
    assert [code for code in codes if "viewed" not in code] == [
        "holdings.package_arrived", "holdings.package_checked", "holdings.package_import_asked", "holdings.arrival_settled",
    ]  # fmt: skip
    assert a.arrival_import(actor=cast.stranger, arrival=row).state == "imported", (
        "a job taken up again does nothing twice"
    )
    again = worked(sent(client, content))
    assert again.state == "rejected" and "已在本单位" in again.report["problems"][0]


def test_files_come_with_their_record_or_not_at_all(cast: Cast, data_dir: Path, monkeypatch: Any) -> None:
    """Whoever dies between the bytes and the record leaves neither rows nor, once the sweep came, bytes."""
    content, volume = a_package(cast), a_volume_of(cast, 1)
    ensure_defaults(cast.other_fonds)

    def left() -> tuple[int, int, int]:
        whole = [path for path in (data_dir / "files").rglob("*") if path.is_file()]
        return StoredFile.objects.count(), len(whole), Event.objects.filter(code="files.stored").count()

    def dies(actor: Any, event: Any, *args: Any, **named: Any) -> None:
        raise RuntimeError("killed here")

    before = left()
    for room, name, act in (
        (a, "record", lambda: a.package_arrive(actor=cast.stranger, name="青山.zip", chunks=[content])),
        (p, "record", lambda: p.package_make(actor=cast.archivist, volume=volume, kind="bagit")),
        (i, "_write", lambda: i.import_package(actor=cast.stranger, stream=io.BytesIO(content), name="青山.zip")),
        (i, "record", lambda: i.import_package(actor=cast.stranger, stream=io.BytesIO(content), name="青山.zip")),
    ):
        with monkeypatch.context() as patch, pytest.raises(RuntimeError):
            patch.setattr(room, name, dies)
            act()
        assert left() == before, act
    assert i.import_package(actor=cast.stranger, stream=io.BytesIO(content), name="青山.zip").files == 2
    assert left() == (before[0] + 3, before[1] + 3, before[2] + 3)


def test_a_bad_package_is_rejected_with_its_reasons(cast: Cast, as_: As) -> None:
    content = a_package(cast, "csip").replace(b"%PDF-1.7", b"%PDF-1.6")
    client = as_("archivist")
    row = worked(sent(client, content))
    assert row.state == "rejected" and any("合同 1.pdf" in one for one in row.report["problems"])
    page = client.get(f"/archive/arrivals/{row.pk}/").content.decode()
    assert "不予导入的原因" in page and "合同 1.pdf" in page
    with pytest.raises(Refused):
        a.arrival_import_ask(actor=cast.archivist, arrival=row)
    other = worked(sent(client, b"nothing", "不是包.zip"))
    assert other.state == "rejected" and "不是可以读取的 ZIP" in other.report["problems"][0]
    assert client.post(f"/archive/arrivals/{other.pk}/recheck/", {"_run": "1"}).status_code == 302
    assert PackageArrival.objects.get(pk=other.pk).state == "checking" and worked(other).state == "rejected"
    assert client.post("/archive/arrivals/upload/", {}).status_code == 422
    answer = client.post("/archive/arrivals/upload/", {"files": io.BytesIO(b"")})
    assert answer.status_code == 422


def test_what_is_too_secret_is_not_told(cast: Cast, as_: As) -> None:
    volume = a_volume_of(cast, 1, secrecy_level=4)
    packed: Any = p.package_make(actor=SYSTEM, volume=volume, kind="bagit")
    with file_open(packed.file) as stream:
        row = worked(sent(as_("archivist"), stream.read()))
    assert row.state == "rejected" and row.title == "" and "知悉等级" in row.report["problems"][0]
    assert volume.title not in as_("archivist").get(f"/archive/arrivals/{row.pk}/").content.decode()


def test_a_package_that_waited_for_the_scanner_is_checked_afterwards(cast: Cast, as_: As) -> None:
    row = sent(as_("archivist"), a_package(cast))
    Job.objects.all().delete()
    look_after_arrivals()
    assert worked(row).state == "rejected", "it is here already"
    for who in ("salesperson", "reader", "auditor"):
        assert as_(who).get("/archive/arrivals/upload/").status_code == 403
        with pytest.raises(NotAllowed):
            a.package_arrive(actor=getattr(cast, who), name="x.zip", chunks=[b"x"])
    assert as_("stranger").get(f"/archive/arrivals/{row.pk}/").status_code == 404


def test_the_pages_cost_a_fixed_number_of_statements(cast: Cast, as_: As) -> None:
    client = as_("archivist")
    row = worked(sent(client, a_package(cast)))
    for name, url in (
        ("holdings/arrival-list", "/archive/arrivals/"),
        ("holdings/arrival-detail", f"/archive/arrivals/{row.pk}/"),
    ):
        client.get(url)
        compare(name, *count_of(client, url))
