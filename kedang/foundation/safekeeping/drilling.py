"""The drill: the newest set restored to a scratch place, every row and file compared, the trail verified. A backup counts only then."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.utils.translation import gettext as _

from kedang.foundation.audit.models import Seal
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.safekeeping import identities
from kedang.foundation.safekeeping.aliases import connected, sqlite_url
from kedang.foundation.safekeeping.making import Show, unheard
from kedang.foundation.safekeeping.rebuilding import (
    Rebuilding,
    complete,
    foreign_keys_hold,
    opened,
    rebuild_file,
    rebuild_rows,
    rows_differ,
    sqlite_place,
    unpack_files,
)
from kedang.foundation.safekeeping.sealedvalues import refuse_unreadable
from kedang.foundation.safekeeping.sets import BackupSet
from kedang.foundation.safekeeping.standing import size

VERIFY_SECONDS = 600


DRILL = "drill"
"""Below the data folder, for as long as a drill lasts."""


@dataclass(slots=True)
class Line:
    """One step of the report: what was done, how it came out, how long it took."""

    title: str
    words: str = ""
    is_good: bool = True
    seconds: float = 0.0


@dataclass(slots=True)
class Outcome:
    """A drill from beginning to end."""

    set_id: str
    started_at: datetime
    lines: list[Line] = field(default_factory=list)
    is_passed: bool = False
    words: str = ""

    @contextmanager
    def step(self, title: str) -> Iterator[Line]:
        """One step; a refusal in it is its outcome and goes on up. Steps within it have their time to themselves."""
        line = Line(title)
        self.lines.append(line)
        inner = len(self.lines)
        begin = time.monotonic()
        try:
            yield line
        except Refused as refusal:
            line.is_good, line.words = False, refusal.sentence
            raise
        finally:
            within = sum(one.seconds for one in self.lines[inner:])
            line.seconds = round(max(0.0, time.monotonic() - begin - within), 2)

    def as_json(self) -> list[dict[str, Any]]:
        """The report as it is kept."""
        return [asdict(line) for line in self.lines]


def rehearse(find: Callable[[], BackupSet], show: Show = unheard) -> Outcome:
    """Restore a set to a scratch place and compare. Bad news is an outcome, not an error; being cancelled is one.

    Args:
        find: gives the set, or refuses it.
        show: progress.
    """
    outcome = Outcome("", clock.now())
    scratch = Path(settings.DATA_DIR) / DRILL
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True, mode=0o700)
    try:
        _rehearse(outcome, find, scratch, show)
        outcome.is_passed = True
        outcome.words = _("备份集 %(set)s 能完整恢复：数据逐行一致，文件逐个一致。") % {"set": outcome.set_id}
    except Refused as refusal:
        outcome.words = refusal.sentence
    except (OSError, DatabaseError, LookupError, ValueError) as error:
        outcome.words = _("演练中途出错：%(why)s。") % {"why": str(error)[:300]}
        outcome.lines.append(Line(_("出错"), outcome.words, False))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return outcome


def _rehearse(outcome: Outcome, find: Callable[[], BackupSet], scratch: Path, show: Show) -> None:
    with outcome.step(_("验证备份集的签名和每一个字节")) as line:
        found = find()
        outcome.set_id = found.id
        building = opened(found, identities.read_identity(), scratch, show)
        line.words = _("%(parts)s 个部分、%(size)s 全部完好。") % {
            "parts": len(found.parts),
            "size": size(found.bytes),
        }
    with outcome.step(_("恢复文件和密钥")) as line:
        unpack_files(building)
        line.words = _("%(n)s 个文件（%(size)s）逐个核对摘要，全部一致；密钥 %(keys)s 份。") % {
            "n": f"{building.compared['files']:,}",
            "size": size(building.compared["file_bytes"]),
            "keys": len(building.contents["keys"]),
        }
    with outcome.step(_("恢复数据库并逐表核对")) as line, _database(building, line) as url:
        compared = building.compared
        if "migrated" in compared:
            line.words += _("备份来自较旧的版本，数据结构已升级（%(n)s 步）。") % {"n": len(compared["migrated"])}
        line.words += _("%(tables)s 张表、%(rows)s 行，逐行摘要全部一致。") % {
            "tables": compared["tables"],
            "rows": f"{compared['rows']:,}",
        }
        with outcome.step(_("加密内容能用备份里的密钥打开")) as inner:
            inner.words = refuse_unreadable("drill", scratch / "keys")
        with outcome.step(_("操作留痕的封条在原位")) as inner:
            inner.words = refuse_lost_seal(found)
        if has_trail_verifier():
            with outcome.step(_("校验操作留痕")) as inner:
                inner.words = verify_trail(scratch, url)


@contextmanager
def _database(building: Rebuilding, line: Line) -> Iterator[str]:
    """The database in its scratch place, compared; the alias ``drill`` and the address of it hold as long as the block lasts."""
    if building.is_file:
        rebuild_file(building, thorough=True)
        with sqlite_place(building.database) as alias:
            complete(building, alias, with_index=False)
        if dangling := foreign_keys_hold(building.database):
            raise rows_differ("foreign_key_check", dangling, 0)
    elif scratch_name := _scratch_database():
        config = {**connection.settings_dict, "NAME": scratch_name}
        try:
            with connected("drill", config) as alias:
                with transaction.atomic(using=alias):
                    rebuild_rows(building, alias)
                    complete(building, alias, with_index=False)
                yield _url_of(config)
        finally:
            _drop(scratch_name)
        return
    else:
        line.words = _("数据库账号无权新建数据库，改在嵌入式数据库中恢复。")
        with sqlite_place(building.database) as alias:
            rebuild_rows(building, alias)
            complete(building, alias, with_index=False)
    url = sqlite_url(building.database)
    with connected("drill", settings.DATABASE_OF_URL(url, building.database)):
        yield url


def _scratch_database() -> str:
    """A fresh database on the same server; empty where the account may not make one."""
    name = f"kedang_drill_{os.getpid()}"
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            if not cursor.fetchone()[0]:
                return ""
            for (old,) in _old_scratches(cursor):
                cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(old)}")
            cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)} TEMPLATE template0 ENCODING 'UTF8'")
    except DatabaseError:
        return ""
    return name


def _old_scratches(cursor: Any) -> list[tuple[str]]:
    """Left by drills that were killed: nobody is connected to them."""
    cursor.execute(
        "SELECT datname FROM pg_database d WHERE datname LIKE 'kedang\\_drill\\_%%' "
        "AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datname = d.datname)"
    )
    rows: list[tuple[str]] = cursor.fetchall()
    return rows


def _drop(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {connection.ops.quote_name(name)}")


def _url_of(config: dict[str, Any]) -> str:
    from urllib.parse import quote, urlencode

    host, port = str(config.get("HOST") or ""), str(config.get("PORT") or "")
    account = quote(str(config["USER"]), safe="") + (
        f":{quote(str(config['PASSWORD']), safe='')}" if config.get("PASSWORD") else ""
    )
    options = {
        key: str(value) for key, value in dict(config.get("OPTIONS") or {}).items() if isinstance(value, str | int)
    }
    if host.startswith("/"):
        options["host"] = host
        host = ""
    place = f"{host}:{port}" if port else host
    return f"postgresql://{account}@{place}/{quote(str(config['NAME']))}" + (
        f"?{urlencode(options)}" if options else ""
    )


def refuse_lost_seal(found: BackupSet) -> str:
    """The last seal of the trail from before the snapshot is in the restored database, with its digest."""
    seal = found.manifest.get("seal")
    if not seal:
        return _("备份时留痕还没有封条。")
    if not Seal.objects.using("drill").filter(**seal).exists():
        raise Refused("seal_lost", _("恢复出来的留痕里没有第 %(n)s 号封条，记录不完整。") % {"n": seal["number"]})
    return _("第 %(n)s 号封条在，摘要一致。") % {"n": seal["number"]}


def has_trail_verifier() -> bool:
    """Whether this program can verify a sealed trail."""
    return importlib.util.find_spec("kedang.project.cli.audit") is not None


def verify_trail(scratch: Path, url: str) -> str:
    """``kedang audit verify`` in the scratch place, as a program of its own: the restored keys, the restored database."""
    connections["drill"].close()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("KEDANG_KEYRING")},
        "KEDANG_DATA_DIR": str(scratch),
        "KEDANG_DATABASE_URL": url,
        "KEDANG_AUDIT_CHECKPOINTS": "",  # those outside know of seals from after the backup
    }
    run = subprocess.run(
        [sys.executable, "-m", "kedang.project.cli", "audit", "verify", "--json"],
        env=environment, capture_output=True, text=True, timeout=VERIFY_SECONDS, check=False,
    )  # fmt: skip
    try:
        answer = json.loads(run.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        answer = {"error": (run.stderr or run.stdout)[-300:]}
    if run.returncode != 0 or "error" in answer:
        raise Refused(
            "trail_damaged", _("恢复出来的操作留痕没有通过校验：%(why)s") % {"why": answer.get("error", run.returncode)}
        )
    events = answer.get("events") or answer.get("entries") or 0
    return _("操作留痕校验通过，共 %(n)s 条。") % {"n": f"{int(events):,}"} if events else _("操作留痕校验通过。")
