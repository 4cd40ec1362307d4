"""客户档案卡 as a page: head, what is missing, everything the reader may see; and the dossier on a past day."""

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.customers.choices import ChangeState
from kedang.business.customers.completeness import requirement_label, requirements_of, score
from kedang.business.customers.models import ChangeRequest, CustomerClass
from kedang.business.customers.policies import HISTORY, PEOPLE
from kedang.business.customers.protection import SETTLE
from kedang.business.customers.services.change_words import shown_lines
from kedang.business.customers.services.changing import waiting_of
from kedang.business.customers.services.writing import presence_values
from kedang.business.customers.standing import may_read_proof
from kedang.business.customers.views.past import people_as_of, profile_as_of
from kedang.foundation.access.grants import has_action
from kedang.foundation.access.policies import can
from kedang.foundation.kernel import clock
from kedang.foundation.web.records import RecordDetail, RecordHistory, as_of
from kedang.foundation.web.records.cells import fact_of

MISSING_PLACES = {"contacts": "contacts/new/", "key_persons": "key-persons/new/", "profile": "profile/edit/"}


def missing_of(customer: Any) -> list[str]:
    """Names of what the dossier lacks, in the order of weight."""
    requirements = requirements_of(customer.fonds_id)[customer.party_kind]
    weights = dict(requirements)
    names = set(weights)
    values = presence_values(customer, names - {"contacts", "key_persons"})
    values |= {"contacts": customer.contact_count, "key_persons": customer.key_person_count}
    values = {name: value or None for name, value in values.items()} | {"employees": values.get("employees")}
    return sorted(score(values, requirements)[1], key=lambda name: -weights[name])


class CustomerRecord:
    """What the head of every page of a dossier shows besides."""

    obj: Any
    actor: Any
    pages: Any

    def head_extra(self) -> dict[str, Any]:
        """Links beside the buttons, note of withdrawal."""
        links = []
        if can(self.actor, "customers.print", self.obj):
            links.append((_("打印档案卡"), f"{self.pages.url('detail', self.obj.pk)}card.pdf", "printer"))
        if has_action(self.actor, "retention.hold") and not self.obj.is_withdrawn:
            links.append((_("申请冻结"), f"{reverse('retention:hold-ask')}?of={quote(self.obj.number)}", "lock"))
        return {"head_links": links, "is_withdrawn": self.obj.is_withdrawn}


class CustomerDetail(CustomerRecord, RecordDetail):
    """First tab."""

    template_name = "customers/detail.html"

    def extra(self) -> dict[str, Any]:
        """Completeness with what is missing, contacts, classes, former names; why a name was changed is part of the trail."""
        customer = self.obj
        may_change = can(self.actor, "customers.change", customer)
        edit = f"{self.pages.url('detail', customer.pk)}"
        missing = [
            (
                requirement_label(name),
                f"{edit}{MISSING_PLACES.get(name, f'edit/#id_{_input(name)}')}" if may_change else "",
            )
            for name in missing_of(customer)
        ]
        may_people = can(self.actor, PEOPLE.code, customer)
        contacts = list(customer.contacts.filter(left_on__isnull=True)[:6]) if may_people else []
        for contact in contacts:
            contact.customer = customer
        return {
            "missing": missing,
            "may_people": may_people,
            "contacts": [
                (row, [self.child_fact(row, name) for name in ("post", "mobile", "phone", "email")]) for row in contacts
            ],
            "classes": classes_of(customer),
            "former_names": list(customer.former_names.all()),
            "may_history": can(self.actor, HISTORY.code, customer),
            **self.waiting(),
            **self.head_extra(),
        }

    def waiting(self) -> dict[str, Any]:
        """The change that waits, as the reader may see it."""
        found = waiting_of(self.obj) if can(self.actor, HISTORY.code, self.obj) else None
        if found is None:
            return {}
        may_settle = can(self.actor, SETTLE, self.obj)
        proof = (
            found.proof_id is not None
            and ChangeRequest.objects.filter(may_read_proof(self.actor), pk=found.pk).exists()
        )
        return {
            "waiting": found, "waiting_lines": shown_lines(self.actor, found, self.obj), "may_read_proof": proof,
            "may_call_off": may_settle and found.state == ChangeState.SCHEDULED,
        }  # fmt: skip

    def child_fact(self, child: Any, name: str) -> Any:
        """A field of a contact through the veil, with its eye."""
        cell = fact_of(self.actor, child, name)
        if cell.is_masked and self.can_unmask:
            cell.unmask_url = reverse("customers:contact-unmask", args=[child.pk, name])
        return cell

    def panels(self) -> list[dict[str, Any]]:
        """Panels of this kind of customer."""
        return drawn_panels(self)


class CustomerHistory(CustomerRecord, RecordHistory):
    """变更历史, and the dossier as it was on a day, with its people."""

    def panels(self) -> list[dict[str, Any]]:
        """As on the first tab."""
        return drawn_panels(self)

    def head(self) -> dict[str, Any]:
        return {**super().head(), **self.head_extra()}

    def past(self, day: date) -> HttpResponse:
        """The dossier as it was at the end of a day, through today's veil."""
        was = as_of(self.obj, day)
        head, present = self.head(), self.obj
        panels: list[dict[str, Any]] = []
        people: dict[str, Any] = {}
        if was is not None:
            self.obj = was
            panels = self.panels()
            self.obj = present
            for drawn in panels:
                for fact in drawn["facts"]:
                    fact.unmask_url = ""
            people = {**people_as_of(self.actor, present, day), "profile": profile_as_of(self.actor, present, day)}
        return self.draw("customers/past.html", **head, day=day, was=was, panels=panels, today=clock.today(), **people)


def drawn_panels(page: Any) -> list[dict[str, Any]]:
    """Panels of the customer's kind with their facts; hidden fields are left out."""
    drawn = []
    for panel in page.pages.panels_for(page.obj):
        facts = [page.fact(name, is_wide=name in panel.wide) for name in panel.fields]
        facts = [fact for fact in facts if not fact.is_hidden]
        if facts:
            drawn.append({"panel": replace(panel, columns=2), "facts": facts})
    return drawn


def classes_of(customer: Any) -> list[tuple[str, list[str]]]:
    """Axis → classes, in order."""
    rows = CustomerClass.objects.filter(customer=customer).select_related("term__axis")
    named: dict[str, list[str]] = {}
    for row in rows.order_by("term__axis__position", "term__axis_id", "term__position"):
        named.setdefault(row.term.axis.name, []).append(row.term.name)
    return list(named.items())


def _input(name: str) -> str:
    """Input that a missing content leads to."""
    return {"reachable": "phone", "region_code": "region_code_0", "industry_code": "industry_code_0"}.get(name, name)
