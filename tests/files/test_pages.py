"""Pages of the store: what is told, to whom, and that the buttons do what they say."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.audit.models import Event
from kedang.foundation.files import places
from kedang.foundation.files.models import FileState, FixityFault, FixityRun, StoredFile
from kedang.foundation.files.services import file_release, file_store, fixity_check
from kedang.foundation.jobs.models import Job
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.refused import OutOfScope
from tests.cast import Cast
from tests.files import papers

Sign = Callable[[Any], Client]


@pytest.fixture
def sign(client: Client) -> Sign:
    def as_person(person: Any) -> Client:
        client.force_login(person)
        return client

    return as_person


@pytest.fixture
def kept(cast: Cast, data_dir: Path) -> StoredFile:
    return file_store(actor=cast.archivist, name="采购合同.pdf", chunks=[b"%PDF-1.7 broken"])


def test_the_list_says_state_kind_and_finding(cast: Cast, kept: StoredFile, sign: Sign) -> None:
    page = sign(cast.archivist).get(reverse("files:file-list")).content.decode()
    for words in ("采购合同.pdf", "PDF", "可用", "没有结尾", "未查毒", "沈砚"):
        assert words in page
    page = sign(cast.archivist).get(reverse("files:file-detail", args=[kept.pk])).content.decode()
    assert kept.sha256 in page and kept.sm3 in page and kept.place in page
    history = sign(cast.archivist).get(reverse("files:file-history", args=[kept.pk])).content.decode()
    assert "存入文件" in history
    assert "采购合同" not in sign(cast.stranger).get(reverse("files:file-list")).content.decode()


def test_a_name_above_the_keepers_head_is_hidden(cast: Cast, kept: StoredFile, sign: Sign) -> None:
    item = papers.held_by_item(kept, responsible=cast.salesperson, department=cast.sales_one)
    assert "采购合同" in sign(cast.archivist).get(reverse("files:file-list")).content.decode()
    type(item).objects.filter(pk=item.pk).update(secrecy_level=SecrecyLevel.TOP_SECRET)
    assert "采购合同" not in sign(cast.archivist).get(reverse("files:file-list")).content.decode()
    assert sign(cast.archivist).get(reverse("files:file-detail", args=[kept.pk])).status_code == 404
    places.path_of(kept.place).unlink()
    StoredFile.objects.update(checked_at=None)
    fixity_check(actor=SYSTEM, is_full=True)
    for address in (
        reverse("files:fixity-fault-list"),
        reverse("files:fixity-detail", args=[FixityRun.objects.get().pk]),
    ):
        assert "采购合同" not in sign(cast.archivist).get(address).content.decode()
    with pytest.raises(OutOfScope):
        file_release(actor=cast.archivist, stored_file=kept, reason="x")


def test_a_turned_away_file_is_released_on_its_page(cast: Cast, kept: StoredFile, sign: Sign) -> None:
    StoredFile.objects.filter(pk=kept.pk).update(state=FileState.WAITING, is_too_large=True)
    client, address = sign(cast.archivist), reverse("files:file-release", args=[kept.pk])
    assert "超过查毒服务的上限" in client.get(address).content.decode()
    assert client.post(address, {"reason": "本单位自己录制"}).status_code == 302
    kept.refresh_from_db()
    assert kept.state == FileState.GOOD and Event.objects.get(code="files.released").reason == "本单位自己录制"


def test_check_and_repair_are_handed_in_once(cast: Cast, kept: StoredFile, sign: Sign) -> None:
    client = sign(cast.archivist)
    answer = client.post(reverse("files:fixity-check"))
    job = Job.objects.get(kind="files.fixity")
    assert answer["Location"] == reverse("jobs:job-detail", args=[job.pk]) and job.args == {"is_full": True}
    assert client.post(reverse("files:fixity-check"))["Location"] == reverse("files:fixity-list")
    page = client.get(reverse("files:fixity-list")).content.decode()
    assert "正在进行" in page and reverse("files:fixity-repair") not in page
    places.path_of(kept.place).unlink()
    StoredFile.objects.update(checked_at=None)
    run = fixity_check(actor=SYSTEM, is_full=True)
    page = client.get(reverse("files:fixity-list")).content.decode()
    assert reverse("files:fixity-repair") in page and "有 1 份文件的问题还没有解决" in page
    page = client.get(reverse("files:fixity-detail", args=[run.pk])).content.decode()
    assert "采购合同.pdf" in page and "文件丢失" in page
    assert "文件要修复" in client.get(reverse("web:home")).content.decode()
    page = client.get(reverse("files:file-detail", args=[kept.pk])).content.decode()
    assert "核验发现的问题" in page
    assert client.post(reverse("files:fixity-repair")).status_code == 302
    assert Job.objects.filter(kind="files.repair").count() == 1


def test_an_extra_file_is_settled_on_its_page(cast: Cast, data_dir: Path, sign: Sign) -> None:
    (data_dir / "files").mkdir(exist_ok=True)
    (data_dir / "files" / "x.txt").write_text("x")
    fixity_check(actor=SYSTEM, is_full=True)
    fault = FixityFault.objects.get()
    client, address = sign(cast.archivist), reverse("files:fixity-fault-settle", args=[fault.pk])
    assert "files/x.txt" in client.get(reverse("files:fixity-fault-list")).content.decode()
    (data_dir / "files" / "x.txt").unlink()
    assert client.post(address, {"reason": "手工放入，已移走"}).status_code == 302
    fault.refresh_from_db()
    assert fault.settlement == "手工放入，已移走"


def test_the_upload_component_is_a_plain_form_without_a_script() -> None:
    page = render_to_string("files/_upload.html", {"name": "files", "errors": ["“a.exe”是程序。"]})
    assert '<input type="file" id="upload-files" name="files" multiple>' in page and "“a.exe”是程序。" in page
    single = render_to_string("files/_upload.html", {"name": "file", "single": True, "accept": ".zip"})
    assert 'name="file" accept=".zip">' in single and "webkitdirectory" not in single


def test_an_upload_by_script_learns_where_it_is_led(cast: Cast, sign: Sign) -> None:
    client = sign(cast.archivist)
    answer = client.post(
        reverse("files:fixity-check"), {"f": SimpleUploadedFile("a", b"a")}, headers={"X-Kedang-Upload": "1"}
    )
    assert answer.status_code == 204 and answer["HX-Redirect"].startswith("/jobs/") and "Location" not in answer
