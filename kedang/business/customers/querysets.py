"""The vocabulary of reading customers."""

from datetime import timedelta
from typing import cast

from django.apps import apps
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.kernel import clock
from kedang.foundation.kernel.actors import Actor

STALE_AFTER_DAYS = 365


class CustomerQuerySet(ScopedQuerySet):
    """Customers; always begin with ``visible_to(actor)``."""

    def visible_to(self, actor: Actor, code: str = "") -> "CustomerQuerySet":
        """See :class:`ScopedQuerySet`."""
        return cast("CustomerQuerySet", super().visible_to(actor, code))

    def current(self) -> "CustomerQuerySet":
        """Without withdrawn dossiers."""
        return self.filter(withdrawn_at__isnull=True)

    def counted(self) -> "CustomerQuerySet":
        """Without those that 建档审核 has not passed yet: figures, exports and printed lists take these."""
        return self.filter(withdrawn_at__isnull=True, review_state__isnull=True)

    def incomplete(self, below: int = 60) -> "CustomerQuerySet":
        """Dossiers whose completeness is below a percentage (查漏补缺)."""
        return self.filter(completeness__lt=below)

    def stale(self, days: int = STALE_AFTER_DAYS) -> "CustomerQuerySet":
        """Dossiers that nobody has updated for so many days."""
        return self.filter(updated_at__lt=clock.now() - timedelta(days=days))

    def with_counts(self) -> "CustomerQuerySet":
        """With ``contact_count``, ``key_person_count`` and ``class_count``, for the tabs of the dossier."""
        counted: CustomerQuerySet = self.annotate(
            contact_count=_count("Contact", left_on__isnull=True),
            key_person_count=_count("KeyPerson", removed_at__isnull=True),
            class_count=_count("CustomerClass"),
        )
        return counted


def _count(model: str, **lookup: bool) -> Coalesce:
    rows = apps.get_model("customers", model)._default_manager.filter(customer=OuterRef("pk"), **lookup)
    counted = rows.order_by().values("customer").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
