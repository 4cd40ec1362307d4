"""Sharings in the demo company: one by class whose yearly review is near, one between two departments, one that was stopped."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from kedang.business.customers.events import CUSTOMER_VIEWED
from kedang.business.customers.models import Customer
from kedang.business.lending.services.sharing import Recipients, Wanted, share_start, share_stop
from kedang.foundation.access.models import Person, RecordShare
from kedang.foundation.access.shared.reading import shares_reaching
from kedang.foundation.access.signin.quota import spend_reading
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.project.demo.acts import Act
from kedang.project.demo.staff import House

CHIEF, HEAD, VISITED = "shenzhixing", "mengxiaotang", "回访方案评审"
READERS = (
    (70, "tangboan"), (52, "xuniansheng"), (51, "luozijin"), (38, "tangboan"), (33, "hanqiming"), (30, "fangruogu"), (24, "xuniansheng"),
    (16, "tangboan"), (9, "hanqiming"), (6, "xuniansheng"), (3, "tangboan"), (1, "luozijin"),
)  # fmt: skip
"""(days ago, who read a dossier that only a sharing shows them)."""


def sharing_acts(house: House, today: date) -> list[Act]:
    """All acts, in no order."""
    acts = [
        _act(today, 346, CHIEF, partial(_with_engineers, house)), _act(today, 60, HEAD, partial(_between_departments, house, today)),
        _act(today, 45, CHIEF, partial(_for_a_review, house)), _act(today, 20, CHIEF, partial(_review_over, house)),
    ]  # fmt: skip
    return acts + [_act(today, ago, who, partial(_read, who, number)) for number, (ago, who) in enumerate(READERS)]


def _act(today: date, ago: int, by: str, run: Callable[[], Any]) -> Act:
    moment = datetime.combine(today - timedelta(days=ago), time(10, 20 + ago % 30), ZoneInfo(settings.TIME_ZONE))
    return Act(moment, by, run)


def _person(username: str) -> Person:
    found: Person = Person.objects.select_related("fonds").get(username=username)
    return found


def _with_engineers(house: House) -> None:
    term = house.terms["importance", "main"]
    wanted = Wanted(
        "class", str(term.pk), parts=("customers.people", "holdings.projects", "holdings.papers", "holdings.leaves"),
        field_rights={"contact": "show"},
    )  # fmt: skip
    share_start(
        actor=_person(CHIEF), title="主力客户技术支持", purpose="技术部上门前了解主力客户的项目、技术文件和联系人", wanted=wanted,
        recipients=Recipients(departments=[house.departments["技术部"]]), until=clock.now() + timedelta(days=1000),
    )  # fmt: skip


def _between_departments(house: House, today: date) -> None:
    wanted = Wanted(
        "below", str(house.departments["销售一部"].pk), parts=("customers.profile",), field_rights={"contact": "mask"}
    )
    share_start(
        actor=_person(HEAD), title="两部联合投标", purpose="销售一部、二部联合投标，共享客户基本情况与往来", wanted=wanted,
        recipients=Recipients(departments=[house.departments["销售二部"]]), until=clock.end_of_day(today + timedelta(days=120)),
    )  # fmt: skip


def _for_a_review(house: House) -> None:
    chosen = list(
        Customer.objects.filter(fonds=house.fonds, secrecy_level__lte=1, withdrawn_at__isnull=True).order_by("pk")[:3]
    )
    wanted = Wanted(
        "opened", customers=chosen, parts=("customers.people", "customers.profile"), field_rights={"contact": "show"}
    )
    share_start(
        actor=_person(CHIEF), title=VISITED, purpose="市场部与客服评审重点客户回访方案", wanted=wanted,
        recipients=Recipients(departments=[house.departments["市场部"]], people=[_person("fangruogu")]),
        until=clock.now() + timedelta(days=60),
    )  # fmt: skip


def _review_over(house: House) -> None:
    share = RecordShare.objects.get(fonds=house.fonds, title=VISITED)
    share_stop(actor=_person(CHIEF), share=share, reason="方案已评审通过，不再需要")


def _read(who: str, number: int) -> None:
    """The first dossiers, from a different one each time, that this person owes to a sharing alone."""
    reader = _person(who)
    rows = Customer.objects.visible_to(reader).filter(withdrawn_at__isnull=True).order_by("-pk")
    for dossier in rows[number * 3 : number * 3 + 60]:
        if shares_reaching(reader, dossier):
            with transaction.atomic():
                spend_reading(reader, dossier)
                record(reader, CUSTOMER_VIEWED, dossier)
            return
