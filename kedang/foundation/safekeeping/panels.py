"""Menu entry of the operations page, and how the system stands on the home page of those who run it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kedang.foundation.kernel import health
from kedang.foundation.web.home import Block, Line, work_list
from kedang.foundation.web.menu import Entry, menu


def standing(actor: Any) -> list[Line]:
    """Every question of the operations page with its answer, what needs doing first."""
    answers = sorted(health.report(), key=lambda answer: health.RANK[answer.health.state])
    page = reverse("safekeeping:operations")
    return [
        Line(one.check.title, page, tag=one.health.label, tone=one.health.state, note=one.health.words)
        for one in answers
    ]


menu.add(
    Entry(
        _("运行与备份"), "safekeeping:operations", icon="activity", action="safekeeping.view", group="system", order=80
    )
)
work_list.add_block(
    Block("standing", _("运行状况"), standing, "activity", "safekeeping:operations", "safekeeping.run", 6)
)
