"""Acts on one sharing: stopped once, looked at again once a day, read through until it is stopped and not after."""

from datetime import timedelta
from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.lending.services.sharing import Recipients, Wanted, share_review, share_start, share_stop
from kedang.foundation.access.models import Fonds, RecordShare
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.customers.making import make_customer
from tests.lending.using import fresh
from tests.races.acts import Act, Ground, Group, told


def what_is_shared(cast: Cast, number: int) -> Ground:
    """A dossier of nobody's department, shared with 销售部."""
    thing = make_customer(cast.archivist, name=f"共享{clock.now():%H%M%S%f}有限公司", phone="")
    share = share_start(
        actor=fresh(cast.archivist), title="联合回访", purpose="联合回访老客户", wanted=Wanted("opened", customers=[thing]),
        recipients=Recipients(departments=[cast.sales]), until=clock.now() + timedelta(days=900),
    )  # fmt: skip
    return Ground(cast, number, share, {"thing": thing}, [share])


def looked_at(ground: Ground) -> Any:
    """What 唐果 sees of it now."""
    return Customer.objects.visible_to(fresh(ground.cast.clerk)).filter(pk=ground.more["thing"].pk).exists()


def one_end(ground: Ground) -> list[str]:
    """One end and one review in the trail; stopped is shut, and the company knows until when it shares at all."""
    share = RecordShare.objects.get(pk=ground.on.pk)
    found = []
    codes = list(
        Event.objects.filter(subject_type="access.recordshare", subject_id=share.pk)
        .order_by("id")
        .values_list("code", flat=True)
    )
    for code in ("share.stopped", "share.reviewed"):
        if codes.count(code) > 1:
            found.append(f"{code} {codes.count(code)} times")
    if "share.stopped" in codes and "share.reviewed" in codes[codes.index("share.stopped") :]:
        found.append("reviewed after its end")
    if (share.ended_at is not None) != ("share.stopped" in codes) or looked_at(ground) == ("share.stopped" in codes):
        found.append(f"ended {share.ended_at}, {codes}, seen {looked_at(ground)}")
    if (
        share.ended_at is None
        and (Fonds.objects.get(pk=share.fonds_id).shared_until or share.given_at) < share.valid_until
    ):
        found.append("the company does not know that it shares")
    return found


SHARED = Group(
    "shared", what_is_shared,
    (
        Act("share_stop", lambda g, n: share_stop(actor=fresh(g.cast.archivist), share=g.on, reason="回访结束"), once=True,
            told=told("share_over")),
        Act("share_review", lambda g, n: share_review(actor=fresh(g.cast.archivist), share=g.on, reason="仍在回访"), once=True,
            told=told("share_over", "reviewed_today")),
        Act("looked at", lambda g, n: looked_at(g), quiet=True),
    ),
    one_end,
)  # fmt: skip
