"""Totals of a list: told by the page where it can tell them, counted where it cannot, right in every case."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kedang.business.customers.models import Customer
from kedang.foundation.web.records import paging
from kedang.foundation.web.records.paging import page_of
from tests.cast import Cast
from tests.customers.making import make_customer


@pytest.mark.parametrize(
    ("page", "shown", "number", "total", "is_exact", "has_next"),
    [
        (1, 20, 1, 45, True, True),
        (2, 20, 2, 45, True, True),
        (3, 5, 3, 45, True, False),
        (9, 5, 3, 45, True, False),
    ],
)
def test_every_page_knows_the_total(
    cast: Cast, page: int, shown: int, number: int, total: int, is_exact: bool, has_next: bool
) -> None:
    for at in range(45):
        make_customer(cast.archivist, name=f"第{at}公司")
    got = page_of(Customer.objects.order_by("-pk"), Customer.objects.all(), page, 20)
    assert (len(got.rows), got.number, got.total, got.is_exact, got.has_next) == (
        shown,
        number,
        total,
        is_exact,
        has_next,
    )
    assert [row.pk for row in got.rows] == list(Customer.objects.order_by("-pk").values_list("pk", flat=True))[
        (number - 1) * 20 : number * 20
    ]


def test_an_empty_list_has_one_empty_page(cast: Cast) -> None:
    got = page_of(Customer.objects.order_by("-pk"), Customer.objects.all(), 4, 20)
    assert (got.rows, got.number, got.total, got.is_exact, got.has_next) == ([], 1, 0, True, False)


def test_behind_the_counted_rows_nothing_is_counted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "EXACT_TO", 30)
    for at in range(45):
        make_customer(cast.archivist, name=f"第{at}公司")

    def asked(page: int) -> tuple[Any, int]:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            got = page_of(Customer.objects.order_by("-pk"), Customer.objects.all(), page, 20)
        return got, sum("COUNT(" in one["sql"] for one in caught.captured_queries)

    first, counted = asked(1)
    assert (first.total, first.is_exact, counted) == (30, False, 1)
    second, counted = asked(2)
    assert (second.total, second.is_exact, counted, second.has_next) == (30, False, 0, True)
    beyond, counted = asked(7)
    assert (beyond.rows, beyond.number, beyond.total, beyond.is_exact, counted) == ([], 7, 30, False, 1)
