"""The number of SQL statements of a page, kept in ``query_counts.json``: the same for one record and for many.

``KEDANG_TEST_COUNT=write`` writes the present numbers into the file; look at the difference before committing it.
"""

import json
import os
from pathlib import Path

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

APART = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SELECT set_config", "RESET")
KEPT = Path(__file__).parent / "query_counts.json"


def count_of(client: Client, address: str) -> tuple[int, list[str]]:
    """Statements of one GET (savepoints and settings of the planner apart), and their texts for the message of a failing test."""
    with CaptureQueriesContext(connection) as caught:
        response = client.get(address)
    assert response.status_code == 200, address
    statements = [one["sql"] for one in caught.captured_queries]
    spoken = [text for text in statements if not text.startswith(APART)]
    return len(spoken), spoken


def compare_all(client: Client, addresses: dict[str, str]) -> None:
    """Every page by its name, on the second visit. What a visit leaves is taken back: no page stands on the one before."""
    for name, address in addresses.items():
        with transaction.atomic():
            client.get(address)
            compare(name, *count_of(client, address))
            transaction.set_rollback(True)


def compare(name: str, found: int, statements: list[str]) -> None:
    """The number must be the one that is kept."""
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    if os.environ.get("KEDANG_TEST_COUNT") == "write":
        kept[name] = found
        KEPT.write_text(json.dumps(dict(sorted(kept.items())), indent=2, ensure_ascii=False) + "\n")
        return
    listed = "\n".join(text[:200] for text in statements)
    assert kept.get(name) == found, f"{name}: {found} 条 SQL，应为 {kept.get(name)}\n{listed}"
