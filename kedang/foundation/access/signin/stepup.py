"""Step-up: acts that give much away want to know, within the last minutes, that it is still the person who signed in.

One line in a service: ``require_recent(actor)``. A request carries when its person last proved who they are; commands and jobs
carry nothing and pass (who runs commands has the machine; a job was handed in by somebody who had just proved it).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from kedang.foundation.access.models import Person
from kedang.foundation.access.signin.policy import policy_for_person
from kedang.foundation.kernel import clock, context
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import NotAllowed

verified_at: ContextVar[datetime | None] = ContextVar("kedang_verified_at", default=None)
"""When the person of the request under way last proved who they are."""


class StepUpNeeded(NotAllowed):
    """The act is theirs, but it is too long since they proved who they are. Pages ask and go on with the act."""

    def __init__(self, sentence: str, **details: Any) -> None:
        super().__init__(sentence, **details)
        self.code = "step_up_needed"


@contextmanager
def just_verified() -> Iterator[None]:
    """Acts of the block count as done right after a proof (demo data tells of people who gave it)."""
    token = verified_at.set(clock.now())
    try:
        yield
    finally:
        verified_at.reset(token)


def require_recent(actor: Actor) -> None:
    """Raise unless the actor proved who they are within the minutes that the company's rules give.

    Raises:
        StepUpNeeded: the page asks for the password or a code, then goes on.
    """
    if actor.is_system or not isinstance(actor, Person) or context.current().channel not in {"page", "api"}:
        return
    proved, minutes = verified_at.get(), policy_for_person(actor).step_up_minutes
    if proved is None or clock.now() - proved > timedelta(minutes=minutes):
        raise StepUpNeeded(_("这一步比较重要，请再验证一次是您本人，然后继续。"))
