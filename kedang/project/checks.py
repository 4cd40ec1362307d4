"""Start-up checks: an unsafe engine or an unsafe production is refused, not warned about."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connection

from kedang.foundation.kernel import keys
from kedang.foundation.kernel.refused import Refused
from kedang.project.engine import FULL, SAFE_WAL_VERSION, WITHOUT_JOURNAL, engine_version, is_safe

DURABLE = ["fsync", "full_page_writes", "synchronous_commit"]
"""Settings of PostgreSQL by which an acknowledged commit outlives a crash."""


def refuse_unsafe_engine() -> None:
    """Stop unless version and journal mode of the open database may be used together.

    Raises:
        Refused: SQLite older than 3.51.3 in WAL mode (known to corrupt), without a journal on the disk or without syncing;
            PostgreSQL older than 14.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
            cursor.execute("PRAGMA synchronous")
            synchronous = int(cursor.fetchone()[0])
        if not is_safe(engine_version(), mode, synchronous):
            raise Refused("engine_unsafe", unsafe_sentence(engine_version(), mode, synchronous))
    elif connection.vendor == "postgresql":
        connection.ensure_connection()
        if connection.pg_version < 140000:  # type: ignore[attr-defined]  # only on this vendor
            raise Refused("engine_unsafe", "PostgreSQL 版本过低，请升级到 14 或更高版本。")


def refuse_unusable_ring() -> None:
    """Stop unless the key ring is there, whole, and readable by its owner only.

    Raises:
        RingUnusable: with what is wrong and what to do.
    """
    keys.use_ring(None)
    keys.ring()


def unsafe_sentence(version: tuple[int, ...], mode: str, synchronous: int = FULL) -> str:
    """What is wrong and what to do."""
    if mode.lower() in WITHOUT_JOURNAL or synchronous < FULL:
        return (
            f"SQLite 的日志模式 {mode.upper()}、同步级别 {synchronous} 在断电或崩溃时会丢失或损坏已确认的数据，拒绝启动。"
            "请去掉改动数据库设置的环境或补丁，用自带的设置（WAL、FULL）重新运行。"
        )
    found, needed = (".".join(str(part) for part in parts) for parts in (version, SAFE_WAL_VERSION))
    return (
        f"SQLite {found} 在 {mode.upper()} 模式下有损坏数据的已知缺陷，拒绝启动。"
        f"请重新运行 make setup 安装自带的 SQLite（{needed} 或更高），或改用 PostgreSQL。"
    )


@checks.register("kedang")
def what_calls_itself_production_is(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """With ``KEDANG_PRODUCTION=true`` the checks of a production stop start-up and are no mere advice."""
    return production_is_safe(app_configs, **kwargs) if settings.PRODUCTION else []


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
    if not settings.PRODUCTION:
        problems.append(checks.Error("正式环境须设 KEDANG_PRODUCTION=true，演示账号才不会出现。", id="kedang.E104"))
    if not settings.CLAMD:
        sentence = "正式环境须设 KEDANG_CLAMD：clamd 的套接字路径或“主机:端口”，上传的文件才能查毒后使用；确定不查毒时写明 off。"
        problems.append(checks.Error(sentence, id="kedang.E106"))
    elif settings.CLAMD == "off":
        problems.append(checks.Warning("KEDANG_CLAMD=off：上传的文件不查毒即可打开。", id="kedang.W107"))
    return problems


@checks.register("kedang", deploy=True)
def database_keeps_what_it_acknowledged(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """PostgreSQL can be told to forget in a crash what it acknowledged; a production may not."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_settings WHERE name = ANY(%s) AND setting = 'off'", [DURABLE])
        off = [row[0] for row in cursor.fetchall()]
    sentence = f"PostgreSQL 的 {'、'.join(off)} 已关闭，崩溃时会丢失已确认的数据，请改为 on。"
    return [checks.Error(sentence, id="kedang.E105")] if off else []
