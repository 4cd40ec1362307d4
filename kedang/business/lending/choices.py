"""Fixed words of the loan desk (US-06, US-07)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LoanState(models.TextChoices):
    """借阅: asked for, fetched from the shelf, in the reader's hands, back, and struck off the register."""

    RESERVED = "reserved", _("待提取")
    PREPARED = "prepared", _("已提取待领")
    ISSUED = "issued", _("在借")
    RECALLED = "recalled", _("催还中")
    RETURNED = "returned", _("已归还")
    CLOSED = "closed", _("已销号")
    CANCELLED = "cancelled", _("已取消")


WAITING_STATES = (LoanState.RESERVED, LoanState.PREPARED)
OUT_STATES = (LoanState.ISSUED, LoanState.RECALLED)
TAKEN_STATES = (LoanState.PREPARED, *OUT_STATES)
"""A thing is in one such loan at most."""
OPEN_STATES = (*WAITING_STATES, *OUT_STATES)


class Place(models.TextChoices):
    """Where it is read (US-07)."""

    ROOM = "room", _("阅览室查阅")
    AWAY = "away", _("借出")


class Purpose(models.TextChoices):
    """利用目的."""

    WORK = "work", _("工作查考")
    AUDIT = "audit", _("审计检查")
    DISPUTE = "dispute", _("诉讼仲裁")
    COPY = "copy", _("复制与公证")
    COMPILE = "compile", _("编研")
    OTHER = "other", _("其他")


class SignedHow(models.TextChoices):
    """How the reader confirmed what was handed over. What is typed at the desk is never called a confirmation by the reader."""

    OWN = "own", _("本人登录确认")
    TYPED = "typed", _("经手人代录姓名")
    PAPER = "paper", _("纸质签名")


class Condition(models.TextChoices):
    """实体状况."""

    WHOLE = "whole", _("完好")
    WORN = "worn", _("有旧损")
    POOR = "poor", _("破损")


class FaultKind(models.TextChoices):
    """What a check page by page finds."""

    MISSING = "missing", _("缺页")
    DAMAGED = "damaged", _("损坏")
    ALTERED = "altered", _("涂改")


class Moment(models.TextChoices):
    """When something was seen."""

    ISSUE = "issue", _("交接时")
    RETURN = "return", _("归还时")


class TakeAway(models.TextChoices):
    """一般不外借."""

    NEVER = "never", _("一律只在阅览室查阅")
    REQUEST = "request", _("一般不外借，经审批的可以借出")
    FREE = "free", _("可以借出")
