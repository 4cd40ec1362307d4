"""What this room says to the rooms below when the program starts: requests, regular work, whose files are whose."""

from datetime import timedelta

from django.db.models import Q
from django.urls import reverse

from kedang.business.customers.models import ChangeRequest
from kedang.business.customers.services import changing, reviewing
from kedang.foundation.access.policies import scope_q
from kedang.foundation.approvals.models import Case
from kedang.foundation.approvals.policies import involved
from kedang.foundation.files.owners import register_owner
from kedang.foundation.jobs.schedules import schedule
from kedang.foundation.kernel.actors import Actor


def declare() -> None:
    """Say it."""
    changing.declare_kind()
    reviewing.declare_kinds()
    schedule("customers.changes_due", every=timedelta(minutes=15), run=changing.changes_due)
    register_owner(
        ChangeRequest, "proof", may_read_proof, title=lambda actor, row: row.customer.number,
        url=lambda row: reverse("customers:customer-detail", args=[row.customer_id]), record_of=lambda row: row.customer,
        action="customers.view", joined=("customer",),
    )  # fmt: skip


def may_read_proof(actor: Actor) -> Q:
    """A proof shows what a field hides: who may unmask the dossier reads it, and who decides on it or asked."""
    part = Case.objects.filter(involved(actor)).values("pk")
    return scope_q(actor, "customers.unmask", ChangeRequest) | Q(case_id__in=part) & scope_q(
        actor, "customers.view", ChangeRequest
    )
