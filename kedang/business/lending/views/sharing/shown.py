"""Sharings in words: state, whose dossiers, with whom, what of them; the tag on a dossier."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kedang.business.customers.models import ClassTerm, Customer
from kedang.business.customers.reference import region_name
from kedang.business.lending.policies_use import SHARE
from kedang.business.lending.services.sharing import REVIEW_SOON, is_over
from kedang.foundation.access.models import Department, RecordShare, ShareRecipient
from kedang.foundation.access.policies import can
from kedang.foundation.access.secrecy import FIELD_CLASSES, FieldRight
from kedang.foundation.access.shared.loading import is_shared_by
from kedang.foundation.access.shared.models import ShareReach
from kedang.foundation.access.shared.parts import part, shared_parts
from kedang.foundation.access.shared.reading import shares_of, shares_reaching
from kedang.foundation.access.trail import may_see_readers
from kedang.foundation.kernel import clock
from kedang.foundation.web.records import Mark

NAMED = 3


def state_of(share: RecordShare) -> tuple[str, Any]:
    """Tone and word of a sharing now."""
    now = clock.now()
    if share.ended_at is not None:
        return "plain", _("已停止")
    if is_over(share):
        return "plain", _("已到期")
    if share.review_by <= now:
        return "bad", _("逾期未复核，已暂停")
    if share.valid_from > now:
        return "blue", _("未开始")
    if share.review_by <= now + REVIEW_SOON and share.review_by < share.valid_until:
        return "warn", _("共享中，待复核")
    return "good", _("共享中")


def state_html(cell: Any) -> SafeString:
    """The state as a tag, in a line of the list."""
    return format_html('<span class="tag is-{}">{}</span>', *state_of(cell.row))


def to_review(moment: datetime, soon: datetime) -> Q:
    """Sharings that hold at a moment and are to be looked at again until ``soon``."""
    return Q(ended_at__isnull=True, valid_until__gt=moment, review_by__lte=soon)


def in_state(state: str) -> Q:
    """Sharings in a state now."""
    now = clock.now()
    return {
        "open": is_shared_by(now), "review": to_review(now, now + REVIEW_SOON), "over": Q(ended_at__isnull=False) | Q(valid_until__lte=now),
    }[state]  # fmt: skip


def reach_words(shares: Sequence[RecordShare]) -> dict[int, str]:
    """Whose dossiers, in words: a query for departments and one for classes, however many sharings."""
    departments: dict[str, str] = {}
    if keys := _values(shares, ShareReach.BELOW):
        departments = {str(row.pk): row.name for row in Department.objects.filter(pk__in=keys)}
    terms: dict[str, str] = {}
    if keys := _values(shares, ShareReach.CLASS):
        rows = ClassTerm.objects.filter(pk__in=keys).select_related("axis")
        terms = {str(row.pk): f"{row.axis.name}：{row.name}" for row in rows}
    return {share.pk: _reach_words(share, departments, terms) for share in shares}


def _reach_words(share: RecordShare, departments: dict[str, str], terms: dict[str, str]) -> str:
    value = share.reach_value
    if share.reach == ShareReach.OPENED:
        return _("选定的 %(n)s 个客户") % {"n": len(share.records)}
    if share.reach == ShareReach.BELOW:
        return _("%(name)s及下级的客户") % {"name": departments.get(value, value)}
    if share.reach == ShareReach.REGION:
        return _("%(name)s的客户") % {"name": region_name(value) or value}
    return terms.get(value, value) if share.reach == ShareReach.CLASS else _("全部客户")


def _values(shares: Sequence[RecordShare], reach: str) -> list[int]:
    return [int(one.reach_value) for one in shares if one.reach == reach and one.reach_value.isdecimal()]


def recipients_of(shares: Sequence[RecordShare]) -> dict[int, list[str]]:
    """With whom, in words: one query."""
    rows = ShareRecipient.objects.filter(share__in=[one.pk for one in shares]).select_related(
        "department", "role", "person"
    )
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.share_id, []).append(str(row))
    return found


def parts_of(share: RecordShare) -> list[Any]:
    """What is shared, in words."""
    return [one.title for code in share.parts if (one := part(code)) is not None]


def rights_of(share: RecordShare) -> list[tuple[Any, Any, str]]:
    """Sensitive classes: name, what is seen, tone."""
    return [
        (FIELD_CLASSES[name], FieldRight(value).label, "good" if value == FieldRight.SHOW else "warn")
        for name, value in share.field_rights.items()
        if name in FIELD_CLASSES
    ]


def marks_of(actor: Any, customer: Customer) -> list[Mark]:
    """与…共享: for who keeps the dossier, shares it or watches over it; 经…共享 for who sees it by that alone."""
    if actor.fonds.shared_until is None:
        return []
    through = shares_reaching(actor, customer)
    if through:
        rows = RecordShare.objects.filter(pk__in=through)
        return [
            Mark(_("经共享可见 %(number)s") % {"number": one.number}, "blue", _page(one), one.title) for one in rows
        ]
    if not (can(actor, SHARE.code) or may_see_readers(actor, customer)):
        return []
    shares = shares_of(customer)
    names = recipients_of(shares) if shares else {}
    known = (
        set(
            RecordShare.objects.visible_to(actor).filter(pk__in=[one.pk for one in shares]).values_list("pk", flat=True)
        )
        if shares
        else set()
    )
    return [
        Mark(_("与%(who)s共享") % {"who": shortened(names.get(one.pk, []))}, "blue", _page(one) if one.pk in known else "", one.title)
        for one in shares
    ]  # fmt: skip


def shortened(names: Sequence[str]) -> str:
    """The first names, and how many there are when there are more."""
    if len(names) <= NAMED:
        return "、".join(names)
    return _("%(names)s等 %(n)s 方") % {"names": "、".join(names[:NAMED]), "n": len(names)}


def always_shared() -> list[Any]:
    """Parts that belong to every sharing."""
    return [one for one in shared_parts() if one.is_always]


def _page(share: RecordShare) -> str:
    return reverse("lending:share-detail", args=[share.pk])
