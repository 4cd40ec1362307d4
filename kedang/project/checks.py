"""Start-up checks: an unsafe engine or an unsafe production is refused, not warned about."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connection

from kedang.foundation.kernel.refused import Refused
from kedang.project.engine import SAFE_WAL_VERSION, engine_version, is_safe


def refuse_unsafe_engine() -> None:
    """Stop unless version and journal mode of the open database may be used together.

    Raises:
        Refused: SQLite older than 3.51.3 in WAL mode (known to corrupt), or PostgreSQL older than 14.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
        if not is_safe(engine_version(), mode):
            raise Refused("engine_unsafe", unsafe_sentence(engine_version(), mode))
    elif connection.vendor == "postgresql":
        connection.ensure_connection()
        if connection.pg_version < 140000:  # type: ignore[attr-defined]  # only on this vendor
            raise Refused("engine_unsafe", "PostgreSQL 版本过低，请升级到 14 或更高版本。")


def unsafe_sentence(version: tuple[int, ...], mode: str) -> str:
    """What is wrong and what to do."""
    found, needed = (".".join(str(part) for part in parts) for parts in (version, SAFE_WAL_VERSION))
    return (
        f"SQLite {found} 在 {mode.upper()} 模式下有损坏数据的已知缺陷，拒绝启动。"
        f"请重新运行 make setup 安装自带的 SQLite（{needed} 或更高），或改用 PostgreSQL。"
    )


@checks.register("kedang", deploy=True)
def production_is_safe(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """What a production installation must not do."""
    problems: list[checks.CheckMessage] = []
    if settings.DEBUG:
        problems.append(checks.Error("正式环境不能打开 KEDANG_DEBUG。", id="kedang.E101"))
    if "*" in settings.ALLOWED_HOSTS:
        problems.append(checks.Error("KEDANG_ALLOWED_HOSTS 不能是 *，请写明域名。", id="kedang.E102"))
    if not settings.HTTPS:
        problems.append(checks.Error("正式环境须设 KEDANG_HTTPS=true，经 HTTPS 访问。", id="kedang.E103"))
    return problems
