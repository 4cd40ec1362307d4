"""Acts on an item: on its way through the four steps with what belongs to it, and filed in its volume."""

from datetime import date
from typing import Any

from kedang.business.holdings.models import FilingTrace, Item
from kedang.business.holdings.services import items as s
from kedang.business.holdings.services.volumes import items_in_order
from kedang.business.holdings.setup import ensure_defaults
from kedang.foundation.files.services import file_store
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.races.acts import Act, Ground, Group, told

MOVED = told(
    "item_state", "item_busy", "item_ended", "volume_closed", "companion_follows", "companion_first", "companions_apart"
)


def who(ground: Ground) -> Any:
    return ground.cast.archivist


def received(cast: Cast, title: str, customer: Any) -> Item:
    """A paper of this round."""
    values = {"title": title, "customer": customer, "author": "青山", "dated_on": date(2026, 3, 1), "pages": 2}
    return s.item_receive(actor=cast.archivist, values=values)


def on_its_way(cast: Cast, number: int) -> Ground:
    """Identified, with an attachment that waits; another document that it may belong to; all of a customer of their own."""
    from kedang.foundation.kernel import clock

    ensure_defaults(cast.fonds)
    customer = make_customer(cast.archivist, name=f"归档{clock.now():%H%M%S%f}有限公司", phone="")
    item, annex, loose = (received(cast, title, customer) for title in ("采购合同", "合同附件", "补充协议"))
    s.item_bind(actor=cast.archivist, item=annex, belongs_to=item, relation="attachment")
    item = s.item_identify(actor=cast.archivist, item=item)
    return Ground(cast, number, item, {"annex": annex, "loose": loose, "version": item.version}, [item, annex, loose])


def together(ground: Ground) -> list[str]:
    """What belongs together lies together, what has passed a step has its trace, and the volumes count what lies in them."""
    found = []
    rows = list(Item.objects.filter(pk__in=[one.pk for one in ground.subjects]).select_related("volume"))
    main = next(row for row in rows if row.pk == ground.on.pk)
    for row in rows:
        if (
            row.belongs_to_id == main.pk
            and row.state in ("placed", "catalogued", "filed")
            and row.volume_id != main.volume_id
        ):
            found.append(f"{row.title} lies in {row.volume_id}, what it belongs to in {main.volume_id}")
        if (
            row.state in ("placed", "catalogued", "filed")
            and not FilingTrace.objects.filter(item=row, step="place").exists()
        ):
            found.append(f"{row.title} is {row.state} without a trace of its place")
        if row.volume is not None and row.volume.item_count != len(items_in_order(row.volume)):
            found.append(f"volume says {row.volume.item_count} items")
        if row.state == "removed" and row.volume_id is not None:
            found.append("removed and still in its volume")
    return found


def add_file(ground: Ground, client: int) -> Any:
    content = f"{ground.round} {client}".encode()
    stored = file_store(actor=who(ground), name=f"扫描{client}.txt", chunks=[content])
    return s.item_file_add(actor=who(ground), item=ground.on, stored_file=stored, role="scan", note="补扫")


ON_ITS_WAY = Group(
    "item on its way",
    on_its_way,
    (
        Act("item_identify", lambda g, n: s.item_identify(actor=who(g), item=g.more["loose"]), once=True, told=MOVED),
        Act("item_place", lambda g, n: s.item_place(actor=who(g), item=g.on), told=MOVED),
        Act("item_step_back", lambda g, n: s.item_step_back(actor=who(g), item=g.on, reason="类别选错"), told=MOVED),
        Act(
            "item_change", lambda g, n: s.item_change(actor=who(g), item=g.on, values={"remarks": f"备注{n}"}, version=g.more["version"]),
            once=True, told=MOVED | told("stale_version", "reason_missing"),
        ),
        Act("item_advance", lambda g, n: s.item_advance(actor=who(g), item=g.on), told=MOVED | told("volume_missing")),
        Act("item_gather", lambda g, n: s.item_gather(actor=who(g), item=g.on), told=MOVED),
        Act(
            "item_bind", lambda g, n: s.item_bind(actor=who(g), item=g.more["loose"], belongs_to=g.on, relation="attachment"),
            once=True, told=MOVED | told("bound_already"),
        ),
        Act(
            "item_unbind", lambda g, n: s.item_unbind(actor=who(g), item=g.more["annex"], reason="误登"),
            once=True, told=MOVED | told("not_bound"),
        ),
        Act("item_file_add", add_file, told=MOVED),
        Act("item_remove", lambda g, n: s.item_remove(actor=who(g), item=g.on, reason="误收"), once=True, told=MOVED),
    ),
    together,
)  # fmt: skip


def a_filed_item(cast: Cast, number: int) -> Ground:
    """Filed in a volume with a second one that is catalogued and a third that is placed."""
    ground = on_its_way(cast, number)
    item = s.item_advance(actor=cast.archivist, item=ground.on)
    placed = s.item_place(actor=cast.archivist, item=s.item_identify(actor=cast.archivist, item=ground.more["loose"]))
    late = received(cast, "运输协议", item.customer)
    for step in (s.item_identify, s.item_place, s.item_catalogue):
        late = step(actor=cast.archivist, item=late)
    more = {**ground.more, "placed": placed, "late": late, "version": item.version}
    return Ground(cast, number, item, more, [item, ground.more["annex"], placed, late])


FILED = Group(
    "filed item",
    a_filed_item,
    (
        Act(
            "item_change once filed",
            lambda g, n: s.item_change(actor=who(g), item=g.on, values={"pages": n + 3}, reason="重数", version=g.more["version"]),
            once=True, told=MOVED | told("stale_version"),
        ),
        Act("item_catalogue", lambda g, n: s.item_catalogue(actor=who(g), item=g.more["placed"]), told=MOVED),
        Act("item_put_away", lambda g, n: s.item_put_away(actor=who(g), item=g.more["late"]), once=True, told=MOVED),
        Act("item_remove once filed", lambda g, n: s.item_remove(actor=who(g), item=g.on, reason="误归"), once=True, told=MOVED),
        Act("item_step_back of another", lambda g, n: s.item_step_back(actor=who(g), item=g.more["placed"], reason="类别选错"), told=MOVED),
    ),
    together,
)  # fmt: skip
