"""What the base has besides the demo company: looser rules of lending, people who will leave, and a mail server that takes everything."""

import os
from typing import Any

THINGS_EACH = 5
LEAVERS_FROM = "hanqiming"
"""Head of the department that they leave."""
SENDER = "kedang@harness.example"


def leaver_name(number: int) -> str:
    """User name of somebody who will leave."""
    return f"leaver{number:03d}"


def prepare(leavers: int) -> None:
    """Everything that the desks of lending, leaving and notices need."""
    from kedang.foundation.access.models import Person

    people = {row.username: row for row in Person.objects.select_related("fonds", "department")}
    _rules(people["shenzhixing"])
    _leavers(people[LEAVERS_FROM], leavers)
    _post(people["helijun"])


def _rules(archivist: Any) -> None:
    from kedang.business.lending.services.rules import rules_change

    rules_change(
        actor=archivist,
        values={
            "needs_request": False, "take_away": "free", "take_away_level": 4, "keeps_permanent": False, "most_loans": 500,
            "blocks_overdue": False, "hold_days": 60, "renew_times": 12,
        },
    )  # fmt: skip


def _leavers(head: Any, count: int) -> None:
    from django.conf import settings

    from kedang.business.customers.services import customer_create
    from kedang.foundation.access.models import Person, Role
    from kedang.foundation.access.services import grant_give, person_create
    from kedang.foundation.kernel.actors import system_actor
    from kedang.project.demo.staff import one_hash

    builder, role = system_actor("强行终止试验"), Role.objects.get(code="salesperson")
    with one_hash():
        for number in range(count):
            person: Person = person_create(
                actor=builder, fonds=head.fonds, username=leaver_name(number), name=f"将离{number:03d}",
                password=settings.DEMO_PASSWORD, department=head.department, must_change_password=False,
            )  # fmt: skip
            grant_give(actor=builder, person=person, role=role, scope="own", reason="到岗")
            for thing in range(THINGS_EACH):
                values = {
                    "name": f"将离客户{number:03d}之{thing}有限公司",
                    "responsible": person.pk,
                    "department": head.department_id,
                }
                customer_create(actor=builder, fonds=head.fonds, values=values, confirmed_duplicates=True)


def _post(admin: Any) -> None:
    """Everybody has an address, wants each message by itself and at any hour."""
    from datetime import time

    from kedang.foundation.access.models import Person
    from kedang.foundation.notices.models import Preference
    from kedang.foundation.notices.services.writing import channel_change

    for person in Person.objects.filter(fonds=admin.fonds):
        person.email = f"{person.username}@harness.example"
        person.save(update_fields=["email"])
        Preference.objects.update_or_create(person=person, defaults={"quiet_from": time(0), "quiet_until": time(0)})
    port = os.environ.get("KEDANG_CRASH_POST", "")
    if port:
        values = {"host": "127.0.0.1", "port": port, "security": "none", "sender": SENDER}
        channel_change(actor=admin, kind="email", is_active=True, values=values)
