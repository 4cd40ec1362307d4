"""Workbooks are opened in a process of their own, which may be killed by its limits without harm to this one."""

from __future__ import annotations

import json
import marshal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kedang.business.intake.reading import limits
from kedang.business.intake.reading.table import Merge, SheetInfo
from kedang.foundation.kernel import compiled
from kedang.foundation.kernel.refused import Refused

_CHILD = Path(__file__).with_name("workbook_child.py")
_SENTENCES = {
    "workbook_locked": "工作簿有打开密码，请先在 Excel 中取消密码后再导入",
    "sheet_missing": "工作簿里没有选定的工作表，请重新选择",
    "workbook_too_large": "工作簿太大，打开时超出内存限制。请另存为 .csv（推荐“CSV UTF-8”）后再导入，行数不限",
    "workbook_broken": "工作簿不完整或已损坏，无法打开。请用 Excel 或 WPS 打开后另存为新的 .xlsx 再导入",
}


class Workbook:
    """One reading of one sheet: first what it is, then its rows. Close it to end the process early."""

    def __init__(self, path: Path, sheet: str = "", memory: int = limits.WORKBOOK_MEMORY) -> None:
        job = {"path": "/dev/stdin", "sheet": sheet, "memory": memory, "seconds": limits.WORKBOOK_SECONDS}
        with path.open("rb") as source:  # handed over open: a copy in memory has no name outside of its process
            self._process = subprocess.Popen(
                [sys.executable, "-I", *compiled.arguments(), str(_CHILD), json.dumps(job)],
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        try:
            meta = self._receive()
            if meta[0] != "meta":
                raise Refused("workbook_broken", _SENTENCES["workbook_broken"])
        except BaseException:
            self.close()
            raise
        told: dict[str, Any] = meta[1]
        self.sheets = tuple(SheetInfo(name, visible) for name, visible in told["sheets"])
        self.sheet: str = told["sheet"]
        self.left: int = told["left"]
        self.height: int = told["top"] + told["height"]
        self.merges = [Merge(*area) for area in told["merged"]]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Rows with their line numbers; blank ones are left out."""
        while True:
            message = self._receive()
            if message[0] == "end":
                self.close()
                return
            line, batch = message[1], message[2]
            for cells in batch:
                yield line, cells
                line += 1

    def close(self) -> None:
        """Ends the process, whether it has finished or not."""
        if self._process.stdout is not None:
            self._process.stdout.close()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def _receive(self) -> tuple[Any, ...]:
        stream = self._process.stdout
        if stream is None or stream.closed:
            return ("end", 0)
        head = stream.read(4)
        frame = stream.read(int.from_bytes(head, "big")) if len(head) == 4 else b""
        if len(head) < 4 or len(frame) < int.from_bytes(head, "big"):
            self.close()
            # The process ended in the middle: by its own abort (memory), or by the limit on processor time.
            raise Refused("workbook_too_large", _SENTENCES["workbook_too_large"])
        message: tuple[Any, ...] = marshal.loads(frame)  # noqa: S302 (our own child wrote it)
        if message[0] == "error":
            self.close()
            code = message[1] if message[1] in _SENTENCES else "workbook_broken"
            raise Refused(code, _SENTENCES[code], detail=message[2])
        return message
