"""Vocabulary of the trail: scheme, filing scope, retention periods, templates, codes."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

DEFAULTS_LAID = EventType("holdings.defaults_laid", _("设立默认分类方案与归档范围"), "admin")
PERIOD_CREATED = EventType("holdings.period_created", _("增加保管期限"), "admin")
PERIOD_CHANGED = EventType("holdings.period_changed", _("修改保管期限"), "admin")
SCHEME_DRAFTED = EventType("holdings.scheme_drafted", _("拟订分类方案"), "admin")
SCHEME_CHANGED = EventType("holdings.scheme_changed", _("修改分类方案"), "admin")
SCHEME_PUBLISHED = EventType("holdings.scheme_published", _("施行分类方案"), "admin")
SCHEME_RETIRED = EventType("holdings.scheme_retired", _("停用分类方案"), "admin")
SERIES_CREATED = EventType("holdings.series_created", _("增加类别"), "admin")
SERIES_CHANGED = EventType("holdings.series_changed", _("修改类别"), "admin")
SERIES_REMOVED = EventType("holdings.series_removed", _("移除类别"), "admin")
TYPE_CREATED = EventType("holdings.type_created", _("增加归档范围条目"), "admin")
TYPE_CHANGED = EventType("holdings.type_changed", _("修改归档范围条目"), "admin")
TEMPLATE_CREATED = EventType("holdings.template_created", _("增加档号模板"), "admin")
TEMPLATE_CHANGED = EventType("holdings.template_changed", _("修改档号模板"), "admin")
CODE_REPLACED = EventType("holdings.code_replaced", _("改换档号"), "change")
CODE_WITHDRAWN = EventType("holdings.code_withdrawn", _("档号作废"), "change")
CODES_RESERVED = EventType("holdings.codes_reserved", _("预留档号"), "change")
GAP_EXPLAINED = EventType("holdings.gap_explained", _("说明档号空号"), "change")
CODES_EXPORTED = EventType("holdings.codes_exported", _("导出档号台账"), "disclose")
SCOPE_EXPORTED = EventType("holdings.scope_exported", _("导出归档范围"), "disclose")
CODE_SCANNED = EventType("holdings.code_scanned", _("按档号查找"), "search")
