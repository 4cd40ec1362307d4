"""What pages of this room show to whom."""

import pytest
from django.test import Client

from kedang.business.governance.models import HandoverLine
from kedang.business.governance.services import agreements
from kedang.business.governance.services.handing import handover_split
from kedang.foundation.access.models import Person
from tests.cast import Cast
from tests.governance.making import dossiers_of, given_to, leaving, security_of, text_of

pytestmark = pytest.mark.django_db


def page(person: Person, address: str) -> str:
    """What they read there."""
    client = Client(raise_request_exception=True)
    client.force_login(person)
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def test_a_successor_sees_their_part_and_nobody_above_their_clearance(cast: Cast) -> None:
    first, second = dossiers_of(cast)
    folder = leaving(cast)
    handover_split(actor=cast.head, handover=folder, successor=cast.colleague, text=first.name)
    handover_split(actor=cast.head, handover=folder, successor=cast.clerk, text=second.name)
    shown = page(cast.colleague, f"/handovers/{folder.pk}/")
    assert first.name in shown and second.name not in shown
    assert second.name in page(cast.head, f"/handovers/{folder.pk}/") and second.name in page(
        cast.head, f"/handovers/{folder.pk}/customers/"
    )
    HandoverLine.objects.filter(label=first.name).update(level=9)
    assert first.name not in page(cast.head, f"/handovers/{folder.pk}/")
    assert first.name not in page(cast.head, f"/handovers/{folder.pk}/customers/")
    assert first.name not in page(cast.head, f"/handovers/{folder.pk}/?q=1号")


def test_the_work_list_tells_who_has_something_to_sign(cast: Cast) -> None:
    dossiers_of(cast, 1)
    folder = leaving(cast)
    given_to(cast, folder)
    assert (
        "待签收" in page(cast.colleague, "/")
        and "监交中" in page(cast.head, "/")
        and "请清理" in page(cast.salesperson, "/")
    )


def test_who_keeps_agreements_sees_who_has_none(cast: Cast) -> None:
    security, text = security_of(cast), text_of(cast)
    agreements.agreement_sign(actor=cast.clerk, text=text, digest=text.digest, typed_name="唐果", is_read=True)
    shown = page(security, "/agreements/people/?standing=valid")
    assert "唐果" in shown and "周航" not in shown
    assert "我的保密协议" in page(cast.salesperson, "/") and "我的保密协议" not in page(cast.clerk, "/")
