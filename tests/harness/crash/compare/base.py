"""A look into the base under test that sees one moment of it, and holds nothing open afterwards."""

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MARGIN = 3000
"""Entries committed late may have earlier numbers than entries seen already."""


def connect(data: Path, database_url: str) -> None:
    """Make this process able to read the base. It never writes through Django."""
    os.environ["KEDANG_DATA_DIR"], os.environ["KEDANG_DATABASE_URL"] = str(data), database_url
    os.environ["DJANGO_SETTINGS_MODULE"] = "kedang.project.settings"
    import django

    import kedang.project.settings  # noqa: F401

    django.setup()
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["OPTIONS"]["transaction_mode"] = None


@contextmanager
def moment() -> Iterator[None]:
    """One consistent view for as long as the block lasts."""
    from django.db import connection, transaction

    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        connection.close()  # while nobody holds the file open, the next start has to recover it


class Trail:
    """The entries of the trail by the tokens that they carry."""

    def __init__(self, word: str) -> None:
        self._token = re.compile(rf"{word}\d{{6}}z")
        self.seen = 0
        self.by_token: dict[str, dict[int, Any]] = defaultdict(dict)

    def follow(self) -> None:
        """Take in what was written since."""
        from kedang.foundation.audit.models import Event

        for event in Event.objects.filter(id__gt=self.seen - MARGIN).order_by("id").iterator():
            text = f"{event.subject_label} {event.changes} {event.reason} {event.meta}"
            for token in set(self._token.findall(text)):
                self.by_token[token][event.pk] = event
            self.seen = max(self.seen, event.pk)

    def of(self, token: str, code: str) -> list[Any]:
        """Entries of a kind that carry a token as a new value (an entry of a later change carries it as the old one)."""
        found = []
        for event in self.by_token.get(token, {}).values():
            if event.code == code and (not event.changes or token in event.reason or _is_new(event.changes, token)):
                found.append(event)
        return found


def _is_new(changes: str, token: str) -> bool:
    return any(token in str(new) for _old, new in json.loads(changes).values())
