"""Checking second steps: one-time codes (each once), recovery codes (each once), passkeys."""

import secrets

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.http import HttpRequest

from kedang.foundation.access.events import RECOVERY_CODE_USED
from kedang.foundation.access.models import Factor, FactorKind, Person, RecoveryCode
from kedang.foundation.access.signin import passkeys, totp
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused

CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def second_proof(request: HttpRequest, purpose: str, person: Person, code: str, passkey: str = "") -> str:
    """By what the person proved it: ``totp``, ``passkey``, ``recovery``, or empty."""
    if passkey:
        try:
            note_used(passkeys.used(request, purpose, passkey, person))
        except Refused:
            return ""
        return str(FactorKind.PASSKEY)
    typed = "".join(code.split()).lower()
    if typed.isascii() and typed.isdecimal():
        return str(FactorKind.TOTP) if uses_totp(person, typed) else ""
    return "recovery" if uses_recovery_code(person, typed) else ""


@transaction.atomic
def uses_totp(person: Person, code: str) -> bool:
    """Whether the code is right now and was not used before; it is used up."""
    factor = Factor.objects.select_for_update().filter(person=person, kind=FactorKind.TOTP).first()
    if factor is None or len(code) != totp.DIGITS:
        return False
    step = totp.matching_step(factor.secret, code, clock.now(), factor.last_step)
    if step is None:
        return False
    factor.last_step, factor.last_used_at = step, clock.now()
    factor.save(update_fields=["last_step", "last_used_at"])
    return True


@transaction.atomic
def uses_recovery_code(person: Person, typed: str) -> bool:
    """Whether it is one of the person's codes that was not used before; it is used up, and the trail says so."""
    number, _dash, rest = typed.partition("-")
    if not number.isdecimal() or len(number) > 2:
        return False
    mine = RecoveryCode.objects.select_for_update().filter(person=person, number=int(number), used_at__isnull=True)
    found = mine.first()
    if found is None or not check_password(rest.replace("-", ""), found.digest):
        return False
    found.used_at = clock.now()
    found.save(update_fields=["used_at"])
    record(person, RECOVERY_CODE_USED, person, meta={"left": left_of(person)})
    return True


def left_of(person: Person) -> int:
    """How many recovery codes are left."""
    return RecoveryCode.objects.filter(person=person, used_at__isnull=True).count()


def make_recovery_codes(person: Person) -> list[str]:
    """Ten new codes instead of all earlier ones; only their digests are kept. The number in front finds the digest."""
    RecoveryCode.objects.filter(person=person).delete()
    plain = ["".join(secrets.choice(LETTERS) for _sign in range(10)) for _number in range(CODES)]
    RecoveryCode.objects.bulk_create(
        [RecoveryCode(person=person, number=at, digest=make_password(code)) for at, code in enumerate(plain, 1)]
    )
    return [f"{at}-{code[:5]}-{code[5:]}" for at, code in enumerate(plain, 1)]


def note_used(factor: Factor) -> None:
    """A passkey was used."""
    factor.last_used_at = clock.now()
    factor.save(update_fields=["last_used_at", "sign_count"])
