"""Pages of this room cost a fixed number of SQL statements, however much is on them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from kedang.business.governance.models import Alert
from kedang.business.governance.services.agreements import agreement_sign
from kedang.business.governance.services.reviews import review_open
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.counting import compare, count_of
from tests.customers.making import make_customer
from tests.governance.making import dossiers_of, given_to, leaving, security_of, text_of

pytestmark = pytest.mark.django_db
PAGES = {
    "handover-list": ("head", "/handovers/"), "handover-detail": ("head", "/handovers/{folder}/"),
    "handover-customers": ("head", "/handovers/{folder}/customers/"), "agreement-list": ("security", "/agreements/"),
    "agreement-people": ("security", "/agreements/people/"), "agreement-mine": ("salesperson", "/me/agreement/"),
    "review-detail": ("security", "/rights/reviews/{review}/"), "rights-list": ("security", "/rights/"),
    "alert-list": ("auditor", "/alerts/"), "alert-detail": ("auditor", "/alerts/{alert}/"),
}  # fmt: skip


def crowd(cast: Cast, at: dict[str, int], text: Any) -> None:
    """More of everything."""
    for number in range(4):
        make_customer(cast.archivist, name=f"第{number}机械有限公司", responsible=cast.salesperson.pk)
    for person in (cast.clerk, cast.reader, cast.colleague):
        agreement_sign(actor=person, text=text, digest=text.digest, typed_name=person.name, is_read=True)
        alert_of(cast, person)
    alert = Alert.objects.get(pk=at["alert"])
    alert.evidence = list(Event.objects.filter(code="customers.created").values_list("id", flat=True)[:20])
    alert.save()


def alert_of(cast: Cast, person: Any) -> Alert:
    """About somebody."""
    now = clock.now()
    made: Alert = Alert.objects.create(
        fonds=cast.fonds, rule="bulk", person=person, day=clock.today() - timedelta(days=1), told="批量", count=40, first_at=now, last_at=now,
        raised_at=now, evidence=list(Event.objects.filter(code="customers.created").values_list("id", flat=True)[:1]),
    )  # fmt: skip
    return made


def test_a_fixed_number_of_statements(cast: Cast) -> None:
    text, security = text_of(cast), security_of(cast)
    dossiers_of(cast, 1)
    folder = leaving(cast)
    given_to(cast, folder)
    agreement_sign(actor=cast.head, text=text, digest=text.digest, typed_name="何静", is_read=True)
    at = {"folder": folder.pk, "review": review_open(actor=security).pk, "alert": alert_of(cast, cast.salesperson).pk}
    clients: dict[str, Client] = {}
    for name in ("head", "salesperson", "auditor", "security"):
        clients[name] = Client()
        clients[name].force_login(security if name == "security" else getattr(cast, name))
    few: dict[str, int] = {}
    for name, (who, address) in PAGES.items():
        clients[who].get(address.format(**at))
        few[name], _said = count_of(clients[who], address.format(**at))
    crowd(cast, at, text)
    for name, (who, address) in PAGES.items():
        many, said = count_of(clients[who], address.format(**at))
        assert many == few[name], f"{name}: {few[name]} statements with little on it, {many} with much"
        compare(f"governance/{name}", many, said)
