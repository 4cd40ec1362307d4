"""Sharings in the house, as the rules tell of them (``rules.SHARES``): some in force, others past, stopped, not reviewed in time, to come.

Every address is walked with them in force: who has something shared hears that and no more, and takes nothing of it away.
"""

from datetime import timedelta
from typing import Any

from kedang.business.holdings.models import DocumentType
from kedang.business.lending.services.sharing import Recipients, Wanted, share_start
from kedang.foundation.access.models import RecordShare, Role
from kedang.foundation.kernel import clock
from tests.access.harness.archive import keep
from tests.access.harness.house import House
from tests.access.harness.rules import SHARES, Share

MODELS = {"access.recordshare": "rows", "access.sharerecipient": "on the page of its sharing"}
PARTS = {
    "Contact": "customers.people", "CustomerProfile": "customers.profile", "Project": "holdings.projects", "Item": "holdings.papers",
    "FilePage": "holdings.leaves",
}  # fmt: skip
DAY = timedelta(days=1)


def make_sharing(house: House, term: Any) -> None:
    """All of them by 沈砚; those that do not hold were brought about by moving their times."""
    for share in SHARES:
        made = share_start(
            actor=house.person("archivist"), title=share.title, purpose="各部门共用客户资料", wanted=wanted(house, share, term),
            recipients=Recipients(
                departments=[house.departments[key] for key in sorted(share.departments)],
                roles=Role.objects.filter(code__in=share.roles), people=[house.people[key] for key in sorted(share.people)],
            ),
            until=clock.now() + 90 * DAY,
        )  # fmt: skip
        RecordShare.objects.filter(pk=made.pk).update(**times(share))
        keep(house, None, made)


def wanted(house: House, share: Share, term: Any) -> Wanted:
    """What is shared, as the service takes it."""
    values = {"class": str(term.pk), "below": str(getattr(house.departments.get(share.value), "pk", ""))}
    return Wanted(
        reach=share.reach, reach_value=values.get(share.reach, share.value),
        customers=[house.customers[key] for key in sorted(share.chosen)],
        parts=[code for record, code in PARTS.items() if record in share.records], field_rights=share.rights, secrecy_level=share.level,
        kinds=DocumentType.objects.filter(fonds=house.fonds["A"], code__in=share.kinds),
    )  # fmt: skip


def times(share: Share) -> dict[str, Any]:
    """When it holds, or why it does not."""
    now = clock.now()
    return {
        "": {"valid_from": now - DAY},
        "past": {"valid_from": now - 9 * DAY, "valid_until": now - DAY},
        "stopped": {"valid_from": now - 9 * DAY, "ended_at": now - DAY, "ended_why": "不再需要"},
        "unreviewed": {"valid_from": now - 400 * DAY, "review_by": now - DAY},
        "to_come": {"valid_from": now + DAY},
    }[share.ends]
