"""``kedang bench use``: work list, a case, the loan desk and a decision at 10,000 open requests and 1,000 loans."""

import argparse
import time
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from kedang.project.cli import json_flag

PAGE_MS, DECISION_MS = 80.0, 100.0
"""95th percentiles of the goal: any page, and one decision with all it writes."""
CHUNK = 2000
DEMANDS = ("查阅采购合同", "核对验收单", "借阅补充协议", "复制对账函", "订展位", "外聘扫描")


def add_parser(subparsers: Any) -> None:
    """``use``."""
    parser = subparsers.add_parser(
        "use", help="待办、审批单、借阅登记的整页用时与一次审批的用时（空库时先装入 1 万份在办申请、1000 笔借阅）"
    )
    parser.add_argument("--as", dest="username", default="zhengmingqu", help="以谁的身份打开（默认测量用公司的总经理）")
    parser.add_argument("--cases", type=int, default=10_000, help="空库时装入的在办申请")
    parser.add_argument("--loans", type=int, default=1_000, help="空库时装入的借阅")
    parser.add_argument("--rounds", type=int, default=60, help="每页打开次数，也是审批次数")
    parser.add_argument("--limit", type=float, default=PAGE_MS, help="各页 95 分位不得超过的毫秒数")
    parser.add_argument("--decision-limit", type=float, default=DECISION_MS, help="一次审批 95 分位不得超过的毫秒数")
    json_flag(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fill an empty base, open each page ``rounds`` times through HTTP, then decide ``rounds`` requests through the service."""
    from kedang.business.lending.models import Loan
    from kedang.foundation.approvals.models import Case
    from kedang.project.cli._bench_pages import UNCOUNTED, WebProcess, measure, percentiles, reading_person
    from kedang.project.cli._holdings_base import fill, is_empty

    answer: dict[str, Any] = {
        "engine": connection.vendor,
        "page_limit_ms": args.limit,
        "decision_limit_ms": args.decision_limit,
    }
    if is_empty():
        begun = time.monotonic()
        fill(max(args.loans, 50), max(args.loans * 5, 200))
        ask(args.cases)
        lend(args.loans)
        answer["filled_seconds"] = round(time.monotonic() - begun, 1)
    person = reading_person(args.username)
    waiting = list(
        person.tasks.filter(state="waiting").order_by("pk").values_list("case_id", flat=True)[: args.rounds + 3]
    )
    if len(waiting) < args.rounds + 3:
        raise Refused("nothing_to_measure", "库中没有足够的待办，请在空的数据目录中运行。")
    answer |= {
        "cases": Case.objects.filter(closed_at=None).count(),
        "loans": Loan.objects.count(),
        "as": person.username,
    }
    pages = {
        "waiting": lambda turn: "/cases/", "late": lambda turn: "/cases/?view=late", "mine": lambda turn: "/cases/?view=mine",
        "all_deep": lambda turn: f"/cases/?view=all&page={100 - turn % 3}", "case": lambda turn: f"/cases/{waiting[turn % len(waiting)]}/",
        "loans": lambda turn: "/loans/", "home": lambda turn: "/",
    }  # fmt: skip
    figures: dict[str, Any] = {}
    with WebProcess(person) as web:
        for name, address in pages.items():
            busy = web.busy_seconds
            figures[name] = percentiles(measure(lambda turn, address=address: web.get(address(turn)), args.rounds))  # type: ignore[misc]
            figures[name]["cpu_ms"] = round((web.busy_seconds - busy) * 1000 / (args.rounds + UNCOUNTED), 1)
    turns = iter(waiting)
    decision = percentiles(measure(lambda turn: decide(person, next(turns)), args.rounds))
    slow = {name: one["p95_ms"] for name, one in figures.items() if one["p95_ms"] > args.limit}
    if decision["p95_ms"] > args.decision_limit:
        slow["decision"] = decision["p95_ms"]
    answer |= {"pages": figures, "decision": decision, "within_limits": not slow}
    if slow:
        raise Refused("use_too_slow", f"用时超过目标：{slow}", None, **answer)
    return answer


def decide(person: Any, key: int) -> None:
    """One agreement, with its effect, its notices and its entries."""
    from kedang.foundation.approvals.services.deciding import case_approve

    case_approve(actor=person, case=key, opinion="同意")


def ask(count: int) -> None:
    """So many requests, all waiting; most for the general manager, every fifth late. Written as rows: the flow is laid down as usual."""
    from kedang.foundation.access.models import Person
    from kedang.foundation.approvals.general import GENERAL
    from kedang.foundation.approvals.models import Case, Decision, Flow, Task
    from kedang.foundation.approvals.services.flows import ensure_flows

    people = {one.username: one for one in Person.objects.select_related("fonds", "department")}
    manager, others = people["zhengmingqu"], [one for name, one in sorted(people.items()) if name != "zhengmingqu"]
    fonds, now = manager.fonds, clock.now()
    with transaction.atomic():
        ensure_flows(fonds)
        flow = Flow.objects.get(fonds=fonds, kind=GENERAL, state="in_force")
        first, last = flow.steps.order_by("position")[:2]
        rows = [
            Case(
                fonds=fonds, number=f"SQ2026{n:05d}", kind=GENERAL, title=f"{DEMANDS[n % len(DEMANDS)]}第 {n} 份", flow=flow,
                step=first, requester=others[n % len(others)], department=others[n % len(others)].department, reason="测量用",
                facts={"department": None, "secrecy_level": 1, "is_urgent": False}, opened_at=now - timedelta(minutes=n),
            )
            for n in range(count)
        ]  # fmt: skip
        made = Case.objects.bulk_create(rows, batch_size=CHUNK)
        Task.objects.bulk_create(
            (
                Task(
                    case=case, step=first if n % 3 else last, person=manager if n % 3 else others[(n + 1) % len(others)],
                    made_at=case.opened_at, due_at=now + timedelta(hours=48 if n % 5 else -1),
                )
                for n, case in enumerate(made)
            ),
            batch_size=CHUNK,
        )  # fmt: skip
        Decision.objects.bulk_create(
            (
                Decision(case=case, kind="submit", person=case.requester, by=case.requester.name, at=case.opened_at)
                for case in made
            ),
            batch_size=CHUNK,
        )
    analyze()


def lend(count: int) -> None:
    """So many loans, half of them out."""
    from kedang.business.holdings.models import Volume
    from kedang.business.lending.models import Loan
    from kedang.foundation.access.models import Person

    people, now, today = list(Person.objects.order_by("pk")), clock.now(), clock.today()
    rows = []
    for n, volume in enumerate(Volume.objects.order_by("pk")[:count]):
        borrower, is_out = people[n % len(people)], n % 2 == 0
        rows.append(
            Loan(
                fonds=volume.fonds, number=f"JY2026{n:05d}", state="issued" if is_out else "closed", volume=volume,
                subject_code=volume.reference_code, subject_title=volume.title, borrower=borrower, department=borrower.department,
                asked_by=borrower.name, asked_at=now - timedelta(hours=n), issued_at=now - timedelta(hours=n), due_on=today
                + timedelta(days=n % 30 - 5),
                returned_at=None if is_out else now, is_whole=None if is_out else True, secrecy_level=volume.secrecy_level,
            )
        )  # fmt: skip
    with transaction.atomic():
        Loan.objects.bulk_create(rows, batch_size=CHUNK)
    analyze()


def analyze() -> None:
    """Let the engine know what there is."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
