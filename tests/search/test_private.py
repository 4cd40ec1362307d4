"""Private numbers: found by tail or whole only where the reader sees them in clear, and never lying in the index."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from kedang.business.customers.models import Customer
from kedang.foundation.search.documents import LONGEST_TAIL, SHORTEST_TAIL, phone_tokens
from kedang.foundation.search.find import find
from kedang.foundation.search.services import scopes_of, search_run
from tests.search.library import Known, scan

EVERYWHERE = {"contact": Q(), "identity": Q(), "account": Q()}


def ids(text: str, private: dict[str, Q], scope: Q | None = None) -> set[int]:
    """Every hit on one large page."""
    return set(find("customer", text, Q() if scope is None else scope, private, page_size=1000).ids)


def test_tails_of_every_length_and_whole_numbers_are_found(library: dict[int, Known], plan: str) -> None:
    mobile = next(known.phones[0] for known in library.values() if known.phones)
    for size in range(SHORTEST_TAIL, LONGEST_TAIL + 1):
        assert ids(mobile[-size:], EVERYWHERE) == scan(library, mobile[-size:], private=True), size
    assert ids("1234", EVERYWHERE) == scan(library, "1234", private=True)
    number = next(known.numbers[0] for known in library.values() if known.numbers)
    assert ids(number, EVERYWHERE) == scan(library, number, private=True) != set()
    assert ids(number[:-1], EVERYWHERE) == scan(library, number[:-1])


def test_hits_by_private_numbers_say_so_and_nothing_more(library: dict[int, Known]) -> None:
    hits = find("customer", "00001234", Q(), EVERYWHERE).hits
    assert hits and {hit.why for hit in hits} == {("电话尾号",)}


def test_private_numbers_combine_with_words(library: dict[int, Known], plan: str) -> None:
    assert ids("00001234 公司", EVERYWHERE) == scan(library, "00001234 公司", private=True)
    assert ids("00001234|夔门", EVERYWHERE) == scan(library, "00001234", private=True) | scan(library, "夔门")


def test_without_the_right_a_private_number_finds_nothing(library: dict[int, Known], plan: str) -> None:
    assert (
        ids("00001234", {}) == ids("00001234", {"contact": Q(pk__in=[])}) == ids("00001234", {"identity": Q()}) == set()
    )


def test_the_right_counts_where_it_holds(library: dict[int, Known], cast: Any, plan: str) -> None:
    own = Q(responsible_id=cast.salesperson.pk)
    mine = set(Customer.objects.filter(own).values_list("pk", flat=True))
    expected = scan(library, "1234", private=True) & mine | scan(library, "1234")
    assert ids("1234", {"contact": own}) == expected


@pytest.mark.parametrize("name", ["salesperson", "archivist", "reader", "auditor", "admin", "stranger"])
def test_people_find_exactly_what_they_may_see(library: dict[int, Known], cast: Any, name: str) -> None:
    person = getattr(cast, name)
    visible = set(Customer.objects.visible_to(person).values_list("pk", flat=True))
    _scope, private = scopes_of(person, "customer")
    in_clear = set(Customer.objects.filter(private["contact"]).values_list("pk", flat=True)) & visible
    for text in ["公司", "zs", "1234", "00001234"]:
        expected = scan(library, text) & visible | scan(library, text, private=True) & in_clear
        result = search_run(actor=person, kind="customer", text=text, page_size=1000)
        assert (set(result.ids), result.total) == (expected, len(expected)), (name, text)


def test_no_number_lies_in_the_index(library: dict[int, Known]) -> None:
    with connection.cursor() as cursor:
        column = "tokens::text" if connection.vendor == "postgresql" else "body"
        cursor.execute(
            f"SELECT count(*) FROM search_document WHERE body LIKE '%%13900001234%%' OR {column} LIKE '%%00001234%%'"
        )
        assert cursor.fetchone() == (0,)
    assert len(set(phone_tokens("13900001234"))) == LONGEST_TAIL - SHORTEST_TAIL + 1
    assert phone_tokens("139-0000-1234") == phone_tokens("13900001234") and phone_tokens("123") == []
