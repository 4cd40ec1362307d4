"""Strict readers of the environment. A value that cannot be understood stops start-up with a sentence that names it."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def env_str(name: str, default: str = "") -> str:
    """Text of variable ``name``, or of the file that ``NAME_FILE`` points to (for secrets)."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"环境变量 {name}_FILE 指向的文件读不出来：{error}") from error
    return os.environ.get(name, default)


def env_bool(name: str, default: bool = False) -> bool:
    """``1/true/yes/on`` or ``0/false/no/off``; anything else is refused."""
    raw = env_str(name, "1" if default else "0").strip().lower()
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"环境变量 {name} 应为 true 或 false，现为“{raw}”。")


def env_int(name: str, default: int) -> int:
    """A whole number."""
    raw = env_str(name, str(default)).strip()
    try:
        return int(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"环境变量 {name} 应为整数，现为“{raw}”。") from error


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of a few words."""
    raw = env_str(name, default).strip().lower() or default
    if raw not in choices:
        raise ImproperlyConfigured(f"环境变量 {name} 应为 {' 或 '.join(choices)}，现为“{raw}”。")
    return raw


def env_list(name: str) -> list[str]:
    """Words divided by commas."""
    return [word.strip() for word in env_str(name).split(",") if word.strip()]


def data_dir(base: Path) -> Path:
    """Folder of everything that is not code: database, keys, files, backups (``KEDANG_DATA_DIR``)."""
    return Path(env_str("KEDANG_DATA_DIR") or base / "data").expanduser().resolve()


SQLITE_INIT = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
    "PRAGMA cache_size=-65536;PRAGMA temp_store=MEMORY;PRAGMA wal_autocheckpoint=4000;"
)


def sqlite_config(path: str) -> dict[str, object]:
    """Embedded default: WAL, immediate transactions, patient writers, persistent connections."""
    return {
        "ENGINE": "kedang.foundation.kernel.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {"timeout": 30, "transaction_mode": "IMMEDIATE", "init_command": SQLITE_INIT},
    }


def database_config(url: str, default_path: Path) -> dict[str, object]:
    """Database settings from ``KEDANG_DATABASE_URL``: empty, ``sqlite:///path`` or ``postgresql://user:pw@host/db``."""
    if not url:
        return sqlite_config(str(default_path))
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite_config(unquote(parts.path))
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(
            f"KEDANG_DATABASE_URL 应以 sqlite:/// 或 postgresql:// 开头，现为“{parts.scheme or url[:12]}”。"
        )
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }
