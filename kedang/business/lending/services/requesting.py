"""申请利用: a request with its things and particulars is handed in."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.customers.services.problems import Problems, clean_record
from kedang.business.holdings.models import Item, Volume
from kedang.business.lending.choices_use import UseSort
from kedang.business.lending.events_use import USE_ASKED, USE_CHANGED
from kedang.business.lending.models import BasketLine, UseRequest, UseWanted
from kedang.business.lending.services.granting import grant_what_was_asked
from kedang.business.lending.services.things import Thing, label_of, level_of, page_pairs, things_of
from kedang.foundation.access.models import Person
from kedang.foundation.access.policies import require
from kedang.foundation.access.secrecy import FIELD_CLASSES, SecrecyLevel
from kedang.foundation.approvals.choices import CaseState
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.services.going import locked_case
from kedang.foundation.approvals.services.opening import Line, case_open
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

MOST_DAYS = 90
MOST_TYPED = 30
SENSITIVE = ("contact", "identity", "account", "personal", "assessment")
GIVEN = (
    "purpose", "outside_name", "outside_unit", "outside_paper", "outside_phone", "copies", "pages", "place", "is_scan_enough",
)  # fmt: skip
FITS: dict[str, tuple[type[Any], ...]] = {
    UseSort.READ: (Customer, Volume, Item), UseSort.LOAN: (Volume, Item), UseSort.COPY: (Volume, Item),
    UseSort.PRINT: (Customer, Volume, Item), UseSort.EXPORT: (Customer, Volume, Item), UseSort.UNMASK: (Customer,),
}  # fmt: skip
"""Kinds of record that each kind of request is for."""


@transaction.atomic
def use_ask(
    *, actor: Actor, sort: str, things: Sequence[Thing] = (), typed: Sequence[str] = (), reason: str,
    wanted_from: date | None, wanted_until: date | None, reader: Person | None = None, urgent_reason: str = "",
    field_classes: Sequence[str] = (), **values: Any,
) -> UseRequest:  # fmt: skip
    """Hand in a request to use the archive (US-02).

    Args:
        things: records that the actor sees. typed: numbers typed by hand, of which nobody says whether they exist.
        reader: who gets the access, the actor when left out. values: see :data:`GIVEN`.

    Raises:
        OutOfScope: a thing that does not exist for the actor. NotAllowed.
        Refused: ``nothing_asked``, ``sort_unfit``, ``time_odd``, ``time_long``, ``pages_odd``, ``pages_of_one``, ``classes_missing``,
            ``reader_odd``, ``values_invalid``, and what :func:`case_open` refuses.
    """
    require(actor, "lending.ask")
    if not isinstance(actor, Person):
        raise Refused("case_by_machine", _("申请须由本人提交，程序不能代为申请。"))
    things = _as_they_are(actor, things)
    words = list(dict.fromkeys(word for text in typed if (word := " ".join(text.split())[:120])))[:MOST_TYPED]
    _refuse_unfit(actor, sort, things, words)
    person = _reader(actor, reader)
    first, last = _time(wanted_from, wanted_until)
    classes = [name for name in SENSITIVE if name in set(field_classes)] if sort == UseSort.UNMASK else []
    if sort == UseSort.UNMASK and not classes:
        raise Refused("classes_missing", _("请勾选需要查看的敏感内容。"), "field_classes")
    pages = str(values.get("pages") or "")
    if page_pairs(pages) and (len(things) != 1 or not isinstance(things[0], Item) or words):
        raise Refused("pages_of_one", _("页码范围只能用于单独申请的一件。请分开申请，或不填页码。"), "pages")
    row = UseRequest(
        fonds_id=actor.fonds_id, sort=sort, reader=person, wanted_from=first, wanted_until=last, field_classes=classes,
        **{name: values[name] for name in GIVEN if values.get(name) not in (None, "")},
    )  # fmt: skip
    _check(row)
    level = max([SecrecyLevel.INTERNAL, *(level_of(one) for one in things)])
    lines = [Line(one, label_of(actor, one), getattr(one, "version", None)) for one in things]
    row.case = case_open(
        actor=actor, kind=f"lending.{sort}", title=_title(row, lines, words), reason=reason, lines=lines, secrecy_level=level,
        facts={"purpose": row.purpose, "is_outside": bool(row.outside_name), "copies": row.copies, "count": len(lines) + len(words)},
        urgent_reason=urgent_reason,
    )  # fmt: skip
    row.save(force_insert=True)
    UseWanted.objects.bulk_create(UseWanted(request=row, position=at, text=word) for at, word in enumerate(words, 1))
    meta = {
        "sort": sort,
        "reader": row.reader_text,
        "from": first.isoformat(),
        "until": last.isoformat(),
        "typed": len(words),
    }
    record(actor, USE_ASKED, row, reason=row.case.reason, meta=meta)
    _empty_basket(actor, things)
    case = Case.objects.get(pk=row.case_id)
    if case.state == CaseState.APPROVED:  # no step of its flow applied
        grant_what_was_asked(actor, case)
    row.case = case
    return row


def _as_they_are(actor: Actor, things: Sequence[Thing]) -> list[Thing]:
    """Each thing once, as it is now, and none that the actor does not see."""
    pairs = list(dict.fromkeys((one._meta.label_lower, one.pk) for one in things))
    found = things_of(pairs, actor)
    if len(found) != len(pairs):
        raise OutOfScope
    return [found[pair] for pair in pairs]


def _refuse_unfit(actor: Actor, sort: str, things: Sequence[Thing], words: Sequence[str]) -> None:
    if sort not in FITS:
        raise Refused("sort_unfit", _("没有这种利用方式。"), "sort")
    if not things and not words:
        raise Refused("nothing_asked", _("请先选中要利用的档案，或填写档号、客户编号。"), "typed")
    for one in things:
        if not isinstance(one, FITS[sort]):
            told = _("“%(sort)s”不适用于%(kind)s“%(name)s”。请改选利用方式，或把它移出申请。")
            raise Refused(
                "sort_unfit",
                told % {"sort": UseSort(sort).label, "kind": one._meta.verbose_name, "name": label_of(actor, one)},
                "sort",
            )


def _reader(actor: Person, reader: Person | None) -> Person:
    if reader is None or reader.pk == actor.pk:
        return actor
    if reader.fonds_id != actor.fonds_id or not reader.is_active:
        raise Refused("reader_odd", _("利用人已停用或不在本公司，请另选一位。"), "reader")
    return reader


def _time(first: date | None, last: date | None) -> tuple[date, date]:
    today = clock.today()
    if first is None or last is None or last < first or last < today:
        raise Refused("time_odd", _("请填写利用时间：截止日期不早于开始日期，也不早于今天。"), "wanted_until")
    if last - max(first, today) > timedelta(days=MOST_DAYS) or first > today + timedelta(days=MOST_DAYS):
        told = _("一次申请的利用时间最长 %(days)s 天，到期仍需要的再次申请。")
        raise Refused("time_long", told % {"days": MOST_DAYS}, "wanted_until")
    return max(first, today), last


def _check(row: UseRequest) -> None:
    problems = Problems()
    clean_record(row, ("purpose", "outside_name", "outside_unit", "copies", "pages", "place"), problems)
    if not row.outside_name and any((row.outside_unit, row.outside_paper, row.outside_phone)):
        problems.tell("outside_name", _("填了外单位读者的情况，请写明其姓名"))
    problems.refuse()


def _title(row: UseRequest, lines: Sequence[Line], words: Sequence[str]) -> str:
    names = [line.label for line in lines] + [_("编号 %(text)s") % {"text": word} for word in words]
    more = _(" 等 %(n)s 项") % {"n": len(names)} if len(names) > 1 else ""
    return f"{UseSort(row.sort).label}：{names[0][:120]}{more}"


def _empty_basket(actor: Person, things: Sequence[Thing]) -> None:
    for one in things:
        BasketLine.objects.filter(person=actor, subject_type=one._meta.label_lower, subject_id=one.pk).delete()


def classes_text(row: UseRequest) -> str:
    """Classes of sensitive content in words."""
    return "、".join(str(FIELD_CLASSES[name]) for name in row.field_classes)


CHANGED = ("purpose", "wanted_from", "wanted_until", "copies", "pages")


@transaction.atomic
def use_change(*, actor: Actor, request: UseRequest | int, **values: Any) -> UseRequest:
    """Change purpose, time, copies and pages of one's own request that was sent back, before it is handed in again.

    Raises:
        OutOfScope. Refused: ``not_returned``, and as :func:`use_ask`.
    """
    require(actor, "lending.ask")
    key = request if isinstance(request, int) else request.pk
    found = UseRequest.objects.filter(pk=key, case__requester_id=actor.id).values_list("case_id", flat=True).first()
    if found is None:
        raise OutOfScope
    case = locked_case(found)
    row: UseRequest = UseRequest.objects.select_related("case").get(pk=key)
    if case.state != CaseState.RETURNED:
        raise Refused("not_returned", _("只有退回补充的申请可以修改。"))
    before = {name: getattr(row, name) for name in CHANGED}
    for name in CHANGED:
        if values.get(name) is not None:
            setattr(row, name, values[name])
    row.wanted_from, row.wanted_until = _time(row.wanted_from, row.wanted_until)
    row.until = None
    if page_pairs(row.pages) and (case.lines.count() != 1 or case.lines.get().subject_type != "holdings.item"):
        raise Refused("pages_of_one", _("页码范围只能用于单独申请的一件。请分开申请，或不填页码。"), "pages")
    _check(row)
    changes = {name: (was, getattr(row, name)) for name, was in before.items() if was != getattr(row, name)}
    if changes:
        row.save(update_fields=[*CHANGED, "until"])
        record(actor, USE_CHANGED, row, changes=changes)
    return row
