"""Pages of reports: from the dossier to the archive and back, in words; statements counted; secrets on none of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kedang.business.service.models import ContactReport, ServiceRules
from kedang.business.service.services.settling import report_accept, report_supplement
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.counting import compare, count_of
from tests.service.making import customer_of, report_of, said

pytestmark = pytest.mark.django_db


def browser(person: Any) -> Client:
    """Of somebody."""
    client = Client()
    client.force_login(person)
    return client


def words(client: Client, url: str) -> str:
    """A page."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    return str(answer.content.decode())


def test_a_report_goes_its_way_through_the_pages(cast: Cast) -> None:
    customer, due = customer_of(cast), clock.today() + timedelta(days=3)
    sales, archive = browser(cast.salesperson), browser(cast.archivist)
    tab = reverse("customers:customer-reports", args=[customer.pk])
    new = reverse("service:report-create", args=[customer.pk])
    assert new in words(sales, tab) and "还没有报告" in words(sales, tab)
    form = words(sales, new)
    assert f'value="{clock.today():%Y-%m-%d}"' in form and 'value="周航"' in form
    typed = {**said(), "secrecy_level": 1, "next_step": "派人检修", "next_due_on": due, "next_person": ""}
    half = sales.post(new, typed)
    assert half.status_code == 422 and "请选择由谁负责后续事项" in half.content.decode()
    done = sales.post(new, {**typed, "next_person": cast.salesperson.pk}, follow=True)
    report = ContactReport.objects.get()
    assert f"已报告，编号 {report.number}，已通知 1 人受理。" in done.content.decode()
    assert "投诉机床主轴异响" in words(archive, "/") and "派人检修" in words(sales, "/")
    back = archive.post(reverse("service:report-return", args=[report.pk]), {"reason": "请补充答复期限"}, follow=True)
    assert "请补充答复期限" in back.content.decode() and "再次报告" in words(
        sales, reverse("service:report-detail", args=[report.pk])
    )
    sales.post(reverse("service:report-again", args=[report.pk]), {"reason": ""})
    accepted = archive.post(reverse("service:report-accept", args=[report.pk]), follow=True)
    assert "已受理，归入客户档案。" in accepted.content.decode()
    sales.post(reverse("service:report-supplement", args=[report.pk]), {"text": "主轴已更换"})
    page = words(browser(cast.reader), reverse("service:report-detail", args=[report.pk]))
    assert "主轴已更换" in page and "王总要求一周内派人检修" in page and "/supplement/" not in page
    assert "派人检修" in words(browser(cast.head), tab)
    assert Event.objects.filter(code="service.report_viewed", actor_name="陈曦", subject_id=report.pk).count() == 1
    refused = sales.get(reverse("service:report-edit", args=[report.pk]))
    assert (
        refused.status_code == 409 and "只能" not in words(sales, "/") and "已受理归入档案" in refused.content.decode()
    )
    assert archive.post(reverse("service:rules"), {"accept_days": 0}).status_code == 422
    archive.post(reverse("service:rules"), {"accept_days": 5})
    assert ServiceRules.objects.get().accept_days == 5


def test_a_secret_report_stands_on_no_page_of_who_is_not_cleared(cast: Cast) -> None:
    customer = customer_of(cast)
    type(cast.archivist).objects.filter(pk=cast.archivist.pk).update(clearance=2)
    report = report_of(cast, customer, secrecy_level=3, secrecy_reason="未公告的并购", subject="拟由宏远收购")
    archive = browser(cast.archivist)
    pages = (
        "/",
        "/reports/",
        reverse("customers:customer-reports", args=[customer.pk]),
        "/notices/",
        "/reports/export/",
    )
    for url in pages:
        text = words(archive, url)
        assert "宏远" not in text and report.number not in text, url
    assert "还没有报告" in words(archive, pages[2])
    assert archive.get(reverse("service:report-detail", args=[report.pk])).status_code == 404
    assert "宏远" in words(browser(cast.manager), pages[2])


def test_a_fixed_number_of_statements(cast: Cast) -> None:
    customer, due = customer_of(cast), clock.today() + timedelta(days=3)
    step = {"next_step": "派人检修", "next_due_on": due, "next_person": cast.salesperson}
    first = report_of(cast, customer, **step)
    addresses = {
        "report-list": ("archivist", "/reports/"), "report-detail": ("reader", f"/reports/{first.pk}/"),
        "report-new": ("salesperson", f"/customers/{customer.pk}/reports/new/"),
        "customer-reports": ("head", f"/customers/{customer.pk}/reports/"), "home-archive": ("archivist", "/"),
        "home-sales": ("salesperson", "/"),
    }  # fmt: skip
    for number in range(3):
        other = report_of(cast, customer_of(cast, name=f"第{number}机械有限公司"), **step)
        report_of(cast, customer, subject=f"事项{number}")
        report_accept(actor=cast.archivist, report=other)
        report_supplement(actor=cast.salesperson, report=other, text="已派人")
    for name, (who, url) in addresses.items():
        client = browser(getattr(cast, who))
        client.get(url)
        compare(f"service/{name}", *count_of(client, url))
