"""移交（接收）清册 (DA/T 42 style): what was handed over, line by line, signed by both."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from kedang.business.holdings.choices import LineState
from kedang.business.holdings.models import FormKind, Item, Transfer, TransferLine, Volume
from kedang.business.holdings.printing.sheet import Head, Line, Sheet, day, hidden, highest, seen
from kedang.foundation.access.veil import reveal
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor


def transfer_list(actor: Actor, transfer: Transfer, options: dict[str, Any]) -> Sheet:
    """The list. A line whose volume or item the actor may not see keeps its number in the list and tells no more."""
    rows = list(transfer.lines.select_related("volume__retention", "item__retention").order_by("position", "id"))
    known = {
        Volume: set(seen(actor, Volume.objects).filter(transfer_lines__transfer=transfer).values_list("pk", flat=True)),
        Item: set(seen(actor, Item.objects).filter(transfer_lines__transfer=transfer).values_list("pk", flat=True)),
    }
    lines: list[Line] = [_line(actor, row, known) for row in rows]
    handed, received = transfer.handed_at, transfer.received_at
    heads = [
        Head(_("序号"), 12, "center", is_number=True), Head(_("题名"), 92), Head(_("年度"), 16, "center"), Head(_("文号（图号、档号）"), 58, is_code=True),
        Head(_("页数"), 14, "center", is_number=True), Head(_("保管期限"), 20, "center"), Head(_("核对"), 16, "center"), Head(_("备注"), 34),
    ]  # fmt: skip
    accepted = sum(row.state == LineState.ACCEPTED for row in rows)
    title = _("档案移交（接收）清册")
    return Sheet(
        FormKind.TRANSFER,
        title,
        "table.typ",
        transfer.fonds,
        lines,
        {
            "over": [
                _("移交部门：{name}　编号：{number}").format(name=transfer.department.name, number=transfer.number),
                "",
                _("共 {count} 条 {pages} 页，接收 {accepted} 条").format(
                    count=len(rows), pages=sum(row.pages for row in rows), accepted=accepted
                ),
            ],
            "landscape": True,
            "row_height": 10,
            "empty": _("清册尚无明细"),
            "under": [
                (_("移交人"), transfer.handed_by.name if transfer.handed_by else ""),
                (_("移交时间"), day(clock.local(handed).date()) if handed else ""),
                (_("接收人"), transfer.received_by.name if transfer.received_by else ""),
                (_("接收时间"), day(clock.local(received).date()) if received else ""),
            ],
        },
        subject=transfer,
        heads=heads,
        secrecy_level=highest([thing for row in rows if (thing := _thing(row)).pk in known[type(thing)]]),
        name=f"{title}-{transfer.number}",
    )


def _line(actor: Actor, row: TransferLine, known: dict[Any, set[int]]) -> Line:
    thing = _thing(row)
    is_item = isinstance(thing, Item)
    row_key = f"{'i' if is_item else 'v'}{thing.pk}"
    state = str(row.get_state_display())
    if thing.pk not in known[type(thing)]:
        return (
            row_key,
            [str(row.position), hidden(), "", "", "", "", state, ""],
        )
    title = reveal(actor, thing, "title").text
    number = (reveal(actor, thing, "document_number").text if is_item else "") or thing.reference_code
    told = [row.reason]
    if row.pages_counted is not None and row.pages_counted != row.pages:
        told.append(_("实点 {count} 页").format(count=row.pages_counted))
    cells = [
        str(row.position), f"[{title}]" if is_item and thing.is_title_made else title, str(thing.year or ""), number, str(row.pages),
        thing.retention.name if thing.retention else "", state, "；".join(filter(None, told)),
    ]  # fmt: skip
    return (row_key, cells)


def _thing(row: TransferLine) -> Any:
    """The volume or item of a line; a constraint says that there is one."""
    return row.volume or row.item
