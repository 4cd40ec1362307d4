"""``python -m tests.harness.schema [--engine E]``

``kernel/migrating.py`` has Django draw fewer classes while it migrates. A new database made that way and one made Django's own way must
have the same tables, columns, rules, indexes and triggers, on either engine.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tools.postgres import Server

WHAT = {
    "sqlite": ("SELECT type, tbl_name, name, sql FROM sqlite_master",),
    "postgresql": (
        "SELECT 'column', table_name, column_name, data_type || coalesce(column_default, '') || is_nullable || coalesce(collation_name, '')"
        " || coalesce(is_identity, '') || coalesce(character_maximum_length::text, '') FROM information_schema.columns"
        " WHERE table_schema = 'public'",
        "SELECT 'rule', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    ),
}


def main() -> int:
    """Exit 1 names what differs."""
    parser = argparse.ArgumentParser(prog="tests.harness.schema")
    parser.add_argument("--engine", choices=tuple(WHAT), action="append")
    asked = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory(prefix="kedang-schema-") as folder:
        os.environ |= {"KEDANG_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "kedang.project.settings"}
        from django.db.migrations.state import ProjectState

        own_way: Any = ProjectState._find_reload_model, ProjectState._append_option  # type: ignore[attr-defined]
        import django

        django.setup()
        from kedang.foundation.kernel.migrating import append, touched_by

        for engine in asked.engine or list(WHAT):
            with Server() if engine == "postgresql" else nullcontext() as server:
                one, ours = made(engine, (touched_by, append), Path(folder) / "ours.sqlite3", server)
                other, django_s = made(engine, own_way, Path(folder) / "django.sqlite3", server)
            differing = sorted(one ^ other)
            told = {"harness": "schema", "engine": engine, "objects": len(one), "differing": len(differing)}
            print(json.dumps({**told, "seconds": round(ours, 1), "seconds_of_django": round(django_s, 1)}), flush=True)
            for row in differing:
                print("  ", *row)
            good = good and bool(one) and not differing
    return 0 if good else 1


def made(engine: str, way: Any, file: Path, server: Server | None) -> tuple[set[tuple[str, ...]], float]:
    """A new database made one way: what it consists of, and the seconds it took."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.state import ProjectState

    from kedang.foundation.safekeeping.aliases import config_of, connected, sqlite_url, standing_in
    from tests.safekeeping.places import database_of

    ProjectState._find_reload_model, ProjectState._append_option = way  # type: ignore[attr-defined]
    with (
        nullcontext(sqlite_url(file)) if server is None else database_of(server.url) as url,
        connected("made", config_of(url)) as alias,
        standing_in(alias),
    ):
        began = time.monotonic()
        call_command("migrate", interactive=False, verbosity=0)
        took = time.monotonic() - began
        found: set[tuple[str, ...]] = set()
        with connections[alias].cursor() as cursor:
            for statement in WHAT[engine]:
                cursor.execute(statement)
                found |= {tuple(map(str, row)) for row in cursor.fetchall()}
    return found, took


if __name__ == "__main__":
    sys.exit(main())
