"""The key ring: data keys per purpose, wrapped by a master key, in a file outside the database.

``KEDANG_DATA_DIR/keys/keyring.json`` (``KEDANG_KEYRING_FILE`` names another place) is readable by its owner only. It holds the master
key too, unless ``KEDANG_MASTER_KEY`` (or the file that ``KEDANG_MASTER_KEY_FILE`` names) gives it: then the ring alone opens nothing.
Data keys are known by number for good. A number in use before this format came (``{"active", "keys", "blind"}``) stays what it was.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.suites import KEY_BYTES, LETTER, SM, SUITES, Cipher, cipher, keyed_digest

FIELDS, TRAIL, FILES, STAGING = "fields", "trail", "files", "staging"
PURPOSES = (FIELDS, TRAIL, FILES, STAGING)
ACTIVE, READING, RETIRED = "active", "reading", "retired"


class RingUnusable(ImproperlyConfigured, Refused):
    """The ring is missing, damaged, readable by others, or its master key is not there: nothing may start."""

    def __init__(self, code: str, sentence: str) -> None:
        Refused.__init__(self, code, sentence)


@dataclass(frozen=True, slots=True)
class DataKey:
    """One data key. ``purpose`` is empty for a key of the first format, which served all."""

    number: int
    secret: bytes = field(repr=False)
    suite: str
    purpose: str = ""
    created: str = ""
    state: str = ACTIVE
    retired: str = ""


@dataclass(slots=True)
class KeyRing:
    """Keys by number, the number that new values of each purpose are sealed with, the key of the blind indexes, the masters.

    ``masters`` are the master keys by their mark; ``master`` is the mark of the one that wraps. ``notes`` is what else the file says:
    a rotation under way, the last escrow.
    """

    keys: dict[int, DataKey]
    active: dict[str, int]
    blind_key: bytes = field(repr=False)
    blind_suite: str = SUITES[0]
    masters: dict[str, bytes] = field(default_factory=dict, repr=False)
    master: str = ""
    id: str = ""
    notes: dict[str, Any] = field(default_factory=dict)
    heads: dict[str, Cipher] = field(default_factory=dict, repr=False, compare=False)
    _ciphers: dict[int, Cipher] = field(default_factory=dict, repr=False, compare=False)
    _sealers: dict[str, tuple[str, bytes, Cipher]] = field(default_factory=dict, repr=False, compare=False)

    def cipher(self, number: int) -> Cipher:
        """Cipher of one key; refused with a clear sentence when the ring lacks it."""
        found = self._ciphers.get(number)
        if found is None:
            key = self.keys.get(number)
            if key is None:
                raise Refused(
                    "key_missing",
                    f"密钥环中没有第 {number} 号密钥，加密内容打不开。请把原密钥环文件放回 keys 目录后重启。",
                )
            found = self._ciphers[number] = cipher(key.suite, key.secret)
        return found

    def sealer(self, purpose: str) -> tuple[str, bytes, Cipher]:
        """Head of sealed text, head of sealed bytes, cipher: for new values of a purpose."""
        found = self._sealers.get(purpose)
        if found is None:
            number = self.active[purpose]
            suite = self.keys[number].suite
            marked = number | (0x8000 if suite == SM else 0)
            found = (f"{LETTER[suite]}{number}:", marked.to_bytes(2, "big"), self.cipher(number))
            self._sealers[purpose] = found
        return found

    def blind(self, message: bytes) -> str:
        """Keyed digest, 16 hex characters."""
        return keyed_digest(self.blind_suite, self.blind_key, message).hex()[:16]

    def added(self, suite: str, at: str, purposes: tuple[str, ...] = PURPOSES) -> "KeyRing":
        """A ring with one new active key per purpose; those before are kept for reading."""
        keys = {
            number: replace(key, state=READING if key.state == ACTIVE else key.state)
            for number, key in self.keys.items()
        }
        active, number = dict(self.active), max(self.keys, default=0)
        for purpose in purposes:
            number += 1
            keys[number] = DataKey(number, secrets.token_bytes(KEY_BYTES), suite, purpose, at)
            active[purpose] = number
        return replace(self, keys=keys, active=active, notes=dict(self.notes), heads={}, _ciphers={}, _sealers={})

    def parts(self) -> dict[str, Any]:
        """All there is to know for another process of ours that seals and opens; without masters."""
        return {
            "keys": dict(self.keys),
            "active": dict(self.active),
            "blind_key": self.blind_key,
            "blind_suite": self.blind_suite,
            "id": self.id,
        }


def suite_set() -> str:
    """The suite for new keys, by setting.

    Raises:
        RingUnusable: the setting names no suite.
    """
    chosen = str(getattr(settings, "CIPHER_SUITE", "") or SUITES[0])
    if chosen not in SUITES:
        raise RingUnusable("suite_unknown", f"KEDANG_CIPHER_SUITE 应为 {' 或 '.join(SUITES)}，现为“{chosen}”。")
    return chosen


def fresh_ring(suite: str | None = None) -> KeyRing:
    """A new ring with one key per purpose."""
    suite, at = suite or suite_set(), now_text()
    given = given_master()
    secret = given or secrets.token_bytes(KEY_BYTES)
    empty = KeyRing(
        {}, {}, secrets.token_bytes(KEY_BYTES), suite, {mark_of(secret): secret}, mark_of(secret), secrets.token_hex(8)
    )
    return empty.added(suite, at)


def with_new_master(ring: KeyRing) -> KeyRing:
    """The same keys wrapped by another master key: that of the environment, or a fresh one. Values stay as they are.

    Raises:
        RingUnusable: the environment still gives the same one.
    """
    given = given_master()
    if given is not None and mark_of(given) == ring.master:
        raise RingUnusable(
            "master_same",
            "环境变量给出的主密钥仍是原来那一把。请把新主密钥放入 KEDANG_MASTER_KEY，旧的放入 KEDANG_MASTER_KEY_OLD，再运行一次。",
        )
    secret = given or secrets.token_bytes(KEY_BYTES)
    masters = {**ring.masters, mark_of(secret): secret}
    return replace(
        ring, masters=masters, master=mark_of(secret), notes=dict(ring.notes), heads={}, _ciphers={}, _sealers={}
    )


def mark_of(master: bytes) -> str:
    """What a master key is known by; tells nothing about it."""
    return hashlib.sha256(b"kedang master key\0" + master).hexdigest()[:12]


def given_master(name: str = "KEDANG_MASTER_KEY") -> bytes | None:
    """The master key that the environment gives, if it does: 32 bytes in base64 or hexadecimal digits.

    Raises:
        RingUnusable: it cannot be read, others can read it, or it is no such key.
    """
    text, file = os.environ.get(name, ""), os.environ.get(f"{name}_FILE")
    if file:
        refuse_open_mode(Path(file))
        try:
            text = Path(file).read_text(encoding="ascii")
        except (OSError, ValueError) as error:
            raise RingUnusable("master_unreadable", f"{name}_FILE 指向的主密钥文件 {file} 读不出来。") from error
    text = text.strip()
    if not text:
        return None
    try:
        raw = bytes.fromhex(text) if len(text) == 2 * KEY_BYTES else base64.b64decode(text, validate=True)
        if len(raw) != KEY_BYTES:
            raise ValueError
    except ValueError as error:
        raise RingUnusable(
            "master_wrong", f"{name} 应为 32 字节的主密钥（64 位十六进制或 base64），现在不是。"
        ) from error
    return raw


def refuse_open_mode(path: Path) -> None:
    """Refuse a key file that somebody else than its owner may read or write."""
    try:
        mode = path.stat().st_mode & 0o777
    except OSError:
        return
    if os.name == "posix" and mode & 0o077:
        raise RingUnusable(
            "ring_open_to_others",
            f"密钥文件 {path} 的权限是 {mode:04o}，其他人也能读到密钥，拒绝启动。请运行 chmod 600 {path} 后重试；"
            "若可能已被他人读取，请再运行 kedang keys rotate 更换密钥。",
        )


def written_form(ring: KeyRing, *, with_master: bool = True) -> dict[str, Any]:
    """The ring as JSON values. Without the master key it holds no secret: everything in it is wrapped."""
    master = cipher(SM if ring.blind_suite == SM else SUITES[0], ring.masters[ring.master])
    given = (given_master(), given_master("KEDANG_MASTER_KEY_OLD"))

    def wrapped(secret: bytes, place: str) -> str:
        return _text(master.seal(secret, f"kedang.ring.{ring.id}.{place}".encode()))

    masters: dict[str, Any] = {}
    for mark, secret in ring.masters.items():
        here = with_master and secret not in given
        masters[mark] = {"key": _text(secret)} if here else {"given": True}
    content: dict[str, Any] = {
        "format": "kedang-keyring/2",
        "id": ring.id,
        "wrapping": master.suite,
        "master": ring.master,
        "masters": masters,
        "active": ring.active,
        "keys": {
            str(number): {
                "purpose": key.purpose,
                "suite": key.suite,
                "created": key.created,
                "state": key.state,
                "retired": key.retired,
                "wrapped": wrapped(key.secret, f"{number}.{key.purpose}.{key.suite}"),
            }
            for number, key in sorted(ring.keys.items())
        },
        "blind": {"suite": ring.blind_suite, "wrapped": wrapped(ring.blind_key, f"blind.{ring.blind_suite}")},
        "notes": ring.notes,
    }
    content["seal"] = _seal(content, ring.masters[ring.master])
    return content


def read_form(content: dict[str, Any], master: bytes | None = None, where: str = "") -> KeyRing:
    """A ring from its JSON values; ``master`` where they do not hold it.

    Raises:
        RingUnusable: damaged, altered, or the master key is not the right one.
    """
    try:
        if "format" not in content:
            return _first_format(content)
        if content["format"] != "kedang-keyring/2":
            raise RingUnusable("ring_newer", f"密钥环文件 {where} 的格式（{content['format']}）比程序新，请升级程序。")
        known = {mark: base64.b64decode(one["key"]) for mark, one in content["masters"].items() if "key" in one}
        for given in filter(None, (master, given_master(), given_master("KEDANG_MASTER_KEY_OLD"))):
            known[mark_of(given)] = given
        mark = content["master"]
        if mark not in known:
            raise RingUnusable(
                "master_missing",
                f"密钥环 {where} 由主密钥 {mark} 锁住，而 KEDANG_MASTER_KEY 没有给出它（或给出的是另一把）。请放回原来的主密钥后重试。",
            )
        if not hmac.compare_digest(content["seal"], _seal(content, known[mark])):
            raise ValueError("seal")
        return _unwrapped(content, known)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidTag) as error:
        raise RingUnusable(
            "ring_damaged", f"密钥环文件 {where} 已损坏或被改动，请放回完好的副本：{error!r:.60}"
        ) from error


def now_text() -> str:
    """This instant as the ring writes it."""
    return clock.now().isoformat(timespec="seconds")


def age_days(written: str) -> int | None:
    """Whole days since an instant of the ring; None where it is not known."""
    return (clock.now() - datetime.fromisoformat(written)).days if written else None


def _unwrapped(content: dict[str, Any], masters: dict[str, bytes]) -> KeyRing:
    master = cipher(content["wrapping"], masters[content["master"]])

    def opened(wrapped: str, place: str) -> bytes:
        return master.open(base64.b64decode(wrapped), f"kedang.ring.{content['id']}.{place}".encode())

    keys = {}
    for text, one in content["keys"].items():
        secret = opened(one["wrapped"], f"{int(text)}.{one['purpose']}.{one['suite']}")
        keys[int(text)] = DataKey(
            int(text), secret, one["suite"], one["purpose"], one["created"], one["state"], one["retired"]
        )
    blind = content["blind"]
    active = {purpose: int(content["active"][purpose]) for purpose in PURPOSES}
    ring = KeyRing(keys, active, opened(blind["wrapped"], f"blind.{blind['suite']}"), blind["suite"])
    kept = {mark: secret for mark, secret in masters.items() if mark in content["masters"] or mark == content["master"]}
    ring.masters, ring.master, ring.id, ring.notes = kept, content["master"], content["id"], content["notes"]
    return ring


def _first_format(content: dict[str, Any]) -> KeyRing:
    """Keys in clear beside each other. They keep their numbers; a master key is made when the ring is next written."""
    keys = {
        int(number): DataKey(int(number), base64.b64decode(key), SUITES[0], state=READING)
        for number, key in content["keys"].items()
    }
    number = int(content["active"])
    keys[number] = replace(keys[number], state=ACTIVE)
    secret = given_master() or secrets.token_bytes(KEY_BYTES)
    blind = base64.b64decode(content["blind"])
    own = hashlib.sha256(b"kedang ring\0" + blind).hexdigest()[:16]
    return KeyRing(
        keys, dict.fromkeys(PURPOSES, number), blind, SUITES[0], {mark_of(secret): secret}, mark_of(secret), own
    )


def _seal(content: dict[str, Any], master: bytes) -> str:
    told = {name: value for name, value in content.items() if name not in {"seal", "masters"}}
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return keyed_digest(content["wrapping"], master, b"kedang ring seal\0" + text.encode()).hex()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
