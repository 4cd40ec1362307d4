"""权限年审 (SE-04): once a year every grant is looked at, kept or withdrawn, and what was said stays on record."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from kedang.business.governance import events as e
from kedang.business.governance.choices import ReviewState, Verdict
from kedang.business.governance.models import ReviewLine, RightsReview
from kedang.business.governance.policies import REVIEW
from kedang.foundation.access.models import Fonds, Grant
from kedang.foundation.access.policies import require
from kedang.foundation.access.rights import reach_of
from kedang.foundation.access.services import grant_end
from kedang.foundation.audit.models import Event
from kedang.foundation.audit.record import record
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import OutOfScope, Refused
from kedang.foundation.kernel.sure import sure

MOST_AT_ONCE = 500


@transaction.atomic
def review_open(*, actor: Actor, year: int | None = None) -> RightsReview:
    """Write down every grant that runs now, with when its person signed in last.

    Raises:
        NotAllowed. Refused: ``review_there``.
    """
    require(actor, REVIEW.code)
    wanted = year or clock.today().year
    Fonds.objects.select_for_update().get(pk=sure(actor.fonds_id))
    there = Refused("review_there", _("%(year)s 年的权限年审已经发起。") % {"year": wanted}, "year")
    if RightsReview.objects.filter(fonds_id=sure(actor.fonds_id), year=wanted).exists():
        raise there
    row = RightsReview(
        fonds_id=sure(actor.fonds_id), year=wanted, opened_by=actor.display_name[:80], opened_at=clock.now()
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise there from error
    running = Grant.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=clock.now()),
        ended_at__isnull=True,
        person__fonds_id=sure(actor.fonds_id),
    )
    grants = list(
        running.filter(person__is_active=True)
        .select_related("person__department", "role")
        .order_by("person__department__path", "person_id", "id")
    )
    seen = last_signed_in(sure(actor.fonds_id), {grant.person_id for grant in grants})
    ReviewLine.objects.bulk_create(
        [
            ReviewLine(
                review=row,
                grant=grant,
                person=grant.person,
                department=grant.person.department.name if grant.person.department else "",
                role=grant.role.name,
                reach=reach_of(grant)[:120],
                since=grant.given_at,
                last_seen_at=seen.get(grant.person_id),
            )
            for grant in grants
        ],
        batch_size=500,
    )
    record(actor, e.REVIEW_OPENED, row, changes={"year": (None, wanted)}, meta={"grants": len(grants)})
    return row


def last_signed_in(fonds_id: int | None, people: set[int]) -> dict[int, Any]:
    """When people signed in last, from the trail, by its index of codes."""
    rows = Event.objects.filter(fonds_id=fonds_id, code="access.signed_in", actor_id__in=people)
    return dict(rows.values_list("actor_id").annotate(at=Max("at")))


@transaction.atomic
def review_judge(*, actor: Actor, review: RightsReview, verdicts: Mapping[int, str], remark: str = "") -> int:
    """Say of lines whether their grant is kept or withdrawn; a withdrawn one ends at once. Returns how many were judged.

    Raises:
        NotAllowed, OutOfScope. Refused: ``review_closed``, ``nothing_picked``, ``remark_missing``, ``own_grant``,
            ``last_holder``, StepUpNeeded.
    """
    row = _locked(actor, review)
    wanted = {key: value for key, value in verdicts.items() if value in Verdict.values}
    lines = list(
        row.lines.select_for_update(of=("self",))
        .select_related("grant__person", "grant__role", "person")
        .filter(pk__in=wanted, verdict="")[:MOST_AT_ONCE]
    )
    if not lines:
        raise Refused("nothing_picked", _("没有选择要审核的授权，或已审核过。"))
    if any(wanted[line.pk] == Verdict.WITHDRAW for line in lines) and len(remark.strip()) < 2:
        raise Refused("remark_missing", _("收回的，请写明理由，例如“已不在该岗位”。"), "remark")
    for line in lines:
        if line.person_id == actor.id:
            raise Refused("own_grant", _("不能审核自己的授权，请由另一位安全保密员办理。"))
        line.verdict, line.remark, line.judged_by, line.judged_at = (
            wanted[line.pk],
            " ".join(remark.split())[:200],
            actor.display_name[:80],
            clock.now(),
        )
        if line.verdict == Verdict.WITHDRAW and line.grant.ended_at is None:
            grant_end(
                actor=actor,
                grant=line.grant,
                reason=_("%(year)s 年权限年审：%(why)s") % {"year": row.year, "why": remark.strip()},
            )
        line.save(update_fields=["verdict", "remark", "judged_by", "judged_at"])
    counts = {value: sum(1 for line in lines if line.verdict == value) for value in Verdict.values}
    record(actor, e.REVIEW_JUDGED, row, reason=remark.strip(), meta={**counts, "lines": [line.pk for line in lines]})
    return len(lines)


@transaction.atomic
def review_close(*, actor: Actor, review: RightsReview, conclusion: str) -> RightsReview:
    """End the review once every grant was looked at; one's own may stay open where nobody else was there to judge them.

    Raises:
        NotAllowed, OutOfScope. Refused: ``review_closed``, ``review_unfinished``, ``conclusion_missing``.
    """
    row = _locked(actor, review)
    left = row.lines.filter(verdict="", grant__ended_at__isnull=True).exclude(person_id=actor.id or 0).count()
    if left:
        raise Refused("review_unfinished", _("还有 %(n)s 项授权没有审核。") % {"n": left})
    if len(conclusion.strip()) < 2:
        raise Refused("conclusion_missing", _("请写明年审结论。"), "conclusion")
    row.state, row.closed_by, row.closed_at = ReviewState.CLOSED, actor.display_name[:80], clock.now()
    row.conclusion = " ".join(conclusion.split())[:300]
    row.save(update_fields=["state", "closed_by", "closed_at", "conclusion"])
    record(actor, e.REVIEW_CLOSED, row, changes={"state": (ReviewState.OPEN, row.state)}, reason=row.conclusion)
    return row


def _locked(actor: Actor, review: RightsReview) -> RightsReview:
    row: RightsReview | None = RightsReview.objects.select_for_update(of=("self",)).filter(pk=review.pk).first()
    if row is None:
        raise OutOfScope
    require(actor, REVIEW.code, row)
    if row.state == ReviewState.CLOSED:
        raise Refused("review_closed", _("%(year)s 年的权限年审已经办结。") % {"year": row.year})
    return row
