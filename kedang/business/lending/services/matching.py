"""核对: the archivist finds the record behind a number that was typed by hand, or says that nothing will be given."""

from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Item, Volume
from kedang.business.lending.choices_use import WantedState
from kedang.business.lending.events_use import WANTED_MATCHED
from kedang.business.lending.models import UseRequest, UseWanted
from kedang.business.lending.services.requesting import FITS
from kedang.business.lending.services.things import GONE, Thing, label_of, level_of, things_of
from kedang.foundation.access.policies import require
from kedang.foundation.approvals.choices import CaseState
from kedang.foundation.approvals.models import Case, CaseLine
from kedang.foundation.approvals.services.going import locked_case
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused

MOST = 12


def candidates(actor: Actor, wanted: UseWanted) -> list[Thing]:
    """Records that may be meant, as far as the archivist sees them: the exact number first, then what begins with it or holds the words."""
    text = wanted.text.strip()
    found: list[Thing] = []
    sorts: tuple[tuple[type[Any], Q], ...] = (
        (Customer, Q(number=text) | Q(name=text) | Q(number__startswith=text) | Q(name__contains=text)),
        (Volume, Q(reference_code=text) | Q(reference_code__startswith=text) | Q(title__contains=text)),
        (Item, Q(reference_code=text) | Q(reference_code__startswith=text) | Q(title__contains=text)),
    )
    for model, where in sorts:
        if model in FITS[wanted.request.sort]:
            rows = model.objects.visible_to(actor).filter(where)
            found += list((rows if model is Customer else rows.exclude(state__in=GONE)).order_by("pk")[:MOST])
    return sorted(found, key=lambda one: text not in (getattr(one, "number", ""), getattr(one, "reference_code", "")))[
        :MOST
    ]


@transaction.atomic
def wanted_match(*, actor: Actor, wanted: UseWanted | int, thing: Thing) -> UseWanted:
    """This record is meant: it becomes a line of the request, under the words that were typed; how secret it is decides on further steps.

    Raises:
        OutOfScope, NotAllowed. Refused: ``wanted_settled``, ``case_closed``, ``sort_unfit``, ``line_there``.
    """
    row, case = _ready(actor, wanted)
    thing = (
        things_of([(thing._meta.label_lower, thing.pk)], actor).get((thing._meta.label_lower, thing.pk)) or _nothing()
    )
    if not isinstance(thing, FITS[row.request.sort]):
        told = _("“%(sort)s”不适用于%(kind)s。请另选。")
        raise Refused("sort_unfit", told % {"sort": row.request.get_sort_display(), "kind": thing._meta.verbose_name})
    if case.lines.filter(subject_type=thing._meta.label_lower, subject_id=thing.pk).exists():
        raise Refused(
            "line_there", _("“%(name)s”已在申请中。请另选，或选“不予提供”。") % {"name": label_of(actor, thing)}
        )
    position = (case.lines.aggregate(last=Max("position"))["last"] or 0) + 1
    line = CaseLine(
        case=case, position=position, subject_type=thing._meta.label_lower, subject_id=thing.pk,
        subject_version=getattr(thing, "version", None), label=_("编号 %(text)s") % {"text": row.text},
    )  # fmt: skip
    line.save(force_insert=True)
    level = level_of(thing)
    names = ["version"]
    case.version += 1
    if level > case.secrecy_level:
        case.secrecy_level, case.facts = level, {**case.facts, "secrecy_level": level}
        names += ["secrecy_level", "facts"]
    case.save(update_fields=names)
    _settle(actor, row, WantedState.MATCHED, line, {"thing": thing._meta.label_lower, "thing_id": thing.pk})
    return row


@transaction.atomic
def wanted_refuse(*, actor: Actor, wanted: UseWanted | int) -> UseWanted:
    """Nothing is given under this number; whether there is such a record is not said.

    Raises:
        OutOfScope, NotAllowed. Refused: ``wanted_settled``, ``case_closed``, ``nothing_left``.
    """
    row, case = _ready(actor, wanted)
    others = row.request.wanted.exclude(pk=row.pk).exclude(state=WantedState.NONE)
    if not others.exists() and not case.lines.exists():
        raise Refused("nothing_left", _("申请中没有别的档案了，请直接审批为“不同意”并写明理由。"))
    _settle(actor, row, WantedState.NONE, None, {})
    return row


def _nothing() -> Thing:
    raise OutOfScope


def _ready(actor: Actor, wanted: UseWanted | int) -> tuple[UseWanted, Case]:
    require(actor, "lending.keep")
    key = wanted if isinstance(wanted, int) else wanted.pk
    seen = UseWanted.objects.visible_to(actor).filter(pk=key).values_list("request__case_id", flat=True).first()
    if seen is None:
        raise OutOfScope
    case = locked_case(seen)
    row: UseWanted = UseWanted.objects.select_for_update(of=("self",)).select_related("request__case").get(pk=key)
    if row.state != WantedState.OPEN:
        raise Refused("wanted_settled", _("此编号刚由%(who)s核对过，请刷新。") % {"who": row.by})
    if case.state not in (CaseState.RUNNING, CaseState.RETURNED):
        told = _("申请 %(number)s %(state)s，不能再核对。")
        raise Refused("case_closed", told % {"number": case.number, "state": case.get_state_display()})
    return row, case


def _settle(actor: Actor, row: UseWanted, state: WantedState, line: CaseLine | None, meta: dict[str, Any]) -> None:
    row.state, row.line, row.by, row.at = state, line, actor.display_name[:80], clock.now()
    row.save(update_fields=["state", "line", "by", "at"])
    record(actor, WANTED_MATCHED, row, changes={"state": (WantedState.OPEN, state)}, meta={"text": row.text, **meta})


def waiting_for_match(actor: Actor) -> Any:
    """Requests in hand with numbers that nobody has matched, as far as the archivist sees them."""
    open_ones = UseWanted.objects.filter(state=WantedState.OPEN).values("request_id")
    return UseRequest.objects.visible_to(actor).filter(pk__in=open_ones, case__state=CaseState.RUNNING)
