"""What the program writes to its log holds no customer's value, no password and no key (goal R38)."""

import base64
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kedang.business.customers.models import Customer
from kedang.foundation.jobs.worker import Worker
from kedang.foundation.kernel import keys
from kedang.foundation.kernel.logs import JsonLines, TextLines
from kedang.foundation.safekeeping.rekeying import columns, verbs
from kedang.foundation.safekeeping.rekeying.verbs import rotation_begin
from kedang.project.cli import _key_shares, main
from tests.cast import PASSWORD, Cast
from tests.customers.making import make_customer

MOBILE, ACCOUNT, TYPED = "13891227786", "6222020200112345678", "hunter-two-canary"


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that any logger says, from DEBUG on, through both formatters of the installation."""
    monkeypatch.setenv("KEDANG_KEYRING_FILE", str(tmp_path / "keyring.json"))
    monkeypatch.setattr(keys, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(_key_shares, "print_shares", lambda share, codes, made: b"%PDF")
    keys.use_ring(None)
    said = io.StringIO()
    handlers = [logging.StreamHandler(said), logging.StreamHandler(said)]
    handlers[0].setFormatter(JsonLines())
    handlers[1].setFormatter(TextLines())
    root, level = logging.getLogger(), logging.getLogger().level
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield said
    for handler in handlers:
        root.removeHandler(handler)
    root.setLevel(level)
    keys.use_ring(None)


def secrets_of_ring() -> list[str]:
    ring = keys.ring()
    raw = [ring.blind_key, *ring.masters.values(), *(key.secret for key in ring.keys.values())]
    return [form for one in raw for form in (one.hex(), base64.b64encode(one).decode(), repr(one))]


def test_work_failure_and_keys_leave_no_secret_in_the_log(
    cast: Cast, client: Any, log: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_customer(cast.archivist, name="临江泵业有限公司", mobile=MOBILE, bank_account=ACCOUNT)
    client.post("/sign-in/", {"username": "shenyan", "password": TYPED})
    client.force_login(cast.archivist)
    assert client.get(f"/customers/{made.pk}/").status_code == 200

    def fails(*args: Any, **kwargs: Any) -> None:
        raise ValueError(f"duplicate key value ({MOBILE}) {secrets_of_ring()[0]}")

    monkeypatch.setattr(columns, "renew", fails)
    job = rotation_begin(actor=cast.admin)
    assert job.kind == verbs.KIND and Worker().run_once()
    job.refresh_from_db()
    assert job.state == "failed" and MOBILE not in job.error
    monkeypatch.undo()
    monkeypatch.setenv("KEDANG_KEYRING_FILE", str(tmp_path / "keyring.json"))
    client.raise_request_exception = False
    monkeypatch.setattr(Customer, "__str__", fails)
    client.get(f"/customers/{made.pk}/")
    logging.getLogger("library").error("value %s is taken twice", MOBILE)
    logging.getLogger("kedang.trial").error("the ring is %r", keys.ring())
    assert main(["keys", "status", "--json"]) == 0
    text = log.getvalue()
    assert "job" in text and "failed" in text
    for secret in (MOBILE, ACCOUNT, TYPED, PASSWORD, *secrets_of_ring()):
        assert secret not in text, text[max(0, text.index(secret) - 300) :][:400]
