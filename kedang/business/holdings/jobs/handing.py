"""Tests of what is handed over, nightly tests in custody by sample, and packages, as jobs."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.models import Customer
from kedang.business.holdings.choices import CheckOccasion, Verdict, VolumeState
from kedang.business.holdings.models import ArrivalState, Item, PackageArrival, Transfer, Volume
from kedang.foundation.files.models import FileState
from kedang.foundation.jobs.registry import job
from kedang.foundation.jobs.schedules import schedule
from kedang.foundation.jobs.services import enqueue
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import Refused
from kedang.foundation.kernel.sure import sure

KEPT = (VolumeState.CLOSED, VolumeState.SHELVED)


@job("holdings.transfer_check", title=gettext_lazy("移交检测"))
def check_transfer(ctx: Any, *, transfer_id: int) -> dict[str, Any]:
    """The four-property test of every line of a list."""
    from kedang.business.holdings.services.check_runs import transfer_check

    transfer = Transfer.objects.get(pk=transfer_id)
    told = transfer_check(
        actor=ctx.actor, transfer=transfer, progress=lambda done, total: ctx.progress(done, total, _("正在检测"))
    )
    return {"verdicts": told}


@job("holdings.custody_check", title=gettext_lazy("长期保存检测"))
def check_custody(ctx: Any, *, sample: int | None = None, fonds_id: int | None = None) -> dict[str, Any]:
    """Volumes in custody, those first that were never tested or not for the longest time; ``sample`` of them."""
    from kedang.business.holdings.services.check_runs import check_run

    wanted = settings.CHECK_SAMPLE if sample is None else sample
    since = ctx.job.created_at
    tested = Max("check_runs__made_at", filter=Q(check_runs__occasion=CheckOccasion.CUSTODY))
    kept = Volume.objects.filter(state__in=KEPT, **({"fonds_id": fonds_id} if fonds_id else {}))
    rows = kept.annotate(tested=tested)
    done = rows.filter(tested__gte=since).count()  # by this job, before it was taken up again
    left = rows.filter(Q(tested__isnull=True) | Q(tested__lt=since)).order_by(F("tested").asc(nulls_first=True), "pk")
    order = list(left.values_list("pk", flat=True)[: max(0, wanted - done)])
    verdicts: dict[str, int] = {}
    for number, key in enumerate(order, 1):
        run = check_run(actor=ctx.actor, occasion=CheckOccasion.CUSTODY, volume=Volume.objects.get(pk=key))
        verdicts[run.verdict] = verdicts.get(run.verdict, 0) + 1
        ctx.progress(number, len(order), _("已检测 %(n)s 卷") % {"n": number})
    return {
        "volumes": len(order),
        "failed": verdicts.get(Verdict.FAILED, 0),
        "verdicts": verdicts,
        "on": str(clock.today()),
    }


@job("holdings.check", title=gettext_lazy("四性检测"))
def check_one(ctx: Any, *, occasion: str, volume_id: int | None = None, item_id: int | None = None) -> dict[str, Any]:
    """One volume or item that is too large to be read while somebody waits."""
    from kedang.business.holdings.services.check_runs import check_run

    volume = Volume.objects.get(pk=volume_id) if volume_id is not None else None
    item = Item.objects.get(pk=item_id) if item_id is not None else None
    run = check_run(actor=ctx.actor, occasion=occasion, volume=volume, item=item)
    return {"run": run.pk, "verdict": str(run.verdict), "score": run.score}


@job("holdings.package", title=gettext_lazy("制作封装包"))
def make_package(
    ctx: Any, *, volume_id: int | None = None, customer_id: int | None = None, kind: str, note: str = ""
) -> dict[str, Any]:
    """A volume or a dossier as a package, kept among the stored files."""
    from kedang.business.holdings.services.packages import package_make

    made = package_make(
        actor=ctx.actor, volume=Volume.objects.get(pk=volume_id) if volume_id is not None else None,
        customer=Customer.objects.get(pk=customer_id) if customer_id is not None else None, kind=kind, note=note,
        progress=lambda done, total: ctx.progress(done, total, _("正在封装")),
    )  # fmt: skip
    return {"package": made.pk, "bytes": made.file.size if made.file is not None else 0}


@job("holdings.arrival_check", title=gettext_lazy("核验来包"))
def check_arrival(ctx: Any, *, arrival_id: int) -> dict[str, Any]:
    """Verify an uploaded package; run again it comes to the same."""
    from kedang.business.holdings.services.arrivals import arrival_check

    row = arrival_check(actor=ctx.actor, arrival=_arrival(arrival_id))
    return {"state": row.state, "url": reverse("holdings:arrival-detail", args=[row.pk])}


@job("holdings.arrival_import", title=gettext_lazy("导入来包"))
def import_arrival(ctx: Any, *, arrival_id: int) -> dict[str, Any]:
    """Import an uploaded package; one that was imported already stays as it is."""
    from kedang.business.holdings.services.arrivals import arrival_import

    row = arrival_import(
        actor=ctx.actor, arrival=_arrival(arrival_id),
        progress=lambda done, total: ctx.progress(done, total, _("正在存入文件")),
    )  # fmt: skip
    return {"state": row.state, "url": reverse("holdings:arrival-detail", args=[row.pk])}


def _arrival(key: int) -> PackageArrival:
    found: PackageArrival = PackageArrival.objects.select_related("file", "fonds").get(pk=key)
    return found


def look_after_arrivals() -> None:
    """Hand in the check of packages that waited for the virus scan."""
    from kedang.business.holdings.services.arrivals import CHECK

    waiting = PackageArrival.objects.filter(state=ArrivalState.CHECKING, brought_by__isnull=False)
    for row in waiting.exclude(file__state=FileState.WAITING).select_related("brought_by")[:20]:
        with suppress(Refused):  # it is under way
            enqueue(sure(row.brought_by), CHECK, args={"arrival_id": row.pk}, key=f"{row.pk}")


schedule("holdings.look_after_arrivals", every=timedelta(minutes=1), run=look_after_arrivals)
if settings.CHECK_SAMPLE:
    schedule("holdings.custody_check", daily_at=settings.CHECK_AT)
