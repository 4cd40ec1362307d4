"""A second connection beside the default one: to the same database, to a scratch place, to where one moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections


@contextmanager
def beside(alias: str) -> Iterator[str]:
    """Another connection to the default database, for as long as the block lasts."""
    with connected(alias, dict(connections["default"].settings_dict)) as name:
        yield name


@contextmanager
def connected(alias: str, config: dict[str, Any]) -> Iterator[str]:
    """A connection by Django's settings of a database, for as long as the block lasts."""
    config = {**config, "CONN_MAX_AGE": None}
    connections.settings[alias] = connections.configure_settings({"default": {}, alias: config})[alias]
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


@contextmanager
def standing_in(alias: str) -> Iterator[None]:
    """As long as the block lasts, what this thread asks of the default database is asked of the one behind the alias.

    Migrations and services that name no database then work where they are meant to, and never on the system in use.
    """
    ours = connections["default"]
    if alias == "default":
        yield
        return
    connections["default"] = connections[alias]
    try:
        yield
    finally:
        connections["default"] = ours


def config_of(url: str) -> dict[str, Any]:
    """Django's settings for an address like that of ``KEDANG_DATABASE_URL``."""
    config: dict[str, Any] = settings.DATABASE_OF_URL(url, Path(settings.DATA_DIR) / "kedang.sqlite3")
    return config


def sqlite_url(path: Path) -> str:
    """Address of a database file."""
    from urllib.parse import quote

    return f"sqlite:///{quote(str(path))}"
