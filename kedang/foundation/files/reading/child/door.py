"""The door of the confined process: limits first, then one request after the other, frames out."""

import json
import os
import resource
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from kedang.foundation.files.reading.child.answers import Frame, Task, Trouble

MEGABYTE = 1 << 20


def confine(memory_mb: int, seconds: int) -> None:
    """No more memory, time and files than this, whatever the file makes the libraries do."""
    _limit(resource.RLIMIT_AS, memory_mb * MEGABYTE)
    _limit(resource.RLIMIT_CPU, seconds)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, 128)
    os.umask(0o077)


def _limit(what: int, most: int) -> None:
    """Lower a limit; one that is lower already stays."""
    _soft, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))


def task_named(name: str) -> Task:
    """The function behind the name of a task."""
    if name == "text":
        from kedang.foundation.files.reading.child.text import read

        return read
    if name == "pictures":
        from kedang.foundation.files.reading.child.pictures import draw

        return draw
    if name == "recognise":
        from kedang.foundation.files.reading.child.recognising import recognise

        return recognise
    raise ValueError(name)


def main() -> None:
    """Serve requests until the other side closes. What libraries print must not get between the frames."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    requests = sys.stdin.buffer
    name, memory_mb, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    confine(memory_mb, seconds)
    task = task_named(name)
    while line := requests.readline():
        request = json.loads(line)
        content = requests.read(request.pop("bytes", 0))
        for head, body in _answered(task, request, content):
            put(out, head, body)


def _answered(task: Task, request: dict[str, Any], content: bytes) -> Iterator[Frame]:
    try:
        yield from task(request, content)
        yield {"end": True}, b""
    except Trouble as trouble:
        yield {"error": trouble.code}, b""
    except MemoryError:
        yield {"error": "too_heavy"}, b""
    except Exception as error:  # whatever a broken file makes a library raise; its text may quote the file
        yield {"error": "broken", "kind": type(error).__name__}, b""


def put(out: BinaryIO, head: dict[str, Any], body: bytes) -> None:
    """One frame: a line of JSON, then the bytes it announces."""
    out.write(json.dumps({**head, "bytes": len(body)}).encode() + b"\n" + body)
    out.flush()
