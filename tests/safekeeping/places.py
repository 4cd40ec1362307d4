"""Places beside the test database: databases of PostgreSQL, and data folders in which a process of its own works and may die."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections

from kedang.foundation.kernel import keys
from kedang.foundation.safekeeping.aliases import config_of, connected, standing_in
from kedang.foundation.safekeeping.rows import digest_of, reading
from kedang.foundation.safekeeping.schema import tables_of

LATER = {"audit_event", "jobs_job", "safekeeping_backup", "safekeeping_drill", "django_migrations"}
"""Tables to which a restored or moved system itself adds."""
DIED = 137
"""Exit status of a child that ended as if it had been killed."""


@contextmanager
def database_of(server: str) -> Iterator[str]:
    """Address of a new database on a server, dropped at the end."""
    name = f"kedang_place_{secrets.token_hex(4)}"
    _ask(server, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        _ask(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _ask(server: str, statement: str) -> None:
    with connected("server", config_of(server)) as alias, connections[alias].cursor() as cursor:
        cursor.execute(statement)


def digests_at(url: str) -> dict[str, str]:
    """Canonical digests of the database at an address, by table, of what a restore or move does not add to."""
    with connected("looked", config_of(url)) as alias, standing_in(alias):
        return digests()


def digests() -> dict[str, str]:
    """The same of the database in use."""
    with reading("default") as rows:
        return {
            table.name: digest_of(rows, table).sha256
            for table in tables_of("default")
            if not table.is_derived and table.name not in LATER
        }


def in_place(folder: Path, url: str, act: Callable[[], Any]) -> int:
    """Do something in an installation of its own, in a child; returns its process id. The child ends with 0, or 1 after an exception."""
    connections.close_all()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        settings.DATA_DIR, settings.BACKUP_DIR = folder, str(folder / "backups")
        connections.settings["default"] = connections.configure_settings({"default": config_of(url)})["default"]
        del connections["default"]
        keys.use_ring(None)
        act()
        status = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def ended(child: int) -> int:
    """How a child ended, see :func:`in_place`; minus the signal where one killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
