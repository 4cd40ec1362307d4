"""How many notices somebody has not read: comes along with the person who asks, without a query of its own."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from kedang.foundation.notices.models import Notice


def unread_count() -> Any:
    """An annotation of people; answered from the partial index of unread notices."""
    rows = Notice.objects.filter(person_id=OuterRef("pk"), read_at__isnull=True).order_by().values("person_id")
    return Coalesce(Subquery(rows.annotate(count=Count("pk")).values("count"), output_field=IntegerField()), 0)
