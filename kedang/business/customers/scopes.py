"""Values of the scopes “region” and “class” (SE-02): provinces and prefectures of GB/T 2260, classes; parts that may be shared."""

from django.utils.translation import gettext_lazy as _

from kedang.business.customers.models import ClassTerm
from kedang.business.customers.reference import provinces, region_children, region_name
from kedang.foundation.access.models import Scope
from kedang.foundation.access.scopes import Values, register_scope_values
from kedang.foundation.access.shared.parts import SharedPart


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


KIND = "customers.customer"
SharedPart(
    "customers.basics", _("基本信息"), _("名称、编号、工商登记、地址、分类等公开和内部信息"), KIND, ("customers.view",),
    is_always=True,
)  # fmt: skip
SharedPart(
    "customers.people", _("联系人与关键人物"), _("姓名、职务；电话等按下面的敏感内容显示"), KIND, ("customers.people",)
)
SharedPart("customers.profile", _("特征与业务状况"), _("服务区域、业绩、往来问题与对策"), KIND, ("customers.profile",))
register_scope_values(Scope.REGION, region_values)
register_scope_values(Scope.CLASS, class_values)
