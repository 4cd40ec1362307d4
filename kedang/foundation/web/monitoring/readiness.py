"""Whether this installation can serve: each question answers good or not, in one word, and tells nothing else."""

import logging
import shutil
from collections.abc import Callable
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kedang.foundation.jobs.gauges import HEARTBEAT, worker_seen_at
from kedang.foundation.kernel import clock, keys

logger = logging.getLogger(__name__)

WORKER_SILENT = timedelta(seconds=90)
PLACE = "kedang.health.probe"


def database() -> bool:
    """It answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone()[0] == 1)


def migrations() -> bool:
    """Its structure is that of the program; once so it stays so while this process lives."""
    if not _is_migrated():
        _is_migrated.cache_clear()
        return False
    return True


@cache
def _is_migrated() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def key_ring() -> bool:
    """The key ring is there and opens what it seals."""
    return keys.decrypt(keys.encrypt("probe", PLACE), PLACE) == "probe"


def disk() -> bool:
    """Enough room is left where the data lie."""
    return shutil.disk_usage(settings.DATA_DIR).free >= settings.LEAST_FREE_BYTES


def worker() -> bool:
    """A worker has given a sign of life lately."""
    seen = worker_seen_at()
    return seen is not None and clock.now() - seen < max(WORKER_SILENT, HEARTBEAT * 3)


NEEDED: tuple[Callable[[], bool], ...] = (database, migrations, key_ring, disk)
"""Without one of these no page can be served."""
WISHED: tuple[Callable[[], bool], ...] = (worker,)
"""Without these the pages work and something waits."""


def answers() -> tuple[str, dict[str, str]]:
    """(``ok``, ``degraded`` or ``failed``; each question with ``ok`` or ``failed``)."""
    told = {ask.__name__: _asked(ask) for ask in (*NEEDED, *WISHED)}
    if any(told[ask.__name__] != "ok" for ask in NEEDED):
        return "failed", told
    return ("ok" if all(told[ask.__name__] == "ok" for ask in WISHED) else "degraded"), told


def _asked(ask: Callable[[], bool]) -> str:
    try:
        return "ok" if ask() else "failed"
    except Exception:
        logger.warning("readiness: %s failed", ask.__name__, exc_info=True)
        return "failed"
