"""Reading a column through the veil gives for every row what reading the single field gives."""

import pytest

from kedang.business.customers.models import Customer
from kedang.foundation.access.grants import forget_grants
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.access.veil import reveal, revealer
from tests.cast import Cast
from tests.customers.making import make_customer


@pytest.mark.parametrize("who", ["archivist", "salesperson", "reader", "auditor", "admin", "stranger"])
def test_a_column_shows_what_its_cells_show(cast: Cast, who: str) -> None:
    make_customer(cast.archivist, name="甲公司", phone="0755-26990011", region_code="440305")
    make_customer(cast.archivist, name="乙公司", stage="past", secrecy_level=1)
    actor = getattr(cast, who)
    forget_grants(actor)
    rows = list(Customer.objects.order_by("id"))
    assert len(rows) == 2
    for field in Customer._meta.concrete_fields:
        see = revealer(actor, Customer, field.name)
        assert [see(row) for row in rows] == [reveal(actor, row, field.name) for row in rows], field.name


def test_a_masked_column_stays_masked(cast: Cast) -> None:
    made = make_customer(cast.archivist, name="丙公司", phone="0755-26990011")
    seen = revealer(cast.reader, Customer, "phone")(made)
    assert seen.state != FieldRight.SHOW and "26990011" not in seen.text
