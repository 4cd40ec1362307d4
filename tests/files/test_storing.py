"""A file comes in as it was and goes out as it came; what must not come in leaves nothing behind."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kedang.foundation.audit.models import Event
from kedang.foundation.files import places
from kedang.foundation.files.models import FileState, StoredFile
from kedang.foundation.files.services import file_open, file_store
from kedang.foundation.kernel import keys, scratch, sealed_files, stores
from kedang.foundation.kernel.refused import Refused
from tests.cast import Cast
from tests.files import making


def store(cast: Cast, content: bytes, name: str = "合同.pdf") -> StoredFile:
    return file_store(actor=cast.archivist, name=name, chunks=[content])


def left(data_dir: Path) -> list[Path]:
    """Files of the store and open promises."""
    found = (
        [path for path in (data_dir / "files").rglob("*") if path.is_file()] if (data_dir / "files").exists() else []
    )
    return found + list(scratch.here().glob(f"{scratch.PROMISE}*"))


def test_comes_in_digested_sealed_and_recorded(
    cast: Cast, data_dir: Path, django_capture_on_commit_callbacks: Any
) -> None:
    content = making.pdf() + bytes(3 << 20)
    pieces = (content[at : at + 700_001] for at in range(0, len(content), 700_001))
    with django_capture_on_commit_callbacks(execute=True):
        kept = file_store(actor=cast.archivist, name="合同.pdf", chunks=pieces)
    assert (kept.size, kept.state, kept.fonds_id) == (len(content), FileState.GOOD, cast.fonds.pk)
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert kept.sm3 == hashlib.new("sm3", content).hexdigest()
    assert kept.media_type == "application/pdf" and kept.scanned_at is None
    raw = places.path_of(kept.place).read_bytes()
    assert raw.startswith(sealed_files.MAGIC) and b"Catalog" not in raw
    event = Event.objects.get(code="files.stored")
    assert event.subject_id == kept.pk and json.loads(event.meta)["sha256"] == kept.sha256
    assert left(data_dir) == [places.path_of(kept.place)], "no promise is open after the commit"
    with file_open(kept) as stream:
        assert stream.read() == content
        stream.seek(len(content) - 5)
        assert stream.read() == content[-5:]


@pytest.mark.parametrize(
    "name",
    [
        "e\u0301tude Xu\u0308.pdf",
        "长" * 195 + ".docx",
        "  前后空格 .txt",
        "全角／斜杠＼.pdf",
        "emoji😀.txt",
        "e\u0301" * 190 + ".pdf",
    ],
)
def test_names_stay_sign_for_sign(cast: Cast, name: str) -> None:
    kept = store(cast, b"text", name)
    kept.refresh_from_db()
    assert kept.name == name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "没有名称"),
        (" ", "没有名称"),
        ("a/b.pdf", "斜杠"),
        ("a\nb.pdf", "控制字符"),
        ("\ud800.pdf", "编码"),
        ("长" * 401, "401 字"),
    ],
)
def test_what_is_no_name_is_refused(cast: Cast, data_dir: Path, name: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        store(cast, b"text", name)
    assert refusal.value.code == "file_name" and not left(data_dir)


def flat_zip() -> bytes:
    """A hundred MiB of nothing in a tenth of one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made, made.open("0.bin", "w") as member:
        for _ in range(100):
            member.write(bytes(1 << 20))
    return out.getvalue()


def nested_zip() -> bytes:
    content = making.package({"a.txt": b"a"})
    for depth in range(6):
        content = making.package({f"{depth}.zip": content})
    return content


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("空.pdf", b"", "file_empty", "空文件"),
        ("发票.pdf", making.windows_program(), "file_executable", "Windows 程序"),
        ("报告.docx", b"\x7fELF" + bytes(100), "file_executable", "Linux 程序"),
        ("安装.bat", b"@echo off", "file_executable", ".bat"),
        ("工具.zip", making.package({"classes.dex": b"dex"}), "file_executable", "打包的程序"),
        ("大.zip", flat_zip(), "file_bomb", "压缩比"),
        ("套.zip", nested_zip(), "file_bomb", "嵌套"),
    ],
)
def test_what_must_not_come_in(cast: Cast, data_dir: Path, name: str, content: bytes, code: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        store(cast, content, name)
    assert refusal.value.code == code and name in refusal.value.sentence
    assert not left(data_dir) and not StoredFile.objects.exists()
    assert not Event.objects.filter(code="files.stored").exists()


def test_too_large_and_disk_full(cast: Cast, data_dir: Path, settings: Any, monkeypatch: Any) -> None:
    settings.FILE_MAX_BYTES = 2 << 20
    with pytest.raises(Refused, match="2 MiB 的上限") as refusal:
        store(cast, bytes(2 << 20) + b"x")
    assert refusal.value.code == "file_too_large"
    settings.LEAST_FREE_BYTES = 1 << 60
    with pytest.raises(Refused, match="磁盘空间不足") as refusal:
        store(cast, b"x")
    assert refusal.value.code == "disk_full" and not left(data_dir)


def test_a_source_that_breaks_off_leaves_nothing(cast: Cast, data_dir: Path) -> None:
    def breaking() -> Any:
        yield bytes(1 << 20)
        yield bytes(1 << 20)
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        file_store(actor=cast.archivist, name="半.pdf", chunks=breaking())
    assert not left(data_dir) and not StoredFile.objects.exists()


OFFICE = "application/vnd.openxmlformats-officedocument"

KINDS = [
    ("a.pdf", making.pdf(), "application/pdf", ""),
    ("a.pdf", making.pdf("/Encrypt 9 0 R"), "application/pdf", "密码"),
    ("a.pdf", making.pdf()[:-60], "application/pdf", "没有结尾"),
    ("a.pdf", making.pdf().replace(b"startxref\n", b"startxref\n9"), "application/pdf", "索引已损坏"),
    ("a.pdf", b"just words", "text/plain", ""),
    ("a.docx", bytes(range(256)) * 4, "application/octet-stream", "内容却不是"),
    ("a.docx", making.package({"word/document.xml": b"<w/>"}), f"{OFFICE}.wordprocessingml.document", ""),
    ("a.zip", making.package({"xl/workbook.xml": b"<w/>"}), f"{OFFICE}.spreadsheetml.sheet", ""),
    ("发票.ofd", making.package({"OFD.xml": b"<ofd/>"}), "application/ofd", ""),
    ("a.odt", making.package({"mimetype": b"application/vnd.oasis.opendocument.text"}), "application/vnd.oasis.opendocument.text", ""),
    ("a.zip", making.package({"a.txt": b"a"}), "application/zip", ""),
    ("a.zip", making.package({"a.txt": b"a"})[:-8], "application/zip", "不完整"),
    ("a.bin", b"\x89PNG\r\n\x1a\n" + bytes(20), "image/png", ""),
    ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(20), "image/jpeg", ""),
    ("a.csv", "名称,金额\n甲,1".encode("gbk"), "text/csv", ""),
    ("a.csv", b"<!DOCTYPE html><script>1</script>", "text/html", ""),
    ("a.txt", b"<?xml version='1.0'?><svg onload='x'/>", "image/svg+xml", ""),
    ("a.txt", "MZ 是一种酒".encode(), "text/plain", ""),
    ("a.txt", "中文\n".encode("utf-16"), "text/plain", ""),
    ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument".encode("utf-16-le") + bytes(60), "application/msword", ""),
    ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + bytes(60), "application/msword", "打开密码"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "kind", "finding"), KINDS)
def test_kind_by_content(cast: Cast, name: str, content: bytes, kind: str, finding: str) -> None:
    kept = store(cast, content, name)
    assert kept.media_type == kind
    assert finding in kept.finding and bool(finding) == bool(kept.finding)


def test_only_a_usable_file_opens(cast: Cast) -> None:
    kept = store(cast, b"text", "信.txt")
    for state, word in (
        ("waiting", "等待查毒"),
        ("infected", "查出病毒"),
        ("damaged", "已损坏"),
        ("erased", "已按规定清除"),
    ):
        kept.state = FileState(state)
        with pytest.raises(Refused, match=word) as refusal:
            file_open(kept)
        assert refusal.value.code == f"file_{state}" and "信.txt" in refusal.value.sentence


def test_missing_moved_and_altered_files_do_not_open(cast: Cast) -> None:
    one, two = store(cast, b"one", "1.txt"), store(cast, b"two", "2.txt")
    path, other = places.path_of(one.place), places.path_of(two.place)
    path.write_bytes(other.read_bytes())
    with pytest.raises(Refused, match="已损坏"):
        file_open(one)
    path.unlink()
    with pytest.raises(Refused, match="不在存储中") as refusal:
        file_open(one)
    assert refusal.value.code == "file_missing"


def test_a_dead_process_leaves_no_file_without_a_row(cast: Cast, data_dir: Path) -> None:
    kept = store(cast, b"named", "1.txt")
    stray = places.path_of(places.fresh())
    stray.write_bytes(b"x")
    for path in (stray, places.path_of(kept.place)):
        assert stores.settle(path)
    assert not stray.exists() and places.path_of(kept.place).exists()


def test_backups_and_new_keys_reach_stored_files(cast: Cast, data_dir: Path) -> None:
    kept = store(cast, b"text", "1.txt")
    assert kept.place in [name for one in stores.stores() for name in one.files()]
    before = dict(places.counts())
    assert list(before.values()) == [1]
    number = keys.ring().active["files"]
    assert list(before) == [number]
    steps: list[int] = []
    assert places.renew(steps.append) == (0, 0) and steps == [1]
