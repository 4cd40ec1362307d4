"""A leaver with three hundred dossiers is cleared and signed, page by page."""

import pytest
from django.test import Client

from kedang.business.customers.models import Customer
from kedang.business.customers.naming import name_key
from kedang.business.governance.models import Handover, HandoverLine
from kedang.foundation.access.models import Person
from kedang.foundation.audit.models import Event
from kedang.foundation.jobs.worker import Worker
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.governance.making import dossiers_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MANY = 300


def many(cast: Cast) -> None:
    """One dossier by the service, the others like it."""
    first = dossiers_of(cast, 1)[0]
    rows = []
    for number in range(2, MANY + 1):
        name = f"第{number}号机械有限公司"
        rows.append(
            Customer(
                fonds=cast.fonds,
                number=f"QY2027{number:04}",
                name=name,
                name_key=name_key(name, first.party_kind),
                party_kind=first.party_kind,
                region_code="330106" if number % 2 else "440305",
                responsible=cast.salesperson,
                department=cast.sales_one,
                phone=first.phone,
                address=first.address,
                created_at=clock.now(),
                updated_at=clock.now(),
            )
        )
    Customer.objects.bulk_create(rows)


def enter(person: Person) -> Client:
    """Their browser."""
    client = Client(raise_request_exception=True)
    client.force_login(person)
    return client


def done(client: Client, row: Handover, verb: str, **given: object) -> str:
    """Press a button of the folder; the page that follows."""
    answer = client.post(f"/handovers/{row.pk}/{verb}/act/", given, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_three_hundred_dossiers_find_their_successors(cast: Cast) -> None:
    many(cast)
    head, leaver, colleague, clerk = (enter(one) for one in (cast.head, cast.salesperson, cast.colleague, cast.clerk))
    form = {
        "person": cast.salesperson.pk,
        "kind": "leave",
        "last_day": clock.today().isoformat(),
        "supervisor": cast.head.pk,
        "reason": "个人原因",
    }
    assert head.post("/handovers/new/", form).status_code == 302
    row = Handover.objects.get()
    page = leaver.get(f"/handovers/{row.pk}/").content.decode()
    assert "您正在办理交接" in page and f"0 / {MANY} 项已交接" in page
    assert leaver.get("/customers/").status_code == 200
    assert leaver.post(f"/customers/{Customer.objects.latest('id').pk}/edit/", {"remarks": "x"}).status_code == 403
    assert "已把 149 项分配给林悦" in done(
        leaver, row, "split", successor=cast.colleague.pk, which="all", kind="customers.customer", group="杭州市"
    )
    assert "已把 151 项分配给唐果" in done(head, row, "split", successor=cast.clerk.pk, which="all", group="深圳市")
    assert "请您接收" in colleague.get(f"/handovers/{row.pk}/").content.decode()
    assert "姓名“林悦”" in done(colleague, row, "accept", typed_name="林月")
    done(colleague, row, "accept", typed_name="林悦")
    done(clerk, row, "accept", typed_name="唐果")
    assert [Worker().run_once() for _turn in range(2)] == [True, True]
    assert set(HandoverLine.objects.filter(ends=False).values_list("state", flat=True)) == {"passed"}
    assert (
        Customer.objects.filter(responsible=cast.colleague).count() == 149
        and Customer.objects.filter(responsible=cast.clerk).count() == 151
    )
    assert "请监交人核对" in done(leaver, row, "sign", typed_name="周航")
    assert "交接已办结" in done(head, row, "close", typed_name="何静")
    row.refresh_from_db()
    gone = Person.objects.get(pk=cast.salesperson.pk)
    assert (row.state, gone.is_active, gone.grants.filter(ended_at__isnull=True).count()) == ("closed", False, 0)
    assert leaver.get("/").status_code == 302
    told = Event.objects.filter(code="customers.changed", reason__contains=row.number)
    assert told.count() == MANY
    for paper in ("list.pdf", "letters.pdf"):
        assert head.get(f"/handovers/{row.pk}/{paper}").content.startswith(b"%PDF")
    assert "300 家" in head.get(f"/handovers/{row.pk}/customers/").content.decode()
