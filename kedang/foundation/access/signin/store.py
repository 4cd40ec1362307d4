"""Sessions in the database, as Django keeps them; named by ``SESSION_ENGINE``."""

from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import InterfaceError, OperationalError

from kedang.foundation.kernel import clock
from kedang.foundation.kernel.prepared import Prepared


@cache
def _open_one() -> Prepared[Any]:
    """A session by its key, unless it is over."""
    model = SessionStore.get_model_class()
    return Prepared(
        lambda key, moment: model.objects.filter(session_key=key, expire_date__gt=moment), key=str, moment=datetime
    )


class SessionStore(DatabaseStore):
    """A database that cannot be reached is not a session that has gone: it is said as what it is, not as a bad request of the browser."""

    def _get_session_from_db(self) -> Any:
        """The row, asked for by prepared SQL; None forgets the key, as Django does."""
        found = _open_one().first(key=self.session_key, moment=clock.wall())
        if found is None:
            self._session_key = None
        return found

    def save(self, must_create: bool = False) -> None:
        """Write the session.

        Raises:
            UpdateError: the session was ended meanwhile.
            OperationalError, InterfaceError: the database cannot be reached; Django would call that an ended session too.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            if isinstance(error.__context__, OperationalError | InterfaceError):
                raise error.__context__ from None
            raise
