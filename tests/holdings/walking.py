"""What the archivist's journey brings along: the papers of ten customers, a second installation, and what the base says afterwards."""

import io
import json
import os
import time
import zipfile
from pathlib import Path
from typing import Any

from tests.holdings.handed import pdf
from tests.journey import KEDANG, Site, _run

BEGIN = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "kedang.project.settings"
import kedang.project.settings
import django
django.setup()
"""
WHO = """
from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Location
found = Customer.objects.filter(fonds__code="001", volumes__isnull=True, party_kind="enterprise", department__name="销售一部")
names = list(found.current().order_by("pk").values_list("name", flat=True)[:10])
first = Location.objects.filter(kind="shelf", used=0, label__startswith="DA-1").order_by("label").first()
other = Location.objects.filter(kind="shelf", used=0, parent=first.parent).exclude(pk=first.pk).order_by("label").first()
print(json.dumps({"customers": names, "shelf": [first.pk, first.label], "other": [other.pk, other.label], "cabinet": first.parent_id}))
"""
FIRST_RUN = """
from kedang.foundation.access.services.companies import FirstPerson, first_run
first_run(
    company="接收单位", administrator=FirstPerson("guan", "管一", "lang-genug-77"), archivist=FirstPerson("dang", "档二", "lang-genug-78")
)
print(json.dumps({}))
"""
VOLUME = """
from kedang.business.holdings.models import Volume
volume = Volume.objects.get(reference_code=sys.argv[1])
items = volume.items.order_by("position")
print(json.dumps({
    "volume": [volume.title, volume.year, str(volume.series), str(volume.retention), volume.page_count, volume.situation],
    "state": volume.state,
    "items": [[i.reference_code, i.title, i.author, str(i.dated_on), i.pages, i.first_page, i.secrecy_level] for i in items],
    "files": [[f.file.name, f.file.size, f.file.sha256, f.file.sm3] for i in items for f in i.files.order_by("id")],
}))
"""
TOLD = """
from kedang.business.holdings.models import Finding, Item, Location, StockTake, Transfer, Volume
from kedang.foundation.audit.models import Event
def told(model, *keys):
    rows = Event.objects.filter(subject_type=model._meta.label_lower, subject_id__in=keys).order_by("id")
    return list(rows.values_list("code", flat=True))
volume = Volume.objects.get(reference_code=sys.argv[1])
waited = Item.objects.filter(source__startswith="收件文件夹", title="阀门采购合同").order_by("-pk").first()
take = StockTake.objects.order_by("-pk").first()
transfer = Transfer.objects.order_by("-pk").first()
print(json.dumps({
    "volume": told(Volume, volume.pk), "where": volume.location.label, "box_stands": volume.location.parent.label,
    "item": told(Item, waited.pk), "item_volume": waited.volume.state, "take": [take.state, take.differing_count],
    "transfer": [transfer.state, sorted(transfer.lines.values_list("state", flat=True)), told(Transfer, transfer.pk)],
    "finding": list(Finding.objects.filter(text__contains="窗台有积灰").values_list("state", flat=True)),
}))
"""


class Gbk(zipfile.ZipInfo):
    """A name as a Chinese Windows machine writes it: GBK, without the mark of UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def a_zip(where: Path, names: tuple[str, ...]) -> Path:
    """Papers in a folder, each of its own content, packed on Windows."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for number, name in enumerate(names, 2):
            packed.writestr(Gbk(f"二〇二五年资料/{name}.pdf"), pdf(number, f"zip {number}"))
    path = where / "二〇二五年资料.zip"
    path.write_bytes(made.getvalue())
    return path


def scanned(site: Site, customers: list[str], names: tuple[str, ...]) -> None:
    """What the scanner puts down: one folder a customer."""
    for who, customer in enumerate(customers):
        for number, name in enumerate(names, 1):
            path = site.data_dir / "inbox" / customer / f"{name}.pdf"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pdf(number, f"scan {who} {number}"))
            os.utime(path, (time.time() - 60,) * 2)


def asked(environment: dict[str, str], script: str, *arguments: str) -> Any:
    """What a script says of an installation."""
    done = _run([KEDANG[0], "-c", BEGIN + script, *arguments], environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def second(site: Site, where: Path) -> Site:
    """An installation of another company with nothing in it, on the embedded database."""
    environment = {**site.environment, "KEDANG_DATA_DIR": str(where / "second"), "KEDANG_DATABASE_URL": ""}
    made = Site("", where / "second", environment, where / "log")
    done = made.kedang("setup", "--empty", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    asked(environment, FIRST_RUN)
    return made


def press(page: Any, selector: str) -> None:
    """Click and wait for the page that follows."""
    with page.expect_navigation():
        page.click(selector)


def scan(page: Any, text: str) -> None:
    """As a hardware scanner does: type and Enter."""
    page.fill("#code", text)
    with page.expect_navigation():
        page.press("#code", "Enter")


def batch(page: Any, step: str, button: str, *, author: str = "") -> str:
    """One verb on everything that waits at a step; of more than twenty-five it is a job. What the page tells at the end comes back."""
    page.goto(f"/archive/inbox/?step={step}")
    page.check("[data-pick-all]")
    if author:
        page.fill("input[name=author][form=inbox-picked]", author)
    press(page, f".inbox-tools button:has-text('{button}')")
    page.wait_for_selector("main :text('返回')")
    return str(page.inner_text("main"))
