"""Vocabulary of the trail for keys. No entry holds any part of a key: numbers, suites and counts only."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

KEYS_ADDED = EventType("safekeeping.keys_added", _("新增密钥"), "admin")
KEYS_ROTATED = EventType("safekeeping.keys_rotated", _("密钥轮换完成"), "admin")
MASTER_CHANGED = EventType("safekeeping.master_changed", _("更换主密钥"), "admin")
KEY_FORGOTTEN = EventType("safekeeping.key_forgotten", _("销毁停用的密钥"), "admin")
KEYS_ESCROWED = EventType("safekeeping.keys_escrowed", _("密钥托管"), "admin")
KEYS_RESTORED = EventType("safekeeping.keys_restored", _("由托管恢复密钥环"), "admin")
