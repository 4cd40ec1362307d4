"""Sharings in the house: rows alone, one that is over, so that every address is walked as everybody.

What a living one lets out, and what not, is asked in tests/lending/test_sharing.py.
"""

from datetime import timedelta

from kedang.business.customers.models import Customer
from kedang.foundation.access.models import RecordShare, ShareRecipient
from kedang.foundation.kernel import clock
from tests.access.harness.archive import keep
from tests.access.harness.house import House

MODELS = {"access.recordshare": "rows", "access.sharerecipient": "on the page of its sharing"}


def make_sharing(house: House) -> None:
    """Of 沈砚's, with 周航's company, ended yesterday."""
    now, giver, reader = clock.now(), house.people["archivist"], house.people["salesperson"]
    dossier = Customer.objects.filter(responsible=reader).order_by("id").values_list("pk", flat=True)[:1]
    share = RecordShare.objects.create(
        fonds=giver.fonds, number="GX-1", title="联合催收", purpose="销售协助财务催收货款", reach="opened", records=list(dossier),
        parts=["customers.basics"], valid_from=now - timedelta(days=9), valid_until=now - timedelta(days=1),
        given_at=now - timedelta(days=9),
        review_by=now + timedelta(days=300), given_by=giver, department=giver.department,
    )  # fmt: skip
    ShareRecipient.objects.create(share=share, person=reader)
    keep(house, None, share)
