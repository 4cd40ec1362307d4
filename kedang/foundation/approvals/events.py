"""Vocabulary of the trail for flows and cases."""

from django.utils.translation import gettext_lazy as _

from kedang.foundation.audit.vocabulary import EventType

FLOW_DRAFTED = EventType("approvals.flow_drafted", _("起草审批流程"), "admin")
FLOW_CHANGED = EventType("approvals.flow_changed", _("修改审批流程"), "admin")
FLOW_PUT_IN_FORCE = EventType("approvals.flow_put_in_force", _("启用审批流程"), "admin")
FLOW_RETIRED = EventType("approvals.flow_retired", _("停用审批流程"), "admin")
FLOW_DROPPED = EventType("approvals.flow_dropped", _("放弃流程草稿"), "admin")
CASE_OPENED = EventType("approvals.case_opened", _("提交申请"), "change")
CASE_DECIDED = EventType("approvals.case_decided", _("审批"), "change")
CASE_RETURNED = EventType("approvals.case_returned", _("退回补充"), "change")
CASE_RESUBMITTED = EventType("approvals.case_resubmitted", _("补充后再次提交"), "change")
CASE_WITHDRAWN = EventType("approvals.case_withdrawn", _("撤回申请"), "change")
CASE_APPROVED = EventType("approvals.case_approved", _("申请获准"), "change")
CASE_REJECTED = EventType("approvals.case_rejected", _("申请未获准"), "change")
CASE_EFFECTIVE = EventType("approvals.case_effective", _("紧急批准，先行生效"), "change")
CASE_REMARKED = EventType("approvals.case_remarked", _("申请备注"), "change")
TASK_DELEGATED = EventType("approvals.task_delegated", _("转交审批"), "change")
SIGNER_ADDED = EventType("approvals.signer_added", _("加签"), "change")
TASK_REMINDED = EventType("approvals.task_reminded", _("催办"), "change")
TASK_ESCALATED = EventType("approvals.task_escalated", _("逾期升级"), "change")
STAND_IN_SET = EventType("approvals.stand_in_set", _("登记审批代理"), "change")
STAND_IN_ENDED = EventType("approvals.stand_in_ended", _("结束审批代理"), "change")
CASE_VIEWED = EventType("approvals.case_viewed", _("查看审批单"), "read")
CASE_PRINTED = EventType("approvals.case_printed", _("打印审批单"), "disclose")
COPY_READ = EventType("approvals.copy_read", _("阅读抄送"), "read")
