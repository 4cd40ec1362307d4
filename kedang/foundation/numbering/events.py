"""Vocabulary of the trail for numbers."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

RULE_CHANGED = EventType("numbering.rule_changed", _("修改编号规则"), "admin")
NUMBERS_VOIDED = EventType("numbering.voided", _("编号作废"), "change")
NUMBER_TAKEN_UP = EventType("numbering.taken_up", _("取用预留编号"), "change")
NUMBERS_RESERVED = EventType("numbering.reserved", _("预留编号"), "change")
