"""Packages in the demo company: one of another company that came in, one that was damaged on its way, and a whole dossier packed."""

import copy
import io
import zipfile
from contextlib import suppress
from datetime import timedelta
from typing import Any

from kedang.business.customers.models import Customer
from kedang.business.holdings.choices import VolumeState
from kedang.business.holdings.models import PackageKind, Volume
from kedang.business.holdings.packages import bagit
from kedang.business.holdings.packages.contents import VolumeContents
from kedang.business.holdings.packages.zipped import Written, pieces
from kedang.business.holdings.services.arrivals import arrival_check, arrival_import, arrival_import_ask, package_arrive
from kedang.business.holdings.services.packages import package_make
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused

OTHER = {"code": "Q017", "name": "元桥（湖州）流体设备有限公司"}


def receive(chief: Any) -> None:
    """One package is sound and comes in; the same one, with a byte turned over, is rejected."""
    volume = _small_volume(chief)
    if volume is None:
        return
    content = _as_another(chief, volume)
    good = package_arrive(actor=chief, name="元桥移交-2024年合同.zip", chunks=[content], is_checked_by_worker=False)
    good = arrival_check(actor=chief, arrival=good)
    arrival_import_ask(actor=chief, arrival=good, is_done_by_worker=False)
    good.refresh_from_db()
    arrival_import(actor=chief, arrival=good)
    bad = package_arrive(
        actor=chief, name="元桥移交-2024年合同（网盘下载）.zip", chunks=[_damaged(content)], is_checked_by_worker=False
    )
    arrival_check(actor=chief, arrival=bad)


def pack_dossier(chief: Any) -> None:
    """The whole dossier of a customer with few papers, on its way to the archive of the group."""
    for volume in Volume.objects.filter(fonds=chief.fonds, customer__isnull=False, item_count__gt=0).order_by(
        "item_count", "pk"
    )[:3]:
        customer = Customer.objects.get(pk=volume.customer_id or 0)
        with suppress(Refused):
            package_make(actor=chief, customer=customer, kind=PackageKind.CSIP, note="报集团档案馆")
            return


def _small_volume(chief: Any) -> Volume | None:
    """A closed volume with a file in it, the smallest; nothing secret leaves in this play."""
    kept = Volume.objects.filter(
        fonds=chief.fonds, state__in=[VolumeState.CLOSED, VolumeState.SHELVED], secrecy_level__lte=1
    )
    held = kept.filter(items__files__isnull=False).order_by("item_count", "pk").distinct()
    found: Volume | None = held.first()
    return found


def _as_another(chief: Any, volume: Volume) -> bytes:
    """The package that another company would have made of a volume of its own: other codes, titles, days; no trail of ours."""
    contents = VolumeContents(chief, volume)
    facts = copy.deepcopy(contents.facts)
    ours = f"{facts['fonds']['code']}-"
    theirs = f"{OTHER['code']}-"
    earlier = clock.now() - timedelta(days=640)
    for thing in (facts["volume"], *facts["items"]):
        thing["reference_code"] = (thing["reference_code"] or "").replace(ours, theirs, 1)
        thing["customer"] = thing["project"] = thing["twin"] = thing["responsible"] = thing["department"] = None
        thing["created_at"] = earlier.isoformat()
    for code in facts["codes"]:
        code["code"] = code["code"].replace(ours, theirs, 1)
    facts["volume"] |= {"title": "湖州泓达泵业有限公司2024年合同", "inspected_by": None}
    for number, item in enumerate(facts["items"], 1):
        item |= {"title": f"湖州泓达泵业有限公司供货合同（{number}）", "author": OTHER["name"]}
    facts |= {
        "fonds": OTHER,
        "made_by": "周启明",
        "notes": [],
        "custody": [],
        "transfers": [],
        "checks": [],
        "reopenings": [],
    }
    contents.__dict__ |= {"facts": facts, "evidence": (b"", b"", contents.evidence[2])}
    written: dict[str, Written] = {}
    return b"".join(pieces(contents.root, bagit.members(contents, written), clock.local(clock.now()), written))


def _damaged(content: bytes) -> bytes:
    """The same package, one of its files shortened by a byte, in a ZIP that is whole."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        is_done = False
        for info in old.infolist():
            body = old.read(info)
            if "/data/files/" in info.filename and not is_done:
                body, is_done = body[:-1], True
            new.writestr(info, body)
    return out.getvalue()
