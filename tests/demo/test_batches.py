"""The demo company has an import behind it, with rows to correct, and one that waits for a decision."""

import pytest

from kedang.business.customers.models import Customer
from kedang.business.intake.models import BatchState, ImportBatch
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.project.demo.batches import add_batches
from kedang.project.demo.load import load_demo
from tests.demo.small import without_archive


@pytest.mark.django_db(transaction=True)
def test_one_batch_is_done_and_one_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    without_archive(monkeypatch, "governance_acts")
    load_demo(customers=40)
    add_batches(clock.today())
    done, waiting = ImportBatch.objects.order_by("id")
    assert (done.state, waiting.state) == (BatchState.DONE, BatchState.STAGED)
    counts = done.counts
    parts = ("created", "updated", "unchanged", "duplicates", "rejected")
    assert counts["rows"] == sum(counts[part] for part in parts) == 53
    assert counts["rejected"] == 4 and counts["created"] == Customer.objects.filter(source="import").count()
    assert (
        Event.objects.filter(code="customers.created", meta__contains=f'"batch":{done.pk}').count() == counts["created"]
    )
