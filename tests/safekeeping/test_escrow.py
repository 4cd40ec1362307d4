"""Shares on paper and copies for a public key bring the ring back, all of it, and only for who may."""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import key_store, keys, shamir
from kedang.foundation.kernel.share_words import WORDS, from_words, to_words
from kedang.foundation.safekeeping.identities import write_identity
from kedang.foundation.safekeeping.rekeying import standing
from kedang.foundation.safekeeping.rekeying.shares import Share
from kedang.project.cli import _key_shares, main

PLACE = "customers.Customer.mobile"


@pytest.fixture
def ring_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Path]:
    monkeypatch.setenv("KEDANG_KEYRING_FILE", str(tmp_path / "ring" / "keyring.json"))
    monkeypatch.setattr(keys, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(_key_shares, "print_shares", lambda share, codes, made: b"%PDF " + share.words.encode())
    keys.use_ring(None)
    keys.ring()
    yield tmp_path / "ring" / "keyring.json"
    keys.use_ring(None)


def escrow(capsys: pytest.CaptureFixture[str], *arguments: Any, status: int = 0) -> dict[str, Any]:
    assert main(["keys", "escrow", "--json", *map(str, arguments)]) == status
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_any_three_of_five_shares_bring_the_ring_back(
    ring_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed, out = keys.encrypt("13891227786", PLACE), tmp_path / "paper"
    answer = escrow(capsys, "--shares", 5, "--threshold", 3, "--out", out)
    assert sorted(answer["files"]) == sorted(path.name for path in out.iterdir()) and len(answer["files"]) == 10
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600} and out.stat().st_mode & 0o777 == 0o700
    whole = key_store.read_ring(ring_file)
    for turn, chosen in enumerate([(1, 2, 3), (5, 3, 1), (2, 4, 5)]):
        back = tmp_path / f"back{turn}" / "keyring.json"
        restored = escrow(capsys, "--restore", *[out / f"share-{n}.txt" for n in chosen], "--out", back)
        assert restored["ring_id"] == whole.id and back.stat().st_mode & 0o777 == 0o600
        again = key_store.read_ring(back)
        assert (again.keys, again.blind_key, again.master) == (whole.keys, whole.blind_key, whole.master)
    ring_file.unlink()
    os.replace(back, ring_file)
    keys.use_ring(None)
    assert keys.decrypt(sealed, PLACE) == "13891227786"
    assert Event.objects.filter(code="safekeeping.keys_escrowed").count() == 1
    assert Event.objects.filter(code="safekeeping.keys_restored").count() == 3
    assert standing.keys_health().state == "good"


def test_two_of_three_needed_are_refused_and_tell_nothing(
    ring_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, back = tmp_path / "paper", tmp_path / "back.json"
    escrow(capsys, "--shares", 4, "--threshold", 3, "--out", out)
    some = [out / f"share-{n}.txt" for n in (1, 2)]
    assert "需要 3 份不同的份额，现在只有 2 份" in escrow(capsys, "--restore", *some, "--out", back, status=1)["error"]
    assert "只有 2 份" in escrow(capsys, "--restore", *some, some[0], "--out", back, status=1)["error"]
    other = tmp_path / "other"
    escrow(capsys, "--shares", 4, "--threshold", 3, "--out", other)
    mixed = [*some, other / "share-3.txt"]
    assert "不是同一次托管的" in escrow(capsys, "--restore", *mixed, "--out", back, status=1)["error"]
    assert not back.exists()
    assert "已有托管文件" in escrow(capsys, "--shares", 4, "--threshold", 3, "--out", out, status=1)["error"]
    assert "份数应为" in escrow(capsys, "--shares", 2, "--threshold", 3, "--out", tmp_path / "no", status=1)["error"]


def test_what_was_typed_from_paper_works_and_a_wrong_character_is_noticed(
    ring_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, back = tmp_path / "paper", tmp_path / "back.json"
    escrow(capsys, "--shares", 2, "--threshold", 2, "--out", out)
    lines = (out / "share-1.txt").read_text().splitlines()
    words = next(line for line in lines if line.startswith("words:")).partition(":")[2].strip()
    typed = tmp_path / "typed.txt"
    for at, group in ((0, words.split()[0]), (5, words.split()[5])):
        wrong = words.split()
        wrong[at] = group[::-1] if group != group[::-1] else "天地玄黄"
        typed.write_text("密字：" + "".join(wrong) + "\n")
        refused = escrow(capsys, "--restore", typed, out / "share-2.txt", "--out", back, status=1)
        assert "有字抄错或漏掉" in refused["error"] and not back.exists()
    typed.write_text(f"密字: {words}\n")
    escrow(capsys, "--restore", typed, out / "share-2.txt", "--out", back)
    assert key_store.read_ring(back).keys == keys.ring().keys


def test_shares_of_before_a_rotation_open_the_newer_ring_of_a_backup(
    ring_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, back = tmp_path / "paper", tmp_path / "back.json"
    escrow(capsys, "--shares", 2, "--threshold", 2, "--out", out)
    assert main(["keys", "rotate", "--json"]) == 0
    capsys.readouterr()
    assert standing.keys_health().words == "托管的密钥环比现用的旧。"
    bare = json.loads(ring_file.read_text())
    bare["masters"] = {}
    (tmp_path / "newer.json").write_text(json.dumps(bare))
    both = [out / "share-1.txt", out / "share-2.txt"]
    escrow(capsys, "--restore", *both, "--ring", tmp_path / "newer.json", "--out", back)
    assert key_store.read_ring(back).keys == keys.ring().keys and len(keys.ring().keys) == 8
    refused = escrow(capsys, "--restore", *both, "--ring", tmp_path / "newer.json", "--out", back, status=1)
    assert "已存在，未改动" in refused["error"]
    assert main(["keys", "rotate", "--master", "--json"]) == 0
    capsys.readouterr()
    refused = escrow(capsys, "--restore", *both, "--ring", ring_file, "--out", tmp_path / "x.json", status=1)
    assert "后来换过主密钥" in refused["error"]


def test_a_public_key_and_its_private_half(
    ring_file: Path, data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine, other = write_identity(tmp_path / "me.json"), write_identity(tmp_path / "other.json")
    answer = escrow(capsys, "--recipient", mine.recipient, "--out", tmp_path / "box")
    file, back = tmp_path / "box" / answer["files"][0], tmp_path / "back.json"
    whole = key_store.read_ring(ring_file)
    assert whole.masters[whole.master].hex() not in file.read_text() and file.stat().st_mode & 0o777 == 0o600
    wrong = escrow(capsys, "--identity", tmp_path / "other.json", "--escrow", file, "--out", back, status=1)
    assert "打不开" in wrong["error"] and other.recipient in wrong["error"] and not back.exists()
    escrow(capsys, "--identity", tmp_path / "me.json", "--escrow", file, "--out", back)
    assert key_store.read_ring(back).keys == whole.keys
    changed = json.loads(file.read_text())
    changed["sealed"] = changed["sealed"][:-8] + "AAAAAAA="
    file.write_text(json.dumps(changed))
    refused = escrow(capsys, "--identity", tmp_path / "me.json", "--escrow", file, "--out", tmp_path / "y", status=1)
    assert "已损坏" in refused["error"]


@pytest.mark.parametrize(
    "arguments", [["--out", "x"], ["--shares", "3", "--out", "x"], ["--shares", "3", "--threshold", "2"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["keys", "escrow", *arguments])
    assert end.value.code == 2


def test_no_key_stands_in_any_entry_or_answer(
    ring_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = escrow(capsys, "--shares", 3, "--threshold", 2, "--out", tmp_path / "paper")
    said = json.dumps(answer) + "".join(Event.objects.values_list("meta", flat=True))
    lines = [(tmp_path / "paper" / f"share-{n}.txt").read_text() for n in (1, 2, 3)]
    for text in lines:
        words = next(line for line in text.splitlines() if line.startswith("words:")).split()[4]
        assert words not in said


def test_the_sheet_of_a_share_holds_its_words_and_fits_one_page(
    ring_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    share = Share("a750793d78057d94", 2, 3, 5, bytes(range(32)))
    document = pypdfium2.PdfDocument(_key_shares.print_shares(share, ["KDRING1:1/1:AAAA"] * 3, "2026-11-21"))
    text = document[0].get_textpage().get_text_range()
    assert len(document) == 1 and "第 2 份，共 5 份" in text and "凑齐任意 3 份" in text
    assert all(group in text for group in share.words.split())


def test_shamir_over_every_subset_and_size() -> None:
    chance = random.Random(1979)
    for count, threshold in ((2, 2), (3, 2), (5, 3), (7, 7), (255, 9)):
        secret = chance.randbytes(32)
        shares = shamir.split(secret, count, threshold)
        for _ in range(8):
            chosen = chance.sample(sorted(shares), threshold)
            assert shamir.combine({n: shares[n] for n in chosen}) == secret
            assert shamir.combine({n: shares[n] for n in chosen[1:]}) != secret
    for wrong in ((2, 1), (2, 3), (256, 2)):
        with pytest.raises(ValueError, match="threshold"):
            shamir.split(b"x", *wrong)


def test_shamir_known_vector() -> None:
    """f(x) = 0x42 + 0x99·x over the field of AES: computed by hand with the multiplication of FIPS 197 (57·13 = fe)."""
    assert shamir._times(0x57, 0x13) == 0xFE
    assert shamir._times(0x57, 0x83) == 0xC1
    shares = {x: bytes([0x42 ^ shamir._times(0x99, x)]) for x in (1, 2, 3)}
    assert shares[1] == b"\xdb"
    assert shamir.combine({1: shares[1], 3: shares[3]}) == b"\x42"


def test_characters_of_shares_are_256_different_ones() -> None:
    assert len(set(WORDS)) == 256
    raw = os.urandom(44)
    assert from_words(to_words(raw)) == raw
    assert len(to_words(raw).split()) == 12
