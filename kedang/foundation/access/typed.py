"""What somebody typed and the trail kept (search texts, conditions): numbers in it pass the veil like the fields they were typed for."""

import re

from django.db.models import Q

from kedang.foundation.access.grants import active_grants
from kedang.foundation.access.masks import STARS
from kedang.foundation.access.models import Scope
from kedang.foundation.access.secrecy import FieldRight
from kedang.foundation.kernel.actors import Actor

NUMBER_CLASSES = ("contact", "identity", "account")
_DAY_OR_NUMBER = re.compile(
    r"(\d{4}-\d{2}-\d{2}(?!\d))|(?<![A-Za-z\d])\+?\d(?:[ \-]?\d){5,}[xX]?(?![A-Za-z\d])|([\w.+-]+)@([\w.-]+)"
)

_MASKED = r"[0-9]([ -]?[0-9]){5}|@"
"""Whatever the mask could touch, in words that both databases understand."""


def sees_numbers(actor: Actor) -> bool:
    """Whether telephone, document and account numbers of the whole company are shown to the actor in clear."""
    if actor.is_system:
        return True
    wide = [grant for grant in active_grants(actor) if grant.scope == Scope.ALL]
    return all(any(grant.right_on(name) == FieldRight.SHOW for grant in wide) for name in NUMBER_CLASSES)


def veil_typed(actor: Actor, text: str, author_id: int | None) -> str:
    """The text as the actor may read it: one's own as it was typed, others' with numbers and addresses of mail masked.

    A number typed into a search box is as telling as the field that holds it, and the trail keeps it for years.
    """
    if not text or (author_id is not None and author_id == actor.id) or sees_numbers(actor):
        return text
    return _DAY_OR_NUMBER.sub(_masked, text)


def typed_q(actor: Actor) -> Q:
    """Entries whose words the actor reads as they were typed. A condition on words may only look at those: one that finds what is
    shown masked would confirm a number digit by digit.
    """
    if sees_numbers(actor):
        return Q()
    return Q(subject_id__isnull=False) | Q(actor_id=actor.id) | ~Q(subject_label__regex=_MASKED)


def _masked(found: re.Match[str]) -> str:
    if found[1]:
        return found[1]
    if found[2]:
        return f"{found[2][:1]}{STARS}@{found[3]}"
    return f"{STARS}{found[0][-2:]}"
