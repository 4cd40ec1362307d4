"""Published vectors of the two suites, and what both promise: only at its place, only unaltered."""

import os
import random

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import CTR

from kedang.foundation.kernel.suites import AES, LETTER, SM, SUITES, cipher, hmac_sm3, keyed_digest

SM4_KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")


def test_aes_256_gcm_nist_vector() -> None:
    """Test case 16 of the GCM specification (McGrew and Viega, as submitted to NIST)."""
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
    nonce = bytes.fromhex("cafebabefacedbaddecaf888")
    plain = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    place = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = bytes.fromhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )
    made = cipher(AES, key)
    assert made.seal_at(nonce, plain, place) == sealed
    assert made.open_at(nonce, sealed, place) == plain


def test_sm4_counter_mode_vector() -> None:
    """SM4-CTR, example of RFC 8998's companion draft-ribose-cfrg-sm4 (A.2.5, test vector 1)."""
    plain = b"".join(bytes([x]) * 8 for x in b"\xaa\xbb\xcc\xdd\xee\xff\xaa\xbb")
    block = bytes.fromhex("000102030405060708090a0b0c0d0e0f")
    coded = bytes.fromhex(
        "ac3236cb970cc20791364c395a1342d1a3cbc1878c6f30cd074cce385cdd70c7"
        "f234bc0e24c11980fd1286310ce37b926e02fcd0faa0baf38b2933851d824514"
    )
    assert BlockCipher(SM4(SM4_KEY), CTR(block)).encryptor().update(plain) == coded


def test_sm4_block_vector() -> None:
    """GB/T 32907-2016, example 1: the key encrypts itself. One block in counter mode is the block of the counter."""
    made = BlockCipher(SM4(SM4_KEY), CTR(SM4_KEY)).encryptor().update(bytes(16))
    assert made == bytes.fromhex("681edf34d206965e86b3e94f536e4246")


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_vectors(message: bytes, digest: str) -> None:
    """GB/T 32905-2016, examples 1 and 2."""
    made = hashes.Hash(hashes.SM3())
    made.update(message)
    assert made.finalize().hex() == digest


def test_hmac_sm3_is_the_construction_of_rfc_2104() -> None:
    def sm3(content: bytes) -> bytes:
        made = hashes.Hash(hashes.SM3())
        made.update(content)
        return made.finalize()

    key, message = bytes(range(1, 33)), b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2
    padded = key.ljust(64, b"\0")
    inner, outer = bytes(b ^ 0x36 for b in padded), bytes(b ^ 0x5C for b in padded)
    expected = sm3(outer + sm3(inner + message))
    assert hmac_sm3(key, message) == expected == keyed_digest(SM, key, message)
    assert expected.hex() == "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"  # GM/T 0042-2015, D.3
    assert keyed_digest(AES, key, message) != expected


@pytest.mark.parametrize("suite", SUITES)
def test_ten_thousand_swaps_and_changes_do_not_open(suite: str) -> None:
    """Goal R49: a ciphertext opens at its own place only (seed 20490)."""
    chance, made = random.Random(20490), cipher(suite, os.urandom(32))
    places = [f"customers.Customer.field{n}".encode() for n in range(20)]
    sealed = [(made.seal(b"13891227786", place), place) for place in places]
    for _ in range(5_000):
        (one, _place), (_other, place) = chance.sample(sealed, 2)
        with pytest.raises(InvalidTag):
            made.open(one, place)
        content, place = chance.choice(sealed)
        changed = bytearray(content)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        with pytest.raises(InvalidTag):
            made.open(bytes(changed), place)
    assert all(made.open(content, place) == b"13891227786" for content, place in sealed)
    assert len({content[:12] for content, _place in sealed}) == len(sealed)


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.parametrize("length", [0, 1, 11, 12, 27, 28, -1])
def test_a_cut_value_does_not_open(suite: str, length: int) -> None:
    made = cipher(suite, bytes(32))
    with pytest.raises((InvalidTag, ValueError)):
        made.open(made.seal(b"x", b"here")[:length], b"here")


def test_suites_are_told_by_their_letter_and_nothing_else_is_one() -> None:
    assert LETTER == {AES: "k", SM: "s"}
    with pytest.raises(ValueError, match="unknown cipher suite"):
        cipher("rot13", bytes(32))
