"""Whether an item may go into a volume: the same class, year, retention, customer and project; 绝密 apart (A-I5, A-I10)."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from kedang.business.holdings.choices import ItemState, Whereabouts
from kedang.business.holdings.models import Item, RetentionPeriod, Volume
from kedang.foundation.access.secrecy import SecrecyLevel

PLACED = frozenset({ItemState.PLACED, ItemState.CATALOGUED, ItemState.FILED})
"""Filed so far that class, year and retention are settled."""


def period_key(retention: RetentionPeriod | None) -> int | None:
    """Key of the period by which an old one is read."""
    return None if retention is None else retention.reads_as_id or retention.pk


def misfit(volume: Volume, item: Item, tied_to_secret: Collection[int]) -> tuple[str, str] | None:
    """Code and sentence of the first rule that keeps an item out of a volume; None where it fits.

    Args:
        tied_to_secret: keys of items that closely belong to a 绝密 item of this volume or of those taken with it.
    """
    name = {"title": item.shown_title, "code": volume.reference_code}
    if item.volume_id is not None:
        told = _("“%(title)s”已在案卷 %(other)s 中，一件只能在一卷里。需要调整的，请先从原案卷移出。")
        return "item_in_volume", told % {**name, "other": item.volume.reference_code if item.volume else ""}
    if item.state not in PLACED:
        told = _("“%(title)s”还是“%(state)s”，完成鉴别和定位以后才能编入案卷。")
        return "item_not_placed", told % {**name, "state": item.get_state_display()}
    if item.whereabouts != Whereabouts.IN_STORE:
        told = _("“%(title)s”现为“%(where)s”，归还以后才能编入案卷。")
        return "item_away", told % {**name, "where": item.get_whereabouts_display()}
    return _other_place(volume, item, name) or _secrecy_apart(volume, item, name, tied_to_secret)


def _other_place(volume: Volume, item: Item, name: dict[str, Any]) -> tuple[str, str] | None:
    """Class, year, retention, customer and project."""
    if item.series_id != volume.series_id:
        told = _("“%(title)s”属于类别“%(mine)s”，案卷 %(code)s 是“%(its)s”，不同类别不能混在一卷。")
        return "series_differs", told % {**name, "mine": item.series or "-", "its": volume.series}
    if item.year != volume.year:
        told = _("“%(title)s”归入 %(mine)s 年度，案卷 %(code)s 是 %(its)s 年度，不同年度不能混在一卷。")
        return "year_differs", told % {**name, "mine": item.year or "-", "its": volume.year}
    if period_key(item.retention) != period_key(volume.retention):
        told = _("“%(title)s”的保管期限是“%(mine)s”，案卷 %(code)s 是“%(its)s”，不同期限不能混在一卷。")
        return "retention_differs", told % {**name, "mine": item.retention or "-", "its": volume.retention}
    if volume.customer_id is not None and item.customer_id != volume.customer_id:
        told = _("“%(title)s”不是客户“%(its)s”的文件，不能编入案卷 %(code)s。")
        return "customer_differs", told % {**name, "its": volume.customer}
    if volume.project_id is not None and item.project_id != volume.project_id:
        told = _("“%(title)s”不是项目“%(its)s”的文件，不能编入案卷 %(code)s。")
        return "project_differs", told % {**name, "its": volume.project}
    return None


def _secrecy_apart(volume: Volume, item: Item, name: dict[str, Any], tied: Collection[int]) -> tuple[str, str] | None:
    """绝密 in volumes of its own; ordinary ones that closely belong to it may go along."""
    is_secret = item.secrecy_level == SecrecyLevel.TOP_SECRET
    if volume.secrecy_level == SecrecyLevel.TOP_SECRET:
        if is_secret or item.pk in tied:
            return None
        told = _(
            "案卷 %(code)s 是绝密卷，“%(title)s”不是绝密，也不是其中绝密文件的附件、底稿等密不可分的文件，应编入普通案卷。"
        )
        return "top_secret_apart", told % name
    if is_secret:
        told = _("“%(title)s”是绝密文件，应单独组成绝密案卷，不能编入案卷 %(code)s。")
        return "top_secret_apart", told % name
    return None
