"""The marker of a restore that was interrupted while things were put in place: nothing works over it but the next restore."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from kedang.foundation.kernel.refused import Refused

MARKER = "restore-in-progress"
"""A file of the data folder."""
WORK = ".restoring"
"""The folder beside it in which everything is built first."""


def refuse_interrupted() -> None:
    """Refuse to work in a place that a restore left half way.

    Raises:
        Refused: ``restore_interrupted``.
    """
    if (Path(settings.DATA_DIR) / MARKER).exists():
        raise Refused(
            "restore_interrupted", _("上次恢复中途断了，系统还不完整，不能启动。请重新运行 kedang backup restore。")
        )
