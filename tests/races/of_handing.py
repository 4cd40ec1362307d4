"""Acts on lists of transfer and on tests: sending while withdrawing, two archivists at one list, one item for two lists."""

from typing import Any

from kedang.business.holdings.models import CheckRun, Transfer, TransferLine
from kedang.business.holdings.services import check_runs, transfer_receiving, transfers
from kedang.business.holdings.services.transfer_receiving import Answer
from kedang.business.holdings.setup import ensure_defaults
from kedang.foundation.access.models import Person
from kedang.foundation.jobs.models import Job
from tests.cast import Cast
from tests.holdings.handed import a_list, a_loose_item, second_archivist, sent_list
from tests.races.acts import Act, Ground, Group, told

SETTLED = told("transfer_settled")


def archivists(cast: Cast) -> list[Person]:
    """沈砚 and a colleague."""
    other = Person.objects.filter(username="liangheng").first() or second_archivist(cast)
    return [cast.archivist, other]


def a_draft(cast: Cast, number: int) -> Ground:
    """A list with one item, and another item that may go on it."""
    ensure_defaults(cast.fonds)
    row = a_list(cast, a_loose_item(cast))
    return Ground(cast, number, row, {"other": a_loose_item(cast), "line": row.lines.get()})


def draft_is_whole(ground: Ground) -> list[str]:
    row = Transfer.objects.get(pk=ground.on.pk)
    lines, found = list(row.lines.all()), []
    if row.line_count != len(lines) or row.page_count != sum(line.pages for line in lines):
        found.append(f"head says {row.line_count} lines, {row.page_count} pages; there are {len(lines)}")
    if row.state == "withdrawn" and any(line.is_running for line in lines):
        found.append("withdrawn, and its lines are still held")
    jobs = Job.objects.filter(kind="holdings.transfer_check", args__transfer_id=row.pk).count()
    if jobs != (1 if row.handed_at else 0):
        found.append(f"{jobs} tests handed in, sent at {row.handed_at}")
    return found


def seller(ground: Ground) -> Any:
    return ground.cast.salesperson


DRAWING_UP = Group(
    "transfer", a_draft,
    (
        Act("transfer_send", lambda g, n: transfers.transfer_send(actor=seller(g), transfer=g.on), once=True,
            told=told("transfer_not_draft", "transfer_empty")),
        Act("transfer_withdraw", lambda g, n: transfers.transfer_withdraw(actor=seller(g), transfer=g.on, reason="缓交"), once=True,
            told=SETTLED),
        Act("transfer_add", lambda g, n: transfers.transfer_add(actor=seller(g), transfer=g.on, items=[g.more["other"]]), once=True,
            told=told("transfer_not_draft", "already_listed")),
        Act("transfer_remove", lambda g, n: transfers.transfer_remove(actor=seller(g), transfer=g.on, line=g.more["line"]), once=True,
            told=told("transfer_not_draft", "line_gone")),
        Act("transfer_change", lambda g, n: transfers.transfer_change(actor=seller(g), transfer=g.on, values={"title": f"第 {n} 稿"}),
            told=told("transfer_not_draft"), quiet=True),
    ),
    draft_is_whole,
)  # fmt: skip


def a_sent_list(cast: Cast, number: int) -> Ground:
    """A list that waits for the archive, tested and counted."""
    ensure_defaults(cast.fonds)
    row = sent_list(cast, a_loose_item(cast))
    ground = Ground(cast, number, row, {"line": row.lines.get(), "archivists": archivists(cast)})
    count(ground, 0, "accepted")
    return ground


def count(ground: Ground, client: int, state: str) -> Any:
    line = ground.more["line"]
    answer = Answer(line.pages, state, "缺页" if state == "rejected" else "")
    who = ground.more["archivists"][client % 2]
    return transfer_receiving.transfer_count(actor=who, transfer=ground.on, answers={line.pk: answer})


def receive(ground: Ground, client: int) -> Any:
    return transfer_receiving.transfer_receive(actor=ground.more["archivists"][client % 2], transfer=ground.on)


def signed_by_two(ground: Ground) -> list[str]:
    row = Transfer.objects.get(pk=ground.on.pk)
    lines, found = list(row.lines.all()), []
    if row.state == "received":
        if row.received_by_id in {None, row.handed_by_id}:
            found.append("received by nobody else")
        if any(line.is_running or line.state == "pending" for line in lines):
            found.append("signed with an open line")
    elif row.received_at is not None:
        found.append(f"{row.state}, yet received")
    return found


RECEIVING = Group(
    "receiving", a_sent_list,
    (
        Act("transfer_count", lambda g, n: count(g, n, "accepted"), told=SETTLED, quiet=True),
        Act("transfer_count_rejecting", lambda g, n: count(g, n, "rejected"), told=SETTLED, quiet=True),
        Act("transfer_receive", receive, once=True, told=SETTLED),
        Act("transfer_withdraw_sent", lambda g, n: transfers.transfer_withdraw(actor=seller(g), transfer=g.on, reason="漏了"), once=True,
            told=SETTLED),
    ),
    signed_by_two,
)  # fmt: skip


def two_drafts(cast: Cast, number: int) -> Ground:
    """Two lists and one item that both want, with a test that waits for an answer; and a list that came back."""
    ensure_defaults(cast.fonds)
    item = a_loose_item(cast)
    run = check_runs.check_run(actor=cast.archivist, occasion="filing", item=item)
    back = sent_list(cast, a_loose_item(cast))
    line, keeper = back.lines.get(), archivists(cast)[1]
    transfer_receiving.transfer_count(actor=keeper, transfer=back, answers={line.pk: Answer(1, "rejected", "缺页")})
    transfer_receiving.transfer_receive(actor=keeper, transfer=back)
    more = {"back": back, "lists": [a_list(cast), a_list(cast)], "seals": run.results.get(title="签字与印章齐全")}
    return Ground(cast, number, item, more)


def on_one_list(ground: Ground) -> list[str]:
    lines = TransferLine.objects.filter(item_id=ground.on.pk).count()
    seals = ground.more["seals"]
    seals.refresh_from_db()
    run = CheckRun.objects.get(pk=seals.run_id)
    counted = run.results.filter(verdict="pending").count()
    return ([f"on {lines} lists"] if lines > 1 else []) + (
        [f"{counted} points open, {run.pending_count} told"] if counted != run.pending_count else []
    )


def listed(ground: Ground, client: int) -> Any:
    return transfers.transfer_add(actor=seller(ground), transfer=ground.more["lists"][client % 2], items=[ground.on])


def answered(ground: Ground, client: int) -> Any:
    verdict = ("passed", "failed")[client % 2]
    return check_runs.check_answer(
        actor=ground.cast.archivist, result=ground.more["seals"], verdict=verdict, evidence="看过"
    )


TWO_LISTS = Group(
    "two lists", two_drafts,
    (
        Act("transfer_add_to_either", listed, once=True, told=told("already_listed")),
        Act("transfer_again", lambda g, n: transfers.transfer_again(actor=seller(g), transfer=g.more["back"]), once=True,
            told=told("nothing_rejected")),
        Act("check_answer", answered, once=True, told=told("answered_already")),
    ),
    on_one_list,
)  # fmt: skip
