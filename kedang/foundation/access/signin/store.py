"""Sessions in the database, as Django keeps them; named by ``SESSION_ENGINE``."""

from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import InterfaceError, OperationalError


class SessionStore(DatabaseStore):
    """A database that cannot be reached is not a session that has gone: it is said as what it is, not as a bad request of the browser."""

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
