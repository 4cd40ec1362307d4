"""The watched folder is looked at twice a minute; only when something lies there a job is handed in."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.schedules import schedule
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import Refused

KIND = "holdings.take_inbox"
EVERY = timedelta(seconds=30)


@job(KIND, title=_("取回收件文件夹"))
def take_inbox(ctx: Any) -> dict[str, Any]:
    """Receive what lies there; run again after a crash it does nothing twice."""
    from kedang.business.holdings.services.items.inbox import inbox_take

    return inbox_take(ctx)


def look_into_inbox() -> None:
    """Hand in the job when a file lies ready."""
    from kedang.business.holdings.services.items.inbox import inbox_waiting

    if next(iter(inbox_waiting()), None) is not None:
        with suppress(Refused):
            enqueue(system_actor("收件文件夹"), KIND, key=KIND)


schedule("holdings.look_into_inbox", every=EVERY, run=look_into_inbox)
