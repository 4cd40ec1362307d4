"""编目: the entry in the catalogue, and the code. Third step of filing (A-I4)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kedang.business.customers.services.problems import Problems
from kedang.business.holdings.choices import Carrier, FilingStep, ItemState
from kedang.business.holdings.events.items import ITEM_CATALOGUED
from kedang.business.holdings.filing.proposal import waits_for_volume
from kedang.business.holdings.models import Item
from kedang.business.holdings.services.items.checking import DESCRIPTION, check_record, checked
from kedang.business.holdings.services.items.files import pages_of
from kedang.business.holdings.services.items.writing import (
    locked_item,
    recount_volume,
    require_open,
    require_state,
    save_change,
    take_over,
    trace,
)
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

SHOWN = ("title", "document_number", "author", "dated_on", "pages", "copies", "language", "remarks")
"""What the trace keeps of the catalogue entry."""


@transaction.atomic
def item_catalogue(
    *, actor: Actor, item: Item, values: Mapping[str, Any] | None = None, version: int | None = None
) -> Item:
    """Write the catalogue entry and give the code: in its volume, or by item; what is not said stays as it is.

    Args:
        values: what describes the document (``checking.DESCRIPTION``).
        version: the version that the actor saw; None for machines that have just read it.

    Raises:
        Refused: ``item_state``, ``stale_version``, ``values_invalid`` (title, author, date, pages must be there), ``volume_closed``.
    """
    found = locked_item(actor, item)
    require_state(found, ItemState.PLACED)
    require_open(actor, found.volume)
    if version is not None and version != found.version:
        raise Refused(
            "stale_version", _("“%(title)s”刚被他人修改过。请刷新后在最新内容上编目。") % {"title": found.title}
        )
    problems = Problems()
    given = {name: value for name, value in (values or {}).items() if name in DESCRIPTION}
    clean = checked(actor, given, found.fonds_id, problems, found)
    if not clean.get("pages", found.pages):
        clean["pages"] = pages_of(row.file for row in found.files.select_related("file"))
    before = {name: plain(getattr(found, name)) for name in SHOWN}
    changes = take_over(found, clean)
    require_entry(found, problems)
    check_record(found, tuple(changes), problems)
    problems.refuse()
    for name, (old, _new) in changes.items():
        setattr(found, name, old)
    values_now = {**clean, "state": ItemState.CATALOGUED.value, **_code(actor, found)}
    decided = before | {name: plain(clean[name]) for name in SHOWN if name in clean}
    decided["reference_code"] = values_now.get("reference_code", found.reference_code)
    trace(
        actor, found, FilingStep.CATALOGUE, proposed=before, decided=decided,
        because=_numbered(found, values_now),
    )  # fmt: skip
    save_change(actor, found, ITEM_CATALOGUED, values_now)
    recount_volume(found, changes)
    return found


def require_entry(item: Item, problems: Problems) -> None:
    """题名, 责任者, 日期, 页数 belong to every line of the catalogue (2.3, 2.6 of the national forms)."""
    if not item.title:
        problems.tell("title", _("题名不能为空；没有题名的，请拟写并注明“题名为整理人所拟”。"))
    if not item.author:
        problems.tell("author", _("请填写责任者，即文件的作者单位或个人。"))
    if item.dated_on is None:
        problems.tell("dated_on", _("请填写成文日期；无日期的，请考证后填写。"))
    if not item.pages and item.carrier != Carrier.OBJECT:
        problems.tell("pages", _("请填写页数；系统还没有从文件中数出，刚收到的文件可稍候再办。"))


def _numbered(item: Item, values: Mapping[str, Any]) -> str:
    if item.volume_id is not None:
        return _("按案卷编件号。")
    has_code = values.get("reference_code") or item.reference_code
    return _("按件编档号。") if has_code else _("待编入案卷，按案卷编件号。")


def _code(actor: Actor, item: Item) -> dict[str, Any]:
    """The code, unless the item has one already: a code once given stays its own; in a volume, or waiting for one, it gets it there."""
    if item.reference_code or waits_for_volume(item):
        return {}
    from kedang.business.holdings.services.items.codes import give_code

    return give_code(actor, item)


def plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
