"""Between password and second step: the session knows who is awaited, and is still a stranger's."""

from django.http import HttpRequest

from kedang.foundation.access.models import Person
from kedang.foundation.kernel import clock

GOOD_FOR_SECONDS = 300
_PLACE = "kedang_awaited"


def keep(request: HttpRequest, person: Person) -> None:
    """The password was right; the key of the session changes."""
    request.session.cycle_key()
    request.session[_PLACE] = {
        "person": person.pk, "hash": person.get_session_auth_hash(), "until": clock.now().timestamp() + GOOD_FOR_SECONDS,
    }  # fmt: skip


def awaited(request: HttpRequest) -> Person | None:
    """Who is awaited; nobody after five minutes, or when their password or rights to sign in changed meanwhile."""
    kept = request.session.get(_PLACE)
    if not kept or kept["until"] < clock.now().timestamp():
        return None
    found: Person | None = (
        Person.objects.select_related("fonds__sign_in_policy").filter(pk=kept["person"], is_active=True).first()
    )
    return found if found is not None and found.get_session_auth_hash() == kept["hash"] else None


def forget(request: HttpRequest) -> None:
    """Nobody is awaited any more."""
    request.session.pop(_PLACE, None)
