"""Tabs of a dossier: contacts, key persons, characteristics, classes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.customers.fields import CONTACT_FIELDS, KEY_PERSON_FIELDS, PROFILE_FIELDS
from kedang.business.customers.models import ClassAxis, Contact, CustomerClass, CustomerProfile, KeyPerson
from kedang.business.customers.services import classes_set, profile_change
from kedang.business.customers.views.children import ChildForm
from kedang.business.customers.views.detail import CustomerRecord
from kedang.foundation.access.policies import can
from kedang.foundation.kernel.refused import NotAllowed, Refused
from kedang.foundation.web.records import Cell, RecordTab
from kedang.foundation.web.records.cells import fact_of
from kedang.foundation.web.records.form_fields import changed_values

ROLE_WORDS = (("is_primary", "seal"), ("is_daily", "blue"), ("is_emergency", "warn"))


class CustomerTab(CustomerRecord, RecordTab):
    """A tab: reading it is reading the dossier."""

    def head(self) -> dict[str, Any]:
        return {**super().head(), **self.head_extra()}

    def child_cells(self, child: Any, names: tuple[str, ...], noun: str) -> list[Cell]:
        """Fields of a child record through the veil; hidden and empty ones are left out."""
        cells = []
        for name in names:
            cell = fact_of(self.actor, child, name)
            if cell.is_hidden or cell.is_empty:
                continue
            if cell.is_masked and self.can_unmask:
                cell.unmask_url = reverse(f"customers:{noun}-unmask", args=[child.pk, name])
            cells.append(cell)
        return cells


class ContactsTab(CustomerTab):
    """Present contacts, then those who left."""

    template_name = "customers/contacts.html"

    def context(self) -> dict[str, Any]:
        names = tuple(name for name in CONTACT_FIELDS if name not in {"name", "is_primary", "is_daily", "is_emergency"})
        present: list[dict[str, Any]] = []
        gone: list[dict[str, Any]] = []
        for row in Contact.objects.filter(customer=self.obj).order_by("-is_primary", "-is_daily", "id"):
            row.customer = self.obj
            line = {
                "row": row,
                "cells": self.child_cells(row, names, "contact"),
                "roles": [
                    (Contact._meta.get_field(flag).verbose_name, tone)  # type: ignore[union-attr]
                    for flag, tone in ROLE_WORDS
                    if getattr(row, flag)
                ],
            }
            (gone if row.left_on else present).append(line)
        return {"present": present, "gone": gone}


class KeyPersonsTab(CustomerTab):
    """Key persons with what matters for dealing with them."""

    template_name = "customers/key_persons.html"

    def context(self) -> dict[str, Any]:
        lines = []
        for row in KeyPerson.objects.filter(customer=self.obj, removed_at__isnull=True):
            row.customer = self.obj
            names = tuple(name for name in KEY_PERSON_FIELDS if name not in {"name", "role"})
            lines.append({"row": row, "cells": self.child_cells(row, names, "key-person")})
        return {"lines": lines}


class ProfileTab(CustomerTab):
    """Characteristics and business status."""

    template_name = "customers/profile.html"

    def context(self) -> dict[str, Any]:
        row = CustomerProfile.objects.filter(customer=self.obj).first()
        if row is None:
            return {"panels": [], "profile": None}
        row.customer = self.obj
        panels = []
        for title, names in profile_groups():
            facts = []
            for name in names:
                cell = fact_of(self.actor, row, name, is_wide=True)
                if cell.is_masked and self.can_unmask:
                    cell.unmask_url = reverse("customers:profile-unmask", args=[row.pk, name])
                if not cell.is_hidden:
                    facts.append(cell)
            if facts:
                panels.append({"title": title, "facts": facts})
        return {"panels": panels, "profile": row}


def profile_groups() -> list[tuple[str, tuple[str, ...]]]:
    """The three parts of the profile."""
    return [
        (_("客户特征"), PROFILE_FIELDS[:7]), (_("业务状况"), PROFILE_FIELDS[7:13]), (_("目前往来"), PROFILE_FIELDS[13:]),
    ]  # fmt: skip


class ProfileForm(ChildForm):
    """Edit the profile of a customer, all of it on a page; it is made at the first change. Address: the customer's."""

    owner_page = "profile"

    def ask(self) -> None:
        """The customer gives the right; a profile that is not there yet stands for an empty one."""
        super().ask()
        found = CustomerProfile.objects.filter(customer=self.owner).first()
        self.obj = found or CustomerProfile(customer=self.owner)
        self.obj.customer = self.owner

    def page_title(self) -> Any:
        return _("修改特征与业务状况")

    def version(self) -> int | None:
        return None

    def save(self, form: Any) -> Any:
        """Run the service with what was changed."""
        return profile_change(actor=self.actor, customer=self.owner, values=changed_values(form))

    def done_sentence(self, saved: Any) -> str:
        return _("特征与业务状况已保存。")


class ClassesTab(CustomerTab):
    """Classes on every axis, changed in place."""

    template_name = "customers/classes.html"
    problem = ""

    def context(self) -> dict[str, Any]:
        chosen = set(CustomerClass.objects.filter(customer=self.obj).values_list("term_id", flat=True))
        axes = []
        for axis in ClassAxis.objects.filter(fonds_id=self.obj.fonds_id).prefetch_related("terms"):
            terms = [
                (term, term.pk in chosen)
                for term in axis.terms.all()
                if (term.is_active and axis.is_active) or term.pk in chosen
            ]
            if terms:
                axes.append({"axis": axis, "terms": terms, "is_empty": not any(on for _term, on in terms)})
        may_change = can(self.actor, "customers.change", self.obj)
        return {"axes": axes, "may_change": may_change, "problem": self.problem}

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Set the classes."""
        terms = [
            int(key)
            for name in request.POST
            if name.startswith("axis-")
            for key in request.POST.getlist(name)
            if key.isdecimal()
        ]
        try:
            classes_set(actor=self.actor, customer=self.obj, terms=terms, reason=request.POST.get("reason", ""))
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(request.path)
        messages.success(request, _("分类已保存。"))
        return HttpResponseRedirect(request.path)
