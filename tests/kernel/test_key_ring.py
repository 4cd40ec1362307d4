"""The ring's file: strict, wrapped by a master key, one with its first format, followed while it changes."""

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kedang.foundation.kernel import key_store, keys
from kedang.foundation.kernel.key_ring import (
    FIELDS,
    READING,
    TRAIL,
    KeyRing,
    RingUnusable,
    fresh_ring,
    now_text,
    read_form,
    with_new_master,
    written_form,
)
from kedang.foundation.kernel.suites import AES, SM, SUITES

HERE = "customers.Customer.phone"
FIRST = {
    "active": 1,
    "keys": {"1": base64.b64encode(b"\1" * 32).decode()},
    "blind": base64.b64encode(b"\2" * 32).decode(),
}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A ring file of one's own, not made yet."""
    monkeypatch.setenv("KEDANG_KEYRING_FILE", str(tmp_path / "keyring.json"))
    monkeypatch.setattr(keys, "LOOK_SECONDS", 0.0)
    keys.use_ring(None)
    yield tmp_path / "keyring.json"
    keys.use_ring(None)


def put(path: Path, content: Any, mode: int = 0o600) -> None:
    path.write_text(json.dumps(content))
    path.chmod(mode)
    keys.use_ring(None)


def test_values_of_the_first_format_stay_readable(path: Path) -> None:
    put(path, FIRST)
    assert keys.encrypt("13891227786", HERE).startswith("k1:")
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    old = b"\0" * 12 + AESGCM(b"\1" * 32).encrypt(b"\0" * 12, b"13891227786", HERE.encode())
    assert keys.decrypt(f"k1:{base64.b64encode(old).decode()}", HERE) == "13891227786"
    assert keys.decrypt_bytes(b"\0\1" + old, HERE) == b"13891227786"
    ring, mobile = keys.ring(), keys.blind("13891227786", "mobile")
    key_store.save_ring(path, ring.added(AES, now_text()))
    assert json.loads(path.read_text())["format"] == "kedang-keyring/2"
    assert keys.decrypt(f"k1:{base64.b64encode(old).decode()}", HERE) == "13891227786"
    assert keys.blind("13891227786", "mobile") == mobile and keys.ring().id == ring.id
    assert keys.ring().keys[1].state == READING and not keys.encrypt("x", HERE).startswith("k1:")


@pytest.mark.parametrize("suite", SUITES)
def test_a_ring_comes_back_from_its_file_and_without_master_it_holds_no_secret(suite: str) -> None:
    ring = fresh_ring(suite).added(AES, now_text())
    content = json.loads(json.dumps(written_form(ring)))
    assert read_form(content) == ring
    bare = json.dumps(written_form(ring, with_master=False))
    secrets = [ring.blind_key, *ring.masters.values(), *(key.secret for key in ring.keys.values())]
    assert not any(base64.b64encode(secret).decode() in bare or secret.hex() in bare for secret in secrets)
    assert read_form(json.loads(bare), ring.masters[ring.master]).keys == ring.keys
    with pytest.raises(RingUnusable, match="主密钥"):
        read_form(json.loads(bare), os.urandom(32))
    assert not any(base64.b64encode(secret).decode() in repr(ring) or repr(secret) in repr(ring) for secret in secrets)


def test_any_changed_word_of_the_file_is_noticed() -> None:
    content = written_form(fresh_ring())
    for name, value in (("active", {**content["active"], FIELDS: 2}), ("notes", {"escrow": "x"}), ("wrapping", SM)):
        with pytest.raises(RingUnusable, match="已损坏或被改动"):
            read_form({**content, name: value})
    swapped = json.loads(json.dumps(content))
    one, other = swapped["keys"]["1"], swapped["keys"]["2"]
    one["wrapped"], other["wrapped"] = other["wrapped"], one["wrapped"]
    with pytest.raises(RingUnusable, match="已损坏或被改动"):
        read_form(swapped)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o660])
def test_a_ring_that_others_can_read_is_refused(path: Path, mode: int) -> None:
    put(path, FIRST, mode)
    with pytest.raises(RingUnusable, match=f"权限是 {mode:04o}，其他人也能读到密钥，拒绝启动"):
        keys.ring()
    path.chmod(0o600)
    assert keys.ring().active[FIELDS] == 1


def test_master_key_from_the_environment_is_not_written_down(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    master = os.urandom(32)
    monkeypatch.setenv("KEDANG_MASTER_KEY", master.hex())
    key_store.create_ring(path)
    text = path.read_text()
    assert base64.b64encode(master).decode() not in text and master.hex() not in text
    sealed = keys.encrypt("13891227786", HERE)
    keys.use_ring(None)
    assert keys.decrypt(sealed, HERE) == "13891227786"
    monkeypatch.setenv("KEDANG_MASTER_KEY", os.urandom(32).hex())
    keys.use_ring(None)
    with pytest.raises(RingUnusable, match="KEDANG_MASTER_KEY 没有给出它"):
        keys.ring()
    monkeypatch.setenv("KEDANG_MASTER_KEY", "secret")
    with pytest.raises(RingUnusable, match="应为 32 字节") as refusal:
        keys.ring()
    assert "“secret”" not in str(refusal.value)


def test_master_key_from_a_file_is_as_strict(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = path.parent / "master"
    file.write_text(base64.b64encode(bytes(range(32))).decode() + "\n")
    file.chmod(0o644)
    monkeypatch.setenv("KEDANG_MASTER_KEY_FILE", str(file))
    with pytest.raises(RingUnusable, match="其他人也能读到密钥"):
        keys.ring()
    file.chmod(0o400)
    assert list(keys.ring().masters.values()) == [bytes(range(32))]


def test_a_new_master_wraps_the_same_keys_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = keys.ring()
    sealed = keys.encrypt("13891227786", HERE)
    key_store.save_ring(path, with_new_master(ring))
    assert keys.decrypt(sealed, HERE) == "13891227786"
    assert keys.ring().master != ring.master and keys.ring().keys == ring.keys
    given = os.urandom(32)
    monkeypatch.setenv("KEDANG_MASTER_KEY", given.hex())
    moved = with_new_master(keys.ring())
    key_store.save_ring(path, moved)
    keys.use_ring(None)
    assert given.hex() not in path.read_text() and keys.ring().masters[moved.master] == given
    with pytest.raises(RingUnusable, match="仍是原来那一把"):
        with_new_master(keys.ring())


def test_what_another_process_adds_is_used_here(path: Path) -> None:
    before = keys.encrypt("1", HERE)
    other = key_store.read_ring(path).added(SM, now_text())
    key_store.save_ring(path, other)
    after = keys.encrypt("1", HERE)
    assert before.startswith("k1:") and after.startswith("s5:")
    assert keys.decrypt(before, HERE) == keys.decrypt(after, HERE) == "1"
    assert keys.encrypt("1", HERE, TRAIL).startswith("s6:")


def test_an_unknown_number_makes_the_file_read_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.ring()
    monkeypatch.setattr(keys, "LOOK_SECONDS", 3600.0)
    keys.reload()
    other = key_store.read_ring(path).added(AES, now_text())
    key_store.save_ring(path, other)
    head, _, cipher = other.sealer(FIELDS)
    assert keys.encrypt("1", HERE).startswith("k1:")
    assert keys.decrypt(head + base64.b64encode(cipher.seal(b"7", HERE.encode())).decode(), HERE) == "7"


@pytest.mark.parametrize("trouble", ["gone", "damaged", "open", "foreign"])
def test_a_running_process_keeps_its_ring_when_the_file_goes_bad(path: Path, trouble: str) -> None:
    sealed = keys.encrypt("1", HERE)
    if trouble == "gone":
        path.unlink()
    elif trouble == "damaged":
        path.write_text("{")
    elif trouble == "open":
        path.chmod(0o644)
    else:
        key_store.save_ring(path, fresh_ring())
    assert keys.decrypt(sealed, HERE) == "1"


def test_a_helper_begins_with_its_parents_ring(path: Path) -> None:
    ring: KeyRing = keys.ring()
    parts = ring.parts()
    assert "masters" not in parts
    keys.follow(parts)
    assert keys.ring().keys == ring.keys
    key_store.save_ring(path, key_store.read_ring(path).added(AES, now_text()))
    assert keys.encrypt("1", HERE).startswith("k5:")


def test_ring_is_made_by_one_of_many_processes(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keyring.json"
    assert [key_store.create_ring(path) for _ in range(3)] == [True, False, False]
    assert [one.name for one in path.parent.iterdir()] == ["keyring.json"]
