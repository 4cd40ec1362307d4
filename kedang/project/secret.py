"""The signing secret of the web side (sessions, CSRF): from the environment, else made once under the data folder."""

import os
import secrets
from pathlib import Path

from kedang.project.env import env_str


def secret_key(data_dir: Path) -> str:
    """``KEDANG_SECRET_KEY`` (or ``…_FILE``), else the content of ``keys/web-secret``, created with mode 0600."""
    given = env_str("KEDANG_SECRET_KEY")
    if given:
        return given
    path = data_dir / "keys" / "web-secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()
