"""Whether the installation can be worked with at all, in words: never set up, older than the program, database out of reach."""

from pathlib import Path

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from kedang.foundation.kernel.refused import Refused


def missing() -> Refused | None:
    """What is missing before any command but ``setup`` can work; None when nothing is."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
            return Refused("not_set_up", "尚未初始化，请先运行 kedang setup。")
        return Refused("database_unreachable", "数据库打不开或连接不上，请检查它是否已启动、地址和权限是否正确。")
    if not executor.loader.applied_migrations:
        return Refused("not_set_up", "尚未初始化，请先运行 kedang setup。")
    if waiting:
        return Refused("not_up_to_date", "数据库的结构旧于程序，请先运行 kedang setup 完成升级。")
    return None


def explained(error: DatabaseError) -> Refused:
    """The sentence behind a failure of the database during a command.

    Raises:
        DatabaseError: the same one, where the installation is complete: then it is a fault of the program.
    """
    refusal = missing()
    if refusal is None:
        raise error
    return refusal
