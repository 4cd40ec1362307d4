"""Imports by who may not settle: protected columns stay and say so, new dossiers are one review (UP-01, CO-03)."""

import io

from kedang.business.customers.models import Customer
from kedang.business.intake.services import batch_commit, batch_map, batch_stage, batch_upload
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.jobs.inline import work_here
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.intake.bringing import again, code, imported, outcomes, row, table


def test_protected_columns_are_left_and_told_row_by_row(cast: Cast) -> None:
    known = row(1)
    there = make_customer(
        cast.archivist, name=known[0], uscc=code(1), legal_representative="李旧", department=cast.sales_one, phone=""
    )
    content = table([row(1, 法定代表人="王新", 地址="深圳市南山区新址 9 号")])
    source = batch_upload(actor=cast.clerk, file_name="客户.csv", source=io.BytesIO(content))
    batch_map(actor=cast.clerk, batch_id=source.pk, on_duplicate="update")
    work_here(lambda: batch_stage(actor=cast.clerk, batch_id=source.pk))
    work_here(lambda: batch_commit(actor=cast.clerk, batch_id=source.pk))
    there.refresh_from_db()
    assert (there.legal_representative, there.address) == ("李旧", "深圳市南山区新址 9 号")
    batch = again(source)
    assert outcomes(batch) == {"updated": 1}
    from kedang.business.intake.pipeline import packing

    chunk = batch.chunks.get()
    reasons = packing.unpack_marks(chunk.marks, batch.pk, chunk.seq).reasons
    assert [one[1] for one in reasons["0"] if one[0] == "needs_approval"] == ["legal_representative"]
    settled = imported(cast.archivist, content, on_duplicate="update")
    there.refresh_from_db()
    assert (there.legal_representative, outcomes(settled)) == ("王新", {"updated": 1})


def test_what_a_clerk_imports_is_one_review(cast: Cast) -> None:
    ensure_flows(cast.fonds)
    batch = imported(cast.clerk, table([row(1), row(2), row(3)]))
    assert outcomes(batch) == {"created": 3}
    assert set(Customer.objects.values_list("review_state", flat=True)) == {"pending"}
    case = Case.objects.get(kind="customers.review_batch")
    assert Customer.objects.filter(review_case=case).count() == case.facts["count"] == 3
    imported(cast.archivist, table([row(7)]))
    assert Customer.objects.all().counted().count() == 1
