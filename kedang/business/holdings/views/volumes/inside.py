"""卷内文件: the items in their order, moved by drag, by buttons or by number; put in and taken out."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from kedang.business.holdings.choices import VolumeState, Whereabouts
from kedang.business.holdings.models import Item, RetentionPeriod
from kedang.business.holdings.services.volumes import (
    natural_order,
    volume_release,
    volume_reorder,
    volume_take,
)
from kedang.business.holdings.services.volumes.fitting import PLACED, period_key
from kedang.business.holdings.views.volumes.record import VolumeRecord
from kedang.foundation.access.policies import can, require
from kedang.foundation.access.secrecy import SecrecyLevel
from kedang.foundation.kernel.refused import NotAllowed, OutOfScope, Refused
from kedang.foundation.web.records import RecordPage, RecordTab, style
from kedang.foundation.web.records.detail import note_reading

MOST_OFFERED = 200
SHOWN = (
    "volume", "title", "is_title_made", "belongs_to", "relation", "secrecy_level", "carrier", "document_number", "author", "dated_on",
    "pages", "position", "first_page", "reference_code", "document_type__order_weight",
)  # fmt: skip


def seen_items(actor: Any, volume: Any) -> list[Item]:
    """Items of the volume that the reader may see, in their order; of each what its line shows."""
    rows = Item.objects.filter(volume=volume).visible_to(actor).select_related("document_type").only(*SHOWN)
    return list(rows.order_by("position", "pk"))


class ItemsTab(VolumeRecord, RecordTab):
    """The items, and what moves them."""

    template_name = "holdings/volumes/items.html"

    def context(self) -> dict[str, Any]:
        rows = seen_items(self.actor, self.obj)
        may_order = self.obj.state == VolumeState.OPEN and can(self.actor, "holdings.arrange", self.obj)
        return {
            "rows": rows,
            "may_order": may_order,
            "is_natural": may_order and [row.pk for row in natural_order(rows)] == [row.pk for row in rows],
            "hidden": self.obj.item_count - len(rows),
            "version": self.obj.version,
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Another order: by the rules, one item a step, or all of them by number or drag."""
        require(self.actor, "holdings.arrange", self.obj)
        version = request.POST.get("_version", "")
        given: dict[str, Any] = {"version": int(version) if version.isdecimal() else None}
        try:
            volume_reorder(actor=self.actor, volume=self.obj, **given, **self.wanted(request.POST))
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, _("卷内顺序和页号已更新。"))
        return HttpResponseRedirect(request.path)

    def wanted(self, data: Any) -> dict[str, Any]:
        """The order asked for."""
        if "natural" in data:
            return {}
        keys, _sep, to = data.get("move", "").partition(":")
        if keys.isdecimal() and to.isdecimal():
            return {"item": int(keys), "to": int(to)}
        dragged = [int(key) for key in data.get("order", "").split(",") if key.isdecimal()]
        return {"order": dragged or self.by_number(data)}

    def by_number(self, data: Any) -> list[int]:
        """Items by the numbers typed beside them; a moved one goes before the one that has the number now."""
        places = []
        for row in seen_items(self.actor, self.obj):
            typed = data.get(f"at-{row.pk}", "")
            at = int(typed) if typed.isdecimal() else row.position or 0
            went_down = at > (row.position or 0)
            places.append((at, 1 if at == row.position else 2 if went_down else 0, row.position or 0, row.pk))
        return [key for _at, _moved, _was, key in sorted(places)]


class TakeItems(VolumeRecord, RecordPage):
    """编入文件: items that fit and lie in no volume."""

    template_name = "holdings/volumes/take.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Who may not arrange it does not come here."""
        self.obj = self.pages.get(self.actor, kwargs["pk"])
        require(self.actor, "holdings.arrange", self.obj)
        return super().dispatch(request, *args, **kwargs)

    def page_title(self) -> Any:
        return _("编入文件")

    def crumbs(self) -> list[Any]:
        pages, obj = self.pages, self.obj
        return [(pages.plural(), pages.url("list")), (obj.title, pages.url("detail", obj.pk)), (self.page_title(), "")]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """What could go in."""
        note_reading(self.pages, self.actor, self.obj, tab="take")
        return self.show()

    def show(self, *, status: int = 200, problem: str = "", picked: set[int] | None = None) -> HttpResponse:
        """Draw the candidates."""
        rows = list(self.offered()[: MOST_OFFERED + 1])
        return self.draw(
            status=status, obj=self.obj, pages=self.pages, rows=rows[:MOST_OFFERED], is_cut=len(rows) > MOST_OFFERED, problem=problem,
            picked=picked or set(), q=self.request.GET.get("q", ""), most=MOST_OFFERED, back_url=self.pages.url("items", self.obj.pk),
        )  # fmt: skip

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Put them in."""
        keys = [int(key) for key in request.POST.getlist("pick")[:500] if key.isdecimal()]
        try:
            volume_take(actor=self.actor, volume=self.obj, items=keys)
        except NotAllowed:
            raise
        except Refused as refusal:
            return self.show(status=422, problem=refusal.sentence, picked=set(keys))
        messages.success(request, _("已编入，成套文件一并编入，顺序和页号按规则排好。"))
        return HttpResponseRedirect(self.pages.url("items", self.obj.pk))

    def offered(self) -> Any:
        """Items of the same class, year, retention, customer and project that lie in no volume."""
        volume = self.obj
        periods = [
            one.pk
            for one in RetentionPeriod.objects.filter(fonds_id=volume.fonds_id)
            if period_key(one) == period_key(volume.retention)
        ]
        rows = Item.objects.visible_to(self.actor, "holdings.arrange").filter(
            volume__isnull=True, state__in=PLACED, series_id=volume.series_id, year=volume.year, retention__in=periods,
            whereabouts=Whereabouts.IN_STORE,
        )  # fmt: skip
        if volume.customer_id:
            rows = rows.filter(customer_id=volume.customer_id)
        if volume.project_id:
            rows = rows.filter(project_id=volume.project_id)
        if volume.secrecy_level < SecrecyLevel.TOP_SECRET:
            rows = rows.filter(secrecy_level__lt=SecrecyLevel.TOP_SECRET)
        text = self.request.GET.get("q", "").strip()
        if text:
            rows = rows.filter(Q(title__icontains=text) | Q(document_number__icontains=text))
        return rows.select_related("customer", "document_type", "belongs_to").order_by("dated_on", "pk")


class ReleaseItem(RecordPage):
    """移出 one item, with the reason; what belongs to it goes along when that is said."""

    template_name = "web/records/verb.html"
    item: Any

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The volume, and the item that lies in it."""
        self.obj = self.pages.get(self.actor, kwargs["pk"])
        require(self.actor, "holdings.arrange", self.obj)
        self.item = Item.objects.visible_to(self.actor).filter(pk=kwargs["item_pk"], volume=self.obj).first()
        if self.item is None:
            raise OutOfScope
        return super().dispatch(request, *args, **kwargs)

    def page_title(self) -> Any:
        return _("移出案卷")

    def crumbs(self) -> list[Any]:
        pages, obj = self.pages, self.obj
        return [(pages.plural(), pages.url("list")), (obj.title, pages.url("items", obj.pk)), (self.page_title(), "")]

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """What is asked."""
        return self.show(ReleaseForm(label_suffix=""))

    def show(self, form: forms.Form, *, status: int = 200, problem: str = "") -> HttpResponse:
        """Draw the panel as a page or into the dialog."""
        verb = {
            "label": _("移出"),
            "danger": True,
            "confirm": _("移出后此件不在任何案卷里，档号保留，可编入别的案卷；其余文件的顺序和页号随之更新。"),
        }
        context: dict[str, Any] = {
            "verb": verb, "form": form, "obj": self.obj, "name": self.item.shown_title, "back_url": self.back_url(),
            "form_url": self.request.path, "problem": problem, "title": self.page_title(),
        }  # fmt: skip
        if self.is_fragment:
            return self.draw_part("web/records/verb_dialog.html", **context)
        return self.draw(status=status, **context)

    def back_url(self) -> str:
        """The items of the volume."""
        return self.pages.url("items", self.obj.pk)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Take it out."""
        form = ReleaseForm(request.POST, label_suffix="")
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            volume_release(actor=self.actor, volume=self.obj, item=self.item, **form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            if refusal.field in form.fields:
                form.add_error(refusal.field, refusal.sentence)
                return self.show(form, status=422)
            return self.show(form, status=422, problem=refusal.sentence)
        messages.success(request, _("已移出案卷。"))
        if self.is_fragment:
            return HttpResponse(status=204, headers={"HX-Redirect": self.back_url()})
        return HttpResponseRedirect(self.back_url())


class ReleaseForm(forms.Form):
    """Why, and whether the others go along."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = style(
            forms.CharField(
                label=_("原因"),
                max_length=300,
                widget=forms.Textarea(attrs={"rows": "2"}),
                error_messages={"required": _("请写明原因。")},
            )
        )
        self.fields["with_companions"] = forms.BooleanField(
            label=_("成套文件（附件、底稿、请示等）一并移出"), required=False
        )
