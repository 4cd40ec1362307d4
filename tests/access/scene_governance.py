"""What addresses of governance name: 顾军 of 周航's group hands over to 唐果 under 何静's eyes; 周航 has signed and asked; an alert about him."""

from datetime import timedelta
from typing import Any

from kedang.business.governance.models import Agreement, Alert, HandoverPart, RightsRequest, RightsReview
from kedang.business.governance.services.agreements import agreement_sign, digest_of, text_draft, text_put_in_force
from kedang.business.governance.services.handing import handover_open
from kedang.business.governance.services.reviews import review_open
from kedang.foundation.access.models import Person, Role
from kedang.foundation.approvals.models import Case
from kedang.foundation.kernel import clock
from tests.cast import Cast, make_person


def arguments_of_governance(cast: Cast, officer: Person) -> dict[str, dict[str, Any]]:
    """Name of an address, or the noun it begins with → its arguments."""
    leaver = make_person(cast.fonds, "gujun", "顾军", "salesperson", cast.sales_one)
    text = text_draft(actor=officer, title="保密协议", body="本人承诺对客户档案保守秘密，不外传、不复制。")
    text = text_put_in_force(actor=officer, text=text)
    draft = text_draft(actor=officer)
    agreement_sign(actor=cast.salesperson, text=text, digest=digest_of(text), typed_name="周航", is_read=True)
    folder = handover_open(
        actor=cast.head, person=leaver, last_day=clock.today() + timedelta(days=7), supervisor=cast.head
    )
    HandoverPart.objects.create(handover=folder, successor=cast.clerk)
    review: RightsReview = review_open(actor=officer)
    now = clock.now()
    alert: Any = Alert.objects.create(
        fonds=cast.fonds,
        rule="bulk",
        person=cast.salesperson,
        day=clock.today(),
        told="10 分钟内打开 40 份",
        count=40,
        first_at=now,
        last_at=now,
        raised_at=now,
    )
    rights: Any = RightsRequest.objects.create(
        fonds=cast.fonds,
        case=Case.objects.filter(requester=cast.salesperson).latest("id"),
        kind="give",
        person=cast.salesperson,
        role=Role.objects.get(code="reader"),
        scope="department",
    )
    pk = {"pk": folder.pk}
    return {
        "handover": pk,
        "handover-act": {**pk, "verb": "gather"},
        "agreement-text": {"pk": draft.pk},
        "agreement": {"pk": Agreement.objects.get().pk},
        "review": {"pk": review.pk},
        "review-act": {"pk": review.pk, "verb": "close"},
        "alert": {"pk": alert.pk},
        "alert-act": {"pk": alert.pk, "verb": "look"},
        "rights": {"pk": rights.pk},
    }
