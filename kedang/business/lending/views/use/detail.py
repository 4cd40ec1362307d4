"""One request on its own page: its 审批单, and what came of it."""

from typing import Any

from django.urls import reverse

from kedang.business.lending.models import Loan
from kedang.business.lending.services import openings
from kedang.business.lending.services.things import label_of, things_of, words_of
from kedang.foundation.access.models import RecordGrant
from kedang.foundation.approvals.models import Case
from kedang.foundation.kernel import clock
from kedang.foundation.web.records import RecordDetail

MOST = 100


class UseRequestDetail(RecordDetail):
    """The request with the way to its case, what it opened and what it lent, as far as the reader of the page may see each."""

    template_name = "lending/use/request.html"

    def extra(self) -> dict[str, Any]:
        """Case, openings, loans."""
        row, actor = self.obj, self.actor
        case = row.case
        grants = list(
            RecordGrant.objects.visible_to(actor)
            .filter(source=case.number, person_id=row.reader_id)
            .order_by("id")[:MOST]
        )
        things = things_of([(one.subject_type, one.subject_id) for one in grants], actor)
        opened = [
            {
                "url": reverse("lending:opening-detail", args=[one.pk]), "kind": words_of(one.subject_type),
                "label": label_of(actor, thing) if (thing := things.get((one.subject_type, one.subject_id))) is not None else "",
                "state": openings.state_of(one), "used": openings.used_words(one),
            }
            for one in grants
        ]  # fmt: skip
        return {
            "case": case, "sees_case": Case.objects.visible_to(actor).filter(pk=case.pk).exists(), "opened": opened,
            "loans": list(Loan.objects.visible_to(actor).filter(request=case).order_by("pk")[:MOST]),
            "may_read": row.reader_id == actor.pk and any(one.ended_at is None and one.valid_until > clock.now() for one in grants),
        }  # fmt: skip
