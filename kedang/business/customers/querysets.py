"""The vocabulary of reading customers."""

from datetime import timedelta

from kedang.foundation.access.policies import ScopedQuerySet
from kedang.foundation.kernel import clock

STALE_AFTER_DAYS = 365


class CustomerQuerySet(ScopedQuerySet):
    """Customers; always begin with ``visible_to(actor)``."""

    def current(self) -> "CustomerQuerySet":
        """Without withdrawn dossiers."""
        return self.filter(withdrawn_at__isnull=True)

    def incomplete(self, below: int = 60) -> "CustomerQuerySet":
        """Dossiers whose completeness is below a percentage (查漏补缺)."""
        return self.filter(completeness__lt=below)

    def stale(self, days: int = STALE_AFTER_DAYS) -> "CustomerQuerySet":
        """Dossiers that nobody has updated for so many days."""
        return self.filter(updated_at__lt=clock.now() - timedelta(days=days))
