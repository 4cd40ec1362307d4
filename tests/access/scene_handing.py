"""What addresses of handing over can name: a list that 周航 has sent, a test of what stands on it, a package of a volume of his group."""

from typing import Any

from kedang.business.holdings.models import Package, PackageArrival
from kedang.foundation.files.services import file_store
from kedang.foundation.kernel import clock
from tests.cast import Cast
from tests.holdings.handed import a_loose_item, a_volume_of, sent_list


def arguments_of_handing(cast: Cast) -> dict[str, dict[str, Any]]:
    """All of it of 销售一组."""
    transfer = sent_list(cast, a_loose_item(cast))
    run = transfer.check_runs.get()
    volume = a_volume_of(cast, 0)
    file = file_store(actor=cast.archivist, name="卷.zip", chunks=[b"Packed"], fonds=cast.fonds)
    package: Any = Package.objects.create(
        fonds=cast.fonds,
        volume=volume,
        kind="bagit",
        file=file,
        digest=file.sha256,
        made_by="沈砚",
        made_at=clock.now(),
    )
    arrival: Any = PackageArrival.objects.create(
        fonds=cast.fonds, name="来包.zip", kind="bagit", state="sound", brought_by=cast.archivist, brought_at=clock.now(),
        file=file_store(actor=cast.archivist, name="来包.zip", chunks=[b"Packed"], fonds=cast.fonds),
    )  # fmt: skip
    pk = {"pk": transfer.pk}
    return {
        "transfer": pk, "transfer-line-remove": {**pk, "line_pk": transfer.lines.get().pk}, "check-run": {"pk": run.pk},
        "check-run-answer": {"pk": run.pk, "result_pk": run.results.filter(is_manual=True).first().pk}, "package-take": {"pk": package.pk},
        "arrival": {"pk": arrival.pk},
    }  # fmt: skip
