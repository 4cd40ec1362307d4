"""The proposal for a document: kept or not, class, year, retention, arrangement, volume and order, each with its reason."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import Arrangement, FilingStep, VolumeState, YearRule
from kedang.business.holdings.filing.group import ORDER, Together, order_key, together_of
from kedang.business.holdings.filing.reasoned import Reasoned
from kedang.business.holdings.filing.rules import Rules, rules_of
from kedang.business.holdings.filing.years import year_of
from kedang.business.holdings.models import Item, RetentionPeriod, Series, Volume
from kedang.foundation.access.secrecy import SecrecyLevel

NEW_VOLUME = "new"
"""Stands for a volume that is yet to be made."""
LATER_VOLUME = "later"
"""Stands for no volume yet: the document waits to be arranged with others of its kind."""


@dataclass(frozen=True, slots=True)
class Identification:
    """鉴别: what kind of document it is, and whether it is kept."""

    document_type: Reasoned
    is_kept: Reasoned

    def noted(self) -> dict[str, Any]:
        """As the trace keeps it."""
        return {"document_type": self.document_type.text, "is_kept": self.is_kept.value}

    @property
    def because(self) -> str:
        """Why, in sentences."""
        return f"{self.document_type.because}{self.is_kept.because}"


@dataclass(frozen=True, slots=True)
class Placement:
    """定位: where it belongs. ``volume`` holds a volume, :data:`NEW_VOLUME`, or None where it is arranged by item."""

    series: Reasoned
    year: Reasoned
    retention: Reasoned
    arrangement: Reasoned
    volume: Reasoned
    volume_title: str
    order: str
    companions: tuple[Item, ...] = ()

    def noted(self) -> dict[str, Any]:
        """As the trace keeps it."""
        return noted_place(
            self.series.value, self.year.value, self.retention.value, self.arrangement.value, self.volume.value, self.volume_title
        )  # fmt: skip

    @property
    def because(self) -> str:
        """Why, in sentences."""
        parts = (self.series, self.year, self.retention, self.arrangement, self.volume)
        return "".join(part.because for part in parts) + self.order


def noted_place(
    series: Series | None,
    year: int | None,
    retention: RetentionPeriod | None,
    arrangement: str,
    volume: Any,
    title: str,
) -> dict[str, Any]:
    """A place as the trace keeps it: in words that outlive what they name."""
    named = volume.reference_code if isinstance(volume, Volume) else title if volume == NEW_VOLUME else ""
    return {
        "series": str(series) if series else "", "year": year, "retention": str(retention) if retention else "",
        "arrangement": arrangement, "volume": named, "is_new_volume": volume == NEW_VOLUME,
    }  # fmt: skip


def propose_identification(item: Item, rules: Rules | None = None) -> Identification:
    """Whether the document is within the filing scope; a companion goes with the document that it belongs to."""
    rules = rules or rules_of(item.fonds_id)
    if item.document_type is not None:
        kind = Reasoned(item.document_type, _("收件时已注明为%(kind)s。") % {"kind": item.document_type.name})
    else:
        kind = rules.kind_of([item.title, *item.files.values_list("file__name", flat=True)])
    if item.belongs_to is not None:
        label = item.get_relation_display()
        told = _("是“%(main)s”的%(relation)s，随其归档。")
        return Identification(kind, Reasoned(True, told % {"main": item.belongs_to.title, "relation": label}))
    if kind.value is None:
        return Identification(kind, Reasoned(None, ""))
    told = _("列入归档范围，应归档。") if kind.value.is_kept else _("不在归档范围之内，不归档。")
    return Identification(kind, Reasoned(kind.value.is_kept, told))


def propose_placement(item: Item, rules: Rules | None = None) -> Placement:
    """Where a document belongs, as the rules see it, each with one sentence why.

    A companion goes where its main document is or goes; the main document carries the secrecy of all of them.
    """
    rules = rules or rules_of(item.fonds_id)
    group = together_of(item)
    main = group.main
    if item.belongs_to is not None and main.series_id is not None:
        return _with_main(item, group)
    series = rules.series_of(main)
    rule = main.document_type.year_rule if main.document_type is not None else YearRule.OWN_DATE.value
    year = year_of(main, rule, reply=group.reply)
    retention = rules.retention_of(main, series.value)
    arrangement = rules.arrangement_of(series.value)
    volume, title = _volume(group, series.value, year.value, retention.value, arrangement.value)
    return Placement(
        series, year, retention, arrangement, volume, title, _order(item, group, volume.value),
        tuple(one for one in group.every if one.pk != item.pk),
    )  # fmt: skip


def _with_main(item: Item, group: Together) -> Placement:
    main = group.main
    told = _("是“%(main)s”的%(relation)s，与其同类、同年、同期限、同卷。") % {
        "main": main.title,
        "relation": item.get_relation_display(),
    }
    way = Arrangement.VOLUME if main.volume_id or waits_for_volume(main) else Arrangement.ITEM
    return Placement(
        Reasoned(main.series, told), Reasoned(main.year, ""), Reasoned(main.retention, ""),
        Reasoned(way.value, ""), Reasoned(main.volume, ""), "", _order(item, group, main.volume), (),
    )  # fmt: skip


def _volume(
    group: Together, series: Series | None, year: int | None, retention: RetentionPeriod | None, arrangement: str
) -> tuple[Reasoned, str]:
    main = group.main
    title = volume_title(main, series, year)
    if arrangement == Arrangement.ITEM:
        return Reasoned(None, _("按件整理，不入案卷。")), ""
    if series is None or year is None or retention is None:
        return Reasoned(None, _("类别、年度、保管期限定下后才能建议案卷。")), title
    apart = _("绝密文件单独立卷。") if group.is_top_secret else ""
    found = open_volumes(group, series, year, retention).first()
    about = main.project or main.customer
    if found is not None:
        told = _("%(whose)s%(year)s 年同类、同期限的案卷“%(volume)s”正在组卷，放入此卷。")
        whose = f"“{about}”" if about is not None else ""
        return Reasoned(found, apart + told % {"whose": whose, "year": year, "volume": found.title}), title
    told = _("没有同类、同年度、同期限的组卷中案卷，建议新建一卷。")
    return Reasoned(NEW_VOLUME, apart + told), title


def open_volumes(group: Together, series: Series, year: int, retention: RetentionPeriod) -> Any:
    """Volumes that may take these documents, of the same customer or project, the newest first."""
    main = group.main
    rows = Volume.objects.filter(
        fonds_id=main.fonds_id, series=series, year=year, retention=retention, state=VolumeState.OPEN
    )
    top = SecrecyLevel.TOP_SECRET
    rows = rows.filter(secrecy_level__gte=top) if group.is_top_secret else rows.filter(secrecy_level__lt=top)
    if main.project is not None:
        rows = rows.filter(project=main.project)
    elif main.customer is not None:
        rows = rows.filter(customer=main.customer, project__isnull=True)
    else:
        rows = rows.filter(customer__isnull=True, project__isnull=True)
    return rows.order_by("-id")


def waits_for_volume(item: Item) -> bool:
    """Whether it was decided that a document is arranged by volume, and it lies in none."""
    if item.volume_id is not None or item.series is None or item.series.arrangement != Arrangement.VOLUME:
        return False
    decided = item.traces.filter(step=FilingStep.PLACE).order_by("-id").values_list("decided", flat=True).first()
    return decided is not None and decided.get("arrangement") == Arrangement.VOLUME


@lru_cache(maxsize=256)
def _year_words(year: int, language: str | None) -> str:
    """A year in the language of the request: hundreds of proposed titles name the same few."""
    return _("%(year)s年") % {"year": year}


def volume_title(item: Item, series: Series | None, year: int | None) -> str:
    """The title that a new volume begins with."""
    about: Any = item.project or item.customer
    if item.project is not None and item.customer is not None:
        about = f"{item.customer}{item.project}"
    spoken = _year_words(year, get_language()) if year else ""
    return f"{about or ''}{spoken}{series.name if series else ''}"[:300]


def _order(item: Item, group: Together, volume: Any) -> str:
    """The sentence about the place in the volume."""
    if item.belongs_to is not None:
        return _("排在“%(main)s”之后。") % {"main": group.main.title}
    own = _("其后依次是它的 %(count)s 件附属文件。") % {"count": len(group.companions)} if group.companions else ""
    if not isinstance(volume, Volume):
        return own
    inside = Item.objects.filter(volume=volume, belongs_to__isnull=True).exclude(pk=item.pk)
    before = sum(1 for one in inside.select_related("document_type") if order_key(one) < order_key(item))
    return _("按文件种类和成文日期，排在卷内第 %(place)s 件。") % {"place": before + 1} + own


__all__ = [
    "LATER_VOLUME",
    "NEW_VOLUME",
    "ORDER",
    "Identification",
    "Placement",
    "propose_identification",
    "propose_placement",
]
