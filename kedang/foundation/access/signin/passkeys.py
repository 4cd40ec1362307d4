"""Passkeys (WebAuthn), checked by Yubico's ``fido2``. A challenge is kept in the session and is good once, for five minutes."""

import json
import secrets
from collections.abc import Mapping, Sequence
from enum import Enum
from ipaddress import ip_address
from typing import Any

from cryptography.exceptions import InvalidSignature
from django.http import HttpRequest
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kedang.foundation.access.models import Factor, FactorKind, Person
from kedang.foundation.kernel import clock, keys
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure

PURPOSES = ("add", "second", "sign-in", "step-up")
GOOD_FOR_SECONDS = 300
_PLACE = "kedang_passkey"


def is_possible(request: HttpRequest) -> bool:
    """Browsers bind passkeys to a name; an address of digits has none."""
    try:
        ip_address(_host(request).strip("[]"))
    except ValueError:
        return request.is_secure() or _host(request) == "localhost"
    return False


def options_to_add(request: HttpRequest, person: Person) -> dict[str, Any]:
    """What the browser needs to make a passkey."""
    handle = keys.blind(str(person.pk), "passkey").encode()
    user = PublicKeyCredentialUserEntity(id=handle, name=person.username, display_name=person.name)
    options, state = _server(request).register_begin(
        user, credentials=_descriptors(person), resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    _keep(request, "add", state)
    return dict(plain(options))


def options_to_use(request: HttpRequest, purpose: str, person: Person | None) -> dict[str, Any]:
    """What the browser needs to use one: of this person, or (signing in) whichever it has, so that no name is told."""
    known = _descriptors(person) if person is not None else None
    options, state = _server(request).authenticate_begin(
        known or None, user_verification=UserVerificationRequirement.REQUIRED
    )
    _keep(request, purpose, state)
    return dict(plain(options))


def added(request: HttpRequest, answer: str) -> tuple[str, str, int]:
    """(credential id, public part, count) of a passkey just made.

    Raises:
        Refused: ``passkey_failed``.
    """
    state = _taken(request, "add")
    try:
        made = _server(request).register_complete(state, json.loads(answer))
        credential = sure(made.credential_data)
    except (ValueError, LookupError, TypeError, AssertionError) as error:
        raise _failed() from error
    return websafe_encode(credential.credential_id), websafe_encode(bytes(credential)), int(made.counter)


def used(request: HttpRequest, purpose: str, answer: str, person: Person | None = None) -> Factor:
    """The passkey that signed this challenge; its count has to grow where it counts.

    Raises:
        Refused: ``passkey_failed``.
    """
    state = _taken(request, purpose)
    try:
        response = AuthenticationResponse.from_dict(json.loads(answer))
        mine = Factor.objects.select_related("person").filter(kind=FactorKind.PASSKEY)
        factor = mine.filter(credential_id=websafe_encode(response.raw_id)).first()
        if factor is None or (person is not None and factor.person_id != person.pk):
            raise _failed()
        known = AttestedCredentialData(websafe_decode(factor.credential))
        _server(request).authenticate_complete(state, [known], response)
        count = int(response.response.authenticator_data.counter)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidSignature) as error:
        raise _failed() from error
    if count <= factor.sign_count and (count or factor.sign_count):
        raise _failed()
    factor.sign_count = count
    return factor


def plain(value: Any) -> Any:
    """Options as JSON values: bytes in the letters of addresses."""
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items() if one is not None}
    if isinstance(value, bytes | bytearray):
        return websafe_encode(bytes(value))
    if isinstance(value, Enum):
        return value.value
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def _failed() -> Refused:
    return Refused("passkey_failed", _("通行密钥没有通过验证，请再试一次，或改用别的方式。"))


def _keep(request: HttpRequest, purpose: str, state: Any) -> None:
    request.session[_PLACE] = {
        "state": dict(state),
        "purpose": purpose,
        "until": clock.now().timestamp() + GOOD_FOR_SECONDS,
    }


def _taken(request: HttpRequest, purpose: str) -> Any:
    kept = request.session.pop(_PLACE, None)
    if not kept or kept["purpose"] != purpose or kept["until"] < clock.now().timestamp():
        raise _failed()
    return kept["state"]


def _descriptors(person: Person) -> Sequence[PublicKeyCredentialDescriptor]:
    mine = Factor.objects.filter(person=person, kind=FactorKind.PASSKEY).values_list("credential_id", flat=True)
    return [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=websafe_decode(str(one)))
        for one in mine
    ]


def _host(request: HttpRequest) -> str:
    host = request.get_host()
    return host if host.endswith("]") else host.rpartition(":")[0] or host


def _server(request: HttpRequest) -> Fido2Server:
    host, whole = _host(request), f"{request.scheme}://{request.get_host()}"
    party = PublicKeyCredentialRpEntity(id=host, name="客档")
    return Fido2Server(party, verify_origin=lambda origin: secrets.compare_digest(origin, whole))
