"""One run: people work, processes die, everything starts again, and what lies there is compared with what was acknowledged."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.harness.crash.acts.archive import FilingDesk
from tests.harness.crash.acts.asking import AskingDesk
from tests.harness.crash.acts.care import CareDesk
from tests.harness.crash.acts.custody import CustodyDesk
from tests.harness.crash.acts.customers import CustomerDesk, SecondCustomerDesk
from tests.harness.crash.acts.deciding import DecidingDesk
from tests.harness.crash.acts.desk import Desk, Pace
from tests.harness.crash.acts.handing import HandingDesk
from tests.harness.crash.acts.imports import ImportDesk, SecondImportDesk
from tests.harness.crash.acts.leaving import LeavingDesk
from tests.harness.crash.acts.lending import LoanDesk
from tests.harness.crash.acts.others import BackupDesk, ExportDesk, PeopleDesk
from tests.harness.crash.browser import Browser, Gone
from tests.harness.crash.compare import base
from tests.harness.crash.compare.acts import ABSENT, THERE, state_of
from tests.harness.crash.compare.batches import batches
from tests.harness.crash.compare.care import readings
from tests.harness.crash.compare.deciding import effects
from tests.harness.crash.compare.files import files
from tests.harness.crash.compare.leaving import leavings
from tests.harness.crash.compare.lending import loans
from tests.harness.crash.compare.outbox import doubles, due, outbox
from tests.harness.crash.compare.sets import sets
from tests.harness.crash.compare.standing import remember_gaps, standing
from tests.harness.crash.compare.whole import engine, index, jobs, ledger, replay, versions
from tests.harness.crash.journal import GOOD, LOST, REFUSED, SENT, UNSENT, Journal
from tests.harness.crash.plan import Kill, plan_of
from tests.harness.crash.post import Post
from tests.harness.crash.report import Report
from tests.harness.crash.server import Kedang
from tools.postgres import Server

DESKS: tuple[type[Desk], ...] = (
    CustomerDesk,
    SecondCustomerDesk,
    ImportDesk,
    SecondImportDesk,
    PeopleDesk,
    ExportDesk,
    BackupDesk,
    FilingDesk,
    CustodyDesk,
    HandingDesk,
    AskingDesk,
    CareDesk,
    LoanDesk,
    LeavingDesk,
    DecidingDesk,
)
READY_WITHIN = 30.0
QUIET_WITHIN = 120.0
LEAVERS, LEAVERS_A_KILL = 10, 0.25
"""People of the base who will leave: some, and more for longer runs."""
SWEPT_WITHIN = 25.0
MOST_FINDINGS = 12
START = datetime(2000, 1, 1, tzinfo=UTC)
MET_WITHIN = 40
"""Kills after which everybody must have done something that was acknowledged."""


def drawn(seed: int, engine: str, count: int, only: str = "") -> tuple[type[Desk], ...]:
    """So many desks by chance, or all (0), or those named.

    The engines draw from both ends, so that two short runs with one seed meet everybody.
    """
    if only:
        return tuple(kind for kind in DESKS if kind.__name__.removesuffix("Desk") in only.split(","))
    names = list(DESKS)
    random.Random(f"desks-{seed}").shuffle(names)
    wanted = set((names if engine == "sqlite" else names[::-1])[: count or len(names)])
    return tuple(kind for kind in DESKS if kind in wanted)


class Run:
    """A base, a server, the people and the journal of one run."""

    def __init__(
        self,
        folder: Path,
        report: Report,
        database: Server | None,
        whole_every: int,
        post: Post,
        kinds: tuple[type[Desk], ...] = DESKS,
    ) -> None:
        self.folder, self.report, self.database, self.whole_every = folder, report, database, whole_every
        self.post, self.kinds = post, kinds
        self.word = f"t{random.Random(report.seed).randrange(36**3):05d}k"
        self.journal = Journal(folder / "journal.jsonl", self.word)
        self.pace, self.desks = Pace(), list[Desk]()
        self.kedang = Kedang(folder, database.url if database else "", report.plant, post.port)
        self.trail = base.Trail(self.word)
        self.first_customer = self.first_event = self.first_notice = self.compared_event = 0
        self.compared_at = START
        self.probe = 0

    def play(self, kills: int, budget: float) -> None:
        """The whole run."""
        self.prepare(LEAVERS + round(LEAVERS_A_KILL * kills))
        began = time.monotonic()
        try:
            for number, kill in enumerate(plan_of(self.report.seed, self.report.engine, kills), 1):
                self.round(number, kill)
                if number % self.whole_every == 0:
                    self.whole()
                    took = time.monotonic() - began
                    print(
                        f"  {number} kills in {took:.0f} s, {len(self.journal.acts)} acts, findings {len(self.report.findings)}",
                        flush=True,
                    )
                if len(self.report.findings) >= (1 if self.report.plant else MOST_FINDINGS) or (
                    budget and time.monotonic() - began > budget
                ):
                    break
            self.pace.stopped.set()
            self.whole(last=True)
            self.everybody_met()
        finally:
            self.pace.stopped.set()
            self.report.seconds = time.monotonic() - began
            self.kedang.stop()
            base_close()

    def prepare(self, leavers: int) -> None:
        done = self.kedang.run("tests.harness.crash.base", str(leavers))
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        base.connect(self.folder / "data", self.database.url if self.database else "")
        with base.moment():
            from kedang.business.customers.models import Customer
            from kedang.foundation.audit.models import Event
            from kedang.foundation.notices.models import Notice

            self.first_notice = Notice.objects.order_by("-id").values_list("id", flat=True)[0]
            self.first_customer = Customer.objects.order_by("-id").values_list("id", flat=True)[0]
            self.compared_event = self.first_event = self.trail.seen = Event.objects.order_by("-id").values_list(
                "id", flat=True
            )[0]
            remember_gaps()
            for what in (*ledger(), *standing(), *index(), *loans(), *leavings(), *effects()):
                raise RuntimeError(f"the base is not sound to begin with: {what}")
        self.kedang.start()
        self.witness = Browser(self.kedang.port)
        self.wait_until_served()
        self.witness.sign_in("shenzhixing")
        for number, kind in enumerate(self.kinds):
            desk = kind(self.kedang.port, self.journal, self.pace, f"{self.report.seed}-{number}")
            desk.browser.sign_in(desk.username)
            self.desks.append(desk)
        self.report.desks = [desk.name for desk in self.desks]
        self.wait_until_ready()
        for desk in self.desks:
            desk.start()

    # One kill

    def round(self, number: int, kill: Kill) -> None:
        time.sleep(kill.after)
        members = self.kedang.grown_up(kill.target)
        everybody = [pid for pids in members.values() for pid in pids]
        self.journal.note(kill=number, target=kill.target, after=round(kill.after, 3))
        moment = time.monotonic()
        self.strike(kill, members)
        self.report.kills[kill.target] += 1
        if kill.target in ("parent", "all"):
            self.kedang.start()
        self.wait_until_ready(kill, members)
        self.report.ready.append(time.monotonic() - moment)
        bereft = {"parent": everybody, "all": everybody, "web": members["page"]}.get(kill.target, [])
        for pid in self.kedang.left_over(bereft):
            self.report.find(f"after the death of {kill.target} process {pid} ran on with nobody to look after it")
        self.journal.note(ready=number, seconds=round(self.report.ready[-1], 3))
        self.compare_acts()

    def strike(self, kill: Kill, members: dict[str, list[int]]) -> None:
        if kill.target == "all":
            if self.database and kill.pick < 0.5:
                self.database.kill()
            self.kedang.kill([pid for pids in members.values() for pid in pids])
            if self.database and kill.pick < 0.5:
                self.database.start_again()
        elif kill.target == "database":
            assert self.database
            self.database.kill()
            time.sleep(kill.pick)
            self.database.start_again()
        elif kill.target == "backend":
            assert self.database
            found = self.database.backends()
            self.kedang.kill(found[int(kill.pick * len(found)) :][:1])
        else:
            some = members[kill.target]
            self.kedang.kill(some[int(kill.pick * len(some)) :][:1])

    def wait_until_served(self) -> None:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            try:
                if self.witness.get("/sign-in/").status in (200, 302):
                    return
            except Gone:
                pass
            if not self.kedang.is_running:
                raise RuntimeError(f"kedang serve ended: {(self.folder / 'server.log').read_text()[-3000:]}")
            time.sleep(0.02)
        raise RuntimeError(f"no answer in {READY_WITHIN} s: {(self.folder / 'server.log').read_text()[-3000:]}")

    def wait_until_ready(self, kill: Kill | None = None, before: dict[str, list[int]] | None = None) -> None:
        """The door opens, a change is accepted, and the worker is there."""
        self.wait_until_served()
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            try:
                if self.write_something() and self.has_worker(kill, before):
                    return
            except (Gone, LookupError):
                pass
            time.sleep(0.02)
        self.report.find(f"not ready {READY_WITHIN} s after a kill of {kill.target if kill else 'nothing'}")

    def write_something(self) -> bool:
        page = self.witness.get("/customers/1/former-name/")
        if page.status != 200:
            return False
        self.probe += 1
        return (
            self.witness.post(
                "/customers/1/former-name/", page.form().filled(name=f"见证{self.word}{self.probe}")
            ).status
            == 302
        )

    def has_worker(self, kill: Kill | None, before: dict[str, list[int]] | None) -> bool:
        workers = set(self.kedang.members()["worker"])
        return (
            bool(workers - set((before or {}).get("worker", []))) if kill and kill.target == "worker" else bool(workers)
        )

    def everybody_met(self) -> None:
        """A desk that never did anything proves nothing."""
        busy = {act.desk for act in self.journal.acts if act.state == GOOD}
        if not self.report.plant and sum(self.report.kills.values()) >= MET_WITHIN:
            for desk in self.desks:
                if desk.name not in busy:
                    self.report.find(f"{desk.name} did nothing that was acknowledged")

    # Comparing

    def compare_acts(self) -> None:
        """Acts that have ended since the last look, each by its token."""
        ended = self.journal.ended()
        with base.moment():
            self.trail.follow()
            for act in ended:
                state = state_of(act, self.trail)
                act.checked = True
                where = f"{act.kind} {act.token} {act.facts}"
                if state.startswith("half"):
                    self.report.find(f"half: {where} was {act.state}: {state}")
                elif act.state == GOOD and state == ABSENT:
                    self.report.find(f"acknowledged and lost: {where}")
                elif act.state in (REFUSED, UNSENT) and state == THERE:
                    self.report.find(f"{act.state} and there all the same: {where} {act.answer}")
                elif act.state == LOST and state == THERE:
                    self.report.remarks["in flight, came through"] += 1
        for desk in self.desks:
            while desk.failures:
                self.report.find(f"{desk.name}: {desk.failures.pop()}")

    def whole(self, *, last: bool = False) -> None:
        """Everybody pauses, the worker comes to an end with its work, and everything is compared: what came since the last time, at the
        end all of it.
        """
        began = time.monotonic()
        with self.quiet():
            waited, calm = time.monotonic() - began, datetime.fromtimestamp(time.time(), UTC)
            self.compare_acts()
            self.report.compared += 1
            since, after = (self.first_event, START) if last else (self.compared_event, self.compared_at)
            with base.moment():
                self.compared_event, self.compared_at = self.trail.seen, datetime.fromtimestamp(time.time() - 90, UTC)
                for check in (
                    replay(since), versions(self.first_customer, since, after), ledger(), index(), jobs(since, calm),
                    batches(self.journal.acts), sets(self.journal.acts),
                    standing(self.journal.acts), loans(), leavings(), effects(), readings(self.first_event),
                    outbox(self.post.letters(), self.first_notice, sum(self.report.kills.values())),
                ):  # fmt: skip
                    for what in check:
                        self.report.find(what)
                self.parked()
                self.report.remarks["messages sent twice"] = doubles(self.post.letters(), self.first_notice)
                self.report.remarks["messages"] = self.post.letters().total()
            for what in self.left_lying():
                self.report.find(what)
            if last or self.report.compared % 4 == 0:
                with writable():
                    for what in engine():
                        self.report.find(what)
        self.report.remarks["seconds of whole comparisons"] += round(time.monotonic() - began)
        self.report.remarks["of which waiting for the worker"] += round(waited)

    def left_lying(self) -> list[str]:
        """Files that nobody needs; the sweep of the worker comes every few seconds and is given time."""
        until = time.monotonic() + SWEPT_WITHIN
        while True:
            with base.moment():
                found = list(files(self.folder / "data"))
            if not found or time.monotonic() > until:
                return found
            time.sleep(0.3)

    def parked(self) -> None:
        from kedang.foundation.jobs.models import Job

        self.report.remarks["jobs given up after three deaths"] = Job.objects.filter(
            state="failed", error__contains="次中断"
        ).count()

    @contextmanager
    def quiet(self) -> Iterator[None]:
        self.pace.go.clear()
        until = time.monotonic() + QUIET_WITHIN
        for desk in self.desks:
            desk.is_idle.wait(max(0.1, until - time.monotonic()))
        while self.unfinished() and time.monotonic() < until:
            time.sleep(0.1)
        still = [act for act in self.journal.acts if act.state == SENT]
        if still:
            self.report.find(f"no answer within {QUIET_WITHIN} s: {still[0]}")
        try:
            yield
        finally:
            for desk in self.desks:
                desk.is_idle.clear()
            self.pace.go.set()

    def unfinished(self) -> bool:
        from kedang.foundation.jobs.models import UNFINISHED, Job

        with base.moment():
            return Job.objects.filter(state__in=UNFINISHED).exists() or due()


@contextmanager
def writable() -> Iterator[None]:
    """The engine's check wants to write."""
    try:
        yield
    finally:
        base_close()


def base_close() -> None:
    from django.db import connection

    connection.close()
