"""办理归档: the four steps on one page, the document beside them, one item after the other."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kedang.business.holdings.choices import ItemState
from kedang.business.holdings.events.items import ITEM_VIEWED
from kedang.business.holdings.models import FilingTrace, Item
from kedang.business.holdings.services.items import item_advance
from kedang.business.holdings.services.items.writing import full
from kedang.business.holdings.views.items.detail import companions_of, visible_main
from kedang.business.holdings.views.items.showing import file_lines, steps_of
from kedang.business.holdings.views.items.steps import FORMS, StepForm
from kedang.foundation.access.policies import can, require, scope_q
from kedang.foundation.access.signin.quota import spend_reading
from kedang.foundation.audit.record import record
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.pages import Crumb, Page

TITLES: dict[str, Any] = {
    ItemState.RECEIVED.value: gettext_lazy("鉴别：是否归档"),
    ItemState.IDENTIFIED.value: gettext_lazy("定位：归到哪里"),
    ItemState.PLACED.value: gettext_lazy("编目：登记著录"),
    ItemState.CATALOGUED.value: gettext_lazy("入库：放到位置"),
}


class Filing(Page):
    """The guided page of one item."""

    template_name = "holdings/items/filing.html"
    item: Item

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The item in reach, with the right to file it."""
        rows = full(Item.objects.filter(scope_q(self.actor, "holdings.view", Item), pk=kwargs["pk"]))
        found = rows.first()
        if found is None:
            raise OutOfScope
        require(self.actor, "holdings.file", found)
        self.item = found
        return super().dispatch(request, *args, **kwargs)

    def page_title(self) -> Any:
        return _("办理归档")

    def crumbs(self) -> list[Crumb]:
        mine = reverse("holdings:item-detail", args=[self.item.pk])
        return [(_("收件箱"), reverse("holdings:inbox")), (self.item.title, mine), (self.page_title(), "")]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The step that comes next. Looking at it is reading the item."""
        from django.db import transaction

        with transaction.atomic():
            spend_reading(self.actor, self.item)
            record(self.actor, ITEM_VIEWED, self.item, meta={"tab": "filing"})
        return self.show(self.form())

    def form(self, data: Any = None) -> StepForm | None:
        """Form of the next step; None where there is none."""
        made = FORMS.get(self.item.state)
        return made(self.actor, self.item, data) if made else None

    def show(self, form: StepForm | None, *, status: int = 200, problem: str = "") -> HttpResponse:
        """Stepper, document, form and proposal."""
        item = self.item
        traces = list(FilingTrace.objects.filter(item=item).order_by("id"))
        return self.draw(
            status=status, item=item, form=form, problem=problem, step_title=TITLES.get(item.state, ""),
            steps=steps_of(item, traces), traces=traces, files=file_lines(self.actor, item),
            main=visible_main(self.actor, item), companions=companions_of(self.actor, item),
            can_read=can(self.actor, "holdings.leaf", item), next_item=self.next_item(),
            can_step_back=item.state in (ItemState.IDENTIFIED, ItemState.PLACED, ItemState.CATALOGUED, ItemState.OUT_OF_SCOPE),
        )  # fmt: skip

    def next_item(self) -> Item | None:
        """Another that waits for filing, the oldest first after this one."""
        waiting = Q(state__in=list(FORMS))
        rows = Item.objects.visible_to(self.actor, "holdings.file").filter(waiting).exclude(pk=self.item.pk)
        found: Item | None = rows.filter(pk__gt=self.item.pk).order_by("pk").first() or rows.order_by("pk").first()
        return found

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One step, or all that go by themselves."""
        here = HttpResponseRedirect(request.path)
        if "_advance" in request.POST:
            return self._advance(here)
        if request.POST.get("_state", "") != self.item.state:
            messages.warning(request, _("此件刚由他人办理过，下面是现在的步骤。"))
            return here
        form = self.form(request.POST)
        if form is None:
            return here
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            after = form.act()
        except NotAllowed:
            raise
        except Refused as refusal:
            problems = refusal.details.get("problems")
            told = problems if isinstance(problems, dict) and problems else {refusal.field or "": refusal.sentence}
            loose = [sentence for name, sentence in told.items() if name not in form.fields]
            for name, sentence in told.items():
                if name in form.fields:
                    form.add_error(name, sentence)
            return self.show(form, status=422, problem="".join(loose))
        messages.success(request, _("已办到“%(state)s”。") % {"state": after.get_state_display()})
        return here

    def _advance(self, here: HttpResponse) -> HttpResponse:
        try:
            after = item_advance(actor=self.actor, item=self.item)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.show(self.form(), status=422, problem=refusal.sentence)
        messages.success(self.request, _("已按建议办到“%(state)s”。") % {"state": after.get_state_display()})
        return here
