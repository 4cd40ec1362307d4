"""An archivist's year in a browser: papers of ten customers from inbox to shelf, printed, boxed, moved, counted, inspected, handed over,
packed, checked by others' tools, and taken in elsewhere as it was.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.holdings.foreign import bag_problems, csip_problems, unpacked
from tests.holdings.handed import pdf
from tests.holdings.walking import TOLD, VOLUME, WHO, a_zip, asked, batch, press, scan, scanned, second
from tests.journey import Site

pytestmark = [pytest.mark.journey, pytest.mark.slow]
WAIT = 45_000
NAMES = ("20250218 阀门采购合同", "20250219 仪表供货合同", "20250305 备件供货合同")
SCANS = ("20250218 阀门采购合同", "20250630 上半年对账单")
CODE = re.compile(r"001-ZY·KH·[^\s]+")
AUTHOR = "砚澜流体控制设备有限公司"


@pytest.fixture(autouse=True)
def no_database_of_tests() -> None:
    """The installation has its own."""


def test_a_year_of_papers_from_the_inbox_to_another_base(
    site: Site, sign_in: Callable[..., Any], tmp_path: Path
) -> None:
    known = asked(site.environment, WHO)
    one, *scans, last = known["customers"]
    scanned(site, scans, SCANS)
    page, phone = sign_in("shenzhixing"), sign_in("yezhen", width=390, height=844)
    volume = received(page, one, last, a_zip(tmp_path, NAMES))
    arranged(page, one, scans)
    code = closed(page, volume)
    contracts = [close_of(page, f"{name}2025年合同协议") for name in scans[:2]]
    printed(page, volume)
    box = boxed(page, phone, known, code)
    counted(page, phone, known, box, code)
    inspected(page)
    checked(page, volume)
    handed_over(page, sign_in("mengxiaotang"), contracts)
    packed(site, page, volume, code, tmp_path)
    told = asked(site.environment, TOLD, code)
    assert (told["where"], told["box_stands"]) == (box, known["other"][1])
    filed = ["item_received", "item_identified", "item_placed", "item_catalogued", "item_taken", "item_filed"]
    assert [one for one in told["item"] if one[9:] in filed] == [f"holdings.{one}" for one in filed]
    assert told["item_volume"] in {"open", "closed"} and told["finding"] == ["solved"]
    assert told["take"][0] == "closed" and told["take"][1] >= 1
    assert told["transfer"][:2] == ["received", ["accepted", "rejected"]]
    done = ("volume_created", "volume_filled", "volume_reordered", "volume_closed", "sheet_printed", "check_made")
    assert {f"holdings.{one}" for one in done} | {"custody.volume_put_away"} <= set(told["volume"])


def received(page: Any, customer: str, other: str, packed_papers: Path) -> str:
    """A ZIP for one customer, a single paper for another; the first goes through the four steps by hand, with a title of its own."""
    page.goto("/archive/inbox/")
    page.set_input_files("input[name=files]", str(packed_papers))
    page.fill("input[name=customer]", customer)
    page.fill("input[name=source]", "销售部交来")
    page.select_option("select[name=carrier]", "hybrid")
    press(page, "button:has-text('收件') >> nth=-1")
    for name in NAMES:
        assert page.locator(f"a.main-link:text-is('{name[9:]}')").count(), name
    single = packed_papers.with_name("20250620 年度供货合同.pdf")
    single.write_bytes(pdf(5, "single"))
    page.set_input_files("input[name=files]", str(single))
    page.fill("input[name=customer]", other)
    press(page, "button:has-text('收件') >> nth=-1")
    press(page, f"a.main-link:text-is('{NAMES[0][9:]}') >> nth=-1")
    press(page, "button:text-is('确认')")
    assert "归档范围规定" in page.inner_text(".proposal")
    page.fill("input[name=volume_title]", f"{customer}2025年供货合同")
    page.fill("input[name=reason]", "依客户要求另拟卷名")
    press(page, "button:text-is('确认')")
    page.fill("input[name=author]", customer)
    page.fill("input[name=pages]", "2")
    press(page, "button:text-is('确认')")
    press(page, "button:text-is('确认')")
    assert "已归档" in page.inner_text("main")
    page.goto("/volumes/?view=open")
    press(page, f"a.main-link:has-text('{customer}2025年供货合同')")
    return str(re.search(r"/volumes/(\d+)/", page.url)[1])  # type: ignore[index]


def arranged(page: Any, customer: str, scans: list[str]) -> None:
    """The scanner's papers know their customers; everything is filed up to the catalogue, arranged at once, and put away."""
    for _try in range(45):
        page.goto("/archive/inbox/")
        if page.locator("tr:has-text('收件文件夹')").count() >= 2 * len(scans):
            break
        page.wait_for_timeout(1000)
    assert page.locator(f"tr:has-text('收件文件夹：{scans[0]}') td:has-text('{scans[0]}')").count() >= 2
    assert "停在“待编目”：请填写责任者" in batch(page, "received", "按建议办到待组卷")
    batch(page, "placed", "填责任者", author=AUTHOR)
    for _try in range(20):
        if "还没有从文件中数出" not in batch(page, "placed", "按建议办到待组卷"):
            break
        page.wait_for_timeout(1000)
    page.goto("/archive/inbox/?step=catalogued")
    assert page.locator("tr:has-text('待组卷')").count() >= 2 * len(scans) + 2
    press(page, ".inbox-tools a:has-text('自动组卷')")
    assert "编入该卷" in page.inner_text("main")
    for name in scans:
        assert page.locator(f"input[value='{name}2025年合同协议']").count() == 1, name
    press(page, "button:has-text('组成勾选')")
    assert page.locator(f"a.main-link:has-text('{scans[0]}2025年合同协议')").count() == 1
    assert "未办" not in batch(page, "catalogued", "入库")


def closed(page: Any, volume: str) -> str:
    """Order by hand, pages numbered, closed with an inspector; the code comes back."""
    page.goto(f"/volumes/{volume}/items/")
    press(page, "tbody tr:nth-child(2) button[name=move] >> nth=0")
    assert NAMES[1][9:] in page.inner_text("tbody tr:nth-child(1)")
    return close(page, f"/volumes/{volume}/")


def close_of(page: Any, title: str) -> str:
    """Close the volume of a title."""
    page.goto("/volumes/?view=open")
    press(page, f"a.main-link:has-text('{title}')")
    return close(page, page.url)


def close(page: Any, address: str) -> str:
    """Close a volume."""
    page.goto(f"{address}close/")
    page.select_option("select[name=inspector]", index=1)
    page.fill("[name=situation]", "文件齐全。")
    press(page, "main form button.btn-primary")
    found = CODE.search(page.inner_text("main"))
    assert "已结卷" in page.inner_text("main") and found is not None
    return found[0]


def printed(page: Any, volume: str) -> None:
    """The whole set on paper, and the page that says it is current."""
    for form in ("cover", "spine", "contents", "notes"):
        paper = page.request.get(f"/archive/volumes/{volume}/forms/{form}.pdf")
        assert paper.ok and paper.body().startswith(b"%PDF"), form
    assert page.request.get("/archive/print/labels.pdf?year=2025").body().startswith(b"%PDF")
    page.goto(f"/archive/volumes/{volume}/print/")
    assert "现行" in page.inner_text("main")


def boxed(page: Any, phone: Any, known: dict[str, Any], code: str) -> str:
    """A box on a shelf, the volume into it, the box to another shelf: by scanning."""
    page.goto(f"/places/{known['shelf'][0]}/boxes/")
    page.fill("[name=count]", "1")
    press(page, "main form button.btn-primary")
    box = str(page.locator("table.records a.main-link").last.inner_text())
    phone.goto("/scan/")
    scan(phone, box)
    scan(phone, code)
    assert code in phone.inner_text("main")
    phone.goto("/scan/")
    scan(phone, known["other"][1])
    phone.check("input[name=box]")
    scan(phone, box)
    assert box in phone.inner_text("main")
    page.goto(f"/places/{known['shelf'][0]}/")
    assert page.locator(f"main table.records :text('{box}')").count() == 0
    return box


def counted(page: Any, phone: Any, known: dict[str, Any], box: str, code: str) -> None:
    """The cabinet is counted in a cellar without network and merged later."""
    page.goto(f"/places/{known['cabinet']}/count/")
    page.fill("main [name=title]", "年末清点")
    press(page, "main form button.btn-primary")
    take = re.search(r"/stock-takes/(\d+)", page.url)[1]  # type: ignore[index]
    phone.goto(f"/stock-takes/{take}/count/")
    phone.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    phone.reload()
    phone.context.set_offline(True)
    for text in (known["other"][1], box, code, known["shelf"][1], "不在账上的卷"):
        phone.fill("#code", text)
        phone.press("#code", "Enter")
    assert "没有网络" in phone.inner_text("[data-network]")
    assert phone.inner_text("[data-n=unexpected]") == "1"
    phone.context.set_offline(False)
    expect(phone.locator("[data-waiting-text]")).to_have_text("全部已上传", timeout=WAIT)
    page.goto(f"/stock-takes/{take}/close/")
    press(page, "main form button.btn-primary, main form button.btn-danger")
    page.goto(f"/stock-takes/{take}/?result=found")
    assert code in page.inner_text("main")
    assert page.request.get(f"/stock-takes/{take}/print/").body().startswith(b"%PDF")


def inspected(page: Any) -> None:
    """One point is bad, the rest good in one act; the finding is a task until it is put right."""
    page.goto("/inspections/?view=due")
    press(page, "a.main-link >> nth=0")
    press(page, "a:has-text('现在检查')")
    doors = page.locator("fieldset.point").nth(2)
    doors.locator("label.point-choice").nth(1).click()
    doors.locator("input.form-control").fill("窗台有积灰")
    press(page, "button[name=_rest]")
    assert page.locator("input[value=good]:checked").count() == 10
    press(page, "button:has-text('完成检查')")
    page.goto("/")
    assert "窗台有积灰" in page.inner_text("main")
    page.goto("/findings/?view=open")
    href = page.locator("tr:has-text('窗台有积灰') a.main-link").first.get_attribute("href")
    page.goto(f"{href}solve/")
    page.fill("[name=reason]", "已清洁")
    press(page, "main form button.btn-primary")
    assert "已处理" in page.inner_text("main")


def checked(page: Any, volume: str) -> None:
    """四性检测 of the volume, with its verdict for every property."""
    page.goto(f"/volumes/{volume}/checks/")
    page.locator("main form button").first.click()
    link = page.locator("main table a[href*='/archive/checks/'], main li a[href*='/archive/checks/']").first
    for _try in range(30):
        page.wait_for_timeout(500)
        page.goto(f"/volumes/{volume}/checks/")
        if link.count():
            break
    page.goto(str(link.get_attribute("href")))
    for word in ("真实性", "完整性", "可用性", "安全性"):
        assert word in page.inner_text("main"), word


def handed_over(page: Any, seller: Any, codes: list[str]) -> None:
    """The department draws up and signs a list; the archive counts, sends one back and signs."""
    seller.goto("/archive/transfers/new/")
    seller.fill("[name=title]", "二〇二五年合同案卷")
    press(seller, "button:has-text('保存') >> nth=0")
    address = seller.url
    seller.goto(f"{address}pick/")
    for code in codes:
        seller.check(f"tr:has-text('{code}') input[name=pick]")
    press(seller, "button:has-text('列入清册')")
    seller.goto(f"{address}send/")
    press(seller, "main form button.btn-primary")
    assert "未签字" in seller.inner_text("main") or "待接收" in seller.inner_text("main")
    page.goto(f"{address}receive/")
    lines = page.locator(".count-line")
    lines.nth(0).locator("input[value=rejected]").check(force=True)
    lines.nth(0).locator("input[name^=reason]").fill("缺第 2 页")
    lines.nth(1).locator("input[value=accepted]").check(force=True)
    lines.nth(1).locator("input[inputmode=numeric], input[type=number]").first.fill("1")
    press(page, "button:has-text('签收')")
    told = page.inner_text("main")
    assert "已接收" in told and "缺第 2 页" in told and "孟晓棠" in told and "沈知行" in told


def packed(site: Site, page: Any, volume: str, code: str, where: Path) -> None:
    """Two kinds of package, each sound for others' tools and ours; in an empty base the volume is what it was."""
    for kind, problems in (("bagit", bag_problems), ("csip", csip_problems)):
        made = where / f"{kind}.zip"
        told = site.kedang(
            "package", "export", code, "--kind", kind, "--to", str(made), "--as", "shenzhixing", "--json"
        )
        assert told.returncode == 0, told.stdout + told.stderr
        assert not problems(unpacked(made, where / kind)), kind
    page.goto(f"/volumes/{volume}/packages/")
    assert "BagIt" in page.inner_text("main") and "E-ARK" in page.inner_text("main")
    other = second(site, where)
    told = other.kedang("package", "import", str(where / "csip.zip"), "--as", "dang", "--json")
    assert told.returncode == 0, told.stdout + told.stderr
    there, here = asked(other.environment, VOLUME, code), asked(site.environment, VOLUME, code)
    assert (there.pop("state"), here.pop("state")) == ("closed", "shelved")  # it stands on no shelf there yet
    assert there == here and len(there["files"]) == len(NAMES)
