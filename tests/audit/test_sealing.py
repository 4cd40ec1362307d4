"""Entries are sealed in batches: none escapes, each seal names the one before, and the engine refuses changes."""

from pathlib import Path

import pytest

from kedang.business.customers.events import CUSTOMER_VIEWED
from kedang.foundation.audit.models import Event, Seal, SealData
from kedang.foundation.audit.record import SubjectRef, record
from kedang.foundation.audit.sealing import ranges, sealer
from kedang.foundation.audit.sealing.heads import START, parse
from kedang.foundation.kernel.actors import SYSTEM

pytestmark = pytest.mark.django_db


def write(count: int, label: str = "甲公司") -> None:
    for number in range(count):
        record(SYSTEM, CUSTOMER_VIEWED, SubjectRef("customers.customer", number, f"{label}{number}", fonds_id=1))


def sealed_ids() -> list[int]:
    return [i for seal in Seal.objects.order_by("number") for i in ranges.numbers(ranges.unpack(parse(seal.head).ids))]


def test_entries_are_sealed_in_a_chain(data_dir: Path) -> None:
    write(3)
    first = sealer.seal_now()
    write(2)
    second = sealer.seal_now()
    heads = [parse(seal.head) for seal in first + second]
    assert [(h.number, h.count, h.total) for h in heads] == [(1, 3, 3), (2, 2, 5)]
    assert (heads[0].previous, heads[1].previous) == (START, first[0].digest)
    assert heads[0].log == heads[1].log and heads[0].root != heads[1].root
    assert sealed_ids() == list(Event.objects.order_by("id").values_list("id", flat=True))
    assert sealer.seal_now() == []
    assert [len(bytes(d.salts)) for d in SealData.objects.order_by("number")] == [48, 32]
