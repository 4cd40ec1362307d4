"""移交: a department draws its list up, signs and sends it, or takes it back (CO-10). Receiving is in ``transfer_receiving``.

Order of locks: the list, then volumes by key, then items by key. What stands on a list is counted when it is sent and must be the same
when it is received (帐表相符).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import Carrier, ItemState, LineState, TransferState, VolumeState, Whereabouts
from kedang.business.holdings.events import handing as e
from kedang.business.holdings.models import Item, Transfer, TransferLine, Volume
from kedang.foundation.access.models import Fonds, Person
from kedang.foundation.access.policies import policy_for, require, require_still_in_scope
from kedang.foundation.audit.record import Entry, record, record_many, subject_of
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.numbering.services import issue_run, rule_for

NUMBER_KEY, NUMBER_CODE = "transfer", "YJ"
MOST_LINES = 500
_GONE = (ItemState.OUT_OF_SCOPE, ItemState.REMOVED, ItemState.DESTROYED)


@transaction.atomic
def transfer_create(*, actor: Actor, values: Mapping[str, Any], fonds: Fonds | None = None) -> Transfer:
    """Begin a list of a department. ``values``: department, title, remarks. Who draws it up is its 移交人 until it is sent.

    Raises:
        Refused: ``title_missing``, ``department_missing``, ``department_foreign``, ``out_of_writer_scope``.
    """
    require(actor, "holdings.deliver")
    fonds_id = fonds.pk if fonds is not None else actor.fonds_id
    if fonds_id is None:
        raise Refused("fonds_missing", _("请说明是哪个全宗的移交。"), "fonds")
    _refuse_values(fonds_id, values)
    code = rule_for(fonds_id, NUMBER_KEY).codes.get(NUMBER_KEY) or NUMBER_CODE
    run = issue_run(actor=actor, rule=rule_for(fonds_id, NUMBER_KEY), code=code)
    row = Transfer(
        fonds_id=fonds_id, number=run.text(0), created_at=clock.now(), handed_by=actor if isinstance(actor, Person) else None,
        **{name: values.get(name, "") for name in ("department", "title", "remarks")},
    )  # fmt: skip
    row.full_clean(exclude=["fonds", "handed_by"])
    row.save(force_insert=True)
    require_still_in_scope(actor, row)
    record(actor, e.TRANSFER_DRAWN_UP, row, changes={"department": ("", str(row.department)), "title": ("", row.title)})
    return row


@transaction.atomic
def transfer_change(
    *, actor: Actor, transfer: Transfer, values: Mapping[str, Any], version: int | None = None
) -> Transfer:
    """Correct title, department or remarks of a list that was not sent.

    Raises:
        Refused: ``stale_version``, ``transfer_not_draft``, ``transfer_has_lines`` (another department).
    """
    row = locked(actor, "holdings.deliver", transfer)
    if version is not None and row.version != version:
        raise Refused("stale_version", _("此清册刚刚被别人修改过，请核对后再保存。"))
    _refuse_sent(row)
    changes = {
        name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value
    }  # fmt: skip
    if not changes:
        return row
    for name, value in values.items():
        setattr(row, name, value)
    _refuse_values(row.fonds_id, {name: getattr(row, name) for name in ("department", "title")})
    if "department" in changes and row.lines.exists():
        raise Refused(
            "transfer_has_lines", _("清册上已有其他部门的案卷或文件，请先去掉，再更换移交部门。"), "department"
        )
    row.full_clean(exclude=["fonds", "handed_by", "received_by"])
    row.version += 1
    row.save(update_fields=[*changes, "version"])
    require_still_in_scope(actor, row)
    told = {name: (str(old), str(new)) for name, (old, new) in changes.items()}
    record(actor, e.TRANSFER_CHANGED, row, changes=told)
    return row


@transaction.atomic
def transfer_add(
    *, actor: Actor, transfer: Transfer, volumes: Iterable[Volume] = (), items: Iterable[Item] = ()
) -> list[TransferLine]:
    """Put volumes and loose items of the department on the list.

    Raises:
        Refused: ``transfer_not_draft``, ``nothing_picked``, ``transfer_too_long``, ``department_differs``, ``volume_open``,
            ``item_in_volume``, ``item_gone``, ``pages_unknown``, ``not_in_store``, ``already_listed``, ``already_received``.
    """
    row = locked(actor, "holdings.deliver", transfer)
    _refuse_sent(row)
    things: list[Volume | Item] = [
        *Volume.objects.select_for_update().filter(pk__in=[one.pk for one in volumes]).order_by("pk"),
        *Item.objects.select_for_update().filter(pk__in=[one.pk for one in items]).order_by("pk"),
    ]
    if not things:
        raise Refused("nothing_picked", _("没有选中案卷或文件。请先勾选，再列入清册。"))
    last = row.lines.aggregate(last=Max("position"))["last"] or 0
    if row.lines.count() + len(things) > MOST_LINES:
        raise Refused("transfer_too_long", _("一份清册最多 %(most)s 条，请分成几份移交。") % {"most": MOST_LINES})
    made = []
    for position, thing in enumerate(things, last + 1):
        require(actor, "holdings.deliver", thing)
        refuse_unfit(row, thing)
        line = TransferLine(transfer=row, position=position, pages=pages_of(thing), **{kind_of(thing): thing})
        line.save(force_insert=True)
        made.append(line)
    _recount(row)
    record(actor, e.TRANSFER_LINES_ADDED, row, meta={"lines": [label_of(thing) for thing in things]})
    return made


@transaction.atomic
def transfer_remove(*, actor: Actor, transfer: Transfer, line: TransferLine) -> Transfer:
    """Take a line off a list that was not sent; the others keep their order."""
    row = locked(actor, "holdings.deliver", transfer)
    _refuse_sent(row)
    found = row.lines.select_related("volume", "item").filter(pk=line.pk).first()
    if found is None:
        raise Refused("line_gone", _("清册上已没有这一条，请刷新页面。"))
    found.delete()
    for position, other in enumerate(row.lines.order_by("position", "pk"), 1):
        if other.position != position:
            other.position = position
            other.save(update_fields=["position"])
    _recount(row)
    record(actor, e.TRANSFER_LINE_REMOVED, row, meta={"line": label_of(found.volume or found.item)})
    return row


@transaction.atomic
def transfer_send(*, actor: Actor, transfer: Transfer) -> Transfer:
    """Sign and hand over: counts and pages are fixed, the four-property test of every line is handed in as a job.

    Raises:
        Refused: ``transfer_not_draft``, ``transfer_empty``, ``signature_missing`` (a machine), and what :func:`transfer_add` refuses, for
            what has changed meanwhile.
    """
    from kedang.foundation.jobs.services import enqueue

    row = locked(actor, "holdings.deliver", transfer)
    _refuse_sent(row)
    signer = signer_of(actor)
    lines = locked_lines(row)
    if not lines:
        raise Refused("transfer_empty", _("清册上还没有案卷或文件，请先列入，再移交。"))
    for line in lines:
        thing = thing_of(line)
        refuse_unfit(row, thing, line)
        if line.pages != pages_of(thing):
            line.pages = pages_of(thing)
            line.save(update_fields=["pages"])
    row.state, row.handed_by, row.handed_at = TransferState.SENT, signer, clock.now()
    row.line_count, row.page_count = len(lines), sum(line.pages for line in lines)
    row.version += 1
    row.save(update_fields=["state", "handed_by", "handed_at", "line_count", "page_count", "version"])
    changes = {"state": ("draft", "sent"), "line_count": (None, row.line_count), "page_count": (None, row.page_count)}
    record(actor, e.TRANSFER_SENT, row, changes=changes)
    enqueue(
        actor, "holdings.transfer_check", args={"transfer_id": row.pk}, key=f"{row.pk}.{row.version}",
        title=_("移交检测 %(number)s") % {"number": row.number},
    )  # fmt: skip
    return row


@transaction.atomic
def transfer_withdraw(*, actor: Actor, transfer: Transfer, reason: str) -> Transfer:
    """Take a list back before it was received; its volumes and items are free for another one.

    Raises:
        Refused: ``reason_missing``, ``transfer_settled`` (received or withdrawn already).
    """
    row = locked(actor, "holdings.deliver", transfer)
    if not reason.strip():
        raise Refused("reason_missing", _("请写明撤回的原因。"), "reason")
    if row.state not in {TransferState.DRAFT, TransferState.SENT}:
        raise settled(row)
    before, row.state = row.state, TransferState.WITHDRAWN
    row.version += 1
    row.save(update_fields=["state", "version"])
    row.lines.filter(is_running=True).update(is_running=False)
    record(actor, e.TRANSFER_WITHDRAWN, row, changes={"state": (before, row.state)}, reason=reason)
    return row


@transaction.atomic
def transfer_again(*, actor: Actor, transfer: Transfer) -> Transfer:
    """A new list of what was sent back, or of all lines of a withdrawn list, as far as they still may be handed over.

    Raises:
        Refused: ``nothing_rejected``.
    """
    transfer = locked(actor, "holdings.deliver", transfer)
    old = transfer.lines.select_related("volume", "item").order_by("position")
    wanted = old if transfer.state == TransferState.WITHDRAWN else old.filter(state=LineState.REJECTED)
    things = [thing_of(line) for line in wanted]
    free = [thing for thing in things if unfit(transfer, thing) is None]
    if not free:
        raise Refused("nothing_rejected", _("这份清册没有可以再次移交的案卷或文件。"))
    values = {"department": transfer.department, "title": transfer.title, "remarks": ""}
    values["remarks"] = _("再次移交，原清册 %(number)s") % {"number": transfer.number}
    row = transfer_create(actor=actor, values=values, fonds=transfer.fonds)
    volumes = [thing for thing in free if isinstance(thing, Volume)]
    items = [thing for thing in free if isinstance(thing, Item)]
    transfer_add(actor=actor, transfer=row, volumes=volumes, items=items)
    row.refresh_from_db()
    return row


# What the parts of a list have in common


def locked(actor: Actor, action: str, transfer: Transfer) -> Transfer:
    """The list under lock; the right is asked of what it is now."""
    require(actor, action, transfer)
    row: Transfer = Transfer.objects.select_for_update(of=("self",)).select_related("department", "fonds").get(
        pk=transfer.pk
    )  # fmt: skip
    require(actor, action, row)
    return row


def locked_lines(row: Transfer) -> list[TransferLine]:
    """Its lines, with volumes and items under lock."""
    keys = list(row.lines.values_list("volume_id", "item_id"))
    volumes = Volume.objects.select_for_update().filter(pk__in=[one for one, _item in keys if one]).order_by("pk")
    items = Item.objects.select_for_update().filter(pk__in=[one for _volume, one in keys if one]).order_by("pk")
    by_volume: dict[int | None, Volume] = {one.pk: one for one in volumes}
    by_item: dict[int | None, Item] = {one.pk: one for one in items}
    lines = list(row.lines.order_by("position", "pk"))
    for line in lines:
        line.transfer = row
        if line.volume_id:
            line.volume = by_volume[line.volume_id]
        else:
            line.item = by_item[line.item_id]
    return lines


def signer_of(actor: Actor) -> Person:
    """A signature is given by a person."""
    if not isinstance(actor, Person):
        raise Refused("signature_missing", _("移交与接收须由本人签字，程序不能代签。"))
    return actor


def settled(row: Transfer) -> Refused:
    """The sentence about a list that has come to its end."""
    words = {"number": row.number, "state": row.get_state_display()}
    return Refused("transfer_settled", _("清册 %(number)s %(state)s，不能再办理。") % words)


def thing_of(line: TransferLine) -> Volume | Item:
    """What a line hands over."""
    thing: Any = line.volume if line.volume_id else line.item
    return thing  # type: ignore[no-any-return]  # one of both, by a constraint


def kind_of(thing: Volume | Item) -> str:
    """Name of the field that holds it."""
    return "volume" if isinstance(thing, Volume) else "item"


def pages_of(thing: Volume | Item) -> int:
    """Pages as its catalogue says."""
    return int(thing.page_count if isinstance(thing, Volume) else thing.pages)


def label_of(thing: Any) -> str:
    """Code, else key, for the trail of the list: who reads it may not know the title of everything on it."""
    return str(thing.reference_code or f"#{thing.pk}")


def refuse_unfit(row: Transfer, thing: Volume | Item, line: TransferLine | None = None) -> None:
    """Raise what :func:`unfit` finds."""
    refusal = unfit(row, thing, line)
    if refusal is not None:
        raise refusal


def unfit(row: Transfer, thing: Volume | Item, line: TransferLine | None = None) -> Refused | None:
    """Why a volume or item may not be handed over on this list, or None."""
    words = {"name": thing.title, "department": row.department}
    if thing.fonds_id != row.fonds_id or thing.department_id != row.department_id:
        return Refused("department_differs", _("“%(name)s”不是%(department)s的，请由其所属部门移交。") % words)
    if thing.whereabouts != Whereabouts.IN_STORE:
        told = {**words, "where": thing.get_whereabouts_display()}
        return Refused("not_in_store", _("“%(name)s”现在%(where)s，收回后才能移交。") % told)
    state = _unfit_volume(thing) if isinstance(thing, Volume) else _unfit_item(thing)
    if state is not None:
        return state
    others = TransferLine.objects.filter(**{kind_of(thing): thing}).exclude(pk=line.pk if line is not None else 0)
    other = (
        others.filter(Q(is_running=True) | Q(state=LineState.ACCEPTED))
        .select_related("transfer")
        .order_by("pk")
        .first()
    )
    if other is None:
        return None
    told = {**words, "number": other.transfer.number}
    if other.is_running:
        return Refused("already_listed", _("“%(name)s”已在清册 %(number)s 上，不能同时列入两份清册。") % told)
    return Refused("already_received", _("“%(name)s”已由档案室按清册 %(number)s 接收，不必再移交。") % told)


def _unfit_volume(volume: Volume) -> Refused | None:
    words = {"name": volume.title}
    if volume.state == VolumeState.OPEN:
        return Refused("volume_open", _("案卷“%(name)s”还在组卷中，请先结卷，再移交。") % words)
    if volume.state == VolumeState.DESTROYED:
        return Refused("volume_destroyed", _("案卷“%(name)s”已销毁，不能移交。") % words)
    return None


def _unfit_item(item: Item) -> Refused | None:
    words = {"name": item.title, "state": item.get_state_display()}
    if item.volume_id is not None:
        return Refused("item_in_volume", _("“%(name)s”已在案卷内，随案卷一起移交，不能单独列入。") % words)
    if item.state in _GONE:
        return Refused("item_gone", _("“%(name)s”%(state)s，不能移交。") % words)
    if not item.pages and item.carrier != Carrier.OBJECT:
        return Refused("pages_unknown", _("“%(name)s”还没有页数，帐表无从相符。请先著录页数，再移交。") % words)
    return None


def received_by_archive(thing: Volume | Item) -> bool:
    """Whether the archive has taken it over on some list."""
    return bool(thing.transfer_lines.filter(state=LineState.ACCEPTED, is_running=False).exists())


def _refuse_sent(row: Transfer) -> None:
    if row.state != TransferState.DRAFT:
        words = {"number": row.number, "state": row.get_state_display()}
        raise Refused(
            "transfer_not_draft", _("清册 %(number)s %(state)s，帐表已定，不能再改。需要改的，请先撤回。") % words
        )


def _refuse_values(fonds_id: int, values: Mapping[str, Any]) -> None:
    if not str(values.get("title", "")).strip():
        raise Refused("title_missing", _("请写明移交内容，例如“2026 年度客户档案”。"), "title")
    department = values.get("department")
    if department is None:
        raise Refused("department_missing", _("请选择移交部门。"), "department")
    if department.fonds_id != fonds_id:
        raise Refused("department_foreign", _("移交部门不属于本单位，请重新选择。"), "department")


def _recount(row: Transfer) -> None:
    pages = list(row.lines.values_list("pages", flat=True))
    row.line_count, row.page_count = len(pages), sum(pages)
    row.version += 1
    row.save(update_fields=["line_count", "page_count", "version"])


def visible_transfers(actor: Actor) -> Any:
    """Lists that exist for the actor."""
    return Transfer.objects.filter(policy_for(Transfer).scope(actor))


def tell_lines(actor: Actor, event: Any, lines: Iterable[TransferLine], meta: Mapping[str, Any]) -> None:
    """The same entry on every volume or item of some lines, so that their own histories tell it."""
    entries = [Entry(subject_of(thing_of(line)), None, line.reason, {**meta, "pages": line.pages}) for line in lines]
    record_many(actor, event, entries)
