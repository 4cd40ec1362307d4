"""Vocabulary of the trail for backups."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

BACKUP_MADE = EventType("safekeeping.backup_made", _("备份完成"), "admin")
BACKUP_COPIED = EventType("safekeeping.backup_copied", _("备份复制到第二处"), "admin")
BACKUP_FAILED = EventType("safekeeping.backup_failed", _("备份失败"), "admin")
BACKUP_VERIFIED = EventType("safekeeping.backup_verified", _("验证备份集"), "admin")
BACKUP_DAMAGED = EventType("safekeeping.backup_damaged", _("备份集损坏"), "admin")
BACKUP_REMOVED = EventType("safekeeping.backup_removed", _("清理到期备份集"), "admin")
BACKUP_GONE = EventType("safekeeping.backup_gone", _("备份集不见了"), "admin")
DRILL_PASSED = EventType("safekeeping.drill_passed", _("恢复演练通过"), "admin")
DRILL_FAILED = EventType("safekeeping.drill_failed", _("恢复演练未通过"), "admin")
SYSTEM_RESTORED = EventType("safekeeping.system_restored", _("从备份恢复系统"), "admin")
SYSTEM_MOVED = EventType("safekeeping.system_moved", _("迁移数据库"), "admin")
