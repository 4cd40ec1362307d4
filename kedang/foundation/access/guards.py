"""What a person's grants come to while something stands between them and the dossiers: no agreement signed, or leaving.

Both are told by columns that come along with the person who asks, so that asking costs no query (``Person.agreed_until``,
``Person.handing_since``, and the rules of signing in).
"""

from kedang.foundation.access.actions import is_reading
from kedang.foundation.access.duties import HOUSE_ROOMS
from kedang.foundation.access.models import Person
from kedang.foundation.access.signin.policy import policy_for_person
from kedang.foundation.kernel import clock

HAND_OVER = frozenset({"governance.use"})
"""What somebody who leaves still does beside reading: they sort and sign their hand-over."""


def lacks_agreement(person: Person) -> bool:
    """Whether a person may not touch dossiers for want of a valid agreement (SE-06)."""
    if person.agreed_until is not None and person.agreed_until >= clock.today():
        return False
    return bool(policy_for_person(person).agreement_required)


def guarded(person: Person, actions: frozenset[str]) -> frozenset[str]:
    """What is left of a grant's actions."""
    if lacks_agreement(person):
        actions = frozenset(code for code in actions if code.split(".")[0] in HOUSE_ROOMS)
    if person.handing_since is not None:
        actions = frozenset(code for code in actions if code in HAND_OVER or is_reading(code))
    return actions


def is_guarded(person: Person) -> bool:
    """Whether anything stands between the person and their rights."""
    return person.handing_since is not None or lacks_agreement(person)
