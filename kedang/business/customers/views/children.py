"""Forms of contacts and key persons: made from their dossier, changed at their own address."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.customers.events import CUSTOMER_VIEWED
from kedang.business.customers.services import contact_add, key_person_add
from kedang.foundation.access.policies import require
from kedang.foundation.access.signin.quota import spend_reading
from kedang.foundation.audit.record import record
from kedang.foundation.web.pages import Page
from kedang.foundation.web.records import BelongingForm


class ChildForm(BelongingForm):
    """Form of a record that is read in its customer's dossier: a drawer where htmx asks, else a page."""

    belongs_to, is_read_at_owner = "customer", True

    def ask(self) -> None:
        """Who may change the dossier may change what is in it."""
        require(self.actor, "customers.change", self.owner)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The form; one that shows what is there is a look at the dossier."""
        if self.obj is not None:
            with transaction.atomic():
                spend_reading(self.actor, self.owner)
                record(self.actor, CUSTOMER_VIEWED, self.owner, meta={"tab": self.owner_page})
        return super().get(request, **kwargs)

    def page_title(self) -> Any:
        noun = self.pages.model._meta.verbose_name
        return (_("修改%(noun)s") if self.obj is not None else _("新增%(noun)s")) % {"noun": noun}


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

    owner_page, add = "contacts", staticmethod(contact_add)


class KeyPersonForm(ChildForm):
    """关键人物."""

    owner_page, add = "key-persons", staticmethod(key_person_add)
