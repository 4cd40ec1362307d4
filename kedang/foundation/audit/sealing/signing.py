"""The key that signs seals: Ed25519, in a file of its own outside the database, public halves in a file beside it.

``KEDANG_DATA_DIR/keys/audit-signing.json`` (mode 0600) holds the secret, ``audit-public.json`` every public key there has ever
been; ``KEDANG_AUDIT_SIGNING_KEY`` names another place for the first. A key is known by the first 16 hexadecimal digits of the
SHA-256 of its public half, which an office may print and keep in a safe.
"""

import base64
import fcntl
import hashlib
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused

SEAL_CONTEXT = b"kedang-seal-1\n"
CHECKPOINT_CONTEXT = b"kedang-checkpoint-1\n"
BUNDLE_CONTEXT = b"kedang-bundle-1\n"
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Signer:
    """A secret key and its name."""

    key: str
    secret: Ed25519PrivateKey

    def sign(self, context: bytes, content: bytes) -> str:
        """Signature in hexadecimal."""
        return self.secret.sign(context + content).hex()


def secret_path() -> Path:
    """Where the secret lies."""
    return Path(os.environ.get("KEDANG_AUDIT_SIGNING_KEY") or Path(settings.DATA_DIR) / "keys" / "audit-signing.json")


def public_path() -> Path:
    """Where the public keys are listed."""
    return Path(settings.DATA_DIR) / "keys" / "audit-public.json"


def key_name(public: bytes) -> str:
    """Name of a public key."""
    return hashlib.sha256(public).hexdigest()[:16]


def signer() -> Signer:
    """The key in use; made when there is none and nothing was ever signed here.

    Raises:
        Refused: ``signing_key_missing`` or ``signing_key_damaged``.
    """
    path = secret_path()
    if not path.exists():
        with _alone():
            if not path.exists():
                _make_first(path)
    return _load(str(path), path.stat().st_mtime_ns)


def _make_first(path: Path) -> None:
    if public_path().exists():
        raise Refused(
            "signing_key_missing",
            f"找不到留痕签名密钥文件 {path}。请从备份放回原文件；确已丢失时运行 kedang audit newkey 换用新密钥。",
        )
    _make()


@contextmanager
def _alone() -> Iterator[None]:
    """One thread of one process of this machine at a time makes keys."""
    folder = public_path().parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _lock, open(folder / ".audit-keys.lock", "a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@lru_cache(maxsize=4)
def _load(path: str, changed: int) -> Signer:
    try:
        content = json.loads(Path(path).read_text(encoding="ascii"))
        secret = Ed25519PrivateKey.from_private_bytes(base64.b64decode(content["secret"], validate=True))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("signing_key_damaged", f"留痕签名密钥文件 {path} 读不出来或已损坏：{error}") from error
    return Signer(key_name(secret.public_key().public_bytes_raw()), secret)


def new_key() -> str:
    """Make a signing key and use it from now on; seals signed before stay valid by its predecessors' public halves. Its name."""
    with _alone():
        return _make()


def _make() -> str:
    secret = Ed25519PrivateKey.generate()
    public = secret.public_key().public_bytes_raw()
    name = key_name(public)
    listed = listed_keys()
    listed.append({"key": name, "public": public.hex(), "since": clock.now().isoformat(timespec="seconds")})
    _write(public_path(), json.dumps(listed, indent=1), 0o644)
    content = json.dumps({"key": name, "secret": base64.b64encode(secret.private_bytes_raw()).decode()})
    _write(secret_path(), content, 0o600)
    return name


def public_keys() -> dict[str, str]:
    """Name and public half (hexadecimal) of every key there has been."""
    if not public_path().exists():
        return {}
    return {str(entry["key"]): str(entry["public"]) for entry in _listed()}


def listed_keys() -> list[dict[str, Any]]:
    """The list of public keys as it is kept."""
    return _listed() if public_path().exists() else []


def is_signed(keys: dict[str, str], key: str, context: bytes, content: bytes, signature: str) -> bool:
    """Whether a known key made this signature."""
    try:
        public = bytes.fromhex(keys[key])
        if key_name(public) != key or len(signature) != 128 or signature != signature.lower():
            return False
        Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(signature), context + content)
    except (KeyError, ValueError, InvalidSignature):
        return False
    return True


def _listed() -> list[dict[str, Any]]:
    try:
        entries = json.loads(public_path().read_text(encoding="ascii"))
        return [{"key": e["key"], "public": e["public"], "since": e["since"]} for e in entries]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("public_keys_damaged", f"留痕公钥文件 {public_path()} 读不出来或已损坏：{error}") from error


def _write(path: Path, content: str, mode: int) -> None:
    """In one step and for good."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
