"""Vocabulary of the trail about itself."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

CHECKPOINT_FAILED = EventType("audit.checkpoint_failed", _("检查点写入失败"), "admin")
CHECKPOINT_RECOVERED = EventType("audit.checkpoint_recovered", _("检查点写入恢复"), "admin")
GUARDS_RESTORED = EventType("audit.guards_restored", _("恢复留痕防改保护"), "admin")
KEY_CHANGED = EventType("audit.key_changed", _("更换留痕签名密钥"), "admin")
VERIFIED = EventType("audit.verified", _("核验留痕"), "admin")
BUNDLED = EventType("audit.bundled", _("导出证据包"), "disclose")
REDACTED = EventType("audit.redacted", _("抹除留痕内容"), "change")
