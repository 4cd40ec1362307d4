"""Vocabulary of the trail for customers."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

CUSTOMER_CREATED = EventType("customers.created", _("建立客户档案"), "change")
CUSTOMER_CHANGED = EventType("customers.changed", _("修改客户档案"), "change")
CUSTOMER_GRADED = EventType("customers.graded", _("评定等级"), "change")
CUSTOMER_WITHDRAWN = EventType("customers.withdrawn", _("撤销客户档案"), "change")
CUSTOMER_VIEWED = EventType("customers.viewed", _("查看客户档案"), "read")
CUSTOMER_PRINTED = EventType("customers.printed", _("打印客户档案卡"), "disclose")
CUSTOMERS_LISTED = EventType("customers.listed", _("查看客户清单"), "search")
CUSTOMERS_EXPORTED = EventType("customers.exported", _("导出客户清单"), "disclose")
CUSTOMERS_PRINTED = EventType("customers.list_printed", _("打印客户一览表"), "disclose")
REGISTER_PRINTED = EventType("customers.register_printed", _("打印异动登记簿"), "disclose")
FORMER_NAME_ADDED = EventType("customers.former_name_added", _("登记曾用名"), "change")
CONTACT_ADDED = EventType("customers.contact_added", _("增加联系人"), "change")
CONTACT_CHANGED = EventType("customers.contact_changed", _("修改联系人"), "change")
CONTACT_LEFT = EventType("customers.contact_left", _("联系人离任"), "change")
KEY_PERSON_ADDED = EventType("customers.key_person_added", _("增加关键人物"), "change")
KEY_PERSON_CHANGED = EventType("customers.key_person_changed", _("修改关键人物"), "change")
KEY_PERSON_REMOVED = EventType("customers.key_person_removed", _("移除关键人物"), "change")
PROFILE_CHANGED = EventType("customers.profile_changed", _("修改特征与业务状况"), "change")
CLASSES_CHANGED = EventType("customers.classes_changed", _("调整归类"), "change")
AXIS_CREATED = EventType("customers.axis_created", _("增加分类维度"), "admin")
AXIS_CHANGED = EventType("customers.axis_changed", _("修改分类维度"), "admin")
TERM_CREATED = EventType("customers.term_created", _("增加类目"), "admin")
TERM_CHANGED = EventType("customers.term_changed", _("修改类目"), "admin")
REQUIREMENTS_CHANGED = EventType("customers.requirements_changed", _("修改完整度要求"), "admin")
CUSTOMERS_RESCORED = EventType("customers.rescored", _("重新计算完整度"), "job")
