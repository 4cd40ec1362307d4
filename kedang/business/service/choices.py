"""Fixed words of this room."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Way(models.TextChoices):
    """How people met."""

    VISIT = "visit", _("拜访")
    CALLER = "caller", _("来访")
    PHONE = "phone", _("电话")
    MEETING = "meeting", _("会议")
    WRITING = "writing", _("书面")
    OTHER = "other", _("其他")


class MatterKind(models.TextChoices):
    """What makes a contact important."""

    CONTRACT = "contract", _("合同谈判")
    COMPLAINT = "complaint", _("客户投诉")
    PROJECT = "project", _("重大项目进展")
    PEOPLE = "people", _("客户人事变动")
    CREDIT = "credit", _("付款信用")
    RIVAL = "rival", _("竞争动态")
    OTHER = "other", _("其他")


class ReportState(models.TextChoices):
    """Where a report stands: with the information department, back with its writer, or part of the dossier."""

    REPORTED = "reported", _("已报告，待受理")
    RETURNED = "returned", _("已退回，待补充")
    ACCEPTED = "accepted", _("已受理")


OPEN_STATES = (ReportState.REPORTED, ReportState.RETURNED)
