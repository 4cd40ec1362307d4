"""安全审计员 changes nothing: whatever is sent to whichever address, no row of the business is written, and nothing breaks."""

import copy
import re

import pytest
from django.db import transaction
from django.urls import reverse

from kedang.foundation.audit.models import Event
from tests.access.harness.exits import FILLED
from tests.access.harness.writes import Writes
from tests.access.scene import PEOPLE, addresses, make_scene
from tests.access.test_matrix import ROWS
from tests.cast import Cast

LEAVES = {"access:sign-out"}
TELLS = {"governance:alert-act"}
"""Where an auditor notes what they found out: the entry is theirs, the alert is nobody's record."""


@pytest.mark.slow
@pytest.mark.usefixtures("bare_errors")
def test_the_auditor_changes_nothing_through_any_address(cast: Cast) -> None:
    scene = make_scene(cast)
    client, writes, wrong, asked = scene.client("auditor"), Writes(), [], 0
    told = Event.objects.filter(category__in=["change", "admin"]).count()
    for name, pattern in addresses():
        given = scene.arguments_of(name)
        url = reverse(name, kwargs={key: given[key] for key in re.findall(r"<\w+:(\w+)>", pattern)})
        for data in ({}, {**FILLED, "pick": [str(scene.customer.pk)], "_run": "1"}):
            if name in LEAVES:
                continue
            jar = copy.copy(client.cookies)
            with transaction.atomic(), writes.watching():
                response = client.post(url, data)
                if response.streaming:
                    b"".join(response)
                status = response.status_code
                told_here = Event.objects.filter(category__in=["change", "admin"]).count() - told
                transaction.set_rollback(True)
            client.cookies = jar
            asked += 1
            if not data and ROWS[name][1][PEOPLE.index("auditor")] in {403, 404} and status not in {403, 404, 405}:
                wrong.append(f"POST {name}, which is not the auditor's to open: {status}")
            if status >= 500 or writes.beyond(name) or (told_here and name not in TELLS):
                wrong.append(f"POST {name} {sorted(data)}: {status}, writes {writes.beyond(name)}, {told_here} entries")
    assert not wrong, "\n".join(wrong)
    assert asked > 300
