"""共享 (US-08): parts of dossiers without a request; exactly those, within the level, recorded, over by the clock or at once."""

from datetime import timedelta
from typing import Any

import pytest

from kedang.business.customers.models import Contact, Customer, FormerName
from kedang.business.customers.searching import find_customers
from kedang.business.customers.services import contact_add
from kedang.business.holdings.models import DocumentType, Item
from kedang.business.lending.services.share_reminding import shares_remind
from kedang.business.lending.services.sharing import Recipients, Wanted, share_review, share_start, share_stop
from kedang.foundation.access.grants import as_taker
from kedang.foundation.access.models import Fonds, Person, RecordShare, Role
from kedang.foundation.access.policies import at_large, can, require, scope_q
from kedang.foundation.access.shared.reading import shares_of, shares_reaching, uses_of
from kedang.foundation.access.veil import reveal
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.notices.models import Notice
from tests.cast import Cast
from tests.counting import compare_all
from tests.customers.making import make_customer
from tests.files import papers
from tests.lending.making import shelved
from tests.lending.using import fresh

pytestmark = pytest.mark.django_db
VIEW = "customers.view"


def shared(
    cast: Cast, *, by: Person | None = None, days: int = 90, to: Recipients | None = None, **wanted: Any
) -> RecordShare:
    """沈砚 shares the dossiers of 客户服务部 with 销售部, with all below it."""
    wanted = {"reach": "below", "reach_value": str(cast.service.pk), **wanted}
    return share_start(
        actor=fresh(by or cast.archivist), title="联合回访", purpose="销售与客服联合回访老客户", wanted=Wanted(**wanted),
        recipients=to or Recipients(departments=[cast.sales]), until=clock.now() + timedelta(days=days),
    )  # fmt: skip


def served(cast: Cast, **values: Any) -> Customer:
    """A dossier of 客户服务部."""
    return make_customer(cast.archivist, **{"name": "远岭纸业有限公司", "department": cast.service, **values})


def seen(person: Person) -> set[int]:
    return set(Customer.objects.visible_to(fresh(person)).values_list("pk", flat=True))


def test_whose_dossiers_and_with_whom(cast: Cast) -> None:
    """By a condition, not by rows; the department below the chosen one too; nobody else, no act but reading, nothing above the level."""
    dossier, secret = served(cast), served(cast, name="深谷矿业有限公司", secrecy_level=2)
    elsewhere = make_customer(cast.archivist, department=cast.head_office)
    share = shared(cast)
    for person in (cast.salesperson, cast.clerk, cast.head, cast.reader):
        assert seen(person) == {dossier.pk}, person.name
    for person in (cast.admin, cast.stranger):
        assert seen(person) == set(), person.name
    reader = fresh(cast.salesperson)
    require(reader, VIEW, dossier)
    with pytest.raises(NotAllowed):
        require(reader, "customers.change", dossier)
    for beyond in (secret, elsewhere):
        with pytest.raises(OutOfScope):
            require(reader, VIEW, beyond)
    assert not can(reader, "customers.print", dossier)
    assert not Customer.objects.visible_to(reader).filter(at_large(reader, "customers.export", Customer)).exists()
    assert [hit.id for hit in find_customers(reader, "远岭").hits] == [dossier.pk]
    assert not find_customers(reader, "深谷").hits
    assert shares_of(dossier) == [share] and not shares_of(secret)
    event = Event.objects.get(code="share.started")
    assert event.subject_id == share.pk and event.reason == "销售与客服联合回访老客户" and share.number.startswith("GX")


def test_reader_clearance_stands_above_the_sharing(cast: Cast) -> None:
    """What is shared up to 秘密 stays shut to who may know 内部 only."""
    secret = served(cast, secrecy_level=2)
    shared(cast, secrecy_level=2)
    Person.objects.filter(pk=cast.clerk.pk).update(clearance=1)
    assert seen(cast.salesperson) == {secret.pk} and seen(cast.clerk) == set()


@pytest.mark.parametrize("reach", ["opened", "all", "region", "class"])
def test_each_reach_is_one_rule(cast: Cast, reach: str) -> None:
    """Rows and objects agree for every way of saying whose dossiers."""
    from kedang.business.customers.models import ClassAxis, ClassTerm, CustomerClass

    dossier, other = served(cast, region_code="440305"), served(cast, name="北港物流有限公司", region_code="310115")
    axis = ClassAxis.objects.create(fonds=cast.fonds, code="x", name="重要程度")
    term = ClassTerm.objects.create(axis=axis, code="a", name="主力")
    CustomerClass.objects.create(customer=dossier, term=term)
    wanted = {
        "opened": {"customers": [dossier]}, "all": {}, "region": {"reach_value": "440000"}, "class": {"reach_value": str(term.pk)},
    }[reach]  # fmt: skip
    shared(cast, **{"reach": reach, "reach_value": "", **wanted})
    reader = fresh(cast.salesperson)
    expected = {dossier.pk, other.pk} if reach == "all" else {dossier.pk}
    assert seen(reader) == expected == {one.pk for one in (dossier, other) if can(reader, VIEW, one)}


def test_parts(cast: Cast, client: Any) -> None:
    """Contacts and sensitive classes only where they are shared; papers of the chosen kinds, leaf by leaf, never taken away."""
    dossier = served(cast, phone="0755-26712345")
    contact_add(actor=cast.archivist, customer=dossier, values={"name": "丁一凡", "mobile": "13912345678"})
    file = papers.stored(cast.archivist, "合同.jpg", papers.photo())
    item = papers.held_by_item(file, department=cast.service)
    kinds = [DocumentType.objects.create(fonds=cast.fonds, code="SHARED", name="回访记录")]
    Item.objects.filter(pk=item.pk).update(customer=dossier, document_type=kinds[0])
    share = shared(cast)
    reader = fresh(cast.salesperson)
    assert not Contact.objects.filter(scope_q(reader, "customers.people", Contact)).exists() and not can(
        reader, "customers.history", dossier
    )
    assert reveal(reader, dossier, "phone").is_hidden and not Item.objects.visible_to(reader).exists()
    share_stop(actor=cast.archivist, share=share, reason="改为共享更多内容")
    shared(
        cast,
        parts=["customers.people", "holdings.papers", "holdings.leaves"],
        kinds=kinds,
        field_rights={"contact": "mask"},
    )
    reader, item = fresh(cast.salesperson), Item.objects.get(pk=item.pk)
    contact = Contact.objects.filter(scope_q(reader, "customers.people", Contact)).get()
    assert reveal(reader, contact, "mobile").is_masked and not can(reader, "customers.profile", dossier)
    assert can(reader, "holdings.leaf", item) and not can(reader, "holdings.read", item)
    assert set(Item.objects.visible_to(reader)) == {item}
    volume = shelved(cast)[0]
    Item.objects.filter(pk=item.pk).update(volume=volume, customer=dossier)
    client.force_login(cast.salesperson)
    page = client.get(f"/customers/{dossier.pk}/archive/").content.decode()
    assert "采购合同" in page and volume.title not in page and f"/customers/{dossier.pk}/projects/" not in page
    assert client.get(f"/customers/{dossier.pk}/projects/").status_code == 403
    paper = f"/archive/items/{item.pk}/"
    assert f"{paper}files/" in (shown := client.get(paper).content.decode()) and f"{paper}history/" not in shown
    assert client.get(f"{paper}history/").status_code == 403, "the trail is never shared"
    RecordShare.objects.filter(ended_at__isnull=True).update(kinds=[0])
    reader = fresh(cast.salesperson)
    assert not Item.objects.visible_to(reader).exists() and not can(reader, "holdings.view", item)


def test_what_is_shared_to_be_read_does_not_leave(cast: Cast) -> None:
    """Whose role shows a number in part prints it in part, though a sharing shows it to them in full on the page."""
    dossier = served(cast, phone="0755-26712345")
    shared(cast, to=Recipients(people=[cast.auditor]), field_rights={"contact": "show"})
    reader = fresh(cast.auditor)
    assert reveal(reader, dossier, "phone").text == "0755-26712345"
    assert reveal(as_taker(reader, "customers.print"), dossier, "phone").is_masked
    assert reveal(reader, dossier, "phone").state == "show" and as_taker(fresh(cast.archivist)).id == cast.archivist.pk


def test_over_by_the_clock_by_hand_and_without_review(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second before the end it is open; at the end, unreviewed after a year, and once stopped, it is shut."""
    dossier, now = served(cast), clock.now
    share = shared(cast, days=500)

    def at(moment: Any) -> set[int]:
        monkeypatch.setattr(clock, "now", lambda: moment)
        return seen(cast.salesperson)

    second = timedelta(seconds=1)
    assert at(share.review_by - second) == {dossier.pk} and at(share.review_by) == set()
    share_review(actor=fresh(cast.archivist), share=share, reason="仍在联合回访")
    assert at(share.review_by) == {dossier.pk}
    assert at(share.valid_until - second) == {dossier.pk} and at(share.valid_until) == set()
    monkeypatch.setattr(clock, "now", now)
    with pytest.raises(Refused, match="写明原因"):
        share_stop(actor=cast.archivist, share=share, reason="")
    share_stop(actor=cast.archivist, share=share, reason="回访结束")
    assert seen(cast.salesperson) == set() and Fonds.objects.get(pk=cast.fonds.pk).shared_until is None
    with pytest.raises(Refused, match="已经结束"):
        share_stop(actor=cast.archivist, share=share, reason="再停一次")
    assert Event.objects.filter(code="share.stopped").get().reason == "回访结束"


def test_who_set_it_up_is_told_in_time(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the review, once it rests, before the end: once each, by number alone; of somebody who left, the archivist is told."""
    share, other = shared(cast, days=500), shared(cast, by=cast.head, days=90, reach_value=str(cast.sales.pk))
    real, day = clock.now(), timedelta(days=1)

    def on(moment: Any) -> list[tuple[str, str, bool]]:
        monkeypatch.setattr(clock, "now", lambda: moment)
        before = set(Notice.objects.values_list("pk", flat=True))
        assert (shares_remind() > 0, shares_remind()) == (Notice.objects.count() > len(before), 0)
        made = Notice.objects.exclude(pk__in=before).select_related("person").order_by("pk")
        return [(row.person.name, row.kind, row.number in (share.number, other.number)) for row in made]

    archivist = cast.archivist.name
    assert on(real + 70 * day) == []
    Person.objects.filter(pk=cast.head.pk).update(is_active=False)
    assert on(real + 80 * day) == [(archivist, "share.ends", True)]
    assert on(share.review_by - 20 * day) == [(archivist, "share.review", True)]
    assert on(share.review_by) == [(archivist, "share.rests", True)]
    assert (
        share_review(actor=fresh(cast.archivist), share=share, reason="仍在联合回访")
        and on(share.review_by + day) == []
    )
    assert not Notice.objects.filter(about=f"share:{share.pk}", read_at__isnull=True).exists()
    assert on(share.valid_until - day) == [(archivist, "share.ends", True)]
    assert Event.objects.filter(code="share.reminded", subject_id=share.pk).count() == 3
    share_stop(actor=fresh(cast.archivist), share=share, reason="回访结束")
    assert not Notice.objects.filter(about=f"share:{share.pk}", read_at__isnull=True).exists()


def test_every_reading_through_it_is_written_down_with_it(cast: Cast, client: Any) -> None:
    """Who owes the sight to the sharing alone leaves a trace on it; who sees the dossier anyway does not."""
    dossier = served(cast)
    FormerName.objects.create(customer=dossier, name="远岭造纸厂", note="旧厂欠款未清")
    share = shared(cast)
    for person, knows_why in ((cast.salesperson, False), (cast.archivist, True), (cast.salesperson, False)):
        client.force_login(person)
        page = client.get(f"/customers/{dossier.pk}/").content.decode()
        assert "远岭造纸厂" in page and ("旧厂欠款未清" in page) == knows_why, person.name
    client.force_login(cast.salesperson)
    assert client.get(f"/customers/{dossier.pk}/contacts/").status_code == 403
    assert client.get(f"/customers/{dossier.pk}/history/").status_code == 403
    assert uses_of([share])[share.pk][:2] == (2, 1)
    assert shares_reaching(fresh(cast.salesperson), dossier) == [share.pk] and not shares_reaching(
        fresh(cast.archivist), dossier
    )


def test_who_may_share_what(cast: Cast) -> None:
    """A head shares what is theirs, up to what they see themselves; others nothing."""
    own = make_customer(cast.archivist, department=cast.sales_one)
    to = Recipients(people=[cast.reader], roles=list(Role.objects.filter(code="clerk")))
    share = shared(cast, by=cast.head, to=to, reach="opened", reach_value="", customers=[own])
    assert share.recipients.count() == 2
    shared(cast, by=cast.head, to=to, reach_value=str(cast.sales.pk))
    for wanted, why in (
        ({}, "beyond_own_reach"), ({"reach": "opened", "customers": [served(cast)]}, "beyond_own_reach"),
        ({"reach_value": str(cast.sales.pk), "secrecy_level": 4}, "level_too_high"),
        ({"reach_value": str(cast.sales.pk), "field_rights": {"identity": "show"}}, "right_too_wide"),
        ({"reach_value": str(cast.sales.pk), "parts": ["holdings.leaves"]}, "parts_odd"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            shared(cast, by=cast.head, **wanted)
        assert refused.value.code == why
    with pytest.raises(Refused) as refused:
        shared(cast, to=Recipients())
    assert refused.value.code == "nobody"
    with pytest.raises(NotAllowed):
        shared(cast, by=cast.salesperson)


def test_pages(cast: Cast, client: Any) -> None:
    """Set up in the browser; told in the list, on its page and on the dossier, to each as far as they may know; stopped with a reason."""
    dossier = served(cast)
    client.force_login(cast.archivist)
    today = clock.today()
    asked = {
        "title": "联合回访", "purpose": "销售与客服联合回访老客户", "reach": "opened", "customers": dossier.number, "secrecy_level": "1",
        "parts": ["customers.people"], "departments": [cast.sales.pk], "since": f"{today}", "until": f"{today + timedelta(days=90)}",
        **{f"class_{name}": "hide" for name in ("contact", "identity", "account", "personal", "assessment")},
    }  # fmt: skip
    assert "没有找到编号" in client.post("/use/shares/new/", {**asked, "customers": "KH-0"}).content.decode()
    made = client.post("/use/shares/new/", asked)
    share = RecordShare.objects.get()
    assert (
        made.status_code == 302
        and made.url == f"/use/shares/{share.pk}/"
        and share.parts == ["customers.basics", "customers.people"]
    )
    assert "与销售部共享" in client.get(f"/customers/{dossier.pk}/").content.decode()
    client.force_login(cast.salesperson)
    page = client.get(f"/customers/{dossier.pk}/").content.decode()
    assert (
        "经共享可见" in page
        and f"/customers/{dossier.pk}/contacts/" in page
        and f"/customers/{dossier.pk}/history/" not in page
    )
    assert "人读过" not in client.get(f"/use/shares/{share.pk}/").content.decode()
    counted = {"lending/share-detail": f"/use/shares/{share.pk}/", "customers/list-shared": "/customers/"}
    compare_all(client, counted)
    client.force_login(cast.archivist)
    assert "1 人读过 1 次" in client.get(f"/use/shares/{share.pk}/").content.decode()
    for _n in range(3):
        shared(cast)
    compare_all(client, {"lending/share-list": "/use/shares/", "lending/share-new": "/use/shares/new/"})
    assert client.post(f"/use/shares/{share.pk}/stop/", {"reason": "回访结束"}).status_code == 302
    share.refresh_from_db()
    assert share.ended_why == "回访结束" and "已停止" in client.get(f"/use/shares/{share.pk}/").content.decode()
