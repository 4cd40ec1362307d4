"""Default is deny, and many at once is the same as one after the other: the small forms of what the harness does at length."""

import pytest

from tests.access.harness import denial
from tests.access.harness.bulk import Bulk, batch_verbs
from tests.access.scene import Scene


def test_whatever_nobody_allowed_is_denied(scene: Scene) -> None:
    cast = scene.cast
    assert denial.run(cast.fonds, cast.other_fonds, cast.sales_one, examples=30, number=34) >= 30


@pytest.mark.slow
@pytest.mark.parametrize("who", ["archivist", "head", "officer"])
def test_picked_rows_fare_as_each_alone(scene: Scene, who: str) -> None:
    from random import Random
    from types import SimpleNamespace

    from tests.access.harness.verdict import Tally

    judge = SimpleNamespace(tally=Tally(), who=SimpleNamespace(key=who), house=SimpleNamespace(facts={}))
    walker = SimpleNamespace(client=scene.client(who), random=Random(34), judge=judge)
    bulk = Bulk(walker)  # type: ignore[arg-type]  # a person of the small scene in place of one of the house
    asked = bulk.cover()
    assert judge.tally.leaks == []
    assert sum(judge.tally.asked.values()) == asked > len(batch_verbs())
