"""Vocabulary of the trail for holds."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

HOLD_ASKED = EventType("retention.hold_asked", _("申请冻结"), "change")
HOLD_IN_FORCE = EventType("retention.hold_in_force", _("冻结生效"), "change")
HOLD_ENDED = EventType("retention.hold_ended", _("冻结未予办理"), "change")
RELEASE_ASKED = EventType("retention.release_asked", _("申请解除冻结"), "change")
HOLD_RELEASED = EventType("retention.hold_released", _("解除冻结"), "change")
THING_HELD = EventType("retention.thing_held", _("冻结"), "change")
THING_RELEASED = EventType("retention.thing_released", _("解除冻结"), "change")
HOLD_REMINDED = EventType("retention.hold_reminded", _("提醒复核冻结"), "job")
HOLD_VIEWED = EventType("retention.hold_viewed", _("查看冻结"), "read")
