"""Things that tests of customers need again and again."""

from typing import Any

from kedang.business.customers import services
from kedang.business.customers.models import Customer
from kedang.foundation.audit.models import Event
from kedang.foundation.kernel.actors import Actor

USCC_A = "91350100M000100Y43"
USCC_B = "91440300708461136T"


def enterprise(**values: Any) -> dict[str, Any]:
    """Values of an ordinary enterprise."""
    return {
        "name": "青山精密机械有限公司", "region_code": "440305", "address": "科技园科苑路 15 号",
        "phone": "0755-26712345", **values,
    }  # fmt: skip


def make_customer(actor: Actor, **values: Any) -> Customer:
    """A dossier made by the service, whatever it resembles."""
    return services.customer_create(actor=actor, values=enterprise(**values), confirmed_duplicates=True)


def event_of(code: str, subject: Any) -> Event:
    """The latest event of a kind about a record."""
    return Event.objects.filter(code=code, subject_type=subject._meta.label_lower, subject_id=subject.pk).latest("id")
