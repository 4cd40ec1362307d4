"""Projects of a customer: numbered from the ledger, each apart, listed in the dossier, within the reader's reach."""

from datetime import date
from decimal import Decimal

import pytest

from kedang.business.holdings.models import Project
from kedang.business.holdings.services.projects import project_change, project_create
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from tests.cast import Cast
from tests.customers.making import event_of, make_customer


def test_a_project_gets_its_number_and_who_looks_after_the_customer(archive: Cast) -> None:
    customer = make_customer(archive.archivist, responsible=archive.salesperson, department=archive.sales_one)
    values = {
        "name": " 污水处理站  改造 ",
        "started_on": "2026-03-01",
        "contract_amount": "1,280,000.50",
        "state": "running",
    }
    made = project_create(actor=archive.salesperson, customer=customer, values=values)
    made.refresh_from_db()
    assert (made.number, made.name, made.contract_amount) == ("XM20260001", "污水处理站 改造", Decimal("1280000.50"))
    assert (made.responsible, made.department) == (archive.salesperson, archive.sales_one)
    assert '"number":[null,"XM20260001"]' in event_of("holdings.project_created", made).changes
    second = project_create(actor=archive.archivist, customer=customer, values={"name": "二期"})
    assert second.number == "XM20260002"


def test_values_are_checked_together(archive: Cast) -> None:
    customer = make_customer(archive.archivist)
    values = {
        "name": "", "started_on": "2026-05-01", "ended_on": "2026-04-01", "quotation": "-3", "contract_amount": "很多", "secrecy_level": 4,
    }  # fmt: skip
    with pytest.raises(Refused) as told:
        project_create(actor=archive.archivist, customer=customer, values=values)
    assert set(told.value.details["problems"]) == {"name", "ended_on", "quotation", "contract_amount", "secrecy_level"}
    assert Project.objects.count() == 0


def test_who_may_open_and_change_one(archive: Cast) -> None:
    customer = make_customer(archive.archivist, responsible=archive.salesperson, department=archive.sales_one)
    for who, error in ((archive.reader, NotAllowed), (archive.colleague, OutOfScope), (archive.stranger, OutOfScope)):
        with pytest.raises(error):
            project_create(actor=who, customer=customer, values={"name": "改造"})
    made = project_create(actor=archive.salesperson, customer=customer, values={"name": "改造"})
    assert project_change(actor=archive.clerk, project=made, values={"state": "running"}, version=1).version == 2
    assert event_of("holdings.project_changed", made).actor_name == "唐果"
    with pytest.raises(Refused) as told:
        project_change(actor=archive.archivist, project=made, values={"state": "done"}, version=1)
    assert told.value.code == "stale_version"
    with pytest.raises(Refused) as told:
        project_change(actor=archive.salesperson, project=made, values={"responsible": archive.colleague}, version=2)
    assert told.value.code == "out_of_writer_scope"
    with pytest.raises(OutOfScope):
        project_change(actor=archive.stranger, project=made, values={"state": "done"})
    with pytest.raises(NotAllowed):
        project_change(actor=archive.manager, project=made, values={"ended_on": date(2026, 6, 1)})


def test_a_withdrawn_customer_gets_no_project(archive: Cast) -> None:
    from kedang.business.customers.services import customer_withdraw

    customer = make_customer(archive.archivist)
    customer_withdraw(actor=archive.archivist, customer=customer, reason="注销")
    customer.refresh_from_db()
    with pytest.raises(Refused) as told:
        project_create(actor=archive.archivist, customer=customer, values={"name": "改造"})
    assert told.value.code == "customer_withdrawn"
