"""Forms of records that belong to another: begun at its page, changed at their own address."""

from typing import Any, ClassVar

from django.db.models import Q
from django.http import HttpRequest

from kedang.foundation.access.policies import require
from kedang.foundation.kernel.sure import sure
from kedang.foundation.web.pages import Crumb
from kedang.foundation.web.records.base import RecordPages
from kedang.foundation.web.records.form import RecordForm
from kedang.foundation.web.records.form_fields import RecordFormBase


class BelongingForm(RecordForm):
    """Form of a record that belongs to another, its ``owner``: a contact to its customer, a class to its scheme.

    The address of a new one names the owner as ``<belongs_to>_pk`` (``customers/<int:customer_pk>/…/new/``); the address of one that is
    there names the record. An owner out of the reader's scope answers 404, whichever way it is asked for.
    """

    belongs_to: ClassVar[str]
    """Foreign key of the record that names the owner."""
    owner_page: ClassVar[str] = "detail"
    """Page of the owner from which the form is begun and to which it goes back, as in its URL name."""
    is_read_at_owner: ClassVar[bool] = False
    """Whether the record has no page of its own: its address leads to the owner's."""
    present: ClassVar[tuple[str, ...]] = ()
    """People, departments, …: fields whose choices are those of the owner's company that are in use; what is chosen stays a choice."""
    add: ClassVar[Any] = None
    """Service that makes a new one: ``add(actor=, <belongs_to>=owner, values=)``, as a static method."""

    owner: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load record and owner, and ask for the right."""
        key = kwargs.pop(f"{self.belongs_to}_pk", None)
        if key is None:
            self.obj = self.pages.get(self.actor, kwargs["pk"])
            self.owner = getattr(self.obj, self.belongs_to)
        else:
            self.owner = self.owner_pages().model.objects.get_for(self.actor, pk=key)  # type: ignore[attr-defined]  # scoped rows
        self.ask()
        return super(RecordForm, self).dispatch(request, *args, **kwargs)

    def ask(self) -> None:
        """The right to make or change it; default: that of the pages, asked of the owner where there is no record yet."""
        need = self.pages.action_of("create" if self.obj is None else "change")
        require(self.actor, need, self.owner if self.obj is None else self.obj)

    def owner_pages(self) -> type[RecordPages]:
        """Pages of the owner."""
        kind = self.pages.model._meta.get_field(self.belongs_to).related_model
        return sure(RecordPages.of_kind(kind._meta.label_lower))  # type: ignore[union-attr]  # a foreign key to a model

    def owner_url(self) -> str:
        """Where the form was begun."""
        return self.owner_pages().url(self.owner_page, self.owner.pk)

    def owner_crumbs(self) -> list[Crumb]:
        """List of owners, then the owner."""
        pages = self.owner_pages()
        name = pages.name_of(self.actor, self.owner)
        return [(pages.plural(), pages.url("list")), (name, pages.url("detail", self.owner.pk))]

    def crumbs(self) -> list[Crumb]:
        """By way of the owner; a record with a page of its own is reached by that."""
        if self.obj is not None and not self.is_read_at_owner:
            return super().crumbs()
        return [*self.owner_crumbs(), (self.page_title(), "")]

    def back_url(self) -> str:
        """The record, or where the form was begun."""
        return self.owner_url() if self.obj is None or self.is_read_at_owner else super().back_url()

    def make_form(self, data: Any = None, initial: dict[str, Any] | None = None) -> RecordFormBase:
        """The form, with choices that are in use."""
        form = super().make_form(data, initial)
        for name in self.present:
            field: Any = form.fields[name]
            rows = field.queryset.model._default_manager
            held = getattr(self.obj, f"{name}_id", None)
            field.queryset = rows.filter(Q(fonds_id=self.owner.fonds_id, is_active=True) | Q(pk=held))
        return form

    def save(self, form: RecordFormBase) -> Any:
        """Add to the owner, or change."""
        if self.obj is not None:
            return super().save(form)
        given = {self.belongs_to: self.owner}
        return type(self).add(actor=self.actor, **given, values=dict(form.cleaned_data))

    def next_url(self, saved: Any) -> str:
        """Another one of the same owner, the owner, or the record."""
        if "_another" in self.request.POST:
            return self.request.path
        return self.owner_url() if self.is_read_at_owner else super().next_url(saved)
