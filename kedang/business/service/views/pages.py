"""Reports on pages: written from the customer, read with what was added later; what the dossier of a customer shows of them."""

from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from kedang.business.customers.models import Customer
from kedang.business.service.choices import ReportState
from kedang.business.service.models import ContactReport
from kedang.business.service.policies import REPORT
from kedang.business.service.services.reporting import report_make
from kedang.business.service.telling import receivers
from kedang.business.service.views.shown import KIND_TONES, SECRECY_TONES, STATE_TONES
from kedang.foundation.access.policies import can
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.refused import NotAllowed
from kedang.foundation.web.pages import Crumb
from kedang.foundation.web.records import BelongingForm, Column, RecordDetail, RecordVerb, cells_of

MOST_SHOWN = 100
COLUMNS = (
    Column("happened_on"), Column("subject"), Column("kind", tones=KIND_TONES), Column("way"), Column("state", tones=STATE_TONES),
    Column("secrecy_level", tones=SECRECY_TONES), Column("next_step"), Column("next_due_on"),
)  # fmt: skip


def counted_for_customer(actor: Any) -> Any:
    """Expression for the number on the tab: reports of a customer that the actor may see."""
    rows = ContactReport.objects.visible_to(actor).filter(customer=OuterRef("pk")).order_by()
    return Subquery(rows.values("customer").annotate(n=Count("pk")).values("n"))


def reports_of(actor: Any, customer: Customer) -> dict[str, Any]:
    """Reports of a customer, the latest contact first."""
    rows = ContactReport.objects.visible_to(actor).filter(customer=customer).select_related("customer", "reporter")
    found = list(rows.order_by("-happened_on", "-id")[: MOST_SHOWN + 1])
    cells = cells_of(actor, ContactReport, COLUMNS)
    lines = [
        {
            "row": row,
            "cells": {cell.name: cell for cell in cells(row)},
            "is_secret": row.secrecy_level > max(1, customer.secrecy_level),
        }
        for row in found[:MOST_SHOWN]
    ]
    may = can(actor, REPORT.code, customer)
    return {
        "lines": lines, "is_cut": len(found) > MOST_SHOWN, "today": clock.today(),
        "create_url": reverse("service:report-create", args=[customer.pk]) if may else "",
    }  # fmt: skip


class ReportDetail(RecordDetail):
    """A report: why it came back, its panels, what was added."""

    template_name = "service/detail.html"

    def panels(self) -> list[dict[str, Any]]:
        """Without next steps where there are none, and without a reason for secrecy where none is asked."""
        empty = {"next": not self.obj.next_step, "secrecy": not self.obj.secrecy_reason}
        shown = [drawn for drawn in super().panels() if not empty.get(drawn["panel"].key)]
        for drawn in shown:
            if self.obj.has_open_step and drawn["panel"].key == "next":
                drawn["facts"] = [fact for fact in drawn["facts"] if not fact.is_empty]
        return shown

    def crumbs(self) -> list[Crumb]:
        """It stands in the dossier of its customer."""
        mine = reverse("customers:customer-reports", args=[self.obj.customer_id])
        return [
            (_("客户"), reverse("customers:customer-list")),
            (self.obj.customer.name, mine),
            (self.page_title(), ""),
        ]

    def extra(self) -> dict[str, Any]:
        """Reason of the return, notes."""
        returned = self.obj.returned_why if self.obj.state == ReportState.RETURNED else ""
        return {"returned_why": returned, "notes": list(self.obj.notes.all())}


class OfferedVerb(RecordVerb):
    """A verb whose right is not one of a role alone: whom the pages do not offer it is refused, before the question and the act."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Load the record and ask."""
        obj = self.pages.get(self.actor, kwargs["pk"])
        if not self.verb.action and self.verb.key not in {verb.key for verb in self.pages.verbs_for(self.actor, obj)}:
            raise NotAllowed(_("“%(verb)s”现在不由您办理。请刷新后查看。") % {"verb": self.verb.label})
        return super().dispatch(request, *args, **kwargs)


class ReportForm(BelongingForm):
    """A report: written from its customer."""

    belongs_to, owner_page, offers_another = "customer", "reports", False
    present, add = ("next_person",), staticmethod(report_make)

    def page_title(self) -> Any:
        return _("报告重大事项") if self.obj is None else _("修改重大事项报告")

    def defaults(self) -> dict[str, Any]:
        """Today, oneself, as secret as the customer."""
        level = max(int(self.owner.secrecy_level), 1)
        return {
            **super().defaults(),
            "happened_on": clock.today(),
            "our_people": self.actor.display_name,
            "secrecy_level": level,
        }

    def done_sentence(self, saved: Any) -> str:
        """How many were told, so that who marked it secret knows who reads it."""
        if self.obj is not None:
            return super().done_sentence(saved)
        told = len(receivers(saved))
        if told:
            return _("已报告，编号 %(number)s，已通知 %(n)s 人受理。") % {"number": saved.number, "n": told}
        return _("已报告，编号 %(number)s。没有受理人知悉到此密级，只存于客户档案。") % {"number": saved.number}
