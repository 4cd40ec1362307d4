"""Triggers by which the engine itself refuses to change or remove what the trail holds.

They stop mistakes and curious hands; whoever owns the database can drop them, which is why they are looked at whenever
entries are sealed or verified and when the system starts.
"""

from typing import Any

from django.db import connection

from kedang.foundation.audit.sealing.digests import COLUMNS, PARTS
from kedang.foundation.kernel.refused import Refused

TABLES = ("audit_event", "audit_seal", "audit_sealdata", "audit_redaction")
TOLD = "audit trail is append-only"
FIXED = tuple(column for column in PARTS[0][1])
BLANKABLE = tuple(column for column in COLUMNS if column not in FIXED)


def statements(vendor: str) -> dict[str, str]:
    """Name of each trigger and the statement that makes it."""
    return _sqlite() if vendor == "sqlite" else _postgresql()


def install(wired: Any = None) -> list[str]:
    """Make the triggers that are missing or differ; their names."""
    wired = wired or connection
    absent = missing(wired)
    made = statements(wired.vendor)
    with wired.cursor() as cursor:
        if wired.vendor == "postgresql" and absent:
            for function in _functions().values():
                cursor.execute(function)
        for name in absent:
            cursor.execute(_drop(wired.vendor, name))
            cursor.execute(made[name])
    return absent


def remove(wired: Any = None) -> None:
    """Take them away, for reversing the migration and for emptying a test database."""
    wired = wired or connection
    with wired.cursor() as cursor:
        for name in statements(wired.vendor):
            cursor.execute(_drop(wired.vendor, name))


def missing(wired: Any = None) -> list[str]:
    """Triggers that are not there, are switched off or say something else than they should."""
    wired = wired or connection
    wanted = statements(wired.vendor)
    with wired.cursor() as cursor:
        if wired.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = dict(cursor.fetchall())
            return [name for name, statement in wanted.items() if found.get(name) != statement]
        cursor.execute(
            "SELECT t.tgname, t.tgenabled, p.proname, p.prosrc, t.tgtype FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relname = ANY(%s) AND pg_table_is_visible(c.oid)",
            [list(TABLES)],
        )
        live = {row[0]: row[1:] for row in cursor.fetchall()}
    bodies = {name: text.split("$$")[1] for name, text in _functions().items()}
    return [name for name in wanted if not _is_live(live.get(name), name, bodies)]


def refuse_missing() -> None:
    """Raise when the trail is not guarded.

    Raises:
        Refused: ``guards_missing``.
    """
    absent = missing()
    if absent:
        raise Refused(
            "guards_missing",
            f"数据库中保护留痕不被改动的触发器缺失或被改过（{'、'.join(absent)}）。请运行 kedang setup 恢复，并用 kedang audit verify 核验。",
        )


def _drop(vendor: str, name: str) -> str:
    if vendor == "sqlite":
        return f"DROP TRIGGER IF EXISTS {name}"
    table = next(table for table in sorted(TABLES, key=len, reverse=True) if name.startswith(table))
    return f"DROP TRIGGER IF EXISTS {name} ON {table}"


def _sqlite() -> dict[str, str]:
    made = {}
    for table in TABLES:
        name = f"{table}_no_delete"
        made[name] = f"CREATE TRIGGER {name} BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{TOLD}'); END"
        name = f"{table}_no_update"
        allowed = _allowed(table, "IS")
        when = f"WHEN NOT ({allowed}) " if allowed else ""
        made[name] = f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} {when}BEGIN SELECT RAISE(ABORT, '{TOLD}'); END"
        name = f"{table}_no_replace"
        made[name] = (
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {_is_taken(table)} BEGIN SELECT RAISE(ABORT, '{TOLD}'); END"
        )
    return made


def _is_taken(table: str) -> str:
    """Whether a new row would take the place of another: ``INSERT OR REPLACE`` removes that one without asking the triggers of DELETE.

    A row without a number of its own says -1 for it; the key of a table other than the entries' is not the number of its row.
    """
    taken = f"NEW.rowid > 0 AND EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid)"
    if table == "audit_event":
        return taken
    key = "event_id" if table == "audit_redaction" else "number"
    return f"({taken}) OR EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"


def _postgresql() -> dict[str, str]:
    made = {}
    for table in TABLES:
        for verb in ("delete", "update"):
            name = f"{table}_no_{verb}"
            function = f"kedang_{table}_{verb}"
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()"
            )
        name = f"{table}_no_truncate"
        made[name] = (
            f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION kedang_{table}_delete()"
        )
    return made


def _functions() -> dict[str, str]:
    """The functions behind the triggers of PostgreSQL."""
    made = {}
    for table in TABLES:
        for verb in ("delete", "update"):
            allowed = _allowed(table, "IS NOT DISTINCT FROM") if verb == "update" else ""
            way = f"IF {allowed} THEN RETURN NEW; END IF; " if allowed else ""
            name = f"kedang_{table}_{verb}"
            body = f"BEGIN {way}RAISE EXCEPTION '{TOLD}'; END"
            made[name] = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
    return made


def _is_live(found: Any, name: str, bodies: dict[str, str]) -> bool:
    """Bits of a trigger's type in PostgreSQL: 1 per row, 2 before, 8 delete, 16 update, 32 truncate."""
    if found is None or found[0] not in {"O", "A"}:
        return False
    kinds = {"delete": 1 + 2 + 8, "update": 1 + 2 + 16, "truncate": 2 + 32}
    verb = name.rpartition("_")[2]
    return bool(bodies.get(found[1]) == found[2] and found[3] == kinds[verb])


def _allowed(table: str, same: str) -> str:
    """The one change that is allowed: blanking parts of an entry, and its salt, where a redaction names it."""
    if table == "audit_event":
        fixed = " AND ".join(f"NEW.{column} {same} OLD.{column}" for column in FIXED)
        blanks = {column: "IS NULL" if column == "actor_id" else "= ''" for column in BLANKABLE}
        free = " AND ".join(
            f"(NEW.{column} {same} OLD.{column} OR NEW.{column} {blank})" for column, blank in blanks.items()
        )
        return f"EXISTS (SELECT 1 FROM audit_redaction r WHERE r.event_id = OLD.id) AND {fixed} AND {free}"
    if table == "audit_sealdata":
        return (
            "EXISTS (SELECT 1 FROM audit_redaction r WHERE r.seal_number = OLD.number) "
            f"AND NEW.number {same} OLD.number AND NEW.leaves {same} OLD.leaves"
        )
    return ""
