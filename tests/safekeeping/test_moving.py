"""Moving: from the engine of the run to the other and back; rows, trail, keys, search and numbers are the same, and work goes on."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import DatabaseError, connection, connections, transaction

from kedang.business.customers import services as customers
from kedang.business.customers.models import Customer
from kedang.foundation.access.models import Department
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.sealing import guards
from kedang.foundation.audit.sealing.sealer import seal_now
from kedang.foundation.audit.verifying.whole import verify
from kedang.foundation.kernel.actors import SYSTEM
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping import moving
from kedang.foundation.safekeeping.aliases import config_of, connected, standing_in
from kedang.foundation.safekeeping.loading import is_empty
from kedang.foundation.safekeeping.moving import move
from tests.cast import Cast
from tests.safekeeping.places import database_of, digests, digests_at

pytestmark = pytest.mark.django_db(transaction=True)


def test_to_the_other_engine_and_back_nothing_is_lost_and_work_goes_on(
    people: Cast, home: Path, server: str, tmp_path: Path
) -> None:
    gone = Department.objects.create(fonds=people.fonds, name="已撤销的部门")
    last_key = gone.pk
    gone.delete()  # entries of the trail may still name it: its key must not be given to another one
    assert seal_now() and verify(actor=None).is_good
    before, file = digests(), f"sqlite:///{quote(str(tmp_path / 'moved' / 'k.sqlite3'))}"
    with database_of(server) as database:
        there, back = (database, file) if connection.vendor == "sqlite" else (file, database)
        answer = move(actor=SYSTEM, url=there)
        assert answer["compared"] == "equal" and answer["documents"]["customer"] == 1 and not answer["source_changed"]
        assert {answer["from"], answer["to"]} == {"sqlite", "postgresql"} and digests_at(there) == before
        with connected("there", config_of(there)) as alias, standing_in(alias):
            work_goes_on(people, last_key + 1)
            kept = digests()
            answer = move(actor=SYSTEM, url=back)
        assert answer["compared"] == "equal" and answer["documents"]["customer"] == 2 and digests_at(back) == kept
        with connected("back", config_of(back)) as alias, standing_in(alias):
            work_goes_on(people, last_key + 2)
    assert digests() == before and connection.vendor == answer["to"]


def work_goes_on(people: Cast, next_key: int) -> None:
    """The trail is whole and guarded, keys and numbers continue, what is written is sealed and found."""
    known = Customer.objects.count()
    report = verify(actor=None)
    assert report.is_good and report.seals and not guards.missing(), report.faults
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=Event.objects.latest("pk").pk).update(actor_name="别人")
    assert Event.objects.filter(code="safekeeping.system_moved").latest("pk").actor_name == SYSTEM.display_name
    assert Department.objects.create(fonds=people.fonds, name=f"新部门{next_key}").pk == next_key
    row = customers.customer_create(
        actor=people.archivist,
        values={"name": f"迁后新客{next_key}", "region_code": "440305", "phone": "0755-26712399"},
    )
    old = Customer.objects.order_by("pk")[0]
    assert (old.bank_account, Customer.objects.get(pk=row.pk).phone) == ("6222021001116245702", "0755-26712399")
    assert row.pk > old.pk and row.number > old.number and Customer.objects.count() == known + 1
    assert seal_now() and verify(actor=None).is_good


def test_a_move_that_fails_leaves_both_as_they_were(
    people: Cast, home: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(alias: str, names: Any) -> None:
        with connections[alias].cursor() as cursor:
            cursor.execute("CREATE TABLE half_way (id integer)")
        raise DatabaseError("disk full")

    before, target = digests(), tmp_path / "k.sqlite3"
    monkeypatch.setattr(moving, "make_schema", breaks)
    with database_of(server) as database:
        url = database if connection.vendor == "sqlite" else f"sqlite:///{quote(str(target))}"
        with pytest.raises(Refused) as refused:
            move(actor=SYSTEM, url=url)
        assert refused.value.code == "move_failed" and "disk full" in refused.value.sentence
        with connected("looked", config_of(database)) as alias:
            assert is_empty(alias)
    assert digests() == before and not target.exists() and list(tmp_path.glob(".*moving*")) == []
