"""A phone counts a shelf in a cellar without network: nothing is lost, the page opens again offline, and later it merges."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from tests.journey import KEDANG, Site, _run

WAIT = 45_000
MAKE = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "kedang.project.settings"
import kedang.project.settings
import django
django.setup()
from django.db import transaction
from kedang.business.holdings.models import Location
from kedang.business.holdings.services.locations import boxes_make, cabinet_make, location_create
from kedang.business.holdings.services.placing import put_away
from kedang.business.holdings.services.stocktaking import stock_take_begin
from kedang.foundation.access.models import Fonds
from kedang.foundation.kernel.actors import SYSTEM
from tests.holdings.standing import closed_volumes
fonds = Fonds.objects.get(code="001")
with transaction.atomic():
    room = location_create(actor=SYSTEM, fonds=fonds, values={"kind": "room", "code": "Z9", "name": "地下库房"})
    cabinet = cabinet_make(actor=SYSTEM, location=room, code="01", shelves=2)
    one, two = cabinet.children.order_by("position")
    box = boxes_make(actor=SYSTEM, location=one, count=1)[0]
    volumes = closed_volumes(fonds, 4)
    put_away(actor=SYSTEM, location=box, volumes=volumes[:2])
    put_away(actor=SYSTEM, location=two, volumes=volumes[2:])
    take = stock_take_begin(actor=SYSTEM, location=cabinet, title="地下库房清点")
print(json.dumps({"take": take.pk, "one": one.label, "two": two.label, "box": box.label, "codes": [v.reference_code for v in volumes]}))
"""


def scan(page: Any, text: str) -> None:
    """As a hardware scanner does: type and Enter."""
    page.fill("#code", text)
    page.press("#code", "Enter")


def test_counting_without_network(site: Site, sign_in: Callable[..., Any]) -> None:
    done = _run([KEDANG[0], "-c", MAKE], site.environment)
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout.splitlines()[-1])
    a, b, c, d = made["codes"]
    page = sign_in("yezhen", width=390, height=844)
    page.goto(f"/stock-takes/{made['take']}/count/")
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # under the worker now, which keeps what it hands on
    expect(page.locator("[data-n=open]")).to_have_text("5", timeout=WAIT)

    page.context.set_offline(True)
    scan(page, c)
    assert "请先扫位置" in page.inner_text("[data-told]")
    scan(page, made["one"])
    scan(page, made["box"])
    scan(page, a)
    assert "相符" in page.inner_text("[data-told]")
    scan(page, c)
    assert f"账面在 {made['two']}" in page.inner_text("[data-told]")
    assert "没有网络" in page.inner_text("[data-network]") and "4 条待上传" not in page.inner_text(
        "[data-waiting-text]"
    )
    assert page.inner_text("[data-waiting-text]") == "3 条待上传"
    page.reload()  # the phone was put away and opened again, still without network
    expect(page.locator("[data-n=open]")).to_have_text("2", timeout=WAIT)
    assert page.inner_text("[data-place]") == made["box"] and page.inner_text("[data-waiting-text]") == "3 条待上传"
    scan(page, b)
    scan(page, made["two"])
    scan(page, "不在账上的卷")
    assert [page.inner_text(f"[data-n={name}]") for name in ("found", "misplaced", "unexpected", "open")] == [
        "3",
        "1",
        "1",
        "1",
    ]

    page.context.set_offline(False)
    expect(page.locator("[data-waiting-text]")).to_have_text("全部已上传", timeout=WAIT)
    other = sign_in("shenzhixing")
    other.goto(f"/stock-takes/{made['take']}/count/")
    expect(other.locator("[data-n=open]")).to_have_text("1", timeout=WAIT)
    scan(other, made["two"])
    scan(other, c)  # a colleague finds it where the books have it: the later scan counts, and both are told
    expect(other.locator("[data-conflicts]")).to_contain_text("先后在", timeout=WAIT)
    other.goto(f"/stock-takes/{made['take']}/?result=found")
    assert c in other.inner_text("main") and d not in other.inner_text("main")
    other.goto(f"/stock-takes/{made['take']}/close/")
    other.click("form button.btn-primary, form button.btn-danger")
    other.wait_for_url(f"**/stock-takes/{made['take']}/")
    assert "未找到" in other.inner_text("main")
    other.goto("/findings/?view=open")
    assert f"{d} 账面在 {made['two']}，没有找到。" in other.inner_text("main")
