"""The acts of this room: signing in and out, people, departments, roles, grants, the company itself.

Every one is keyword-only, asks for the right, locks what it changes, refuses with a sentence, and records its event in the
same transaction.
"""

from kedang.foundation.access.services.companies import FirstPerson, first_run, fonds_change, fonds_create
from kedang.foundation.access.services.departments import department_change, department_create, department_move
from kedang.foundation.access.services.factors import (
    factor_remove,
    factors_reset,
    passkey_add,
    quota_raise,
    recovery_codes_make,
    sessions_end,
    totp_add,
)
from kedang.foundation.access.services.grants import grant_end, grant_give
from kedang.foundation.access.services.passwords import password_change, password_reset
from kedang.foundation.access.services.people import (
    language_change,
    person_activate,
    person_change,
    person_create,
    person_deactivate,
    person_unlock,
)
from kedang.foundation.access.services.roles import role_change, role_create, role_remove
from kedang.foundation.access.services.sign_in_rules import sign_in_policy_change
from kedang.foundation.access.services.signing import passkey_sign_in, second_step, sign_in, sign_out

__all__ = [
    "FirstPerson",
    "department_change",
    "department_create",
    "department_move",
    "factor_remove",
    "factors_reset",
    "first_run",
    "fonds_change",
    "fonds_create",
    "grant_end",
    "grant_give",
    "language_change",
    "passkey_add",
    "passkey_sign_in",
    "password_change",
    "password_reset",
    "person_activate",
    "person_change",
    "person_create",
    "person_deactivate",
    "person_unlock",
    "quota_raise",
    "recovery_codes_make",
    "role_change",
    "role_create",
    "role_remove",
    "second_step",
    "sessions_end",
    "sign_in",
    "sign_in_policy_change",
    "sign_out",
    "totp_add",
]
