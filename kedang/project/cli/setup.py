"""``kedang setup``: key ring, tables, roles; ``--demo`` adds the demo company once, ``--empty`` leaves the first-run page."""

import argparse
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from kedang.foundation.kernel import clock, keys, planning
from kedang.foundation.kernel.refused import Refused
from kedang.project.cli import json_flag


def add_parser(subparsers: Any) -> None:
    """The command."""
    parser = subparsers.add_parser("setup", help="准备数据库：密钥环、数据表、内置角色")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--demo", action="store_true", help="首次时装入演示公司（已有数据则不动）")
    what.add_argument("--empty", action="store_true", help="不装数据，首次打开网页时设置单位和管理员")
    json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Prepare the installation; running it again changes nothing that is there.

    Raises:
        Refused: ``demo_in_production``.
    """
    if args.demo and settings.PRODUCTION:
        raise Refused(
            "demo_in_production", "设了 KEDANG_PRODUCTION=true 的系统不能装演示数据，请改用 kedang setup --empty。"
        )
    key_ring_created = ensure_key_ring()
    call_command("migrate", interactive=False, verbosity=0)
    guards_restored = ensure_guards()
    from kedang.foundation.access.roles import ensure_builtin_roles, upgrade_builtin_roles
    from kedang.foundation.access.services.companies import is_first_run
    from kedang.foundation.safekeeping.identities import ensure_keys

    backup_keys_created = ensure_keys()

    with transaction.atomic():
        roles = ensure_builtin_roles()
        upgrade = upgrade_builtin_roles()
        archives_made = ensure_archives()
        flows_made = ensure_all_flows()
    answer: dict[str, Any] = {
        "engine": connection.vendor,
        "key_ring": "created" if key_ring_created else "present",
        "backup_keys": "created" if backup_keys_created else "present",
        "roles_created": roles,
    }
    if upgrade.upgraded:
        answer["roles_upgraded"] = upgrade.upgraded
    if upgrade.left:
        answer["roles_left"] = upgrade.left
    if archives_made:
        answer["archives_made"] = archives_made
    if flows_made:
        answer["flows_made"] = flows_made
    if guards_restored:
        answer["guards_restored"] = guards_restored
    if args.demo:
        from kedang.foundation.audit.sealing.sealer import seal_now
        from kedang.project.demo.batches import add_batches
        from kedang.project.demo.load import load_demo

        answer["demo"] = load_demo(progress=None if args.as_json else _show_progress)
        if answer["demo"][
            "loaded"
        ]:  # import jobs commit chunk by chunk, so they come after the one transaction of the story
            answer["demo"]["imported_rows"] = add_batches(clock.today())
            answer["demo"]["seals"] = len(seal_now())
    planning.refresh()
    answer["first_run"] = is_first_run()
    return answer


def ensure_guards() -> list[str]:
    """Put back triggers of the trail that are missing, and say so in the trail; their names."""
    from kedang.foundation.audit.record import record
    from kedang.foundation.audit.sealing import guards
    from kedang.foundation.audit.sealing.events import GUARDS_RESTORED
    from kedang.foundation.kernel.actors import system_actor

    with transaction.atomic():
        restored = guards.install()
        if restored:
            record(system_actor("kedang setup"), GUARDS_RESTORED, meta={"names": restored})
    return restored


def ensure_archives() -> list[str]:
    """Give every company of an older installation what a new one begins with: periods, scheme, filing scope, templates. Their names."""
    from kedang.business.holdings.setup import ensure_defaults
    from kedang.foundation.access.models import Fonds

    return [fonds.name for fonds in Fonds.objects.order_by("id") if any(ensure_defaults(fonds).values())]


def ensure_all_flows() -> int:
    """Give every company the flows of kinds of request that came with a newer version. How many were made."""
    from kedang.foundation.access.models import Fonds
    from kedang.foundation.approvals.services.flows import ensure_flows

    return sum(ensure_flows(fonds) for fonds in Fonds.objects.order_by("id"))


def ensure_key_ring() -> bool:
    """Make the key ring of a new installation; True when it was made.

    Raises:
        Refused: ``key_ring_missing``: there are dossiers already, whose sealed values only the old ring opens.
    """
    path = keys.ring_path()
    if path.exists():
        return False
    if "customers_customer" in connection.introspection.table_names():
        from kedang.business.customers.models import Customer

        if Customer.objects.exists():
            raise Refused(
                "key_ring_missing",
                f"数据库中已有客户档案，但找不到密钥环文件 {path}。请把原文件放回原处后再运行，不要新建。",
            )
    return keys.create_ring(path)


def _show_progress(done: int, total: int) -> None:
    if sys.stderr.isatty() or done == total:
        print(f"\r正在生成演示数据 {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
