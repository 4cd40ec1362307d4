"""``kedang bench files``: a large file comes in as an upload does, is read again as the fixity check does, and goes again.

All of the work of storing but its one row in the database: sealing while it streams, both digests, reading back, looking at its kind.
``--http`` adds a real upload of the same size through the web server. ``--suite`` measures under a passing key of that suite.
"""

import argparse
import hashlib
import os
import time
from collections.abc import Iterator
from typing import Any

from kedang.foundation.kernel import keys
from kedang.foundation.kernel.key_ring import FILES, fresh_ring
from kedang.foundation.kernel.suites import SUITES
from kedang.project.cli import json_flag
from kedang.project.cli._measure import Measure

MB, MIB = 1_000_000, 1 << 20
PIECE = 64 << 10
"""As Django hands an upload on."""


def add_parser(subparsers: Any) -> None:
    """``files``."""
    parser = subparsers.add_parser("files", help="文件存入（加密、双摘要、读回）与核验的速度和内存")
    parser.add_argument("--mib", type=int, default=1024, help="大文件有多少 MiB")
    parser.add_argument("--small", type=int, default=500, help="另存多少份 60 KB 的小文件")
    parser.add_argument("--suite", choices=SUITES, help="按哪一套密码算法测（默认为系统现用的密钥）")
    parser.add_argument("--http", action="store_true", help="另经网页服务器真实上传一次（临时系统，测后删除）")
    json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Store, check, remove."""
    if args.suite:
        keys.use_ring(fresh_ring(args.suite))
    with Measure() as whole:
        before = whole._process.memory_info().rss
        large = _measured([args.mib * MIB])
        small = _measured([60_000] * args.small) if args.small else {}
    return {
        "file_mib": args.mib,
        "suite": keys.active_cipher(FILES)[1].suite,
        "store_mb_per_second": large["store"],
        "fixity_mb_per_second": large["fixity"],
        "store_mb_per_cpu_second": large["store_cpu"],
        "fixity_mb_per_cpu_second": large["fixity_cpu"],
        "faults": large["faults"] + small.get("faults", 0),
        "small_files_per_second": round(args.small / small["store_seconds"], 1) if small else None,
        "small_fixity_per_second": round(args.small / small["fixity_seconds"], 1) if small else None,
        "peak_rss_mib": whole.peak_mib,
        "start_rss_mib": before // MIB,
        "raw_mb_per_second": _raw(),
        "processors": os.cpu_count(),
        **({"upload": _uploaded(args.mib)} if args.http else {}),
    }


def _uploaded(mib: int) -> dict[str, Any]:
    """The same size through the web server. It has its passing installation beside the data folder's own passing files."""
    from kedang.foundation.kernel import scratch
    from kedang.project.cli import _uploading

    noise = os.urandom(4 * MIB)
    return _uploading.measured(
        mib, (noise[at * PIECE % len(noise) :][:PIECE] for at in range(mib * MIB // PIECE)), noise[:64], scratch.here()
    )


def _measured(sizes: list[int]) -> dict[str, Any]:
    from kedang.foundation.files import places
    from kedang.foundation.files.fixity.looking import look_at
    from kedang.foundation.files.models import StoredFile
    from kedang.foundation.files.services.storing import take_in
    from kedang.foundation.kernel import stores

    made: list[StoredFile] = []
    total = sum(sizes) / MB
    try:
        began, worked = time.monotonic(), time.process_time()
        for size in sizes:
            where = places.fresh()
            made.append(StoredFile(name="测速.bin", place=where))
            digests, _seen = take_in(where, "测速.bin", pieces(size))
            made[-1].size, made[-1].sha256, made[-1].sm3 = digests.size, digests.sha256, digests.sm3
        stored, store_cpu = time.monotonic() - began, time.process_time() - worked
        began, worked = time.monotonic(), time.process_time()
        faults = sum(look_at(row, lambda count: None) is not None for row in made)
        checked, fixity_cpu = time.monotonic() - began, time.process_time() - worked
    finally:
        for row in made:
            stores.discard(places.path_of(row.place))
    return {
        "store": round(total / stored, 1), "fixity": round(total / checked, 1), "faults": faults,
        "store_seconds": stored, "fixity_seconds": checked,
        "store_cpu": round(total / store_cpu, 1), "fixity_cpu": round(total / fixity_cpu, 1),
    }  # fmt: skip


def pieces(size: int) -> Iterator[bytes]:
    """So many bytes that no disk or link makes smaller."""
    noise = os.urandom(PIECE * 64)
    for number in range(-(-size // PIECE)):
        at = number * PIECE % len(noise)
        yield noise[at : at + min(PIECE, size - number * PIECE)]


def _raw() -> dict[str, float]:
    """What this machine reckons of each digest by itself, for comparison."""
    block, told = os.urandom(16 * MIB), {}
    for name in ("sha256", "sm3"):
        began = time.monotonic()
        hashlib.new(name, block).digest()
        told[name] = round(len(block) / MB / (time.monotonic() - began), 1)
    return told
