"""Forms of contacts and key persons: made from their dossier, changed at their own address."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.customers.events import CUSTOMER_VIEWED
from kedang.business.customers.models import Customer
from kedang.business.customers.services import contact_add, key_person_add
from kedang.foundation.access.policies import require
from kedang.foundation.access.signin.quota import spend_reading
from kedang.foundation.audit.record import record
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import RecordForm
from kedang.foundation.web.records.form_fields import RecordFormBase


class ChildForm(RecordForm):
    """Form of a record that belongs to a customer: a drawer where htmx asks, else a page."""

    customer: Any = None
    tab = ""
    add: Any = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The customer of the address, or of the record."""
        key = kwargs.pop("customer_pk", None)
        if key is None:
            self.obj = self.pages.get(self.actor, kwargs["pk"])
            self.customer = self.obj.customer
        else:
            self.customer = Customer.objects.get_for(self.actor, pk=key)
        require(self.actor, "customers.change", self.customer)
        return super(RecordForm, self).dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The form; one that shows what is there is a look at the dossier."""
        if self.obj is not None:
            with transaction.atomic():
                spend_reading(self.actor, self.customer)
                record(self.actor, CUSTOMER_VIEWED, self.customer, meta={"tab": self.tab})
        return super().get(request, **kwargs)

    def crumbs(self) -> list[Any]:
        mine = reverse("customers:customer-detail", args=[self.customer.pk])
        return [(_("客户"), reverse("customers:customer-list")), (self.customer.name, mine), (self.page_title(), "")]

    def page_title(self) -> Any:
        noun = self.pages.model._meta.verbose_name
        return (_("修改%(noun)s") if self.obj is not None else _("新增%(noun)s")) % {"noun": noun}

    def show(self, form: RecordFormBase, *, status: int = 200) -> HttpResponse:
        """Draw the form; its way back is the tab of the dossier."""
        context: dict[str, Any] = {
            "form": form, "obj": self.obj, "pages": self.pages, "version": self.asked_version(), "back_url": self.next_url(None),
            "form_url": self.request.path, "may_add_another": self.obj is None, "title": self.page_title(),
        }  # fmt: skip
        if self.is_fragment:
            return self.draw_part("web/records/form_drawer.html", **context)
        return self.draw(status=status, **context)

    def save(self, form: RecordFormBase) -> Any:
        """Add to the dossier, or change."""
        if self.obj is not None:
            return super().save(form)
        return type(self).add(actor=self.actor, customer=self.customer, values=dict(form.cleaned_data))

    def next_url(self, saved: Any) -> str:
        if saved is not None and "_another" in self.request.POST:
            return self.request.path
        return reverse(f"customers:customer-{self.tab}", args=[self.customer.pk])


class ToDossier(Page):
    """The address of a child record leads to its tab in the dossier."""

    pages: Any = None
    tab = ""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Away."""
        found = self.pages.get(self.actor, pk)
        return HttpResponseRedirect(reverse(f"customers:customer-{self.tab}", args=[found.customer_id]))


class ContactForm(ChildForm):
    """联系人."""

    tab, add = "contacts", staticmethod(contact_add)


class KeyPersonForm(ChildForm):
    """关键人物."""

    tab, add = "key-persons", staticmethod(key_person_add)
