"""封装包: those of a volume, having one made, taking one away."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

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
    """POST: have a package made."""

    http_method_names = ["post"]
    action = "holdings.export"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand in."""
        volume = Volume.objects.visible_to(self.actor).select_related("fonds").filter(pk=pk).first()
        if volume is None:
            raise OutOfScope
        try:
            job = package_ask(
                actor=self.actor,
                volume=volume,
                kind=request.POST.get("kind", ""),
                note=request.POST.get("note", "")[:200],
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(reverse("holdings:volume-packages", args=[volume.pk]))
        messages.success(request, _("已开始封装，完成后在本页下载。"))
        return HttpResponseRedirect(reverse("jobs:job-detail", args=[job.pk]))


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
