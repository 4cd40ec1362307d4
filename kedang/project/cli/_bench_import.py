"""``kedang bench import``: a whole import into a scratch base, against bare COPY or executemany of the same rows in the same run.

The measured base is a new file or a new database that is removed afterwards; the installation's own data is not touched.
"""

import argparse
import csv
import gzip
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import connection, transaction

from kedang.foundation.kernel.checks import uscc
from kedang.foundation.kernel.refused import Refused
from kedang.project.cli import json_flag

HEADINGS = (
    "企业名称",
    "统一社会信用代码",
    "注册日期",
    "企业类型",
    "法人代表",
    "注册资金",
    "经营范围",
    "所在省份",
    "地区",
    "注册地址",
)
PLACES = (("广东", "中山"), ("广东", "深圳"), ("浙江", "宁波"), ("江苏", "苏州"), ("四川", "成都"), ("山东", "青岛"))
BRANDS = "宏达恒信华瑞金鼎永盛博远天成嘉禾东升正泰祥云康宁明德安顺和润广源星辰海纳汇通新锐百川"
TRADES = ("机械", "阀门", "电子科技", "食品", "建材", "服饰", "物流", "化工", "医疗器械", "五金制品")


def add_parser(subparsers: Any) -> None:
    """``import``."""
    parser = subparsers.add_parser("import", help="整个导入过程的速度，与同一引擎直接写入同样的行对比")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="要导入的表（默认用生成的数据）")
    parser.add_argument("--rows", type=int, default=20_000, help="没有 FILE 时生成的行数")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """A tenth of the file into one scratch base, the whole into another, then the same rows bare."""
    if args.inside:
        return measure_inside(args.file)
    with tempfile.TemporaryDirectory(prefix="kedang-bench-") as folder:
        whole = args.file or generated(Path(folder) / "customers.csv", args.rows)
        if not whole.is_file():
            raise Refused("file_missing", f"读不到文件“{whole}”，请检查路径。")
        tenth = first_tenth(whole, Path(folder) / "tenth.csv")
        small, large = in_scratch(tenth), in_scratch(whole)
    return {
        "engine": connection.vendor,
        **{name: large[name] for name in ("rows", "created", "duplicates", "rejected", "seconds", "rows_per_second")},
        "raw_rows_per_second": large["raw_rows_per_second"],
        "ratio": round(large["rows_per_second"] / large["raw_rows_per_second"], 3),
        "tenth": {name: small[name] for name in ("rows", "seconds", "rows_per_second")},
        "scaling": round(large["rows_per_second"] / small["rows_per_second"], 2),
        "undo": large["undo"],
        **{name: large[name] for name in ("peak_rss_mib", "cpu_seconds", "timings")},
    }


def in_scratch(file: Path) -> dict[str, Any]:
    """Run the measurement in a process of its own on a base of its own."""
    with tempfile.TemporaryDirectory(prefix="kedang-bench-") as folder, scratch_url(Path(folder)) as url:
        environment = {**os.environ, "KEDANG_DATA_DIR": folder, "KEDANG_DATABASE_URL": url}
        command = [
            sys.executable,
            "-m",
            "kedang.project.cli",
            "bench",
            "import",
            str(file.resolve()),
            "--inside",
            "--json",
        ]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if not done.stdout.strip():
            raise Refused("bench_failed", f"测量没有完成：{done.stderr.strip()[-400:]}")
        answer: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        if "error" in answer:
            raise Refused("bench_failed", answer["error"])
        return answer


@contextmanager
def scratch_url(folder: Path) -> Iterator[str]:
    """Address of an empty base of the same engine."""
    if connection.vendor != "postgresql":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    name = f"kedang_bench_{secrets.token_hex(4)}"
    quoted = connection.ops.quote_name(name)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {quoted}")
    try:
        yield urlunsplit(urlsplit(os.environ["KEDANG_DATABASE_URL"])._replace(path=f"/{name}"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")


def measure_inside(file: Path) -> dict[str, Any]:
    """In the scratch base: set up, import, undo, and write the same rows bare."""
    from django.core.management import call_command

    from kedang.foundation.access.models import Fonds
    from kedang.foundation.kernel import clock, keys
    from kedang.project.cli.import_ import import_customers, import_undo

    keys.create_ring(keys.ring_path())
    call_command("migrate", interactive=False, verbosity=0)
    Fonds.objects.create(code="bench", name="测量", created_at=clock.now())
    options = {
        "file": file,
        "username": "",
        "template": "",
        "on_duplicate": "skip",
        "sheet": "",
        "dry_run": False,
        "report": None,
    }
    answer = import_customers(argparse.Namespace(**options))
    answer["raw_rows_per_second"] = round(answer["created"] / bare_seconds())
    undone = import_undo(argparse.Namespace(batch=answer["batch"], username="", reason="测量"))
    answer["undo"] = {name: undone[name] for name in ("reversed", "seconds")}
    return answer


def bare_seconds() -> float:
    """Seconds to write all customers into an empty table with the same columns and indexes, a thousand rows a transaction."""
    with connection.cursor() as cursor:
        _bare_table(cursor)
        cursor.execute("SELECT * FROM customers_customer ORDER BY id")
        rows = cursor.fetchall()
    marks = ", ".join(["%s"] * len(rows[0]))
    started = time.monotonic()
    for first in range(0, len(rows), 1000):
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy("COPY bench_bare FROM STDIN") as copy:
                    for row in rows[first : first + 1000]:
                        copy.write_row(row)
            else:
                cursor.executemany(f"INSERT INTO bench_bare VALUES ({marks})", rows[first : first + 1000])  # noqa: S608  # placeholders only
    return time.monotonic() - started


def _bare_table(cursor: Any) -> None:
    if connection.vendor == "postgresql":
        cursor.execute("CREATE TABLE bench_bare (LIKE customers_customer INCLUDING ALL)")
        return
    cursor.execute(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'customers_customer' AND sql IS NOT NULL ORDER BY type DESC"
    )
    for (sql,) in cursor.fetchall():
        copied = sql.replace("customers_customer", "bench_bare", 1)
        for verb in ("CREATE INDEX ", "CREATE UNIQUE INDEX "):
            copied = copied.replace(f'{verb}"', f'{verb}"bare_', 1)
        cursor.execute(copied.replace('ON "customers_customer"', 'ON "bench_bare"'))


def first_tenth(whole: Path, tenth: Path) -> Path:
    """The heading and the first tenth of the rows; workbooks are measured whole."""
    opener = gzip.open if whole.suffix == ".gz" else open
    try:
        with opener(whole, "rt", encoding="utf-8-sig") as source:
            count = sum(1 for _ in source)
        with opener(whole, "rt", encoding="utf-8-sig") as source, tenth.open("w", encoding="utf-8") as out:
            out.writelines(islice(source, 1 + count // 10))
    except UnicodeDecodeError:
        return whole
    return tenth


def generated(path: Path, rows: int) -> Path:
    """Plausible enterprises with valid credit codes."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADINGS)
        for number in range(rows):
            province, city = PLACES[number % len(PLACES)]
            body = f"91442000MA5{number:06d}"
            brand = (
                BRANDS[number % 40] + BRANDS[number // 40 % 40] + BRANDS[number // 1600 % 40] + BRANDS[number // 7 % 40]
            )
            trade = TRADES[number % len(TRADES)]
            writer.writerow(
                (
                    f"{city}市{brand}{trade}有限公司", body + uscc.check_character(body + "0"),
                    f"20{number % 20:02d}-{number % 12 + 1:02d}-{number % 28 + 1:02d}", "有限责任公司",
                    f"陈{BRANDS[number % 37]}", f"{number % 900 + 50}(万元人民币)",
                    f"{trade}的生产、加工与销售；货物进出口；技术服务。", province, city, f"{city}市工业路{number % 300 + 1}号",
                )
            )  # fmt: skip
    return path
