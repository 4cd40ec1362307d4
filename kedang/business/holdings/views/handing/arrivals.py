"""来包: uploading a package, its report, what came of it; packages of a dossier on the customer's page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import ArrivalState, Package, PackageArrival, PackageKind, Volume
from kedang.business.holdings.services.arrivals import CHECK, IMPORT, package_arrive
from kedang.foundation.access.policies import can, require
from kedang.foundation.jobs.models import UNFINISHED, Job
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import RecordDetail

BLOCK = 1 << 20
STEPS = (
    (ArrivalState.CHECKING, gettext_lazy("上传")), (ArrivalState.SOUND, gettext_lazy("核验")), (ArrivalState.IMPORTED, gettext_lazy("导入")),
)  # fmt: skip


class ArrivalUpload(Page):
    """The form; POST keeps the package and has it verified."""

    action = "holdings.receive"
    template_name = "holdings/handing/arrival_upload.html"
    title = gettext_lazy("导入封装包")
    takes_files = True

    def crumbs(self) -> list[Any]:
        return [(_("来包"), reverse("holdings:arrival-list")), (self.title, "")]

    def get(self, request: HttpRequest) -> HttpResponse:
        """The drop zone."""
        require(self.actor, "holdings.arrange")
        return self.draw(errors=[])

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the file in."""
        require(self.actor, "holdings.arrange")
        upload = request.FILES.get("files")
        if upload is None:
            return self.draw(status=422, errors=[_("没有选中文件。请选择一个封装包（ZIP）。")])
        try:
            row = package_arrive(
                actor=self.actor, name=str(upload.name), chunks=getattr(upload, "held", None) or upload.chunks(BLOCK)
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.draw(status=422, errors=[refusal.sentence])
        messages.success(request, _("已收下，正在核验。核验通过后才能导入。"))
        return HttpResponseRedirect(reverse("holdings:arrival-detail", args=[row.pk]))


class ArrivalDetail(RecordDetail):
    """The report of a package, and what came of it."""

    template_name = "holdings/handing/arrival.html"

    def extra(self) -> dict[str, Any]:
        """Report, result with links for who may see what came in, the job under way."""
        row: PackageArrival = self.obj
        job = (
            Job.objects.filter(kind__in=(CHECK, IMPORT), key=str(row.pk), state__in=UNFINISHED).order_by("-pk").first()
        )
        mine = job is not None and job.actor_id == self.actor.pk
        keys = [one["pk"] for one in row.result.get("volumes", ())]
        seen = set(Volume.objects.visible_to(self.actor).filter(pk__in=keys).values_list("pk", flat=True))
        volumes = [{**one, "is_seen": one["pk"] in seen} for one in row.result.get("volumes", ())]
        customer = (
            row.customer if row.customer is not None and can(self.actor, "customers.view", row.customer) else None
        )
        return {
            "report": row.report, "result": row.result, "came": volumes, "customer": customer, "steps": steps_of(row),
            "job": job if mine else None, "is_busy": job is not None,
        }  # fmt: skip


def steps_of(row: PackageArrival) -> list[dict[str, Any]]:
    """上传, 核验, 导入, and how far this one has come."""
    done = {
        ArrivalState.CHECKING.value: 1, ArrivalState.SOUND.value: 2, ArrivalState.REJECTED.value: 1, ArrivalState.IMPORTING.value: 2,
        ArrivalState.IMPORTED.value: 3,
    }[row.state]  # fmt: skip
    is_bad = row.state == ArrivalState.REJECTED
    return [
        {
            "label": label,
            "state": "done" if at < done else "bad" if is_bad and at == done else "now" if at == done else "",
        }
        for at, (_state, label) in enumerate(STEPS)
    ]


def packages_of_customer(actor: Any, customer: Customer) -> dict[str, Any]:
    """Tab of a customer: packages of the whole dossier, and the button for a new one."""
    rows = Package.objects.visible_to(actor).filter(customer=customer).select_related("file").order_by("-pk")[:30]
    may = can(actor, "customers.export", customer) and can(actor, "customers.unmask", customer)
    return {"packages": list(rows), "may_make": may, "kinds": PackageKind.choices, "customer": customer}
