"""New and edit: a page, or a drawer where htmx asks; services say no with the sentence at the right input."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from kedang.foundation.access.policies import require
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.pages import Crumb, Page
from kedang.foundation.web.records.base import RecordPages
from kedang.foundation.web.records.conflict import MINE, lines_of, settled
from kedang.foundation.web.records.detail import note_reading
from kedang.foundation.web.records.form_fields import RecordFormBase, changed_values, form_class, initial_of
from kedang.foundation.web.records.naming import field_of

STALE = "stale_version"
"""Code of the refusal by which a service says that somebody else saved in between."""


class RecordForm(Page):
    """Form of a new record, or of the one named in the address."""

    pages: type[RecordPages] = RecordPages
    template_name = "web/records/form.html"
    offers_another: ClassVar[bool] = True
    """Whether a new record may be saved with another one to follow."""
    obj: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the record and ask for the right."""
        if "pk" in kwargs:
            self.obj = self.pages.get(self.actor, kwargs["pk"])
            require(self.actor, self.pages.action_of("change"), self.obj)
        else:
            require(self.actor, self.pages.action_of("create"))
        return super().dispatch(request, *args, **kwargs)

    def page_title(self) -> Any:
        noun = self.pages.model._meta.verbose_name
        if self.obj is None:
            return _("新建%(noun)s") % {"noun": noun}
        return _("修改%(noun)s") % {"noun": noun}

    def crumbs(self) -> list[Crumb]:
        crumbs: list[Crumb] = [(self.pages.plural(), self.pages.url("list"))]
        if self.obj is not None and self.pages.has_detail:
            crumbs.append((self.pages.name_of(self.actor, self.obj), self.pages.url("detail", self.obj.pk)))
        return [*crumbs, (self.page_title(), "")]

    # The form

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordFormBase:
        """The form, bound or not."""
        made = form_class(self.pages, self.actor, self.obj)
        values = initial_of(self.pages, self.obj, made) if self.obj is not None else self.defaults()
        return made(data, initial={**values, **(initial or {})}, label_suffix="")

    def defaults(self) -> dict[str, Any]:
        """Values that a new record starts with: defaults of the model, then the address."""
        given = {key: value for key, value in self.request.GET.items() if value}
        blank = self.pages.model()
        named = {f.name: getattr(blank, f.attname) for f in self.pages.model._meta.concrete_fields if f.has_default()}
        return {**named, **given}

    def version(self) -> int | None:
        """Version of the record as loaded, where it has one."""
        found = getattr(self.obj, self.pages.version_field, None) if self.obj is not None else None
        return found if isinstance(found, int) else None

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The empty or filled form; a filled one shows the record, so it counts as reading it."""
        if self.obj is not None:
            note_reading(self.pages, self.actor, self.obj, tab="edit")
        return self.show(self.make_form())

    def back_url(self) -> str:
        """Where the way back leads."""
        if self.obj is not None and self.pages.has_detail:
            return self.pages.url("detail", self.obj.pk)
        return self.pages.url("list")

    def shown(self, form: RecordFormBase) -> dict[str, Any]:
        """Variables of the template."""
        return {
            "form": form,
            "obj": self.obj,
            "pages": self.pages,
            "version": self.asked_version(),
            "back_url": self.back_url(),
            "form_url": self.request.path,
            "may_add_another": self.obj is None and self.offers_another,
            "title": self.page_title(),
        }

    def show(self, form: RecordFormBase, *, status: int = 200) -> HttpResponse:
        """Draw the form as a page or into the drawer."""
        if self.is_fragment:
            return self.draw_part("web/records/form_drawer.html", status=200, **self.shown(form))
        return self.draw(status=status, **self.shown(form))

    # Saving

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Run the service; a refusal comes back as an error of the form."""
        form = self.make_form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            saved = self.save(form)
        except NotAllowed:
            raise
        except Refused as refusal:
            if refusal.code == STALE and self.obj is not None:
                return self.conflict(form, refusal)
            form.tell_refusal(refusal)
            return self.show(form, status=422)
        messages.success(request, self.done_sentence(saved))
        return self.go(self.next_url(saved))

    def save(self, form: RecordFormBase) -> Any:
        """Call the service with what was typed."""
        if self.obj is None:
            return self.pages.save_new(self.actor, dict(form.cleaned_data))
        changed = self.settled(changed_values(form))
        if not changed:
            return self.obj
        return self.pages.save_change(self.actor, self.obj, changed, self.asked_version())

    def settled(self, changed: dict[str, Any]) -> dict[str, Any]:
        """What is left of the changes after mine and theirs were compared (all of them where nothing was)."""
        return settled(changed, self.request.POST, self.request.POST.getlist(MINE))

    def asked_version(self) -> int | None:
        """Version on which the typing was based; the present one where the form does not say.

        A form that comes back with mistakes keeps it: the present version would let it overwrite unseen what was saved meanwhile.
        """
        text = self.request.POST.get("_version", "")
        return int(text) if text.isdecimal() else self.version()

    def done_sentence(self, saved: Any) -> str:
        """What is said after saving."""
        return _("“%(name)s”已保存。") % {"name": str(saved)}

    def next_url(self, saved: Any) -> str:
        """Where to go after saving."""
        if "_another" in self.request.POST:
            return self.pages.url("create")
        return self.pages.url("detail", saved.pk) if self.pages.has_detail else self.pages.url("list")

    def go(self, url: str) -> HttpResponse:
        """Move on, also out of the drawer."""
        if self.is_fragment:
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        return HttpResponseRedirect(url)

    def conflict(self, form: RecordFormBase, refusal: Refused) -> HttpResponse:
        """409: somebody else saved meanwhile; original, mine and theirs side by side, and a choice per field."""
        fresh = self.pages.get(self.actor, self.obj.pk)
        lines = lines_of(self.actor, fresh, form, self.asked_version())
        extra = [name for name in form.changed_data if field_of(self.pages.model, name) is None]
        self.obj = fresh
        context: dict[str, Any] = {
            "form": form,
            "lines": lines,
            "touched": [*(line.name for line in lines), *extra],
            "sentence": refusal.sentence,
            "version": self.version(),
            "form_url": self.request.path,
            "detail_url": self.pages.url("detail", fresh.pk) if self.pages.has_detail else self.pages.url("list"),
            "kept": [
                (key, value)
                for key, values in self.request.POST.lists()
                for value in values
                if key[0] != "_" and key != "csrfmiddlewaretoken"
            ],
        }
        if self.is_fragment:
            return self.draw_part("web/records/conflict_drawer.html", **context)
        return self.draw("web/records/conflict.html", status=409, **context)
