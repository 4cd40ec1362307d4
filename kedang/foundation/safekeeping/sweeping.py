"""What a backup or a drill left that died half way: cleared away soon, not only by the next one."""

import shutil
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from kedang.foundation.kernel import stores
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping.drilling import DRILL
from kedang.foundation.safekeeping.interrupted import WORK
from kedang.foundation.safekeeping.making import only_one, sweep
from kedang.foundation.safekeeping.sets import backup_folder


def sweep_dead() -> None:
    """Under the locks of both, so that nothing is taken from one that is at work."""
    root = backup_folder()
    if not root.is_dir():
        return
    with suppress(Refused), only_one(root):
        sweep(root)
    with suppress(Refused), only_one(root, "-drill"):
        shutil.rmtree(Path(settings.DATA_DIR) / DRILL, ignore_errors=True)
    with suppress(Refused), only_one(Path(settings.DATA_DIR), "-restore"):
        shutil.rmtree(Path(settings.DATA_DIR) / WORK, ignore_errors=True)


stores.swept_by("safekeeping", sweep_dead)
