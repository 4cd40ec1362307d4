"""The acts of this room: signing in and out, people, departments, roles, grants, the company itself.

Every one is keyword-only, asks for the right, locks what it changes, refuses with a sentence, and records its event in the
same transaction.
"""

from kedang.foundation.access.services.companies import FirstPerson, first_run, fonds_change, fonds_create
from kedang.foundation.access.services.departments import department_change, department_create, department_move
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
from kedang.foundation.access.services.signing import sign_in, sign_out

__all__ = [
    "FirstPerson",
    "department_change",
    "department_create",
    "department_move",
    "first_run",
    "fonds_change",
    "fonds_create",
    "grant_end",
    "grant_give",
    "language_change",
    "password_change",
    "password_reset",
    "person_activate",
    "person_change",
    "person_create",
    "person_deactivate",
    "person_unlock",
    "role_change",
    "role_create",
    "role_remove",
    "sign_in",
    "sign_out",
]
