"""One person at work: does one thing after the other until told to stop, pauses when asked, and goes on after every crash."""

import random
import socket
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from tests.harness.crash.browser import Answer, Browser, Fields, Gone, NotSent
from tests.harness.crash.journal import GOOD, LOST, REFUSED, UNSENT, Act, Journal

AFTER_A_CRASH = 0.03
PROOF_LASTS = 8 * 60
"""Some acts want to know that it is still the same person; who signed in longer ago does so again."""


class Pace:
    """Stop and pause for all desks together."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.go = threading.Event()
        self.go.set()


class Desk(threading.Thread):
    """Base of all desks. ``choices`` gives what may be done now as (weight, deed)."""

    username = ""

    def __init__(self, port: int, journal: Journal, pace: Pace, seed: str) -> None:
        super().__init__(daemon=True, name=f"{type(self).__name__}-{self.username}")
        self.browser, self.journal, self.pace = Browser(port), journal, pace
        self.chance = random.Random(seed)
        self.is_idle = threading.Event()
        self.failures: list[str] = []
        self.others: dict[str, tuple[float, Browser]] = {}

    def choices(self) -> list[tuple[int, Callable[[], None]]]:
        raise NotImplementedError

    def run(self) -> None:
        while not self.pace.stopped.is_set():
            if not self.pace.go.is_set():
                self.is_idle.set()
                self.pace.go.wait(0.2)
                continue
            self.is_idle.clear()
            if not self.is_open():
                time.sleep(AFTER_A_CRASH)
                continue
            weights, deeds = zip(*self.choices(), strict=True)
            try:
                self.chance.choices(deeds, weights)[0]()
            except Gone:
                time.sleep(AFTER_A_CRASH)
            except Exception:
                self.failures.append(traceback.format_exc())
                if len(self.failures) > 20:
                    break
                time.sleep(0.2)
        self.is_idle.set()

    def is_open(self) -> bool:
        """Somebody listens; nobody types into a page that does not load."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.browser.port)) == 0

    def another(self, username: str) -> Browser:
        """The browser of somebody else who has a part in this, signed in lately."""
        since, browser = self.others.get(username, (0.0, None))
        if browser is None or time.monotonic() - since > PROOF_LASTS:
            browser = Browser(self.browser.port)
            try:
                browser.sign_in(username)
            except (AssertionError, LookupError) as error:  # the door is shut at this moment
                raise Gone(str(error)[:120]) from error
            self.others[username] = (time.monotonic(), browser)
        return browser

    def page(self, path: str, by: Browser | None = None) -> Answer:
        """A page that is only looked at; a page that fails while the database is away is tried again by the next deed."""
        answer = (by or self.browser).get(path)
        if answer.status >= 500:
            raise Gone(f"{path}: {answer.status}")
        if answer.status != 200:
            raise LookupError(f"{path}: {answer.status} {answer.location}")
        return answer

    def do(
        self,
        kind: str,
        path: str,
        typed: Callable[[str], Fields],
        *,
        good: Callable[[Answer], bool] | None = None,
        by: Browser | None = None,
        **facts: Any,
    ) -> tuple[Act, Answer | None]:
        """Send a form as an act of the journal, in another person's browser where one is given."""
        act = self.journal.send(kind, path=path, **facts)
        return act, self.outcome(act, lambda: (by or self.browser).post(path, typed(act.token)), good)

    def outcome(
        self, act: Act, ask: Callable[[], Answer], good: Callable[[Answer], bool] | None = None
    ) -> Answer | None:
        """Send, and write down how it was answered."""
        try:
            answer = ask()
        except NotSent:
            self.journal.end(act, UNSENT)
            time.sleep(AFTER_A_CRASH)
            return None
        except Gone as gone:
            self.journal.end(act, LOST, why=str(gone)[:120])
            time.sleep(AFTER_A_CRASH)
            return None
        is_good = (
            good(answer)
            if good
            else answer.status == 302 and "/sign-in/" not in answer.location and not answer.is_refusal
        )
        if is_good:
            self.journal.end(act, GOOD, status=answer.status, to=answer.location)
        elif answer.status >= 500:
            self.journal.end(act, LOST, status=answer.status)
        else:
            self.journal.end(act, REFUSED, status=answer.status, to=answer.location, why=answer.problem)
            if (
                answer.status not in (409, 422)
                and not answer.is_refusal
                and not answer.location.endswith("/operations/")
            ):
                self.failures.append(f"{act.kind} {act.facts} → {answer.status} {answer.location} {answer.text[:500]}")
        return answer
