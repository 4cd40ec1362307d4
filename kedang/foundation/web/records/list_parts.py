"""Small addresses of a list: rules of 高级筛选, saving a view, column settings."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _

from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.models import SavedView
from kedang.foundation.web.records.list import RecordList
from kedang.foundation.web.records.paging import SIZES
from kedang.foundation.web.records.query import Rule, kept_params
from kedang.foundation.web.services import list_settings_save, view_columns, view_delete, view_first, view_save

DENSITIES = ("", "compact", "loose")


class RecordRules(RecordList):
    """The lines of 高级筛选 drawn anew, when a field was chosen or a line added."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        rules = list(self.query.rules)
        if request.GET.get("more") or not rules:
            rules.append(Rule())
        return self.draw_part(
            "web/records/rules.html", rules=rules, filter_choices=self.filter_choices(), query=self.query
        )


class RecordViewSave(RecordList):
    """POST: keep the conditions of an address under a name."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.POST.get("first", "").isdecimal():
            first = view_first(actor=self.actor, view_id=int(request.POST["first"]))
            return HttpResponseRedirect(f"{self.list_url()}?view=v{first.pk}")
        kept = kept_params(QueryDict(request.POST.get("query", "").lstrip("?")), self.filters)
        try:
            view = view_save(
                actor=self.actor,
                record_kind=self.pages.kind(),
                name=request.POST.get("name", ""),
                conditions=kept,
                is_shared=bool(request.POST.get("is_shared")),
            )
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(f"{self.list_url()}?{request.POST.get('query', '').lstrip('?')}")
        messages.success(request, _("视图“%(name)s”已保存。") % {"name": view.name})
        return HttpResponseRedirect(f"{self.list_url()}?view=v{view.pk}")


class RecordViewDelete(RecordList):
    """POST: delete one's own saved view."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, view_id: int, **kwargs: Any) -> HttpResponse:
        view_delete(actor=self.actor, view_id=view_id)
        messages.success(request, _("视图已删除，记录不受影响。"))
        return HttpResponseRedirect(self.list_url())


class RecordColumns(RecordList):
    """POST: keep columns in order, density and page size; an empty choice means the standard."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        known = {column.name for column in self.pages.list_columns(self.actor)}
        is_reset = "reset" in request.POST
        columns = [] if is_reset else [name for name in request.POST.getlist("column") if name in known]
        back = HttpResponseRedirect(f"{self.list_url()}?{request.POST.get('query', '').lstrip('?')}")
        own = self.own_view()
        if own is not None:
            view_columns(actor=self.actor, view_id=own.pk, columns=columns)
            return back
        density = request.POST.get("density", "")
        size = request.POST.get("page_size", "")
        list_settings_save(
            actor=self.actor,
            record_kind=self.pages.kind(),
            columns=columns,
            density=density if density in DENSITIES and not is_reset else "",
            page_size=int(size) if size.isdecimal() and int(size) in SIZES and not is_reset else SIZES[0],
        )
        return back

    def own_view(self) -> SavedView | None:
        """One's own saved view that is open: it keeps columns of its own."""
        key = QueryDict(self.request.POST.get("query", "").lstrip("?")).get("view", "")
        return next(
            (view for view in self.saved_views if f"v{view.pk}" == key and view.owner_id == self.actor.pk), None
        )
