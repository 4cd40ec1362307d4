"""Numbers come from the ledger: gap-free under concurrency, never reused."""

import threading
from datetime import date
from typing import Any

import pytest
from django.db import connections, transaction

from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.numbering.models import NumberEntry, NumberSeries
from kedang.foundation.numbering.services import issue_run, number_rule_change, number_void, rule_for, template_parts
from tests.cast import Cast, make_cast

DAY = date(2023, 6, 1)


def test_fifth_industrial_customer_of_2023(cast: Cast) -> None:
    rule = rule_for(cast.fonds, "customer")
    with transaction.atomic():
        numbers = issue_run(actor=SYSTEM, rule=rule, code="GY", count=5, day=DAY).texts()
    assert numbers[-1] == "GY202305"


def test_series_of_another_year_and_code_begin_at_one(cast: Cast) -> None:
    rule = rule_for(cast.fonds, "customer")
    with transaction.atomic():
        issue_run(actor=SYSTEM, rule=rule, code="GY", count=3, day=DAY)
        assert issue_run(actor=SYSTEM, rule=rule, code="SY", day=DAY).texts() == ["SY202301"]
        assert issue_run(actor=SYSTEM, rule=rule, code="GY", day=date(2024, 1, 1)).texts() == ["GY202401"]


def test_rolled_back_number_is_given_to_the_next(cast: Cast) -> None:
    rule = rule_for(cast.fonds, "customer")
    with pytest.raises(RuntimeError), transaction.atomic():
        issue_run(actor=SYSTEM, rule=rule, code="GY", day=DAY)
        raise RuntimeError
    with transaction.atomic():
        assert issue_run(actor=SYSTEM, rule=rule, code="GY", day=DAY).texts() == ["GY202301"]


def test_void_number_is_not_issued_again(cast: Cast) -> None:
    rule = rule_for(cast.fonds, "customer")
    with transaction.atomic():
        issue_run(actor=SYSTEM, rule=rule, code="GY", count=2, day=DAY)
        number_void(actor=SYSTEM, series=NumberSeries.objects.get(), first=2, last=2, reason="重复建档")
        assert issue_run(actor=SYSTEM, rule=rule, code="GY", day=DAY).texts() == ["GY202303"]
    assert NumberEntry.objects.filter(state="void").values_list("first", "last", "reason").get() == (2, 2, "重复建档")


@pytest.mark.parametrize("template", ["{code}{year}", "{serial}{serial}", "{what}{serial}", "{code}{serial"])
def test_template_without_exactly_one_serial_is_refused(template: str) -> None:
    with pytest.raises(Refused) as refusal:
        template_parts(template, code="GY", day=DAY)
    assert "{serial}" in refusal.value.sentence


def test_only_who_manages_numbering_changes_the_rule(cast: Cast) -> None:
    rule = rule_for(cast.fonds, "customer")
    changed = number_rule_change(
        actor=cast.archivist, rule=rule, template="{code}-{yy}-{serial}", serial_width=4, codes={"enterprise": "QY"}
    )
    with transaction.atomic():
        assert issue_run(actor=SYSTEM, rule=changed, code="QY", day=DAY).texts() == ["QY-23-0001"]
    with pytest.raises(OutOfScope):
        number_rule_change(actor=cast.salesperson, rule=rule, template="{serial}", serial_width=2, codes={})


@pytest.mark.django_db(transaction=True)
def test_eight_clients_at_once_leave_no_gap_and_no_twin() -> None:
    cast = make_cast()
    rule = rule_for(cast.fonds, "customer")
    got: list[str] = []
    failures: list[Any] = []

    def client() -> None:
        try:
            for _round in range(5):
                with transaction.atomic():
                    got.extend(issue_run(actor=SYSTEM, rule=rule, code="GY", count=2, day=DAY).texts())
        except Exception as error:  # shown by the assertion below
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=client) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(got, key=lambda text: int(text[6:])) == [f"GY2023{n:02d}" for n in range(1, 81)]
