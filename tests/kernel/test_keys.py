"""Sealed text opens only where it was sealed, and only unaltered."""

import base64
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from kedang.foundation.kernel import keys
from kedang.foundation.kernel.refused import Refused


@pytest.fixture(autouse=True)
def own_ring() -> Any:
    keys.use_ring(keys.random_ring())
    yield
    keys.use_ring(None)


def test_sealed_text_comes_back() -> None:
    sealed = keys.encrypt("13891227786", "customers.Customer.phone")
    assert "13891227786" not in sealed and keys.is_sealed(sealed)
    assert keys.decrypt(sealed, "customers.Customer.phone") == "13891227786"


def test_value_moved_to_another_field_does_not_open() -> None:
    sealed = keys.encrypt("13891227786", "customers.Customer.phone")
    with pytest.raises(Refused, match="损坏或被移动"):
        keys.decrypt(sealed, "customers.Customer.fax")


def test_one_flipped_bit_does_not_open() -> None:
    head, _, body = keys.encrypt("13891227786", "here").partition(":")
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1
    with pytest.raises(Refused, match="损坏"):
        keys.decrypt(f"{head}:{base64.b64encode(raw).decode()}", "here")


def test_key_that_the_ring_lacks_is_named() -> None:
    with pytest.raises(Refused, match="第 7 号密钥"):
        keys.decrypt("k7:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "here")


def test_blind_index_is_equal_for_equal_values_of_one_purpose_only() -> None:
    assert keys.blind("13891227786", "mobile") == keys.blind("13891227786", "mobile")
    assert keys.blind("13891227786", "mobile") != keys.blind("13891227786", "id_number")
    assert keys.blind("", "mobile") == ""


def test_ring_file_is_made_once_with_mode_0600_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keyring.json"
    assert keys.create_ring(path) is True
    content = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert keys.create_ring(path) is False and path.read_text() == content


def test_damaged_ring_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "keyring.json"
    path.write_text("{")
    path.chmod(0o600)
    monkeypatch.setenv("KEDANG_KEYRING_FILE", str(path))
    keys.use_ring(None)
    with pytest.raises(ImproperlyConfigured, match="已损坏"):
        keys.ring()
