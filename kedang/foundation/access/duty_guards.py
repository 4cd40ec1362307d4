"""The database itself keeps who administers the system away from dossiers: triggers behind the checks of ``duties.py``.

That nobody holds two of the three separate duties is a unique constraint of ``Grant``. That 系统管理 and dossiers do not meet in
one person depends on what roles can do, so it takes a trigger on grants and one on roles. They are put in place after every
migration (rebuilding a table drops its triggers on SQLite), and a start-up check misses them.
"""

from typing import Any

from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections

from kedang.foundation.access.duties import HOUSE_ROOMS, SYSTEM

MARK = "kedang: duties mixed"
NAMES = ("duty_guard_grant", "duty_guard_role")
_HOUSE = ", ".join(f"'{room}'" for room in sorted(HOUSE_ROOMS))

_LITE = """
CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {when} BEGIN
  SELECT RAISE(ABORT, '{mark}') WHERE EXISTS (
    SELECT 1 FROM access_grant s JOIN access_grant g ON g.person_id = s.person_id AND g.ended_at IS NULL
    JOIN access_role r ON r.id = g.role_id JOIN json_each(r.actions) a
    WHERE s.ended_at IS NULL AND s.duty = '{duty}' AND {which}
      AND substr(a.value, 1, instr(a.value, '.') - 1) NOT IN ({house}));
END"""

_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM access_person WHERE id IN ({people}) ORDER BY id FOR UPDATE;
  IF EXISTS (
    SELECT 1 FROM access_grant s JOIN access_grant g ON g.person_id = s.person_id AND g.ended_at IS NULL
    JOIN access_role r ON r.id = g.role_id CROSS JOIN LATERAL jsonb_array_elements_text(r.actions) AS a(value)
    WHERE s.ended_at IS NULL AND s.duty = '{duty}' AND {which} AND split_part(a.value, '.', 1) NOT IN ({house}))
  THEN RAISE EXCEPTION '{mark}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
  RETURN NULL;
END $$"""

_PARTS = (
    ("duty_guard_grant", "access_grant", "INSERT OR UPDATE", "NEW.ended_at IS NULL", "s.person_id = NEW.person_id", "NEW.person_id"),
    ("duty_guard_role", "access_role", "UPDATE OF actions", "TRUE", "g.role_id = NEW.id",
     "SELECT person_id FROM access_grant WHERE role_id = NEW.id AND ended_at IS NULL"),
)  # fmt: skip


def install(using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Put the triggers in place anew; also a receiver of ``post_migrate``."""
    connection = connections[using]
    if not {"access_grant", "access_role"} <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor):
            cursor.execute(statement)


def statements(vendor: str) -> list[str]:
    """What has to be run on an engine."""
    made: list[str] = []
    for name, table, event, when, which, people in _PARTS:
        if vendor == "sqlite":
            for at, one in enumerate(event.split(" OR ")):
                own = name if not at else f"{name}_{at}"
                made.append(f"DROP TRIGGER IF EXISTS {own}")
                made.append(_LITE.format(
                    name=own, event=one, table=table, when="1" if when == "TRUE" else when, which=which,
                    mark=MARK, duty=SYSTEM, house=_HOUSE,
                ))  # fmt: skip
        elif vendor == "postgresql":
            made.append(_FUNCTION.format(name=name, people=people, which=which, mark=MARK, duty=SYSTEM, house=_HOUSE))
            made.append(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            made.append(
                f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
            )
    return made


def missing(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Names of the triggers that are not there."""
    connection = connections[using]
    asked = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        found = {row[0] for row in cursor.fetchall()}
    return [name for name in NAMES if name not in found]


@checks.register("kedang", checks.Tags.database)
def duty_guards_stand(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Only asked with ``check --database default``."""
    return [
        checks.Error(f"数据库缺少三员分立的触发器 {name}，请运行 kedang setup。", id="kedang.E005")
        for alias in databases or []
        for name in missing(alias)
    ]
