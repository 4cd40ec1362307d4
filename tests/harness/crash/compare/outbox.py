"""Notices and what went out of the house: each notice has its message, each message that was promised has come, and nothing else has.

A worker that dies between sending and writing it down sends once more; that is the rule of the outbox, so doubles are counted, not found.
"""

from collections import Counter
from collections.abc import Iterator

from tests.harness.crash.post import Letter


def due() -> bool:
    """Whether something is still to go out now, or is in the hands of a worker."""
    from kedang.foundation.kernel import clock
    from kedang.foundation.notices.models import Delivery

    return Delivery.objects.filter(state="waiting", due_at__lte=clock.now()).exists()


def outbox(came: Counter[Letter], first: int, kills: int) -> Iterator[str]:
    """``came``: letters as the other side counted them; ``first``: the last notice of before the run."""
    from kedang.foundation.notices.models import Delivery, Notice

    lonely = Notice.objects.filter(pk__gt=first, person__is_active=True, deliveries__isnull=True).exclude(
        person__email=""
    )
    if some := list(lonely.values_list("pk", "kind", "number")[:3]):
        yield f"notices without a message: {some} ({lonely.count()})"
    promised, known = Counter[Letter](), Counter[Letter]()
    for row in Delivery.objects.filter(notice__pk__gt=first, channel="email").select_related("notice__person"):
        letter = (row.notice.person.email, subject_of(row.notice))
        known[letter] += 1
        promised[letter] += row.state == "sent"
        if row.state == "given_up":
            yield f"message {row.pk} was given up: {row.error}"
    if lost := promised - came:
        yield f"messages that are said to be sent and never came: {list(lost.items())[:3]} ({lost.total()})"
    if stray := [letter for letter in came if letter not in known]:
        yield f"stray: messages of nothing that is there: {stray[:3]} ({len(stray)})"
    if (doubles := (came - known).total()) > kills:
        yield f"{doubles} messages came twice in {kills} kills"


def doubles(came: Counter[Letter], first: int) -> int:
    """How many messages came more often than they were written down."""
    from kedang.foundation.notices.models import Delivery

    rows = Delivery.objects.filter(notice__pk__gt=first, channel="email", state="sent").select_related("notice__person")
    return (came - Counter((row.notice.person.email, subject_of(row.notice)) for row in rows)).total()


def subject_of(notice: object) -> str:
    """As the message has it."""
    from kedang.foundation.notices.channels.message import Message

    return Message.of([notice], "").subject  # type: ignore[list-item]  # a notice
