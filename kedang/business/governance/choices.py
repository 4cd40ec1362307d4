"""Fixed words of this room."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TextState(models.TextChoices):
    """A version of the agreement: written, in force, followed by a later one."""

    DRAFT = "draft", _("草稿")
    IN_FORCE = "in_force", _("启用")
    RETIRED = "retired", _("停用")


class LeavingKind(models.TextChoices):
    """Why somebody hands over."""

    LEAVE = "leave", _("离职")
    MOVE = "move", _("调岗")


class HandoverState(models.TextChoices):
    """Where a hand-over stands."""

    OPEN = "open", _("交接中")
    SIGNED = "signed", _("移交人已签，待监交")
    CLOSED = "closed", _("已办结")
    CANCELLED = "cancelled", _("已取消")


OPEN_STATES = (HandoverState.OPEN, HandoverState.SIGNED)


class LineState(models.TextChoices):
    """What became of one thing of a hand-over."""

    WAITING = "waiting", _("未分配")
    GIVEN = "given", _("已分配，待接收")
    PASSED = "passed", _("已交接")
    GONE = "gone", _("已不在其名下")
    STUCK = "stuck", _("未能交接")


class PartState(models.TextChoices):
    """A successor's part."""

    WAITING = "waiting", _("待接收")
    ACCEPTED = "accepted", _("已签收，办理中")
    DONE = "done", _("已接收")
    DECLINED = "declined", _("未接受")


class RightsKind(models.TextChoices):
    """What a request for rights asks."""

    GIVE = "give", _("权限申请")
    TEMPORARY = "temporary", _("临时权限")
    CHANGE = "change", _("权限变更")
    WITHDRAW = "withdraw", _("权限收回")


class ReviewState(models.TextChoices):
    """A yearly review of rights."""

    OPEN = "open", _("审核中")
    CLOSED = "closed", _("已办结")


class Verdict(models.TextChoices):
    """What a reviewer says of one grant."""

    KEEP = "keep", _("保留")
    WITHDRAW = "withdraw", _("收回")


class AlertRule(models.TextChoices):
    """What is unusual."""

    QUOTA = "quota", _("用量接近或超出上限")
    BULK = "bulk", _("短时间批量查阅")
    NIGHT = "night", _("夜间操作")
    REFUSED = "refused", _("多次越权被拒")
    LEAVER = "leaver", _("交接期间导出打印")
    EXPORT = "export", _("大量导出")


class AlertState(models.TextChoices):
    """What was done about it."""

    OPEN = "open", _("待核查")
    LOOKED = "looked", _("核查中")
    CLOSED = "closed", _("已核查")


class Finding(models.TextChoices):
    """What looking into it came to."""

    WORK = "work", _("工作需要，正常")
    REMINDED = "reminded", _("已提醒本人")
    VIOLATION = "violation", _("违规，转处理")
    FALSE = "false", _("误报")
