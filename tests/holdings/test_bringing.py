"""Files come in: singly, as a ZIP of a Chinese Windows machine, by the watched folder; a bad one is told and the rest goes on."""

import io
import os
import time
import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kedang.business.holdings.models import Item, ItemFile
from kedang.business.holdings.services.items import inbox
from kedang.business.holdings.services.items.bringing import items_bring
from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import StoredFile
from kedang.foundation.kernel.refused import NotAllowed
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.holdings.filing import Upload, some_customer

pytestmark = pytest.mark.usefixtures("archive", "data_dir")

LONG = "关于" + "青山精密机械有限公司" * 19 + "合同.txt"
DECOMPOSED = unicodedata.normalize("NFD", "Café é 报价单.txt")


def packed(names: dict[str, bytes]) -> bytes:
    """A package whose names are written as raw GBK bytes."""

    class Gbk(zipfile.ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:
            return self.filename.encode("gbk"), 0

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in names.items():
            package.writestr(Gbk(name), content)
    return made.getvalue()


def bring(cast: Cast, *uploads: Upload, **given: Any) -> list[Any]:
    values = given.pop("values", {"customer": some_customer(cast)})
    return list(items_bring(actor=given.pop("actor", cast.archivist), uploads=uploads, values=values, **given))


def test_each_file_is_an_item_named_by_it(cast: Cast) -> None:
    long, odd = bring(cast, Upload(LONG, b"1"), Upload(DECOMPOSED, b"2"), source="客户邮件")
    assert long.item.files.get().file.name == LONG
    assert odd.item.files.get().file.name == DECOMPOSED
    assert (odd.item.customer, odd.item.source, odd.item.state) == (some_customer(cast), "客户邮件", "received")
    assert long.item.title == LONG.removesuffix(".txt")


def test_a_bad_file_is_told_and_the_rest_goes_on(cast: Cast) -> None:
    first, bad, last = bring(cast, Upload("合同.txt", b"1"), Upload("空.txt", b""), Upload("报价单.txt", b"2"))
    assert (bad.item, "空文件" in bad.sentence) == (None, True)
    assert (first.item.title, last.item.title) == ("合同", "报价单")
    assert StoredFile.objects.count() == 2


def test_a_windows_package_keeps_its_names(cast: Cast) -> None:
    content = packed({"2026年/合同/设备采购合同.txt": b"a", "2026年/报价单.txt": b"b", "2026年/Thumbs.db": b"x"})
    contract, offer = bring(cast, Upload("青山资料.zip", content), source="销售部交来")
    assert (contract.name, contract.item.title) == ("2026年/合同/设备采购合同.txt", "设备采购合同")
    assert contract.item.source == "销售部交来，压缩包 青山资料.zip／2026年/合同"
    assert offer.item.files.get().file.name == "报价单.txt"
    whole = bring(cast, Upload("青山资料.zip", content), unpack=False)
    assert [one.item.title for one in whole] == ["青山资料"]


def test_several_scans_may_be_one_item(cast: Cast) -> None:
    (only,) = bring(
        cast, Upload("合同1.jpg", b"1"), Upload("合同2.jpg", b"2"), as_one=True, values={"title": "采购合同"}
    )
    assert [row.file.name for row in only.item.files.order_by("id")] == ["合同1.jpg", "合同2.jpg"]


def test_the_same_bytes_are_told(cast: Cast) -> None:
    (first,) = bring(cast, Upload("合同.txt", b"same"))
    (second,) = bring(cast, Upload("合同副本.txt", b"same"))
    assert second.twin == first.item
    (unseen,) = bring(cast, Upload("合同三.txt", b"same"), actor=cast.stranger, values={})
    assert unseen.twin is None


def test_who_may_not_deliver(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        bring(cast, Upload("合同.txt", b"1"), actor=cast.reader)


@pytest.fixture
def folder(tmp_path: Path, settings: Any, cast: Cast) -> Path:
    """The watched folder of the first company."""
    settings.INBOX_DIR = str(tmp_path / "inbox")
    made = tmp_path / "inbox" / cast.fonds.code
    made.mkdir(parents=True)
    return made


def put(folder: Path, name: str, content: bytes, age: float = 60) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_what_lies_in_the_folder_comes_in(cast: Cast, folder: Path) -> None:
    put(folder, "扫描仪一/采购合同 20260301.txt", b"scan")
    young = put(folder, "正在写.txt", b"half", age=0)
    empty = put(folder, "空.txt", b"")
    link = folder / "链接.txt"
    link.symlink_to(young)
    counts = inbox.inbox_take()
    assert counts == {"received": 1, "sent_back": 1, "known": 0}
    item = Item.objects.get()
    assert (item.title, item.source, item.fonds) == ("采购合同 20260301", "收件文件夹：扫描仪一", cast.fonds)
    assert not (folder / "扫描仪一/采购合同 20260301.txt").exists()
    assert young.exists() and link.is_symlink() and not empty.exists()
    back = folder.parent / "退回"
    assert (back / "空.txt").exists()
    assert "空文件" in (back / "空.txt.说明.txt").read_text()
    assert Event.objects.filter(code="holdings.inbox_taken").count() == 1


def test_a_folder_called_as_a_customer_is_that_customers(cast: Cast, folder: Path) -> None:
    one, two = (make_customer(cast.archivist, name=f"{name}机械有限公司", phone="") for name in ("远帆", "近岸"))
    put(folder, f"二〇二五年/{one.name}/采购合同 20250301.txt", b"one")
    put(folder, f"{two.number}/扫描仪一/采购合同 20250302.txt", b"two")
    put(folder, "无此客户有限公司/采购合同 20250303.txt", b"three")
    assert inbox.inbox_take()["received"] == 3
    assert list(Item.objects.order_by("title").values_list("customer", flat=True)) == [one.pk, two.pk, None]


def test_taken_again_after_a_crash_it_comes_in_once(cast: Cast, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed({"合同.txt": b"a", "报价单.txt": b"b"})
    path = put(folder, "资料.zip", content)
    put(folder, "委托书.txt", b"one")
    inbox.inbox_take()
    put(folder, "委托书.txt", b"one")
    put(folder, "资料.zip", content)
    assert inbox.inbox_take() == {"received": 0, "sent_back": 0, "known": 3}
    assert Item.objects.count() == ItemFile.objects.count() == StoredFile.objects.count() == 3
    assert not path.exists()
    put(folder, "委托书.txt", b"two")
    assert inbox.inbox_take()["received"] == 1


def test_the_worker_hands_in_a_job_only_when_something_lies_there(cast: Cast, folder: Path) -> None:
    from kedang.business.holdings.jobs.items import KIND, look_into_inbox
    from kedang.foundation.jobs.models import Job

    look_into_inbox()
    assert not Job.objects.filter(kind=KIND).exists()
    put(folder, "合同.txt", b"1")
    look_into_inbox()
    look_into_inbox()
    assert Job.objects.filter(kind=KIND).count() == 1
