"""What was sent and what was acknowledged, written and synced before the next step, outside the data folder of the server."""

import json
import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SENT, GOOD, REFUSED, LOST, UNSENT = "sent", "good", "refused", "lost", "unsent"
"""Under way; acknowledged; answered with a no; never answered; never left, since nobody listened."""


@dataclass(slots=True)
class Act:
    """One act of a person: its kind, a token that occurs nowhere else, what it was about, how it was answered, and at which desk."""

    n: int
    kind: str
    token: str
    facts: dict[str, Any]
    state: str = SENT
    answer: dict[str, Any] = field(default_factory=dict)
    checked: bool = False
    ended_at: float = 0.0
    desk: str = ""


class Journal:
    """Append-only lines of JSON, each synced to the disk."""

    def __init__(self, path: Path, word: str) -> None:
        self.path, self.word = path, word
        self.acts: list[Act] = []
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()

    def send(self, kind: str, **facts: Any) -> Act:
        """Note an act before its request leaves."""
        with self._lock:
            n = len(self.acts)
            act = Act(n, kind, f"{self.word}{n:06d}z", facts, desk=threading.current_thread().name)
            self.acts.append(act)
            self._write({"n": n, "act": kind, "token": act.token, **facts})
        return act

    def end(self, act: Act, state: str, **answer: Any) -> None:
        """Note how an act was answered; this comes before anybody relies on it."""
        with self._lock:
            self._write({"n": act.n, "state": state, **answer})
            act.answer, act.ended_at = answer, time.monotonic()
            act.state = state

    def note(self, **line: Any) -> None:
        """Note something else: a kill, a restart, a finding."""
        with self._lock:
            self._write(line)

    def ended(self) -> list[Act]:
        """Acts whose answer has come or will never come, and that were not compared for good yet."""
        with self._lock:
            return [act for act in self.acts if act.state != SENT and not act.checked]

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps({"at": round(time.time(), 4), **line}, ensure_ascii=False) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
