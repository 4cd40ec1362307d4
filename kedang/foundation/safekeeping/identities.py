"""Key pairs of backups: who can open a set (identity and recipient), and who made it (signer).

A set is sealed to *recipients*, public X25519 keys; only an *identity*, the private half, opens it. The server needs no identity
to make or verify a set. It keeps one only so that the drill can run by itself; that file can be moved away. The *signer* is an
Ed25519 key that stays on the server; its public half stands in every identity file, so that a set made by somebody else does
not pass for ours on an empty machine.
"""

import base64
import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from django.conf import settings
from django.utils.translation import gettext as _

from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.stores import sync_folder

RECIPIENT, SECRET = "kdr1-", "kds1-"
IDENTITY_FILE, RECIPIENT_FILE, SIGNER_FILE = "backup-identity.json", "backup-recipient", "backup-signer"


@dataclass(frozen=True, slots=True)
class Identity:
    """The private half of a recipient, with the public keys of the signers it trusts (none: any)."""

    key: X25519PrivateKey
    signers: tuple[str, ...] = ()

    @property
    def recipient(self) -> str:
        """The public half as text."""
        return _recipient_text(self.key.public_key())


def keys_folder() -> Path:
    """The folder of keys, made when missing."""
    folder = Path(settings.DATA_DIR) / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def identity_path() -> Path:
    """Where the identity of the drill lies, if it was not moved away."""
    return Path(settings.BACKUP_IDENTITY) if settings.BACKUP_IDENTITY else keys_folder() / IDENTITY_FILE


def ensure_keys() -> bool:
    """Make signer and identity of a new installation; True when the identity was made. Never overwrites."""
    signer()
    path = keys_folder() / RECIPIENT_FILE
    if path.exists() or settings.BACKUP_RECIPIENTS:
        return False
    identity = write_identity(identity_path())
    write_once(path, identity.recipient + "\n")
    return True


def write_identity(path: Path) -> Identity:
    """Make a new pair and write its private half to a file nobody else can read; refused where the file exists."""
    identity = Identity(X25519PrivateKey.generate(), (signer_public(),))
    content = {
        "format": "kedang-identity/1",
        "recipient": identity.recipient,
        "secret": SECRET + _b64(identity.key.private_bytes_raw()),
        "signers": list(identity.signers),
    }
    try:
        write_once(path, json.dumps(content, indent=1) + "\n")
    except FileExistsError as error:
        raise Refused(
            "identity_exists", _("文件“%(path)s”已存在，未改动。请换一个文件名。") % {"path": path}
        ) from error
    except OSError as error:
        raise Refused(
            "identity_unwritable", _("写不了文件“%(path)s”：%(why)s。") % {"path": path, "why": error.strerror}
        ) from error
    return identity


def read_identity(path: Path | None = None) -> Identity:
    """The identity in a file, or that of the drill.

    Raises:
        Refused: ``identity_missing`` or ``identity_damaged``, with what to do.
    """
    path = path or identity_path()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        key = X25519PrivateKey.from_private_bytes(_unb64(content["secret"].removeprefix(SECRET)))
        identity = Identity(key, tuple(content.get("signers", ())))
        if content["recipient"] != identity.recipient:
            raise ValueError("recipient and secret do not belong together")
    except FileNotFoundError as error:
        raise Refused(
            "identity_missing",
            _("找不到备份私钥文件“%(path)s”，备份集打不开。请取来保管的私钥文件，用 --identity 指明位置。")
            % {"path": path},
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(
            "identity_damaged", _("备份私钥文件“%(path)s”读不出来或已损坏，请改用另一份保管的副本。") % {"path": path}
        ) from error
    return identity


def recipients() -> list[str]:
    """Public keys that new sets are sealed to: this installation's own and those of the setting.

    Raises:
        Refused: there is none, or one is not a recipient.
    """
    path = keys_folder() / RECIPIENT_FILE
    own = [path.read_text(encoding="ascii").strip()] if path.exists() else []
    found = list(dict.fromkeys([*own, *settings.BACKUP_RECIPIENTS]))
    if not found:
        raise Refused("no_recipient", _("还没有备份公钥，备份无法加密。请先运行 kedang setup。"))
    for text in found:
        recipient_key(text)
    return found


def recipient_key(text: str) -> X25519PublicKey:
    """The key behind its text."""
    try:
        if not text.startswith(RECIPIENT):
            raise ValueError("not a recipient")
        return X25519PublicKey.from_public_bytes(_unb64(text.removeprefix(RECIPIENT)))
    except ValueError as error:
        raise Refused(
            "recipient_damaged",
            _("备份公钥“%(text)s”不对，应以 %(head)s 开头。请核对设置。") % {"text": text[:60], "head": RECIPIENT},
        ) from error


def signer() -> Ed25519PrivateKey:
    """The key that this installation signs its sets with, made at first use."""
    path = keys_folder() / SIGNER_FILE
    if not path.exists():
        with suppress(FileExistsError):
            write_once(path, _b64(Ed25519PrivateKey.generate().private_bytes_raw()) + "\n")
    try:
        return Ed25519PrivateKey.from_private_bytes(_unb64(path.read_text(encoding="ascii").strip()))
    except (OSError, ValueError) as error:
        raise Refused(
            "signer_damaged", _("备份签名密钥“%(path)s”读不出来或已损坏，请从备份中恢复它。") % {"path": path}
        ) from error


def signer_public() -> str:
    """Its public half as text."""
    return signer().public_key().public_bytes_raw().hex()


def signature_holds(public: str, signature: bytes, content: bytes) -> bool:
    """Whether a signature belongs to content and key."""
    from cryptography.exceptions import InvalidSignature

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(text: str) -> str:
    """Short form of a public key, for people who compare two."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_once(path: Path, text: str) -> None:
    """A new file that only its owner reads, on the disk when this returns."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def _recipient_text(key: X25519PublicKey) -> str:
    return RECIPIENT + _b64(key.public_bytes_raw())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def _unb64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
