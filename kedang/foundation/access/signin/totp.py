"""One-time codes of authenticator apps (RFC 6238: SHA-1, six digits, thirty seconds), as every app understands them."""

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

DIGITS, PERIOD, WINDOW = 6, 30, 1


def new_secret() -> str:
    """160 random bits in the letters apps take."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def code_at(secret: str, step: int) -> str:
    """The code of one time step."""
    key = base64.b32decode(secret, casefold=True)
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(moment: datetime) -> int:
    """Time step of an instant."""
    return int(moment.timestamp()) // PERIOD


def matching_step(secret: str, code: str, moment: datetime, after: int = 0) -> int | None:
    """The step whose code this is: now, or one before or after for clocks that differ. Steps up to ``after`` are used up."""
    typed = "".join(code.split())
    found = None
    for step in range(step_of(moment) - WINDOW, step_of(moment) + WINDOW + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), typed.encode()) and step > after:
            found = step
    return found


def address_of(secret: str, username: str, company: str) -> str:
    """The ``otpauth`` address that the square picture holds."""
    issuer = f"客档 {company}".strip()
    asked = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": PERIOD}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(username)}?{asked}"
