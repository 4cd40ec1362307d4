"""Packages as they come from Chinese offices: GBK names, decomposed names, long names; bad entries alone are refused."""

import io
import struct
import zipfile
import zlib
from typing import Any

import pytest

from kedang.foundation.files.models import StoredFile
from kedang.foundation.files.services import file_open, file_store, files_from_zip
from kedang.foundation.files.services.unpacking import Unpacked
from kedang.foundation.kernel.refused import Refused
from tests.cast import Cast
from tests.files import making


def unpack(cast: Cast, content: bytes) -> list[Unpacked]:
    return list(files_from_zip(actor=cast.archivist, source=io.BytesIO(content), name="资料.zip"))


def names(found: list[Unpacked]) -> list[str]:
    return [one.path for one in found]


LONG = "二〇二五年度与杭州青禾实业有限公司关于设备采购及安装服务的往来函件之" * 6


@pytest.mark.parametrize(
    ("paths", "coding"),
    [
        (["合同/2025年/采购合同.pdf", "合同/補充協議.pdf", "readme.txt"], "gbk"),
        (["诚信\\誠信.pdf"], "gbk"),  # the second byte of 誠 is a backslash
        (["㐀䶵.txt"], "gb18030"),
        (["图纸/e\u0301tude.pdf", "한.txt"], "utf-8"),
        ([f"{LONG[:195]}.pdf"], "gbk"),
        (["联通.txt", "移动.txt"], "gbk"),  # noted for being taken for UTF-8
        (["拢陆.txt"], "gbk"),  # reads as UTF-8 too: as Armenian letters
    ],
)
def test_names_without_a_word_about_their_coding(cast: Cast, paths: list[str], coding: str) -> None:
    found = unpack(cast, making.old_zip([(path.encode(coding), path.encode()) for path in paths]))
    assert names(found) == [path.replace("\\", "/") for path in paths]
    for one, path in zip(found, paths, strict=True):
        assert one.refusal is None and one.stored is not None
        with file_open(one.stored) as stream:
            assert stream.read() == path.encode()


def test_the_flag_and_the_extra_field_say_which_coding(cast: Cast) -> None:
    said = unpack(cast, making.old_zip([("拢陆.txt".encode(), b"1")], flags=0x800))
    assert names(said) == ["拢陆.txt"]
    raw, true = b"____.txt", "真名.txt".encode()
    field = struct.pack("<HHBI", 0x7075, 5 + len(true), 1, zlib.crc32(raw)) + true
    assert names(unpack(cast, making.old_zip([(raw, b"1")], extra=field))) == ["真名.txt"]
    stale = struct.pack("<HHBI", 0x7075, 5 + len(true), 1, 7) + true
    assert names(unpack(cast, making.old_zip([(raw, b"1")], extra=stale))) == ["____.txt"]


def test_bad_entries_are_told_and_the_rest_goes_on(cast: Cast, settings: Any) -> None:
    settings.FILE_MAX_BYTES = 70 << 20
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.mkdir("空文件夹")
        for name, content in {
            "../逃.txt": b"1", "C:/逃.txt": b"1", "/逃.txt": b"1", "甲/../../逃.txt": b"1", "__MACOSX/._a": b"1", "甲/Thumbs.db": b"1",
            "空.txt": b"", "发票.pdf": making.windows_program(), "胀.bin": bytes(65 << 20), "好.txt": "好".encode(),
            "长" * 401 + ".txt": b"1", "内/套.zip": making.package({"a.txt": b"a"}), "甲/./乙//丙.txt": b"1",
        }.items():  # fmt: skip
            made.writestr(name, content)
        link = zipfile.ZipInfo("链接")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        made.writestr(link, b"/etc/passwd")
    found = unpack(cast, out.getvalue())
    codes = {one.path: one.refusal.code if one.refusal else "" for one in found}
    assert codes == {
        "../逃.txt": "zip_path", "C:/逃.txt": "zip_path", "逃.txt": "zip_path", "甲/../../逃.txt": "zip_path",
        "__MACOSX/._a": "zip_litter", "甲/Thumbs.db": "zip_litter", "空.txt": "file_empty", "发票.pdf": "file_executable",
        "胀.bin": "file_bomb", "好.txt": "", "长" * 401 + ".txt": "file_name", "内/套.zip": "", "甲/乙/丙.txt": "", "链接": "zip_link",
    }  # fmt: skip
    assert [one.number for one in found] == list(range(1, 15)) and {one.total for one in found} == {14}
    assert sorted(StoredFile.objects.values_list("name", flat=True)) == sorted(["好.txt", "套.zip", "丙.txt"])
    sentence = next(one.refusal.sentence for one in found if one.refusal and one.name == "空.txt")
    assert sentence.startswith("“空.txt”：") and "空文件" in sentence


def test_encrypted_and_damaged_entries(cast: Cast) -> None:
    locked = unpack(cast, making.old_zip([(b"a.txt", b"secret")], flags=1))
    assert [one.refusal.code for one in locked if one.refusal] == ["zip_encrypted"]
    content = bytearray(making.old_zip([(b"a.txt", b"first"), (b"b.txt", b"other")]))
    content[content.index(b"first")] ^= 1
    damaged = unpack(cast, bytes(content))
    assert [one.refusal.code if one.refusal else "" for one in damaged] == ["zip_damaged", ""]
    assert "已损坏" in (damaged[0].refusal.sentence if damaged[0].refusal else "")
    twice = bytearray(making.old_zip([(b"a.txt", b"x" * 50), (b"b.txt", b"y" * 50)]))
    at = twice.rindex(b"PK\1\2")
    twice[at + 42 : at + 46] = bytes(4)
    assert {one.refusal.code for one in unpack(cast, bytes(twice)) if one.refusal} == {"file_bomb"}


def test_what_is_no_package(cast: Cast) -> None:
    for content in (b"", b"words", making.package({"a": b"a"})[:-10], b"PK\3\4" + bytes(100)):
        with pytest.raises(Refused, match=r"资料\.zip") as refusal:
            unpack(cast, content)
        assert refusal.value.code == "zip_unreadable"
    flood = bytearray(making.package({"a": b"a"}))
    flood[-10:-6] = (1 << 30).to_bytes(4, "little")
    with pytest.raises(Refused) as refusal:
        unpack(cast, bytes(flood))
    assert refusal.value.code == "file_bomb"


def test_from_a_stored_package(cast: Cast) -> None:
    kept = file_store(actor=cast.archivist, name="往来.zip", chunks=[making.package({"函/一.txt": b"1"})])
    found = list(files_from_zip(actor=cast.archivist, source=kept))
    assert [(one.folder, one.name) for one in found] == [("函", "一.txt")]
