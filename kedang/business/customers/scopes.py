"""Values of the scopes “region” and “class” (SE-02): provinces and prefectures of GB/T 2260, classes of one's own."""

from kedang.business.customers.models import ClassTerm
from kedang.business.customers.reference import provinces, region_children, region_name
from kedang.foundation.access.models import Scope
from kedang.foundation.access.scopes import Values, register_scope_values


def region_values(fonds_id: int) -> Values:
    """Every province, followed by its prefectures."""
    rows = []
    for province in provinces():
        rows.append((province.code, province.name))
        rows += [(row.code, region_name(row.code)) for row in region_children(province.code) if row.level == 2]
    return rows


def class_values(fonds_id: int) -> Values:
    """Classes of the company's axes that are in use."""
    terms = ClassTerm.objects.filter(axis__fonds_id=fonds_id, axis__is_active=True, is_active=True)
    return [
        (str(term.pk), f"{term.axis.name}：{term.name}")
        for term in terms.select_related("axis").order_by("axis__position")
    ]


register_scope_values(Scope.REGION, region_values)
register_scope_values(Scope.CLASS, class_values)
