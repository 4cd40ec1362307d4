"""The near side of the confined process: a file goes in, frames come out, and whatever the file does stays in there.

The process has its own limits of memory and processor time, may write no file and has no environment. It is killed when a frame takes
too long. What it dies of is told apart: too slow, too heavy, broken.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO

from django.conf import settings

from kedang.foundation.kernel import compiled
from kedang.foundation.kernel.sure import sure

ROOT = Path(__file__).resolve().parents[4]
START = "import sys; sys.path.append({root!r}); from kedang.foundation.files.reading.child.door import main; main()"
MOST_BYTES = 256 << 20
"""Larger files are kept, but neither shown nor read."""
MEMORY_MB = {"text": 1536, "pictures": 1536, "recognise": 6144}
CPU_SECONDS = {"text": 300, "pictures": 120, "recognise": 3600}
FRAME_SECONDS = {"text": 40.0, "pictures": 40.0, "recognise": 90.0}
BLOCK = 1 << 16
_CODES = {signal.SIGXCPU: "too_slow", signal.SIGKILL: "too_slow", signal.SIGABRT: "too_heavy"}

Frame = tuple[dict[str, Any], bytes]


class FileTrouble(Exception):
    """The file gives no text or picture; ``code`` has its sentence in ``sentences.py``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Confined:
    """One confined process for one task. Use as a context manager; it is gone when the block ends."""

    def __init__(self, task: str, *, python: str = "") -> None:
        self._task = task
        limits = [str(MEMORY_MB[task]), str(CPU_SECONDS[task])]
        ours = [] if python else compiled.arguments()
        self._process = subprocess.Popen(
            [python or sys.executable, "-I", "-B", *ours, "-c", START.format(root=str(ROOT)), task, *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what libraries complain about may quote the file
            cwd="/",
            env={"LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1"},
            close_fds=True,
            start_new_session=True,
        )
        self._in: IO[bytes] = sure(self._process.stdin)
        self._out: IO[bytes] = sure(self._process.stdout)
        self._buffer = bytearray()

    def __enter__(self) -> "Confined":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def ask(self, request: dict[str, Any], content: BinaryIO | bytes, size: int) -> Iterator[Frame]:
        """Send a request with a content of ``size`` bytes; frames as they come.

        Raises:
            FileTrouble: what the process says or died of.
        """
        if size > MOST_BYTES:
            raise FileTrouble("too_big")
        feeder = threading.Thread(target=self._feed, args=(request, content, size), daemon=True)
        feeder.start()
        try:
            while True:
                head = json.loads(self._line())
                body = self._exactly(head.pop("bytes"))
                if head.get("error"):
                    raise FileTrouble(head["error"])
                if head.get("end"):
                    return
                yield head, body
        finally:
            feeder.join(timeout=0.05)

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        for pipe in (self._in, self._out):
            with contextlib.suppress(OSError):
                pipe.close()
        self._process.wait()

    def _feed(self, request: dict[str, Any], content: BinaryIO | bytes, size: int) -> None:
        """Beside the reading, as both pipes are short; a process that died is noticed by who reads."""
        with contextlib.suppress(OSError, ValueError):
            self._in.write(json.dumps({**request, "bytes": size}).encode() + b"\n")
            if isinstance(content, bytes):
                self._in.write(content)
            else:
                while block := content.read(BLOCK):
                    self._in.write(block)
            self._in.flush()

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            self._more()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._more()
        content = bytes(self._buffer[:size])
        del self._buffer[:size]
        return content

    def _more(self) -> None:
        deadline = time.monotonic() + FRAME_SECONDS[self._task]
        if not select.select([self._out], [], [], max(deadline - time.monotonic(), 0))[0]:
            self.kill()
            raise FileTrouble("too_slow")
        block = os.read(self._out.fileno(), 1 << 20)
        if not block:
            raise FileTrouble(
                _CODES.get(signal.Signals(-code), "broken") if (code := self._process.wait()) < 0 else "too_heavy"
            )
        self._buffer += block


def recogniser() -> str:
    """The Python that recognises text: the one of the setting, else our own where the component is there; empty when nowhere."""
    named = str(getattr(settings, "OCR_PYTHON", "") or "")
    if named:
        return named if os.access(named, os.X_OK) else ""
    import importlib.util

    return sys.executable if importlib.util.find_spec("rapidocr") and importlib.util.find_spec("onnxruntime") else ""
