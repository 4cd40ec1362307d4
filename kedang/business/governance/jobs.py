"""Work of this room outside a request."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kedang.business.governance.choices import LineState
from kedang.business.governance.models import HandoverPart
from kedang.business.governance.services.taking_over import JOB, line_pass, part_settle
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.worker import JobContext


@job(JOB, title=_("转交交接内容"))
def handover_pass(ctx: JobContext, part_id: int) -> dict[str, Any]:
    """Pass what a successor signed for, one by one; run again after a crash it goes on with what is left."""
    part = HandoverPart.objects.select_related("handover__person", "successor").get(pk=part_id)
    keys = list(part.lines.filter(state=LineState.GIVEN).order_by("id").values_list("pk", flat=True))
    passed = 0
    for done, key in enumerate(keys, 1):
        passed += line_pass(part.handover, part, key)
        ctx.progress(done, len(keys))
    part_settle(part_id)
    return {"passed": passed, "stuck": len(keys) - passed}
