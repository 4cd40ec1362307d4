"""A rotation seals everything anew, can be stopped anywhere, and gives no key up that something still needs."""

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from kedang.business.customers.models import Customer
from kedang.foundation.audit.models import Event
from kedang.foundation.jobs.models import Job
from kedang.foundation.kernel import key_store, keys
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.kernel.suites import SM
from kedang.foundation.safekeeping.rekeying import columns, standing, verbs
from kedang.foundation.safekeeping.rekeying.usage import usage
from kedang.foundation.web.records.history import unsealed
from kedang.project.cli import main
from tests.cast import Cast
from tests.customers.making import make_customer

ACTOR = system_actor("钥匙管理")
MOBILES = [f"1389122{n:04}" for n in range(5)]
VALUES = 2 * len(MOBILES)


@pytest.fixture
def ring_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A ring file of one's own, and no files that others sealed with theirs."""
    shutil.rmtree(Path(settings.DATA_DIR) / "files", ignore_errors=True)
    monkeypatch.setenv("KEDANG_KEYRING_FILE", str(tmp_path / "ring" / "keyring.json"))
    monkeypatch.setattr(keys, "LOOK_SECONDS", 0.0)
    keys.use_ring(None)
    keys.ring()
    yield tmp_path / "ring" / "keyring.json"
    keys.use_ring(None)


@pytest.fixture
def customers(ring_file: Path, cast: Cast) -> list[Customer]:
    return [
        make_customer(
            cast.archivist, name=f"临江泵业{n}有限公司", mobile=mobile, phone="", bank_account="6222020200112345678"
        )
        for n, mobile in enumerate(MOBILES)
    ]


def raw(name: str = "mobile") -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {name} FROM customers_customer ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def mobiles() -> list[str]:
    return list(Customer.objects.order_by("pk").values_list("mobile", flat=True))


def rotate(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["keys", "rotate", "--json", *arguments]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_rotation_seals_everything_anew_and_says_so_once(
    customers: list[Customer], capsys: pytest.CaptureFixture[str]
) -> None:
    before, events = raw(), Event.objects.count()
    answer = rotate(capsys)
    assert (answer["state"], answer["changed"], answer["unreadable"], answer["missing"]) == ("done", VALUES, 0, [])
    assert all(value.startswith("k5:") for value in raw() + raw("bank_account")) and before[0].startswith("k1:")
    assert mobiles() == MOBILES
    assert sorted(answer["retired"]) == [1, 3, 4]
    told = list(Event.objects.order_by("pk").values_list("code", flat=True))[events:]
    assert told == ["safekeeping.keys_added", "jobs.queued", "safekeeping.keys_rotated", "jobs.done"]
    meta = json.loads(Event.objects.get(code="safekeeping.keys_rotated").meta)
    assert meta["changed"] == VALUES and meta["keys"] == {"5": VALUES}
    assert usage().missing == {} and keys.ring().notes["rotation"] is None


def test_entries_of_the_trail_are_not_written_again_and_stay_readable(
    cast: Cast, customers: list[Customer], capsys: pytest.CaptureFixture[str]
) -> None:
    from kedang.business.customers.services import customer_change

    customer_change(
        actor=cast.archivist, customer=customers[0], version=1, reason="换号", values={"mobile": "13700001111"}
    )
    event = Event.objects.get(code="customers.changed")
    assert '"k2:' in event.changes
    rotate(capsys)
    rotate(capsys, "--master")
    again = Event.objects.get(pk=event.pk)
    assert again.changes == event.changes
    old, new = json.loads(again.changes)["mobile"]
    assert (unsealed(Customer, "mobile", old), unsealed(Customer, "mobile", new)) == (MOBILES[0], "13700001111")
    assert keys.ring().keys[2].state == "reading" and usage().trail == {2}
    with pytest.raises(Refused, match="第 2 号密钥仍在使用"):
        verbs.key_forget(actor=ACTOR, number=2)


class Stopped(Exception):
    """The test stops the work here."""


def test_stopped_anywhere_it_goes_on_and_makes_no_second_key(
    customers: list[Customer], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(columns, "BATCH", 2)

    def stop(count: int) -> None:
        raise Stopped

    verbs.rotation_begin(actor=ACTOR)
    for _ in range(2):
        with pytest.raises(Stopped):
            verbs.rotation_run(actor=ACTOR, step=stop)
        assert mobiles() == MOBILES
    assert {value[:3] for value in raw()} == {"k1:", "k5:"}
    assert standing.keys_health().words == "密钥轮换还没有完成。"
    answer = rotate(capsys)
    assert answer["changed"] == VALUES - 8 and {value[:3] for value in raw()} == {"k5:"}
    assert sorted(keys.ring().keys) == list(range(1, 9)) and Job.objects.filter(kind=verbs.KIND).count() == 1


@pytest.mark.unwatched("somebody else changes a row without saying so, in the middle of the work")
def test_what_somebody_changes_meanwhile_is_not_overwritten(
    customers: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = columns.exchange

    def late(one: Any, exchanges: Any) -> int:
        if one.table == "customers_customer":
            Customer.objects.filter(pk=customers[0].pk).update(mobile="13700002222")
        return written(one, exchanges)

    monkeypatch.setattr(columns, "exchange", late)
    verbs.rotation_begin(actor=ACTOR)
    verbs.rotation_run(actor=ACTOR, step=lambda count: None)
    assert mobiles() == ["13700002222", *MOBILES[1:]]


def test_values_of_a_missing_or_damaged_key_stay_as_they_are_and_are_named(
    customers: list[Customer], capsys: pytest.CaptureFixture[str]
) -> None:
    strange = "k9" + raw()[0][2:]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_customer SET mobile = %s WHERE id = %s", [strange, customers[0].pk])
    answer = rotate(capsys)
    assert (answer["unreadable"], answer["missing"]) == (1, [9]) and raw()[0] == strange
    assert main(["keys", "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["missing"] == {"9": 1}
    assert standing.keys_health().state == "bad" and "打不开" in standing.keys_health().words


def test_a_key_in_use_is_never_laid_aside(customers: list[Customer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "renew", lambda one, step: (0, 0))
    verbs.rotation_begin(actor=ACTOR)
    answer = verbs.rotation_run(actor=ACTOR, step=lambda count: None)
    assert 1 not in answer["retired"] and keys.ring().keys[1].state == "reading"
    with pytest.raises(Refused, match="仍在使用"):
        verbs.key_forget(actor=ACTOR, number=1)


def test_only_a_key_that_nothing_uses_can_be_destroyed(
    customers: list[Customer], capsys: pytest.CaptureFixture[str]
) -> None:
    rotate(capsys)
    assert main(["keys", "forget", "1", "--json"]) == 0
    assert 1 not in key_store.read_ring(keys.ring_path()).keys and mobiles() == MOBILES
    assert json.loads(Event.objects.get(code="safekeeping.key_forgotten").meta) == {"key": 1, "purpose": "fields"}
    assert main(["keys", "forget", "5", "--json"]) == 1
    assert main(["keys", "forget", "77", "--json"]) == 1
    assert "没有第 77 号密钥" in capsys.readouterr().out


def test_the_other_suite_comes_with_the_next_rotation(
    customers: list[Customer], settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.CIPHER_SUITE = SM
    assert raw()[0].startswith("k1:")
    rotate(capsys)
    assert all(value.startswith("s5:") for value in raw()) and mobiles() == MOBILES
    settings.CIPHER_SUITE = "rot13"
    assert main(["keys", "rotate", "--json"]) == 1
    assert "KEDANG_CIPHER_SUITE 应为" in capsys.readouterr().out and max(keys.ring().keys) == 8


def test_new_master_changes_no_stored_value(customers: list[Customer], capsys: pytest.CaptureFixture[str]) -> None:
    before, mark = raw(), keys.ring().master
    answer = rotate(capsys, "--master")
    assert answer["master"] != mark and raw() == before and mobiles() == MOBILES
    assert Event.objects.filter(code="safekeeping.master_changed").count() == 1


def test_who_may_not_run_operations_may_not_change_keys(cast: Cast, ring_file: Path) -> None:
    with pytest.raises(NotAllowed):
        verbs.rotation_begin(actor=cast.manager)
    assert sorted(keys.ring().keys) == [1, 2, 3, 4]


def test_status_tells_everything_but_the_keys(customers: list[Customer], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "status", "--json"]) == 0
    text = capsys.readouterr().out
    answer = json.loads(text)
    assert [(one["number"], one["purpose"], one["state"], one["age_days"]) for one in answer["keys"]] == [
        (1, "fields", "active", 0), (2, "trail", "active", 0), (3, "files", "active", 0), (4, "staging", "active", 0),
    ]  # fmt: skip
    assert answer["keys"][0]["values"] == VALUES and answer["values"]["customers.customer"] == {"1": VALUES}
    assert (answer["suite"], answer["escrow"], answer["missing"]) == ("aes-256-gcm", None, {})
    ring = keys.ring()
    for secret in [ring.blind_key, *ring.masters.values(), *(key.secret for key in ring.keys.values())]:
        assert secret.hex() not in text and base64.b64encode(secret).decode() not in text


def test_operations_page_names_age_and_missing_escrow(customers: list[Customer], settings: Any) -> None:
    assert standing.keys_health().words == "密钥都在，但还没有另存一份（托管）。"
    ring = keys.reload()
    ring.notes["escrow"] = {
        "at": "2026-01-01T00:00:00+00:00",
        "kind": "shares",
        "keys": [1, 2, 3, 4],
        "master": ring.master,
    }
    key_store.save_ring(keys.ring_path(), ring)
    assert standing.keys_health().state == "good"
    settings.KEY_AGE_DAYS = -1
    assert "超过设定的 -1 天" in standing.keys_health().words
    settings.KEY_AGE_DAYS, settings.CIPHER_SUITE = 365, SM
    assert standing.keys_health().words == "现用密钥的算法与设置不同。"
    verbs.rotation_begin(actor=ACTOR)
    verbs.rotation_run(actor=ACTOR, step=lambda count: None)
    assert standing.keys_health().words == "托管的密钥环比现用的旧。"
