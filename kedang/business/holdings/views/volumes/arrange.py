"""自动组卷: volumes proposed with their reason, confirmed by the archivist."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kedang.business.holdings.services.volumes import volumes_arranged, volumes_proposed
from kedang.business.holdings.services.volumes.proposing import MOST_ITEMS, MOST_PAGES
from kedang.foundation.web.pages import Page

MOST_SHOWN = 50


class Arrange(Page):
    """Proposals with a box each; what is ticked is made."""

    template_name = "holdings/volumes/arrange.html"
    action = "holdings.arrange"

    def page_title(self) -> Any:
        return _("自动组卷")

    def crumbs(self) -> list[Any]:
        return [(pgettext("多条", "案卷"), reverse("holdings:volume-list")), (self.page_title(), "")]

    def get(self, request: HttpRequest) -> HttpResponse:
        """What could be made."""
        return self.show([])

    def show(self, results: list[Any], *, status: int = 200) -> HttpResponse:
        """Draw the proposals, and what was refused of the last confirmation."""
        found = volumes_proposed(self.actor, to_show=True)
        return self.draw(
            status=status, lines=found.lines[:MOST_SHOWN], more=len(found.lines) - MOST_SHOWN, waiting=found.waiting, is_cut=found.is_cut,
            results=results, most_items=MOST_ITEMS, most_pages=MOST_PAGES, items=sum(len(line.items) for line in found.lines),
        )  # fmt: skip

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make the ticked ones."""
        wanted: dict[str, list[int]] = {}
        titles: dict[str, str] = {}
        for key in request.POST.getlist("make")[:MOST_SHOWN]:
            wanted[key] = [int(one) for one in request.POST.get(f"items-{key}", "").split(",") if one.isdecimal()]
            titles[key] = request.POST.get(f"title-{key}", "")
        if not wanted:
            messages.warning(request, _("没有选中任何一卷。请先勾选要建立的案卷。"))
            return HttpResponseRedirect(request.path)
        made = volumes_arranged(actor=self.actor, wanted=wanted, titles=titles)
        done, refused = [one for one in made if one.volume is not None], [one for one in made if one.volume is None]
        if done:
            messages.success(request, _("已组成 %(count)s 卷。") % {"count": len(done)})
        if refused:
            return self.show(refused, status=422)
        return HttpResponseRedirect(f"{reverse('holdings:volume-list')}?view=open")
