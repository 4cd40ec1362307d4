"""``kedang keys rotate|status|escrow|forget``: new keys, what they are used for, copies for the worst day."""

import argparse
import sys
from pathlib import Path
from typing import Any

from kedang.foundation.kernel.actors import system_actor
from kedang.foundation.kernel.refused import Refused
from kedang.project.cli import json_flag

ACTOR = system_actor("kedang keys")


def add_parser(subparsers: Any) -> None:
    """The commands."""
    parser = subparsers.add_parser("keys", help="密钥：轮换、状态、托管")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, words, run in (
        ("rotate", "启用新的数据密钥，把加密内容全部重新加密；中断后再运行即继续", run_rotate),
        ("status", "列出密钥、年龄、用量、托管情况", run_status),
        ("escrow", "把密钥环拆成几份纸质份额，或加密给某个公钥；--restore、--identity 用来恢复", run_escrow),
        ("forget", "销毁一把已停用且无任何内容使用的密钥", run_forget),
    ):
        one = verbs.add_parser(name, help=words)
        json_flag(one)
        one.set_defaults(run=run)
        if name == "rotate":
            one.add_argument("--master", action="store_true", help="只更换主密钥（重新包裹各数据密钥，不动数据）")
        if name == "forget":
            one.add_argument("number", type=int, help="密钥编号")
        if name == "escrow":
            _escrow_arguments(one)


def _escrow_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--shares", type=int, metavar="N", help="拆成几份")
    parser.add_argument("--threshold", type=int, metavar="K", help="凑齐几份可以恢复")
    parser.add_argument("--recipient", metavar="KEY", help="加密给这个公钥（kedang backup identity 所生成）")
    parser.add_argument("--restore", nargs="+", metavar="SHARE", help="用这些份额文件恢复")
    parser.add_argument("--identity", metavar="FILE", help="用这个私钥文件恢复")
    parser.add_argument("--escrow", metavar="FILE", help="与 --identity 同用：加密给公钥的托管文件")
    parser.add_argument("--ring", metavar="FILE", help="恢复时改用这份较新的密钥环（例如取自备份），只用份额中的主密钥")
    parser.add_argument("--out", metavar="PATH", help="写到哪里：托管时为目录，恢复时为文件")


def run_rotate(args: argparse.Namespace) -> dict[str, Any]:
    """New keys, and the work that follows, in this process; or only what is left of it."""
    from kedang.foundation.jobs.models import Job, JobState
    from kedang.foundation.jobs.worker import Worker
    from kedang.foundation.safekeeping.rekeying import verbs

    if args.master:
        ring = verbs.master_change(actor=ACTOR)
        return {"master": ring.master, "keys": len(ring.keys), "escrow_is_stale": True}
    job, worker = verbs.rotation_begin(actor=ACTOR), Worker()
    if verbs.rotation_resume(job=job, worker=worker.name):
        worker.work(Job.objects.select_related("actor").get(pk=job.pk))
    job.refresh_from_db()
    if job.state == JobState.FAILED:
        raise Refused("job_failed", job.error or "任务失败。")
    if job.state == JobState.CANCELLED:
        raise Refused("job_cancelled", "任务已被中止，内容都可读。再次运行 kedang keys rotate 即继续。")
    return {"job": job.pk, "state": job.state, "done": job.done_count, "total": job.total_count, **job.result}


def run_status(args: argparse.Namespace) -> dict[str, Any]:
    """Everything about the keys but the keys."""
    from kedang.foundation.safekeeping.rekeying.standing import status

    return status()


def run_forget(args: argparse.Namespace) -> dict[str, Any]:
    """Destroy one that nothing uses."""
    from kedang.foundation.safekeeping.rekeying.verbs import key_forget

    key_forget(actor=ACTOR, number=args.number)
    return {"forgotten": args.number}


def run_escrow(args: argparse.Namespace) -> dict[str, Any]:
    """Shares or a sealed copy; or the ring from them."""
    from kedang.foundation.safekeeping.rekeying import escrow

    if not args.out:
        return _usage("请用 --out 指明写到哪里。")
    out, ring = Path(args.out), Path(args.ring) if args.ring else None
    if args.restore:
        return escrow.restore_from_shares([Path(one) for one in args.restore], out, ring)
    if args.identity:
        if not args.escrow:
            return _usage("用私钥恢复时，请用 --escrow 指明托管文件。")
        return escrow.restore_with_identity(Path(args.identity), Path(args.escrow), out, ring)
    if args.recipient:
        return escrow.escrow_to_recipient(actor=ACTOR, recipient=args.recipient, out=out)
    if not args.shares or not args.threshold:
        return _usage("请用 --shares N --threshold K 说明拆成几份、凑齐几份可恢复，或用 --recipient KEY。")
    from kedang.project.cli._key_shares import print_shares

    return escrow.escrow_to_shares(
        actor=ACTOR, count=args.shares, threshold=args.threshold, out=out, printer=print_shares
    )


def _usage(words: str) -> dict[str, Any]:
    print(words, file=sys.stderr)
    raise SystemExit(2)
