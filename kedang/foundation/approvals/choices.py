"""Fixed words of flows and cases."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FlowState(models.TextChoices):
    """A version of a flow: written, in force, followed by a later one."""

    DRAFT = "draft", _("草稿")
    IN_FORCE = "in_force", _("启用")
    RETIRED = "retired", _("停用")


class Mode(models.TextChoices):
    """How many of a step's approvers must agree."""

    ALL = "all", _("会签（全部同意）")
    ANY = "any", _("或签（一人同意即可）")


class ApproverKind(models.TextChoices):
    """Who decides a step."""

    SUPERIOR = "superior", _("上级")
    HEAD = "head", _("部门负责人")
    ROLE = "role", _("角色")
    PERSON = "person", _("指定人员")
    CHOSEN = "chosen", _("申请人选定")


class EmptyRule(models.TextChoices):
    """What happens where a step finds nobody."""

    REFUSE = "refuse", _("不能提交，提示管理员")
    SKIP = "skip", _("跳过此步")
    FALLBACK = "fallback", _("转由总经理审批")


class RepeatRule(models.TextChoices):
    """What happens where an approver has agreed in an earlier step of the same case."""

    COUNT = "count", _("按已同意计，不再打扰")
    ASK = "ask", _("再次审批")


class OwnRule(models.TextChoices):
    """What happens where the step falls to who asked: nobody decides on their own."""

    SUPERIOR = "superior", _("转由其上级审批")
    LEAVE_OUT = "leave_out", _("由其余审批人决定")


class AfterReturn(models.TextChoices):
    """Where a case goes on after it was completed."""

    START = "start", _("从头重新审批")
    RETURNING = "returning", _("直接回到退回的一步")


class CaseState(models.TextChoices):
    """Where a case stands."""

    RUNNING = "running", _("审批中")
    RETURNED = "returned", _("退回补充")
    CONFIRMING = "confirming", _("已紧急批准，待补批")
    APPROVED = "approved", _("已批准")
    REJECTED = "rejected", _("未批准")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN_STATES = (CaseState.RUNNING, CaseState.RETURNED, CaseState.CONFIRMING)
"""States in which something is still to be done."""


class TaskState(models.TextChoices):
    """What became of one person's part in a step."""

    WAITING = "waiting", _("待办")
    DONE = "done", _("已办")
    PASSED_ON = "passed_on", _("已转交")
    NOT_NEEDED = "not_needed", _("无须办理")


class DecisionKind(models.TextChoices):
    """An entry of a case's course. Entries are never changed."""

    SUBMIT = "submit", _("提交")
    APPROVE = "approve", _("同意")
    REJECT = "reject", _("不同意")
    RETURN = "return", _("退回补充")
    RESUBMIT = "resubmit", _("补充后再次提交")
    WITHDRAW = "withdraw", _("撤回")
    DELEGATE = "delegate", _("转交")
    ADD_SIGNER = "add_signer", _("加签")
    COUNTED = "counted", _("前已同意")
    SKIPPED = "skipped", _("跳过")
    ESCALATED = "escalated", _("逾期升级")
    REMARK = "remark", _("备注")


class Condition(models.TextChoices):
    """Comparisons of a condition."""

    IS = "is", _("等于")
    IS_NOT = "is_not", _("不等于")
    AT_LEAST = "at_least", _("不低于")
    BELOW = "below", _("低于")
    ONE_OF = "one_of", _("属于")
