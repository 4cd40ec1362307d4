"""Uploads over HTTP: sealed while they arrive; not one plain block of them lies on the disk, and nothing stays of what was not kept."""

import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from kedang.business.holdings.models import Item, ItemFile
from kedang.foundation.files import places
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.files.receiving import Held
from kedang.foundation.files.receiving.handler import SealedUpload
from kedang.foundation.files.services import file_open, file_store
from kedang.foundation.kernel import scratch
from kedang.foundation.kernel.refused import Refused
from tests.cast import Cast
from tests.files import making

MARK = b"Kedang: a plain block of a customer's file. "
LARGE = making.pdf() + MARK * ((5 << 20) // len(MARK))
INBOX = "holdings:inbox"


@pytest.fixture
def folders(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Where a plain byte could lie: the data folder, and the folder of temporary files."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return [data_dir, temporary]


def plain_in(folders: list[Path]) -> list[str]:
    """Files that hold a plain piece of the upload, or its name's bytes outside of the database."""
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in found if MARK in path.read_bytes()]


def passing() -> list[str]:
    return [path.name for path in scratch.here().iterdir() if not path.name.startswith(scratch.PROMISE)]


class Watched:
    """The body of a request, that looks at the disk each time it is asked for more, and may break off."""

    def __init__(self, body: bytes, folders: list[Path], break_at: int = 1 << 60) -> None:
        self.body, self.folders, self.break_at = body, folders, break_at
        self.at, self.seen, self.sealed_bytes = 0, [], 0  # type: int, list[str], int

    def read(self, size: int = -1) -> bytes:
        if self.at >= self.break_at:
            raise OSError("the sender went away")
        if self.at % (1 << 20) < 65_536:
            self.seen += plain_in(self.folders)
            self.sealed_bytes = max([self.sealed_bytes, *(p.stat().st_size for p in scratch.here().glob("*.upload"))])
        piece = self.body[self.at :] if size < 0 else self.body[self.at : self.at + size]
        self.at += len(piece)
        return piece

    def readline(self) -> bytes:
        """What is left, when the form has been read to its end."""
        return self.read()


def posting(user: Any, body: Watched) -> Any:
    request: Any = RequestFactory().post("/", content_type=MULTIPART_CONTENT)
    request.META["CONTENT_LENGTH"] = str(len(body.body))
    request._stream = body
    request.user = user
    return request


def form(content: bytes = LARGE, name: str = "合同.pdf") -> bytes:
    made: bytes = encode_multipart(BOUNDARY, {"note": "一", "files": SimpleUploadedFile(name, content)})
    return made


@pytest.mark.django_db
def test_no_plain_block_lies_anywhere_while_it_arrives_and_after(cast: Cast, folders: list[Path]) -> None:
    body = Watched(form(), folders)
    request = posting(cast.archivist, body)
    upload = request.FILES["files"]
    assert body.seen == [], "no file held a plain block of it at any moment"
    assert body.sealed_bytes > 2 << 20, "it lay there sealed while it arrived"
    assert isinstance(upload, SealedUpload) and request.POST["note"] == "一"
    assert (upload.size, upload.name) == (len(LARGE), "合同.pdf")
    assert upload.held.digests.sha256 == hashlib.sha256(LARGE).hexdigest()
    assert upload.held.digests.sm3 == hashlib.new("sm3", LARGE).hexdigest()
    assert b"".join(upload.chunks()) == LARGE
    upload.seek(-7, os.SEEK_END)
    assert upload.read() == LARGE[-7:] and upload.open().read(5) == b"%PDF-"
    assert plain_in(folders) == []
    request.close()
    assert passing() == [] and plain_in(folders) == []
    assert not [thread for thread in threading.enumerate() if thread.name in {"kedang-sm3", "kedang-flush"}]


@pytest.fixture
def archivist(cast: Cast, client: Client) -> Client:
    client.force_login(cast.archivist)
    return client


def bring(client: Client, content: bytes = LARGE, name: str = "20260301 设备采购合同.pdf", **more: Any) -> Any:
    return client.post(reverse(INBOX), {"source": "销售部", "files": SimpleUploadedFile(name, content), **more})


def test_an_upload_is_taken_over_without_being_written_again(
    archivist: Client, folders: list[Path], monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr("kedang.foundation.kernel.sealed_files.sealed", None)
    with django_capture_on_commit_callbacks(execute=True):
        assert bring(archivist).status_code == 302
    row = StoredFile.objects.get()
    assert (row.size, row.sha256, row.media_type) == (len(LARGE), hashlib.sha256(LARGE).hexdigest(), "application/pdf")
    assert row.sm3 == hashlib.new("sm3", LARGE).hexdigest()
    with file_open(row) as stream:
        assert stream.read() == LARGE
    assert plain_in(folders) == [] and passing() == []
    assert places.path_of(row.place).stat().st_nlink == 1, "its passing name is gone"
    assert not list(scratch.here().iterdir()), "no promise is open"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (making.windows_program() + MARK * 70_000, "合同.pdf", "可执行程序"),
        (LARGE, "合同.exe", "程序或脚本"),
    ],
)
def test_what_must_not_come_in_leaves_nothing(
    archivist: Client, folders: list[Path], content: bytes, name: str, words: str
) -> None:
    answer = archivist.get(bring(archivist, content, name, keep_packed="on")["Location"])
    assert words in answer.content.decode() and not Item.objects.exists() and not StoredFile.objects.exists()
    assert plain_in(folders) == [] and passing() == []
    assert not list((folders[0] / "files").rglob("*.*")), "nothing in the store"


def test_a_virus_scan_that_does_not_answer_lets_nothing_out(
    archivist: Client, folders: list[Path], settings: Any
) -> None:
    settings.CLAMD = str(folders[0] / "nobody.ctl")
    assert bring(archivist).status_code == 302
    row = StoredFile.objects.get()
    assert row.state == FileState.WAITING
    with pytest.raises(Refused) as refusal:
        file_open(row)
    assert refusal.value.code == "file_waiting"


def test_larger_than_allowed_is_thrown_away_as_it_comes(cast: Cast, folders: list[Path], settings: Any) -> None:
    settings.FILE_MAX_BYTES = settings.UPLOAD_MAX_BYTES = 1 << 20
    body = Watched(form(), folders)
    request = posting(cast.archivist, body)
    upload: Any = request.FILES["files"]
    assert upload.size == len(LARGE) and body.sealed_bytes < 2 << 20
    with pytest.raises(Refused) as refusal:
        file_store(actor=cast.archivist, name="合同.pdf", chunks=upload.held)
    assert refusal.value.code == "file_too_large" and "合同.pdf" in refusal.value.sentence
    request.close()
    assert passing() == [] and not list((folders[0] / "files").rglob("*.*"))


def test_a_full_disk_is_said_and_nothing_of_it_kept(archivist: Client, folders: list[Path], settings: Any) -> None:
    settings.LEAST_FREE_BYTES = 1 << 60
    answer = bring(archivist)
    told = archivist.get(answer["Location"]).content if answer.status_code == 302 else answer.content
    assert "磁盘空间不足" in told.decode() and not StoredFile.objects.exists() and passing() == []


def test_a_sender_who_goes_away_leaves_nothing(cast: Cast, folders: list[Path]) -> None:
    request = posting(cast.archivist, Watched(form(), folders, break_at=3 << 20))
    with pytest.raises(OSError, match="went away"):
        request.FILES  # noqa: B018
    request.close()
    assert passing() == [] and not [thread for thread in threading.enumerate() if thread.name == "kedang-sm3"]


def test_cut_off_in_the_middle_is_no_file(cast: Cast, folders: list[Path]) -> None:
    request = posting(cast.archivist, Watched(form()[: 3 << 20], folders))
    assert not request.FILES
    request.close()
    assert passing() == []


def test_nobody_who_has_not_signed_in_has_anything_kept(db: None, folders: list[Path]) -> None:
    from django.contrib.auth.models import AnonymousUser

    body = Watched(form(), folders)
    request = posting(AnonymousUser(), body)
    assert request.POST["note"] == "一" and not request.FILES and body.sealed_bytes == 0
    assert body.at == len(body.body), "it is read to its end, so that the answer arrives"


def test_one_upload_may_be_stored_twice(cast: Cast, folders: list[Path]) -> None:
    request = posting(cast.archivist, Watched(form(), folders))
    upload: Any = request.FILES["files"]
    rows = [file_store(actor=cast.archivist, name="合同.pdf", chunks=upload.held) for _ in range(2)]
    request.close()
    assert rows[0].place != rows[1].place and rows[0].sha256 == rows[1].sha256
    for row in rows:
        with file_open(row) as stream:
            assert stream.read() == LARGE


def test_taken_back_with_its_transaction_it_is_gone(cast: Cast, folders: list[Path]) -> None:
    from django.db import transaction

    request = posting(cast.archivist, Watched(form(), folders))
    upload: Any = request.FILES["files"]
    with transaction.atomic():
        row = file_store(actor=cast.archivist, name="合同.pdf", chunks=upload.held)
        transaction.set_rollback(True)
    assert places.path_of(row.place).exists()
    request.close()
    assert not places.path_of(row.place).exists() and passing() == []


def test_another_file_system_has_it_written_anew(
    cast: Cast, folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def foreign(*_: Any) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("kedang.foundation.files.receiving.held.os.link", foreign)
    request = posting(cast.archivist, Watched(form(), folders))
    upload: Any = request.FILES["files"]
    row = file_store(actor=cast.archivist, name="合同.pdf", chunks=upload.held)
    request.close()
    with file_open(row) as stream:
        assert stream.read() == LARGE
    assert plain_in(folders) == []


def test_altered_on_the_disk_before_it_is_taken(cast: Cast, folders: list[Path]) -> None:
    request = posting(cast.archivist, Watched(form(), folders))
    held: Held = request.FILES["files"].held
    with held.path.open("r+b") as file:
        file.seek(1 << 20)
        file.write(b"x")
    with pytest.raises(Refused) as refusal:
        file_store(actor=cast.archivist, name="合同.pdf", chunks=held)
    request.close()
    assert refusal.value.code == "sealed_content_damaged"
    assert not StoredFile.objects.exists() and not list((folders[0] / "files").rglob("*.*"))


def test_a_package_is_unpacked_from_where_it_lies_sealed(archivist: Client, folders: list[Path]) -> None:
    content = making.package({"甲.txt": MARK * 40_000, "乙.txt": MARK * 40_000}, 0)
    assert len(content) > 2_621_440 and bring(archivist, content, "案卷.zip").status_code == 302
    assert sorted(ItemFile.objects.values_list("file__name", flat=True)) == ["乙.txt", "甲.txt"]
    assert plain_in(folders) == [] and passing() == []


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    yield
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("kedang-sm3")]
