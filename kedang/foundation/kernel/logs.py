"""Log lines as JSON, one object a line, and never with anybody's data in them.

A line says when, how grave, which logger, which request or job, and what happened in words of the program. It leaves out what
libraries fill into their messages (addresses, values) and the text of exceptions: a database says in it which number was
taken twice. The kind of an exception and the places it came through are enough to find the fault.
"""

import logging
import traceback
from datetime import UTC, datetime
from typing import Any

import orjson

from kedang.foundation.kernel import context

OURS = "kedang"
FACTS = ("view", "method", "status", "ms", "actor")
FRAMES = 12


class JsonLines(logging.Formatter):
    """Formatter of the lines."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return orjson.dumps(facts_of(record), default=str).decode()


class TextLines(logging.Formatter):
    """The same facts for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = facts_of(record)
        head = [str(line.pop(name)) for name in ("time", "level", "logger", "message")]
        return " ".join([*head, *(f"{name}={value}" for name, value in line.items())])


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a line says."""
    origin = context.current()
    line: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": _told(record),
    }
    request_id = getattr(record, "request_id", "") or origin.request_id
    if request_id:
        line["request_id"] = request_id
    if origin.job_id is not None:
        line["job"] = origin.job_id
    line |= {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
    if record.exc_info and record.exc_info[1] is not None:
        line |= {"error": _kinds(record.exc_info[1]), "trace": _places(record.exc_info[1])}
    return line


def _told(record: logging.LogRecord) -> str:
    """Our own messages name numbers of records only; those of libraries are told without what was filled in."""
    is_ours = record.name == OURS or record.name.startswith(f"{OURS}.")
    return record.getMessage() if is_ours else str(record.msg)[:200]


def _kinds(error: BaseException) -> str:
    """Kind of an exception, and of those it came from."""
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < 5:
        kinds.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
        cause = cause.__cause__ or cause.__context__
    return " < ".join(kinds)


def _places(error: BaseException) -> list[str]:
    """The last places that it came through: file, line, function; never the values there."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [f"{'/'.join(frame.filename.split('/')[-3:])}:{frame.lineno} {frame.name}" for frame in frames]
