"""Files that tests bring in, and the short way through the whole bench."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kedang.business.intake.models import ImportBatch
from kedang.business.intake.services import batch_commit, batch_map, batch_stage, batch_undo, batch_upload
from kedang.foundation.jobs.inline import work_here
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.checks import uscc

HEADINGS = ("企业名称", "统一社会信用代码", "法定代表人", "注册资本", "成立日期", "联系电话", "地址")
BRANDS = "青山白水长风明月松石云溪海棠银杏丹枫玉兰金桂红梅翠竹幽兰秋菊春桃夏荷冬青"


def code(number: int) -> str:
    """A valid credit code for every number."""
    body = f"91440300MA5{number:06d}"[:17].ljust(17, "0")
    return body + uscc.check_character(body + "0")


def row(number: int, **changes: str) -> list[str]:
    """One ordinary row; ``changes`` by heading."""
    brand = BRANDS[number % 36] + BRANDS[(number * 7 + number // 36) % 36] + BRANDS[(number // 5 + 3) % 36]
    values = {
        "企业名称": f"深圳市{brand}{number}号机械有限公司",
        "统一社会信用代码": code(number),
        "法定代表人": "王小明",
        "注册资本": "200(万元人民币)",
        "成立日期": "2015-03-04",
        "联系电话": "0755-26712345",
        "地址": "深圳市南山区科苑路15号",
    }
    return list({**values, **changes}.values())


def table(rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS) -> bytes:
    """A CSV file."""
    out = io.StringIO()
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue().encode()


def staged(actor: Actor, content: bytes | Path, name: str = "客户.csv", **choices: Any) -> ImportBatch:
    """A file brought in, mapped as suggested and checked."""
    source = content if isinstance(content, Path) else io.BytesIO(content)
    batch = batch_upload(actor=actor, file_name=name, source=source)
    batch_map(actor=actor, batch_id=batch.pk, **choices)
    work_here(lambda: batch_stage(actor=actor, batch_id=batch.pk))
    return again(batch)


def imported(actor: Actor, content: bytes | Path, name: str = "客户.csv", **choices: Any) -> ImportBatch:
    """A file brought in, checked and written."""
    batch = staged(actor, content, name, **choices)
    work_here(lambda: batch_commit(actor=actor, batch_id=batch.pk))
    return again(batch)


def undone(actor: Actor, batch: ImportBatch, reason: str = "导错了文件") -> ImportBatch:
    """The batch taken back."""
    work_here(lambda: batch_undo(actor=actor, batch_id=batch.pk, reason=reason))
    return again(batch)


def again(batch: ImportBatch) -> ImportBatch:
    """The batch as it lies in the database now."""
    return ImportBatch.objects.get(pk=batch.pk)


def outcomes(batch: ImportBatch) -> dict[str, int]:
    """The five outcomes of a batch, those that happened."""
    names = ("created", "updated", "unchanged", "duplicates", "rejected")
    return {name: batch.counts[name] for name in names if batch.counts.get(name)}
