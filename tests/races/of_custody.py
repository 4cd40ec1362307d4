"""Acts on places: two shelves with room for few, a box between them, volumes that several people put away at once."""

from typing import Any

from django.db.models import Count, Q

from kedang.business.holdings.models import Finding, Location, Placement, StockLine, Volume
from kedang.business.holdings.services.findings import finding_change, finding_note, finding_solve
from kedang.business.holdings.services.locations import boxes_make, cabinet_make, location_change
from kedang.business.holdings.services.placing import box_move, put_away, take_out, used_now
from kedang.business.holdings.services.stock_closing import stock_line_settle, stock_take_close
from kedang.business.holdings.services.stocktaking import stock_scans_take, stock_take_begin
from tests.cast import Cast
from tests.holdings.standing import a_room, closed_volumes
from tests.races.acts import Act, Ground, Group, told

FULL = told("location_full", "location_blocked", "box_moved")


def who(ground: Ground) -> Any:
    return ground.cast.archivist


def a_shelf(cast: Cast, number: int) -> Ground:
    """A cabinet of its own with two shelves for three things each, a box on the first, and volumes that wait."""
    from kedang.foundation.kernel import clock

    actor = cast.archivist
    room = Location.objects.filter(fonds=cast.fonds, kind="room").first() or a_room(cast)
    stamp = f"{clock.now():%H%M%S%f}"
    cabinet = cabinet_make(actor=actor, location=room, code=f"R{stamp}", shelves=2, capacity=3)
    one, two = cabinet.children.order_by("position")
    box = boxes_make(actor=actor, location=one, count=1)[0]
    volumes = closed_volumes(cast.fonds, 4, page_count=200)
    more = {"one": one, "two": two, "box": box, "volumes": volumes, "cabinet": cabinet}
    return Ground(cast, number, one, more, [one, two, box, *volumes])


def standing_whole(ground: Ground) -> list[str]:
    """Every place has counted itself, none holds more than fits, and every volume stands where its running placement says."""
    found = []
    for place in Location.objects.filter(pk__in=[ground.more[name].pk for name in ("one", "two", "box")]):
        if place.used != used_now(place):
            found.append(f"{place.label} says {place.used}, holds {used_now(place)}")
        if place.capacity is not None and place.used > place.capacity:
            found.append(f"{place.label} holds {place.used} of {place.capacity}")
    keys = [volume.pk for volume in ground.more["volumes"]]
    running = Count("placements", filter=Q(placements__until__isnull=True))
    for volume in Volume.objects.filter(pk__in=keys).annotate(running=running):
        now = Placement.objects.filter(volume=volume, until__isnull=True).values_list("location_id", flat=True).first()
        if volume.running > 1 or volume.location_id != now:
            found.append(f"volume stands at {volume.location_id}, its placement says {now}")
    box = Location.objects.get(pk=ground.more["box"].pk)
    rows = list(Placement.objects.filter(box=box, until__isnull=True).values_list("location_id", flat=True))
    if rows != [box.parent_id] or f"/{box.parent_id}/{box.pk}/" not in box.path:
        found.append(f"box stands at {box.parent_id}, its placement says {rows}, its path {box.path}")
    return found


def lay(ground: Ground, client: int, name: str) -> Any:
    volume = ground.more["volumes"][client % 4]
    return put_away(actor=who(ground), location=ground.more[name], volumes=[volume], reason=f"第 {client} 人")


SHELF = Group(
    "shelf",
    a_shelf,
    (
        Act("put_away", lambda g, n: lay(g, n, "one"), told=FULL, quiet=True),
        Act("put_away elsewhere", lambda g, n: lay(g, n, "two"), told=FULL, quiet=True),
        Act("put_away in a box", lambda g, n: lay(g, n, "box"), told=FULL, quiet=True),
        Act("box_move",
            lambda g, n: box_move(actor=who(g), box=g.more["box"], to=g.more["two" if n % 2 else "one"]),
            told=FULL, quiet=True),
        Act("take_out", lambda g, n: take_out(actor=who(g), volumes=[g.more["volumes"][n % 4]], reason="取下整理"), quiet=True),
        Act("boxes_make", lambda g, n: boxes_make(actor=who(g), location=g.more["one"], count=1), told=FULL, quiet=True),
        Act(
            "location_change", lambda g, n: location_change(actor=who(g), location=g.more["two"], values={"capacity": 3 + n % 2}),
            told=told("capacity_small"), quiet=True,
        ),
    ),
    standing_whole,
)  # fmt: skip


def a_count(cast: Cast, number: int) -> Ground:
    """Two volumes on one shelf of a cabinet that is being counted, one of them scanned on the other shelf; and a finding."""
    ground = a_shelf(cast, number)
    actor, (a, b, *_rest) = cast.archivist, ground.more["volumes"]
    put_away(actor=actor, location=ground.more["one"], volumes=[a, b])
    take = stock_take_begin(actor=actor, location=ground.more["cabinet"])
    seen = [{"key": "first", "code": a.reference_code, "place": ground.more["two"].label}]
    stock_scans_take(actor=actor, stock_take=take, scans=seen)
    finding = finding_note(actor=actor, values={"location": ground.more["one"], "text": "层板松动"})
    ground.more |= {"take": take, "finding": finding, "a": a, "b": b}
    ground.on = take
    ground.subjects = [take, finding, a, b]
    return ground


def counted_whole(ground: Ground) -> list[str]:
    """Scans counted once; a closed stock-take has a finding for each difference."""
    take = ground.more["take"]
    take.refresh_from_db()
    found = standing_whole(ground)
    lines = StockLine.objects.filter(stock_take=take)
    if take.scans.filter(key="same").count() > 1:
        found.append("a scan counted twice")
    if take.state == "closed":
        differing = lines.filter(result__in=("misplaced", "missing", "unexpected")).count()
        findings = Finding.objects.filter(stock_line__stock_take=take).count()
        if not take.differing_count == differing == findings or lines.filter(result="").exists():
            found.append(f"closed with {differing} differences, {findings} findings, {take.differing_count} told")
    return found


def scans(ground: Ground, client: int) -> Any:
    code, place = ground.more["b"].reference_code, ground.more["one"].label
    return stock_scans_take(
        actor=who(ground), stock_take=ground.on, scans=[{"key": "same", "code": code, "place": place}]
    )


def settle(ground: Ground, client: int) -> Any:
    line = StockLine.objects.get(stock_take=ground.on, code=ground.more["a"].reference_code)
    if client < 2:
        return stock_take_close(actor=who(ground), stock_take=ground.on)
    return stock_line_settle(actor=who(ground), stock_line=line)


COUNT = Group(
    "stock-take",
    a_count,
    (
        Act("stock_scans_take", scans, told=told("stock_take_closed"), quiet=True),
        Act("stock_take_close", lambda g, n: stock_take_close(actor=who(g), stock_take=g.on), once=True, told=told("stock_take_closed")),
        Act("stock_line_settle", settle, told=told("stock_take_closed", "stock_take_running", "line_settled", "line_not_misplaced")),
        Act(
            "finding_change",
            lambda g, n: finding_change(actor=who(g), finding=g.more["finding"], values={"text": f"层板松动 {n}"}, version=1),
            once=True, told=told("stale_version", "finding_solved"),
        ),
        Act(
            "finding_solve", lambda g, n: finding_solve(actor=who(g), finding=g.more["finding"], reason="已拧紧"),
            once=True, told=told("finding_solved"),
        ),
    ),
    counted_whole,
)  # fmt: skip
