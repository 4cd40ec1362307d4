"""What addresses of approvals can name: a request of 周航 that waits for 何静, a flow with its next draft, a stand-in of 何静's."""

from datetime import timedelta
from typing import Any

from kedang.foundation.approvals.general import GENERAL, case_ask
from kedang.foundation.approvals.models import Flow
from kedang.foundation.approvals.services.flows import ensure_flows, flow_next
from kedang.foundation.approvals.services.stand_ins import stand_in_set
from kedang.foundation.kernel import clock
from tests.cast import Cast


def arguments_of_approvals(cast: Cast) -> dict[str, dict[str, Any]]:
    """Name of an address, or the noun it begins with → its arguments."""
    for fonds in (cast.fonds, cast.other_fonds):
        ensure_flows(fonds)
    case = case_ask(actor=cast.salesperson, title="订展位", reason="华南展会，须预付", amount="8000")
    flow = Flow.objects.get(fonds=cast.fonds, kind=GENERAL)
    draft = flow_next(actor=cast.admin, flow=flow)
    now = clock.now()
    away = stand_in_set(actor=cast.head, stand_in=cast.manager, since=now, until=now + timedelta(days=2), reason="出差")
    pk = {"pk": case.pk}
    return {
        "case": pk, "case-act": {**pk, "verb": "remark"}, "flow": {"pk": flow.pk}, "flow-edit": {"pk": draft.pk},
        "flow-put-in-force": {"pk": draft.pk}, "stand-in": {"pk": away.pk},
    }  # fmt: skip
