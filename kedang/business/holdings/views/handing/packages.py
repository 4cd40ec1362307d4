"""封装包: those of a volume, having one made, taking one away."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy

from kedang.business.customers.models import Customer
from kedang.business.holdings.models import Package, PackageKind, Volume
from kedang.business.holdings.services.packages import package_ask, package_take
from kedang.business.holdings.views.volumes.record import VolumeRecord
from kedang.foundation.access.policies import can
from kedang.foundation.access.signin.stepup import require_recent
from kedang.foundation.files.services import file_serve
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import RecordTab


class PackagesTab(VolumeRecord, RecordTab):
    """Packages of a volume, newest first."""

    template_name = "holdings/handing/packages_tab.html"

    def context(self) -> dict[str, Any]:
        volume: Volume = self.obj
        rows: list[Any] = list(Package.objects.filter(volume=volume).select_related("file").order_by("-pk")[:30])
        for row in rows:
            row.is_stale = row.made_at < volume.changed_at
        may = can(self.actor, "holdings.export", volume) and can(self.actor, "holdings.read", volume)
        return {
            "packages": rows,
            "may_make": may and volume.state in {"closed", "shelved"},
            "may_take": may,
            "kinds": PackageKind.choices,
        }


class PackageMake(Page):
    """POST: have a package of a volume made."""

    http_method_names = ["post"]
    action = "holdings.export"
    model: ClassVar[type[Volume] | type[Customer]] = Volume
    argument, back = "volume", "holdings:volume-packages"
    done: ClassVar[Any] = gettext_lazy("已开始封装，完成后在本页下载。")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand in."""
        thing = self.model.objects.visible_to(self.actor).select_related("fonds").filter(pk=pk).first()
        if thing is None:
            raise OutOfScope
        note = " ".join(request.POST.get("note", "").split())[:200]
        named: dict[str, Any] = {self.argument: thing}
        try:
            job = package_ask(actor=self.actor, kind=request.POST.get("kind", ""), note=note, **named)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(reverse(self.back, args=[thing.pk]))
        messages.success(request, self.done)
        return HttpResponseRedirect(reverse("jobs:job-detail", args=[job.pk]))


class DossierPackageMake(PackageMake):
    """POST: have the whole dossier of a customer packed."""

    model, argument, back = Customer, "customer", "customers:customer-packages"
    done = gettext_lazy("已开始封装，完成后在客户的“封装包”页下载。")


class PackageTake(Page):
    """The file."""

    action = "holdings.export"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Streamed, after it was written down."""
        require_recent(self.actor)
        package = (
            Package.objects.visible_to(self.actor)
            .select_related("volume", "customer", "file")
            .filter(pk=pk, file__isnull=False)
            .first()
        )
        if package is None:
            raise OutOfScope
        try:
            stored = package_take(actor=self.actor, package=package)
            return file_serve(request, stored)
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            if package.volume_id is None:
                return HttpResponseRedirect(reverse("customers:customer-packages", args=[package.customer_id]))
            return HttpResponseRedirect(reverse("holdings:volume-packages", args=[package.volume_id]))
