"""Every way out: open within the grant, shut outside it, and shut one second after its time."""

import hashlib
import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Item, ItemFile
from kedang.business.lending.marking import burnt
from kedang.business.lending.models import UseRequest
from kedang.foundation.access.models import RecordGrant
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.audit.models import Event
from kedang.foundation.files.models import FilePage
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.marks import mark_for, marks_in, read_mark
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.files import papers
from tests.holdings.making import lay_defaults
from tests.lending.using import ask, decide, fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(cast: Cast) -> Cast:
    lay_defaults(cast)
    ensure_flows(cast.fonds)
    return cast


def client_of(person: Any) -> Client:
    client = Client()
    client.force_login(fresh(person))
    return client


def paper(house: Cast, title: str = "采购合同") -> Item:
    """An item in 周航's care with a PDF of three pages; 林悦 does not see it."""
    file = papers.stored(house.archivist, f"{title}.pdf", papers.pdf_of())
    return papers.held_by_item(
        file, title=title, responsible=house.salesperson, department=house.head_office, state="filed"
    )


def opened(house: Cast, *things: Any, **more: Any) -> UseRequest:
    row = ask(house, *things, reader=house.colleague, days=0, **more)
    decide(house, row)
    return row


def addresses(item: Item) -> dict[str, tuple[str, str]]:
    """Channel → (method, address) of an item with a file."""
    row = ItemFile.objects.get(item=item)
    return {
        "detail": ("get", reverse("holdings:item-detail", args=[item.pk])), "files": ("get", reverse("holdings:item-files",
        args=[item.pk])),
        "view": ("get", reverse("files:view", args=[row.file_id])),
        "picture": ("get", reverse("files:picture", args=[row.file_id, 1, "page"])),
        "download": ("get", reverse("holdings:item-file", args=[item.pk, row.pk])), "copy": ("post", reverse("lending:use-copy",
        args=[row.pk])),
    }  # fmt: skip


def statuses(client: Client, item: Item) -> dict[str, int]:
    return {name: getattr(client, verb)(url).status_code for name, (verb, url) in addresses(item).items()}


def in_lists(client: Client, item: Item) -> list[bool]:
    """Whether the list of items, the search and the search in documents name it."""
    rows = client.get(reverse("holdings:item-results")).content.decode()
    found = client.get(reverse("web:search"), {"q": "采购合同"}).content.decode()
    return [item.title in rows, f"/archive/items/{item.pk}/" in found]


def test_reading_and_nothing_more(house: Cast) -> None:
    """查档: entry, list, viewer and pictures are open; download, copies, printing and export are not; nothing of another item is."""
    item, other = paper(house), paper(house, "保密协议")
    opened(house, item)
    client = client_of(house.colleague)
    assert statuses(client, item) == {
        "detail": 200,
        "files": 200,
        "view": 200,
        "picture": 200,
        "download": 403,
        "copy": 403,
    }
    assert set(statuses(client, other).values()) == {404}
    assert in_lists(client, item)[0] and not in_lists(client, other)[0]
    page = client.get(addresses(item)["view"][1]).content.decode()
    assert "逐页阅读" in page and "臨海閥門廠" not in page, "words can be copied off; the picture cannot"
    assert "下载" not in client.get(addresses(item)["files"][1]).content.decode()
    assert client.post(reverse("holdings:item-export"), {"format": "csv"}).status_code in (403, 404)
    event = Event.objects.filter(code="files.page_viewed", actor_id=house.colleague.pk).last()
    assert event is not None and event.subject_id == item.pk


@pytest.mark.parametrize("seconds", [-1, 1])
def test_one_second_around_its_end(house: Cast, seconds: int) -> None:
    """A second before its end all is open, a second after it all is shut: the same session, the same addresses."""
    item = paper(house)
    opened(house, item)
    end = RecordGrant.objects.filter(subject_type="holdings.item").get().valid_until
    with clock.frozen(end + timedelta(seconds=seconds)):
        client = client_of(house.colleague)
        found = statuses(client, item)
        assert (found["view"], found["picture"], found["detail"]) == (
            (200, 200, 200) if seconds < 0 else (404, 404, 404)
        )
        assert in_lists(client, item)[0] is (seconds < 0)


def test_only_the_pages_that_were_granted(house: Cast) -> None:
    """Page 2 of three: the others are neither drawn nor found nor counted, in the viewer and in the search of documents."""
    item = paper(house)
    FilePage.objects.all().delete()
    row = ItemFile.objects.get(item=item)
    for number, text in enumerate(papers.PAGES, 1):
        FilePage.objects.create(file=row.file, number=number, text=text, source="layer")
    row.file.pages = 3
    row.file.save(update_fields=["pages"])
    opened(house, item, pages="2")
    client = client_of(house.colleague)
    page = client.get(reverse("files:view", args=[row.file_id]), {"page": 1}).content.decode()
    assert 'value="2"' in page
    for number, status in ((1, 404), (2, 200), (3, 404)):
        assert client.get(reverse("files:picture", args=[row.file_id, number, "page"])).status_code == status
    assert "在 0 页中找到" in client.get(reverse("files:view", args=[row.file_id]), {"q": "签字盖章"}).content.decode()
    assert "在 1 页中找到" in client.get(reverse("files:view", args=[row.file_id]), {"q": "付款方式"}).content.decode()


def test_copies_are_counted_and_marked(house: Cast) -> None:
    """Twice as approved, a third time not; each says for whom on every page, and bears the hidden mark."""
    item = paper(house)
    row = opened(house, item, sort="copy", copies=2)
    client = client_of(house.colleague)
    address = addresses(item)["copy"][1]
    first = client.post(address)
    assert first.status_code == 200 and first.content.startswith(b"%PDF")
    mark = marks_in(first.content)[0]
    assert mark.person_id == house.colleague.pk and abs((mark.at - clock.now()).total_seconds()) < 60
    assert client.post(address).status_code == 200
    third = client.post(address, follow=True)
    assert "次数已经用完" in third.content.decode()
    event = Event.objects.filter(code="use.copy_made").last()
    assert event is not None and row.case.number in event.meta and '"number":2' in event.meta
    auditor = client_of(house.auditor)
    told = auditor.post(reverse("lending:mark-check"), {"file": io.BytesIO(first.content)}).content.decode()
    assert "林悦" in told and "标记属实" in told
    none = auditor.post(reverse("lending:mark-check"), {"file": io.BytesIO(b"%PDF-1.4 nothing")}).content.decode()
    assert "没有本系统的标记" in none
    assert client.get(reverse("lending:mark-check")).status_code == 403


def test_an_original_leaves_as_it_was_with_a_note_beside_it(house: Cast) -> None:
    """导出: the bytes as filed; who, when, by which request and the digest beside them; the original itself is known again by its digest."""
    item = paper(house)
    row = opened(house, item, sort="export")
    file = ItemFile.objects.get(item=item).file
    client = client_of(house.colleague)
    answer = client.get(addresses(item)["download"][1], headers={"Range": "bytes=0-9"})
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a file
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        note, original = package.namelist()
        told, kept = package.read(note).decode("utf-8-sig"), package.read(original)
    assert hashlib.sha256(kept).hexdigest() == file.sha256 and f"交付单 {row.case.number}.txt" in note
    assert all(
        word in told
        for word in (row.case.number, "林悦（linyue）", file.sha256, file.sm3, "第 1 次，共批准 1 次", "核对付款条件")
    )
    assert [one.person_id for one in marks_in(content)] == [house.colleague.pk]
    event = Event.objects.get(code="holdings.item_file_taken", actor_id=house.colleague.pk)
    assert row.case.number in event.meta and file.sha256 in event.meta
    assert client.get(addresses(item)["download"][1]).status_code != 200, "once, as approved"
    auditor = client_of(house.auditor).post(reverse("lending:mark-check"), {"file": io.BytesIO(kept)}).content.decode()
    assert "此文件是库中的原件" in auditor and "林悦" in auditor and "没有本系统的标记" not in auditor


def test_pictures_bear_name_time_and_number(house: Cast) -> None:
    """What is sent is not what is kept: the words lie over it, and the comment holds the mark; two readers get two pictures."""
    item = paper(house)
    opened(house, item)
    address = addresses(item)["picture"][1]
    mine, theirs = (client_of(person).get(address).content for person in (house.colleague, house.salesperson))
    assert mine != theirs
    assert [one.person_id for one in marks_in(mine)] == [house.colleague.pk]
    plain = io.BytesIO()
    Image.new("RGB", (900, 1200), "white").save(plain, "JPEG")
    with Image.open(io.BytesIO(burnt(plain.getvalue(), "林悦 SQ20260001"))) as drawn:
        inked = sum(drawn.convert("L").histogram()[:250])
    assert 900 * 1200 * 0.01 < inked < 900 * 1200 * 0.4, "seen, and not in the way"


def test_a_mark_cannot_be_made_up() -> None:
    """Another person's number, or another moment, does not fit the proof."""
    mark = mark_for(7)
    found = read_mark(mark)
    assert found is not None and found.person_id == 7
    forged = mark[:8] + ("A" if mark[8] != "A" else "B") + mark[9:]
    assert read_mark(forged) is None and read_mark("KD") is None and mark_for(None) == ""


def test_whole_lists_do_not_leave_by_an_opening(house: Cast) -> None:
    """导出 of one dossier: that one leaves, once; the list's own export stays shut, and what a role exports does not hold the dossier."""
    dossier = make_customer(house.archivist, responsible=house.salesperson)
    own = make_customer(house.archivist, name="远山纸业有限公司", responsible=house.colleague, phone="")
    opened(house, dossier, sort="export")
    client = client_of(house.colleague)
    assert client.post(reverse("customers:customer-export"), {"format": "csv"}).status_code == 403
    grant = RecordGrant.objects.get()
    answer = client.post(reverse("lending:use-export", args=[grant.pk]))
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a file
    assert answer.status_code == 200 and [one.person_id for one in marks_in(content)] == [house.colleague.pk]
    assert "次数已经用完" in client.post(reverse("lending:use-export", args=[grant.pk]), follow=True).content.decode()
    assert client_of(house.salesperson).post(reverse("lending:use-export", args=[grant.pk])).status_code == 404
    assert Customer.objects.visible_to(fresh(house.colleague)).count() == 2 and own.pk != dossier.pk
    assert client.get(reverse("customers:card", args=[dossier.pk])).status_code == 403
