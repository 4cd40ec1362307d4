"""Who may do what with customers and what belongs to them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kedang.business.customers.models import (
    ChangeLine,
    ChangeRequest,
    ClassAxis,
    ClassTerm,
    Contact,
    Customer,
    CustomerClass,
    CustomerProfile,
    DossierRequirement,
    DossierRules,
    FormerName,
    KeyPerson,
)
from kedang.foundation.access.actions import Action
from kedang.foundation.access.policies import NOTHING, Policy, ScopePaths, register
from kedang.foundation.kernel.actors import Actor
from kedang.foundation.kernel.refused import Refused

_GROUP = _("客户档案")
_SETTINGS = _("档案设置")

PEOPLE = Action("customers.people", _("查看联系人与关键人物"), _GROUP, is_reading=True, is_part=True)
PROFILE = Action("customers.profile", _("查看客户特征与业务状况"), _GROUP, is_reading=True, is_part=True)
HISTORY = Action("customers.history", _("查看客户档案的操作记录"), _GROUP, is_reading=True, is_part=True)
VIEW = Action(
    "customers.view",
    _("查看客户档案"),
    _GROUP,
    is_reading=True,
    includes=("customers.people", "customers.profile", "customers.history"),
)
CREATE = Action("customers.create", _("建立客户档案"), _GROUP)
CHANGE = Action("customers.change", _("修改客户档案"), _GROUP)
GRADE = Action("customers.grade", _("评定客户等级"), _GROUP)
WITHDRAW = Action("customers.withdraw", _("撤销客户档案"), _GROUP)
UNMASK = Action("customers.unmask", _("查看敏感内容"), _GROUP, is_reading=True)
PRINT = Action("customers.print", _("打印客户档案"), _GROUP, is_reading=True, is_taking=True)
EXPORT = Action("customers.export", _("导出客户清单"), _GROUP, is_reading=True, is_taking=True)
SETTLE = Action("customers.settle", _("直接修改受保护内容与审核新建档案"), _GROUP)
CLASSIFY = Action("customers.classify", _("管理分类与完整度要求"), _SETTINGS)

READING = {action.code for action in (VIEW, PEOPLE, PROFILE, HISTORY, UNMASK, PRINT, EXPORT)}


@register
class CustomerPolicy(Policy):
    """Scopes run along responsible person, department, region and own classes."""

    model, view, change, history = Customer, "customers.view", "customers.change", HISTORY.code
    paths = ScopePaths(
        owner="responsible_id", department="department_id", region="region_code", secrecy="secrecy_level"
    )

    def class_q(self, value: str) -> Q:
        """Customers of one class term."""
        if not value.isdigit():
            return NOTHING
        return Q(pk__in=CustomerClass.objects.filter(term_id=int(value)).values("customer_id"))

    def covers_class(self, value: str, obj: models.Model) -> bool:
        """See :meth:`class_q`."""
        return value.isdigit() and CustomerClass.objects.filter(customer_id=obj.pk, term_id=int(value)).exists()

    def refuse(self, actor: Actor, code: str, obj: models.Model) -> Refused | None:
        """A withdrawn dossier can be read but not changed."""
        if isinstance(obj, Customer) and obj.is_withdrawn and code not in READING:
            return Refused("customer_withdrawn", str(_("此客户档案已撤销，只能查看，不能再修改。")))
        return None


class _OfCustomer(Policy):
    """What belongs to a customer follows the customer."""

    view, change, parent = "customers.view", "customers.change", "customer"


@register
class FormerNamePolicy(_OfCustomer):
    model = FormerName


@register
class CustomerProfilePolicy(_OfCustomer):
    model, view = CustomerProfile, "customers.profile"


@register
class ContactPolicy(_OfCustomer):
    model, view = Contact, "customers.people"


@register
class KeyPersonPolicy(_OfCustomer):
    model, view = KeyPerson, "customers.people"


@register
class CustomerClassPolicy(_OfCustomer):
    model = CustomerClass


@register
class ClassAxisPolicy(Policy):
    model, view, change, ignores_scope = ClassAxis, "customers.view", "customers.classify", True


@register
class ClassTermPolicy(Policy):
    model, view, change, ignores_scope = ClassTerm, "customers.view", "customers.classify", True
    paths = ScopePaths(fonds="axis__fonds_id")


@register
class DossierRequirementPolicy(Policy):
    model, view, change, ignores_scope = DossierRequirement, "customers.view", "customers.classify", True


@register
class DossierRulesPolicy(Policy):
    model, view, change, ignores_scope = DossierRules, "customers.view", "customers.classify", True


@register
class ChangeRequestPolicy(_OfCustomer):
    model = ChangeRequest


@register
class ChangeLinePolicy(Policy):
    model, view, change, parent = ChangeLine, "customers.view", "customers.change", "request"
