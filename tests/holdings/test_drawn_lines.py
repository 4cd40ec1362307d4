"""Lines drawn without the template engine: what they say, that they escape it, and what the figures count."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services.statistics import Figure, period_of, statistics
from kedang.business.holdings.views.drawn import numbered
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.holdings.volumes import a_customer, a_volume, an_item

As = Callable[[str], Client]
SIGNS = "<b>合同</b> & \"附件\" '一'"
SAFE = "&lt;b&gt;合同&lt;/b&gt; &amp; &quot;附件&quot; &#x27;一&#x27;"


def test_addresses_of_many_records() -> None:
    assert numbered("holdings:item-detail")(7) == "/archive/items/7/"
    assert numbered("holdings:volume-release", 3)(7) == "/volumes/3/release/7/"


def test_titles_are_escaped_and_marked_on_every_page(as_: As, archive: Cast) -> None:
    client = as_("archivist")
    customer = a_customer(archive.archivist, "“甲<乙”公司")
    volume = a_volume(archive.archivist, archive.fonds, items=2, customer=customer)
    Item.objects.filter(volume=volume).update(title=SIGNS, author=SIGNS, secrecy_level=SecrecyLevel.SECRET)
    first, second = Item.objects.filter(volume=volume).order_by("position")
    Item.objects.filter(pk=second.pk).update(belongs_to=first, relation="attachment", carrier="object")
    page = client.get(f"/volumes/{volume.pk}/items/").text
    assert page.count(f"{SAFE}</a>") == 2 and "<b>合同" not in page
    assert f'data-key="{second.pk}" class="is-companion"' in page and '<span class="tag">附件</span>' in page
    assert '<span class="tag is-warn">秘密</span>' in page and '<span class="tag">实物</span>' in page
    assert f'value="{first.pk}:0" disabled' in page and f"/volumes/{volume.pk}/release/{second.pk}/" in page
    assert "volume-release" not in (read_only := as_("manager").get(f"/volumes/{volume.pk}/items/").text)
    assert "data-grip" not in read_only
    Item.objects.filter(pk=first.pk).update(state="filed", filed_at=clock.now())
    loose = an_item(archive.fonds, SIGNS, customer=customer)
    for address in ("/archive/register/", "/archive/inbox/?step=catalogued", "/volumes/arrange/"):
        told = client.get(address).text
        assert SAFE in told and "<b>合同" not in told, address
    assert f'value="{loose.pk}"' in client.get("/volumes/arrange/").text
    Item.objects.filter(pk=loose.pk).update(state="received", document_type=None, series=None, year=None)
    assert "未识别" in client.get("/archive/inbox/").text or "归档" in client.get("/archive/inbox/").text


def test_figures_count_every_state_and_only_the_period(as_: As, archive: Cast) -> None:
    open_one = a_volume(archive.archivist, archive.fonds, items=2)
    gone, shelved = (a_volume(archive.archivist, archive.fonds, title=title) for title in ("销毁的", "上架的"))
    now = clock.now()
    Volume.objects.filter(pk=gone.pk).update(state="destroyed", page_count=99, created_at=now - timedelta(days=400))
    Volume.objects.filter(pk=shelved.pk).update(state="shelved", closed_at=now, shelved_at=now, whereabouts="issued")
    Item.objects.filter(volume=open_one).update(state="filed", filed_at=now - timedelta(days=400))
    an_item(archive.fonds, "按件的", state="filed", filed_at=now, created_at=now - timedelta(days=400))
    as_("archivist").get(f"/volumes/{open_one.pk}/")
    today = clock.today()
    told = {
        (chapter.key, str(line.label)): line.value
        for chapter in statistics(archive.fonds.pk, period_of(today.year, today.month))
        for line in chapter.figures
        if isinstance(line, Figure)
    }
    assert [told["holdings", name] for name in ("案卷", "已归档文件", "其中按件保管")] == [2, 3, 1]
    assert told["holdings", "案卷页数"] == Volume.objects.get(pk=open_one.pk).page_count
    assert [told["additions", name] for name in ("新立案卷", "结卷", "入库", "收到文件", "归档文件")] == [2, 1, 1, 2, 1]
    assert [told["arrangement", name] for name in ("组卷中", "已入库")] == [1, 1]
    assert (told["custody", "借出案卷"], told["use", "查看案卷和文件"], told["use", "利用者"]) == (1, 1, 1)
