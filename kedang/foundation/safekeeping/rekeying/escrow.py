"""Copies of the ring for the worst day: shares on paper, or sealed to somebody's public key; and the way back."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import require
from kedang.foundation.kernel import key_store, keys
from kedang.foundation.kernel.actors import Actor, system_actor
from kedang.foundation.kernel.key_ring import ACTIVE, KeyRing, now_text, read_form, written_form
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping.identities import fingerprint, read_identity, recipient_key
from kedang.foundation.safekeeping.rekeying import events, shares
from kedang.foundation.safekeeping.rekeying.shares import Share
from kedang.foundation.safekeeping.rekeying.verbs import RUN, tell
from kedang.foundation.safekeeping.sealing import DataKey

FORMAT = "kedang-escrow/1"
Printer = Callable[[Share, list[str], str], bytes]
"""Makes the sheet of a share as PDF from the share, the pieces of the list, and when it was made."""


def escrow_to_shares(*, actor: Actor, count: int, threshold: int, out: Path, printer: Printer) -> dict[str, Any]:
    """Split the ring: per share one text file and one sheet, both readable by their owner only. Proven before it counts.

    Raises:
        Refused: numbers that make no sense; the folder holds files of these names already.
    """
    require(actor, RUN)
    with key_store.changing(keys.ring_path()) as save:
        ring, escrow, made = keys.reload(), secrets.token_hex(8), now_text()
        found = shares.make(ring, escrow, count, threshold)
        ring = _noted(ring, {"at": made, "kind": "shares", "id": escrow, "count": count, "threshold": threshold})
        codes = shares.list_codes(ring)
        _make_folder(out)
        names = []
        for one in found:
            text = shares.as_text(one, codes, made)
            for path, content in (
                (f"share-{one.number}.txt", text.encode()),
                (f"share-{one.number}.pdf", printer(one, codes, made)),
            ):
                _write_secret(out / path, content)
                names.append(path)
        chosen = secrets.SystemRandom().sample(found, threshold)
        _prove(ring, _read_shares([out / f"share-{one.number}.txt" for one in chosen], None))
        _keep(actor, save, ring)
    return {"escrow": escrow, "shares": count, "threshold": threshold, "out": str(out), "files": names}


def escrow_to_recipient(*, actor: Actor, recipient: str, out: Path) -> dict[str, Any]:
    """Seal the whole ring to a public key of ``kedang backup identity``. Only the holder of its private half opens it."""
    require(actor, RUN)
    recipient_key(recipient)
    with key_store.changing(keys.ring_path()) as save:
        ring, escrow, made = keys.reload(), secrets.token_hex(8), now_text()
        facts = {"at": made, "kind": "recipient", "id": escrow, "recipient": fingerprint(recipient)}
        ring, key = _noted(ring, facts), DataKey.fresh(f"escrow-{escrow}")
        plain = json.dumps(_whole(ring)).encode()
        content = {
            "format": FORMAT,
            "escrow": escrow,
            "made": made,
            "recipients": [key.wrapped_to(recipient)],
            "sealed": base64.b64encode(AESGCM(key.secret).encrypt(bytes(12), plain, escrow.encode())).decode(),
        }
        _make_folder(out)
        path = out / f"keyring-{escrow}.escrow.json"
        _write_secret(path, (json.dumps(content, indent=1) + "\n").encode())
        _keep(actor, save, ring)
    return {"escrow": escrow, "recipient": recipient, "out": str(out), "files": [path.name]}


def restore_from_shares(files: list[Path], out: Path, newer: Path | None = None) -> dict[str, Any]:
    """Write the ring that shares give to a new file."""
    return _restored(_read_shares(files, _content(newer) if newer else None), out)


def restore_with_identity(identity: Path, file: Path, out: Path, newer: Path | None = None) -> dict[str, Any]:
    """Write the ring that was sealed to a public key to a new file."""
    content = _content(file)
    mine = read_identity(identity)
    try:
        if content["format"] != FORMAT:
            raise ValueError("format")
        escrow = str(content["escrow"])
        key = DataKey.opened(f"escrow-{escrow}", content["recipients"], mine)
        plain = AESGCM(key.secret).decrypt(bytes(12), base64.b64decode(content["sealed"]), escrow.encode())
        ring = read_form(json.loads(plain), where=str(file))
    except (InvalidTag, ValueError, KeyError, TypeError) as error:
        raise Refused("escrow_damaged", _("托管文件“%(file)s”已损坏或不是托管文件。") % {"file": file}) from error
    if newer is not None:
        ring = read_form(_content(newer), ring.masters[ring.master], str(newer))
    return _restored(ring, out)


def _read_shares(files: list[Path], newer: dict[str, Any] | None) -> KeyRing:
    found: list[Share] = []
    pieces: dict[int, str] = {}
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise Refused("share_unreadable", _("份额文件“%(file)s”读不出来。") % {"file": file}) from error
        more, codes = shares.read(text, str(file))
        found += more
        pieces |= codes
    return shares.ring_of(found, pieces, newer)


def _restored(ring: KeyRing, out: Path) -> dict[str, Any]:
    out.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_secret(out, (json.dumps(_whole(ring), indent=1) + "\n").encode())
    told = _told_if_possible(ring)
    return {"ring": str(out), "ring_id": ring.id, "keys": sorted(ring.keys), "recorded": told}


def _whole(ring: KeyRing) -> dict[str, Any]:
    """The ring with its master key, also where the environment gives that here."""
    content = written_form(ring)
    content["masters"] = {ring.master: {"key": base64.b64encode(ring.masters[ring.master]).decode()}}
    return content


def _prove(ring: KeyRing, again: KeyRing) -> None:
    if again.keys != ring.keys or again.blind_key != ring.blind_key or again.master != ring.master:
        raise Refused("escrow_unproven", _("份额合不回原来的密钥环，本次托管作废。请重新运行并报告此问题。"))


def _noted(ring: KeyRing, facts: dict[str, Any]) -> KeyRing:
    """The ring with a note of this escrow, so that the copies say so too."""
    numbers = sorted(number for number, key in ring.keys.items() if key.state == ACTIVE)
    return replace(ring, notes={**ring.notes, "escrow": {**facts, "keys": numbers, "master": ring.master}})


def _keep(actor: Actor, save: Callable[[KeyRing], None], ring: KeyRing) -> None:
    with transaction.atomic():
        tell(actor, events.KEYS_ESCROWED, ring.notes["escrow"])
        save(ring)


def _told_if_possible(ring: KeyRing) -> bool:
    """On an empty machine there is no trail yet."""
    try:
        if "audit_event" not in connection.introspection.table_names():
            return False
        with transaction.atomic():
            tell(system_actor("kedang keys"), events.KEYS_RESTORED, {"ring": ring.id, "keys": sorted(ring.keys)})
    except DatabaseError:
        return False
    return True


def _content(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused("escrow_damaged", _("文件“%(file)s”读不出来或已损坏。") % {"file": file}) from error
    return found


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        left = sorted(path.name for path in out.iterdir() if path.name.startswith(("share-", "keyring-")))
    except OSError as error:
        raise Refused("folder_unwritable", _("目录“%(path)s”不能写。") % {"path": out}) from error
    if left:
        raise Refused("folder_taken", _("目录“%(path)s”里已有托管文件，请换一个空目录。") % {"path": out})


def _write_secret(path: Path, content: bytes) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise Refused("file_exists", _("文件“%(path)s”已存在，未改动。请换一个文件名。") % {"path": path}) from error
    except OSError as error:
        raise Refused(
            "file_unwritable", _("写不了文件“%(path)s”：%(why)s。") % {"path": path, "why": error.strerror}
        ) from error
