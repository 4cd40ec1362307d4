"""自动组卷 (AR-04): volumes proposed from catalogued items that lie in none, with the reason, and made when confirmed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import Arrangement, ItemState, SchemeState, VolumeState
from kedang.business.holdings.filing.proposal import volume_title
from kedang.business.holdings.models import Item, Volume
from kedang.business.holdings.services.volumes.companions import families, family_ids
from kedang.business.holdings.services.volumes.fitting import period_key
from kedang.business.holdings.services.volumes.making import volume_create
from kedang.business.holdings.services.volumes.ordering import natural_order
from kedang.business.holdings.services.volumes.taking import volume_take
from kedang.business.holdings.services.volumes.waiting import waiting_items
from kedang.foundation.access.models import Fonds
from kedang.foundation.access.policies import require
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

MOST_ITEMS = 1000
"""So many are looked at at once; what comes after waits for the next round."""
MOST_PAGES = 200
"""A volume of 卷皮 and two centimetres holds about so many sheets; what is more goes into a second one."""

SHOWN_OPEN = (
    "reference_code", "title", "series", "year", "customer", "project", "secrecy_level", "page_count", "retention__reads_as",
)  # fmt: skip


@dataclass(slots=True)
class VolumeProposal:
    """One volume that could be made, or an open one that could take more."""

    key: str
    items: list[Item]
    title: str
    besides: str = ""
    volume: Volume | None = None
    is_secret: bool = False

    @property
    def because(self) -> str:
        """Why these belong into one volume, and what is to be said besides."""
        return _because(self.head, self.is_secret) + self.besides

    @property
    def head(self) -> Item:
        """The item that class, year, retention, customer and project are taken from."""
        return self.items[0]

    @property
    def pages(self) -> int:
        """Sheets in all."""
        return _pages(self.items)

    @property
    def kinds(self) -> int:
        """Kinds of documents."""
        return len({item.document_type_id for item in self.items})

    @property
    def copies(self) -> int:
        """Copies in all."""
        return sum(item.copies for item in self.items)


@dataclass(slots=True)
class Proposals:
    """What is proposed, how many items wait for a companion that is not catalogued yet, and whether there are more than were looked at."""

    lines: list[VolumeProposal]
    waiting: int = 0
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Arranged:
    """What became of one confirmed proposal: the volume, or the sentence why not."""

    key: str
    volume: Volume | None
    sentence: str = ""


def volumes_proposed(actor: Actor, *, to_show: bool = False) -> Proposals:
    """Volumes by class, year, retention, project or customer; 绝密 apart; what belongs together in one; thick ones in parts.

    Args:
        to_show: load of the items only what a page tells of them.
    """
    found = _candidates(actor)[: MOST_ITEMS + 1]
    rows = list(waiting_items(found) if to_show else found)
    is_cut, rows = len(rows) > MOST_ITEMS, rows[:MOST_ITEMS]
    heads = families(rows)
    whole = family_ids(item.pk for item in rows) if rows else set()
    torn = _torn(rows, whole)
    groups: defaultdict[tuple[Any, ...], list[Item]] = defaultdict(list)
    by_key = {item.pk: item for item in rows}
    secret = {heads[item.pk] for item in rows if item.secrecy_level == SecrecyLevel.TOP_SECRET}
    for item in rows:
        head = by_key[heads[item.pk]]
        if item.pk not in torn:
            groups[_group_key(head, head.pk in secret)].append(item)
    open_ones = _open_volumes(actor, groups, to_show=to_show)
    lines = [line for key, items in groups.items() for line in _lines(key, natural_order(items), open_ones.get(key))]
    lines.sort(
        key=lambda line: (line.head.series.code if line.head.series else "", line.head.year or 0, line.title, line.key)
    )
    return Proposals(lines, len(torn), is_cut)


def volumes_arranged(
    *,
    actor: Actor,
    wanted: Mapping[str, Iterable[int]],
    titles: Mapping[str, str] | None = None,
    fonds: Fonds | None = None,
) -> list[Arranged]:
    """Make the confirmed volumes, each by itself: what is refused is told, the others are made.

    Args:
        wanted: key of a proposal → keys of the items that were shown with it; a group that has changed meanwhile is not made.
        titles: key of a proposal → another title than the proposed one.

    Raises:
        NotAllowed: no right to arrange.
    """
    require(actor, "holdings.arrange")
    known = {line.key: line for line in volumes_proposed(actor).lines}
    return [
        _arranged(actor, key, set(ids), known.get(key), (titles or {}).get(key, ""), fonds)
        for key, ids in wanted.items()
    ]


def _arranged(
    actor: Actor, key: str, ids: set[int], line: VolumeProposal | None, title: str, fonds: Fonds | None
) -> Arranged:
    if line is None or {item.pk for item in line.items} != ids:
        return Arranged(key, None, _("这组文件刚有变动，没有组卷。请按最新的建议重新确认。"))
    try:
        with transaction.atomic():
            volume = line.volume or volume_create(
                actor=actor, values=values_of(line, title), fonds=fonds, reason=line.because
            )
            return Arranged(key, volume_take(actor=actor, volume=volume, items=line.items, reason=line.because))
    except Refused as refusal:
        return Arranged(key, None, refusal.sentence)


def values_of(line: VolumeProposal, title: str = "") -> dict[str, Any]:
    """Values of the volume that a proposal stands for."""
    head = line.head
    carriers = {item.carrier for item in line.items}
    return {
        "title": title.strip() or line.title, "series": head.series, "year": head.year, "retention": head.retention,
        "customer": head.customer, "project": head.project, "department": head.department,
        "secrecy_level": max(item.secrecy_level for item in line.items),
        "carrier": carriers.pop() if len(carriers) == 1 else "hybrid",
    }  # fmt: skip


def _candidates(actor: Actor) -> Any:
    rows = Item.objects.visible_to(actor, "holdings.arrange").filter(
        state=ItemState.CATALOGUED, volume__isnull=True, series__arrangement=Arrangement.VOLUME,
        series__scheme__state=SchemeState.IN_FORCE, year__isnull=False, retention__isnull=False,
    )  # fmt: skip
    return rows.select_related("series", "retention", "customer", "project", "document_type", "department").order_by(
        "id"
    )


def _torn(rows: Sequence[Item], whole: set[int]) -> set[int]:
    """Keys of items whose family is not complete among these: the families of what lies outside."""
    here = {item.pk for item in rows}
    outside = whole - here
    return family_ids(outside) & here if outside else set()


def _group_key(head: Item, is_secret: bool) -> tuple[Any, ...]:
    return head.series_id, head.year, period_key(head.retention), head.customer_id, head.project_id, is_secret


def _open_volumes(
    actor: Actor, groups: Mapping[tuple[Any, ...], Any], *, to_show: bool = False
) -> dict[tuple[Any, ...], Volume]:
    """Open volumes of the same kind that are not full yet, the latest of each."""
    rows = Volume.objects.visible_to(actor, "holdings.arrange").filter(
        state=VolumeState.OPEN,
        series_id__in={key[0] for key in groups},
        page_count__lt=MOST_PAGES,
        closed_at__isnull=True,
    )
    rows = rows.select_related("retention").order_by("id")
    found = {}
    for volume in rows.only(*SHOWN_OPEN) if to_show else rows:
        is_secret = volume.secrecy_level == SecrecyLevel.TOP_SECRET
        key = (
            volume.series_id,
            volume.year,
            period_key(volume.retention),
            volume.customer_id,
            volume.project_id,
            is_secret,
        )
        found[key] = volume
    return found


def _lines(key: tuple[Any, ...], items: list[Item], volume: Volume | None) -> list[VolumeProposal]:
    """One proposal, or several where the pages are too many for one; families stay whole."""
    runs = _runs(items, families(items))
    if volume is not None and volume.page_count + _pages(runs[0]) > MOST_PAGES:
        volume = None
    parts: list[list[Item]] = []
    room = MOST_PAGES - (volume.page_count if volume is not None else 0)
    for family in runs:
        if parts and _pages(parts[-1]) + _pages(family) <= room:
            parts[-1] += family
        else:
            room = MOST_PAGES if parts else room
            parts.append(list(family))
    made = []
    for number, part in enumerate(parts, 1):
        into = volume if number == 1 else None
        title = into.title if into is not None else _title(items[0], number if len(parts) > 1 else 0)
        told = (
            _("已有同样的案卷 %(code)s 正在组卷，编入该卷。") % {"code": into.reference_code}
            if into is not None
            else ""
        )
        split = _("页数较多，分为 %(count)s 卷。") % {"count": len(parts)} if len(parts) > 1 else ""
        text = "-".join(str(one or 0) for one in key[:-1]) + f"-{int(key[-1])}-{number}"
        made.append(VolumeProposal(text, part, title, told + split, into, bool(key[-1])))
    return made


def _pages(items: Iterable[Item]) -> int:
    return sum(item.pages for item in items)


def _runs(items: Sequence[Item], heads: Mapping[int, int]) -> list[list[Item]]:
    families_in_order: dict[int, list[Item]] = {}
    for item in items:
        families_in_order.setdefault(heads[item.pk], []).append(item)
    return list(families_in_order.values())


def _title(head: Item, part: int) -> str:
    title = volume_title(head, head.series, head.year)
    return f"{title[:280]}（{part}）" if part else title


def _because(head: Item, is_secret: bool) -> str:
    """The rule in words."""
    told = _("同属“%(series)s”、%(year)s 年度、%(retention)s")
    words = [told % {"series": head.series.name if head.series else "", "year": head.year, "retention": head.retention}]
    if head.project is not None:
        words.append(_("同一项目“%(name)s”") % {"name": head.project.name})
    elif head.customer is not None:
        words.append(_("同一客户“%(name)s”") % {"name": head.customer.name})
    if is_secret:
        words.append(_("绝密文件及与其密不可分的文件单独组卷"))
    return "、".join(words) + "。"
