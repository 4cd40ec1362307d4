"""扫码上架: scan a place, then things; each goes there at once. A wrong scan changes nothing and says so."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import LocationKind
from kedang.business.holdings.models import Location, Placement
from kedang.business.holdings.services.finding_things import BOX, ITEM, VOLUME, Found, thing_of
from kedang.business.holdings.services.placing import box_move, put_away
from kedang.business.holdings.views.custody.drawing import own_fill
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Page

LATEST = 12


class Scan(Page):
    """One input that a hardware scanner types into; the camera fills the same input where the browser can read codes."""

    action = "custody.keep"
    template_name = "holdings/custody/scan.html"
    title = gettext_lazy("扫码上架")

    def get(self, request: HttpRequest, problem: Refused | None = None, code: str = "") -> HttpResponse:
        """The page, at the place of the address."""
        place = self.place()
        latest = (
            Placement.objects.filter(location=place, until__isnull=True)
            .select_related("volume", "item", "box")
            .order_by("-since", "-id")[:LATEST]
            if place is not None
            else []
        )
        return self.draw(
            place=place, fill=own_fill(place) if place else None, latest=latest, problem=problem, code=code,
            asks_override=problem is not None and problem.code == "box_mixed", status=422 if problem else 200,
        )  # fmt: skip

    def post(self, request: HttpRequest) -> HttpResponse:
        """One scan: a place is remembered in the address, a thing is put there."""
        text = request.POST.get("code", "")
        try:
            found = thing_of(self.actor, text)
            label = self.act(found)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.get(request, refusal, text.strip())
        return HttpResponseRedirect(f"{reverse('holdings:scan')}?{urlencode({'place': label})}")

    def act(self, found: Found) -> str:
        """Do what the scan means; returns the label of the place that is open afterwards."""
        place = self.place()
        shelf = place if place is not None and place.kind == LocationKind.SHELF else None
        if found.kind in (VOLUME, ITEM):
            if place is None:
                raise Refused("place_first", _("请先扫位置（层或盒）上的码，再扫要放的东西。"), "code")
            given: dict[str, Any] = {"volumes": [found.obj]} if found.kind == VOLUME else {"items": [found.obj]}
            put_away(
                actor=self.actor,
                location=place,
                reason=_("扫码上架"),
                override=self.request.POST.get("override", ""),
                **given,
            )
            messages.success(self.request, _("%(code)s → %(place)s") % {"code": found.code, "place": place.label})
            return str(place.label)
        if found.kind == BOX and shelf is not None and self.request.POST.get("box") == "move":
            box_move(actor=self.actor, box=found.obj, to=shelf, reason=_("扫码移盒"))
            messages.success(self.request, _("盒 %(code)s → %(place)s") % {"code": found.code, "place": shelf.label})
            return str(shelf.label)
        if found.obj.kind not in (LocationKind.SHELF, LocationKind.BOX):
            told = _("“%(place)s”是%(kind)s，请扫层或盒上的码。") % {
                "place": found.code, "kind": found.obj.get_kind_display(),
            }  # fmt: skip
            raise Refused("location_kind", told, "code")
        return str(found.code)

    def place(self) -> Location | None:
        """The place that is open."""
        label = self.request.POST.get("place") or self.request.GET.get("place", "")
        if not label:
            return None
        found: Location | None = Location.objects.visible_to(self.actor).filter(label=label).first()
        return found

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """This page may use the camera."""
        response = super().dispatch(request, *args, **kwargs)
        response["Permissions-Policy"] = camera_allowed()
        return response


def camera_allowed() -> str:
    """The usual list of forbidden features, but for the camera."""
    from kedang.foundation.web.middleware import FEATURES

    return FEATURES.replace("camera=()", "camera=(self)")
