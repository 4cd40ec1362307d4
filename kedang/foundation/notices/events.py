"""Vocabulary of the trail for notices."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

CHANNEL_CHANGED = EventType("notices.channel_changed", _("修改通知渠道"), "admin")
CHANNEL_TRIED = EventType("notices.channel_tried", _("试发通知"), "admin")
DELIVERY_GIVEN_UP = EventType("notices.delivery_given_up", _("通知发送失败"), "job")
DELIVERY_RETRIED = EventType("notices.delivery_retried", _("重新发送通知"), "admin")
