"""Acts on what a request opened, on a number typed by hand, on the reader's answer and on the task that follows from it."""

from datetime import timedelta
from typing import Any

from kedang.business.lending.models import BasketLine, UpdateTask, UseFeedback, UseWanted
from kedang.business.lending.services import basket, feedback, granting, matching, openings
from kedang.foundation.access.models import RecordGrant
from kedang.foundation.access.opened.services import opening_spend
from kedang.foundation.approvals.models import Case, Flow
from kedang.foundation.approvals.services.deciding import case_approve, case_reject
from kedang.foundation.approvals.services.flows import ensure_flows
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.lending.using import ask, fresh, granted
from tests.races.acts import Act, Ground, Group, told

PRINT = "customers.print"
ENDED = told("nothing_open", "opening_used_up")


def house(cast: Cast) -> None:
    """The flows, once."""
    if not Flow.objects.filter(fonds=cast.fonds, kind="lending.print").exists():
        ensure_flows(cast.fonds)


def dossier(cast: Cast) -> Any:
    """A dossier of 周航's."""
    return make_customer(
        cast.archivist, name=f"利用{clock.now():%H%M%S%f}有限公司", phone="", responsible=cast.salesperson
    )


def what_is_open(cast: Cast, number: int) -> Ground:
    """A dossier opened to 林悦 for two prints."""
    house(cast)
    thing = dossier(cast)
    row = granted(cast, thing, sort="print", copies=2, reader=cast.colleague)
    opening = RecordGrant.objects.get(source=row.case.number)
    return Ground(cast, number, row, {"thing": thing, "opening": opening}, [opening])


def spend(ground: Ground) -> Any:
    """A print; None once it is closed: then the policy, not the count, refuses."""
    return opening_spend(actor=fresh(ground.cast.colleague), code=PRINT, obj=ground.more["thing"])


def never_too_often(ground: Ground) -> list[str]:
    """Counted as often as approved at most, and closed once."""
    row = RecordGrant.objects.get(pk=ground.more["opening"].pk)
    return [f"used {row.used} of {row.quota}"] if row.used.get(PRINT, 0) > row.quota[PRINT] else []


OPENED = Group(
    "opened", what_is_open,
    (
        Act("use_close", lambda g, n: granting.use_close(actor=fresh(g.cast.colleague), request=g.on, reason="已用毕"), once=True, told=ENDED),
        Act("opening_close", lambda g, n: openings.opening_close(actor=g.cast.archivist, opening=g.more["opening"], reason="范围过大"),
            once=True, told=ENDED),
        Act("opening_spend", lambda g, n: spend(g), told=ENDED, quiet=True),
    ),
    never_too_often,
)  # fmt: skip


def a_number(cast: Cast, number: int) -> Ground:
    """A request for a number typed by hand, agreed to by the head; the archive is to match and to decide."""
    house(cast)
    thing = dossier(cast)
    row = ask(cast, typed=[thing.number], reader=cast.colleague)
    other = dossier(cast)
    extra = UseWanted.objects.create(request=row, position=2, text="另一个", state="none")
    case_approve(actor=fresh(cast.head), case=row.case_id)
    wanted = row.wanted.get(position=1)
    return Ground(cast, number, wanted, {"thing": thing, "other": other, "row": row, "extra": extra}, [wanted])


def one_story(ground: Ground) -> list[str]:
    """A matched number has its line, and what is approved is open exactly where lines were granted."""
    wanted, case = UseWanted.objects.get(pk=ground.on.pk), Case.objects.get(pk=ground.more["row"].case_id)
    found = []
    if (wanted.state == "matched") != (case.lines.count() == 1):
        found.append(f"{wanted.state} with {case.lines.count()} lines")
    is_open = RecordGrant.objects.filter(source=case.number).exists()
    if is_open != (case.state == "approved" and wanted.state == "matched"):
        found.append(f"{case.state}, {wanted.state}, open: {is_open}")
    return found


MATCHED = told("wanted_settled", "case_closed", "line_there", "nothing_left")
DECIDED = told("case_closed", "not_your_turn", "wanted_open")
NUMBER = Group(
    "number", a_number,
    (
        Act("wanted_match", lambda g, n: matching.wanted_match(actor=g.cast.archivist, wanted=g.on, thing=g.more["thing"]),
        once=True, told=MATCHED),
        Act("wanted_match another", lambda g, n: matching.wanted_match(actor=g.cast.archivist, wanted=g.on, thing=g.more["other"]),
            once=True, told=MATCHED),
        Act("wanted_refuse", lambda g, n: matching.wanted_refuse(actor=g.cast.archivist, wanted=g.on), once=True, told=MATCHED,
        opened=True),
        Act("case_approve", lambda g, n: case_approve(actor=g.cast.archivist, case=g.more["row"].case_id), once=True, told=DECIDED,
        opened=True),
        Act("case_reject", lambda g, n: case_reject(actor=g.cast.archivist, case=g.more["row"].case_id, opinion="不符"), once=True,
        told=DECIDED),
        Act("use_shorten", lambda g, n: granting.use_shorten(actor=g.cast.archivist, request=g.more["row"],
        until=clock.today() + timedelta(days=1)),
            told=told("case_closed", "not_your_turn", "time_odd")),
    ),
    one_story,
)  # fmt: skip


def what_follows(cast: Cast, number: int) -> Ground:
    """A reader who is asked, a task of the maintainer's, a thing in the basket."""
    house(cast)
    thing = dossier(cast)
    row = granted(cast, thing, sort="read", reader=cast.colleague)
    now = clock.now()
    asked = {"fonds": cast.fonds, "person": cast.colleague, "secrecy_level": 1, "asked_at": now}
    answer = UseFeedback.objects.create(request=row, **asked)
    second = granted(cast, thing, sort="read", reader=cast.colleague)
    other = UseFeedback.objects.create(request=second, **asked)
    task = UpdateTask.objects.create(
        fonds=cast.fonds, feedback=other, subject_type="customers.customer", subject_id=thing.pk, label=thing.number, text="地址有误",
        maintainer=cast.salesperson, made_at=now, due_on=clock.today(),
    )  # fmt: skip
    line = BasketLine.objects.create(
        person=cast.salesperson, subject_type="customers.customer", subject_id=thing.pk, added_at=now
    )
    return Ground(cast, number, answer, {"task": task, "thing": thing, "line": line.pk}, [answer, task])


def answered_once(ground: Ground) -> list[str]:
    """One answer, and one task from it at most."""
    tasks = UpdateTask.objects.filter(feedback=ground.on).count()
    return [f"{tasks} tasks from one answer"] if tasks > 1 else []


WRONG = {"accuracy": "wrong", "problem": "开票地址已搬迁", "effect_kind": "work"}
FOLLOWING = Group(
    "following", what_follows,
    (
        Act("feedback_give", lambda g, n: feedback.feedback_give(actor=fresh(g.cast.colleague), feedback=g.on, values=WRONG), once=True,
            told=told("answered_already")),
        Act("update_done", lambda g, n: feedback.update_done(actor=fresh(g.cast.salesperson), update_task=g.more["task"], reason="已更正"),
            once=True, told=told("task_settled")),
        Act("update_dismiss", lambda g, n: feedback.update_dismiss(actor=g.cast.archivist, update_task=g.more["task"], reason="核对无误"),
            once=True, told=told("task_settled")),
        Act("basket_add", lambda g, n: basket.basket_add(actor=fresh(g.cast.salesperson), thing=g.more["thing"]), quiet=True),
        Act("basket_drop", lambda g, n: basket.basket_drop(actor=fresh(g.cast.salesperson), line=g.more["line"]), once=True, gone=True),
    ),
    answered_once,
)  # fmt: skip
