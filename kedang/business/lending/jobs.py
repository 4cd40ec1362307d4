"""Every morning: reminders, the ladder of what is overdue, and what was not collected."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from kedang.business.lending.services.reminding import daily
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.schedules import schedule

KIND = "lending.daily"


@job(KIND, title=_("借阅到期提醒与催还"))
def remind(ctx: Any) -> dict[str, Any]:
    """One turn; again the same day it finds nothing left to tell."""
    return dict(daily())


schedule(KIND, daily_at="08:00")
