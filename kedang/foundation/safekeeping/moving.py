"""Moving to another database: the same canonical rows, the same digests; the source stays as it is."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, connections, transaction
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import require
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.stores import sync_folder
from kedang.foundation.safekeeping.aliases import beside, config_of, connected, sqlite_url, standing_in
from kedang.foundation.safekeeping.loading import (
    applied_migrations,
    drop_everything,
    is_empty,
    load,
    make_index,
    make_schema,
)
from kedang.foundation.safekeeping.making import Show, unheard
from kedang.foundation.safekeeping.rebuilding import fold, own_rows, rows_differ
from kedang.foundation.safekeeping.rows import Digest, Rows, digest_of, reading
from kedang.foundation.safekeeping.schema import Table, tables_of
from kedang.foundation.safekeeping.services import RUN, move_note

BOTH_POSTGRESQL = ("postgresql", "postgresql")


def move(*, actor: Actor, url: str, force: bool = False, show: Show = unheard) -> dict[str, Any]:
    """Copy everything in the database of this installation into another one and compare.

    Args:
        actor: who acts; the event stands in the trail of the target.
        url: address of the target, like ``KEDANG_DATABASE_URL``.
        force: also into a database that holds something; an embedded one is moved aside, tables of PostgreSQL are replaced.
        show: progress.

    Returns:
        What was moved and compared; ``source_changed`` when somebody worked meanwhile, whose work is then not in the target.

    Raises:
        Refused: unusable or filled target, rows that came out different; the target is then as it was before.
    """
    require(actor, RUN)
    config = _config(url)
    target = Path(str(config["NAME"])) if "sqlite" in str(config["ENGINE"]) else None
    _refuse_same(config)
    with ExitStack() as stack:
        source = stack.enter_context(beside("source"))
        begun_with = _last_event()
        rows = stack.enter_context(reading(source))
        try:
            if target is not None:
                answer = _into_file(actor, rows, source, target, config, force, show)
            else:
                answer = _into_server(actor, rows, source, config, force, show)
        except (OSError, DatabaseError) as error:
            raise Refused(
                "move_failed",
                _("迁移没有完成：%(why)s。原数据库没有改动，目标还是原来的样子。请排除原因后再运行。")
                % {"why": str(error).strip()[:200]},
            ) from error
    answer["source_changed"] = _last_event() != begun_with
    if answer["source_changed"]:
        answer["advice"] = _("迁移期间原数据库又有新的记录，它们不在新数据库中。请停止服务后加 --force 再迁移一次。")
    return answer


def _into_file(
    actor: Actor, rows: Rows, source: str, target: Path, config: dict[str, Any], force: bool, show: Show
) -> dict[str, Any]:
    """An embedded database: built beside, then renamed."""
    if target.exists() and not force:
        with connected("target", config) as alias:
            empty = is_empty(alias)
        if not empty:
            raise _filled(str(target))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    building = target.with_name(f".{target.name}.moving")
    _unlink(building)
    try:
        with connected("target", config_of(sqlite_url(building))) as alias:
            answer = _carry(actor, rows, source, alias, show)
            fold(alias)
        aside = target.with_name(f"{target.name}.replaced-{clock.now():%Y%m%dT%H%M%SZ}")
        for ending in ("-wal", "-shm", "-journal", ""):
            old = Path(f"{target}{ending}")
            if old.exists():
                os.rename(old, f"{aside}{ending}")
                answer["replaced"] = str(aside)
        os.rename(building, target)
        sync_folder(target.parent)
    finally:
        _unlink(building)
    return answer


def _into_server(
    actor: Actor, rows: Rows, source: str, config: dict[str, Any], force: bool, show: Show
) -> dict[str, Any]:
    """A PostgreSQL database: all in one transaction."""
    with connected("target", config) as alias:
        try:
            if not force and not is_empty(alias):
                raise _filled(str(config["NAME"]))
        except DatabaseError as error:
            raise Refused(
                "target_unreachable",
                _("连不上目标数据库：%(why)s。请核对地址、账号和权限。") % {"why": str(error).strip()[:200]},
            ) from error
        with transaction.atomic(using=alias):
            drop_everything(alias)
            return _carry(actor, rows, source, alias, show)


def _carry(actor: Actor, rows: Rows, source: str, alias: str, show: Show) -> dict[str, Any]:
    """Schema, rows, comparison."""
    vendors = (connections[source].vendor, connections[alias].vendor)
    tables = [table for table in tables_of(source) if not table.is_derived or vendors == BOTH_POSTGRESQL]
    total = 2 * sum(rows.count(table) for table in tables)
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        show(done, total, _("正在迁移"))

    make_schema(alias, applied_migrations(source))
    digests: dict[str, Digest] = {}

    def blocks(table: Table) -> Iterator[bytes]:
        digest, count = hashlib.sha256(), 0
        for block in rows.blocks(table):
            digest.update(block)
            count += block.count(b"\n")
            yield block
        digests[table.name] = Digest(count, digest.hexdigest())

    load(alias, tables, blocks, step, rows.issued(tables))
    with own_rows(alias) as arrived:
        for table in tables:
            found = digest_of(arrived, table, step)
            if found != digests[table.name]:
                raise rows_differ(table.name, found.rows, digests[table.name].rows)
    documents = {} if vendors == BOTH_POSTGRESQL else make_index(alias)
    with standing_in(alias):
        move_note(
            actor=actor, meta={"from": vendors[0], "to": vendors[1], "rows": sum(one.rows for one in digests.values())}
        )
    return {
        "documents": documents,
        "from": vendors[0],
        "to": vendors[1],
        "tables": len(tables),
        "rows": sum(digest.rows for digest in digests.values()),
        "compared": "equal",
        "digest": hashlib.sha256(
            "".join(f"{name} {one.sha256}\n" for name, one in sorted(digests.items())).encode()
        ).hexdigest(),
    }


def _last_event() -> int:
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _config(url: str) -> dict[str, Any]:
    try:
        if not url:
            raise ImproperlyConfigured(_("请用 --to 写明目标数据库。"))
        return config_of(url)
    except (ImproperlyConfigured, ValueError) as error:
        raise Refused("target_wrong", str(error).replace("KEDANG_DATABASE_URL", "--to")) from error


def _refuse_same(config: dict[str, Any]) -> None:
    ours = connection.settings_dict
    same = all(str(config.get(name) or "") == str(ours.get(name) or "") for name in ("NAME", "HOST", "PORT"))
    if same and str(config["ENGINE"]) == str(ours["ENGINE"]):
        raise Refused("target_same", _("目标就是现在用的数据库，没有迁移。请写另一个地址。"))


def _filled(name: str) -> Refused:
    return Refused(
        "place_not_empty",
        _("目标数据库“%(name)s”里已有数据，没有迁移。请换一个空数据库；确要替换，请加 --force。") % {"name": name},
    )


def _unlink(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
