"""Tables of flows and cases."""

from kedang.foundation.approvals.models.case import Case, CaseCopy, CaseLine, Decision, Task
from kedang.foundation.approvals.models.flow import Flow, FlowStep
from kedang.foundation.approvals.models.stand_in import StandIn

__all__ = ["Case", "CaseCopy", "CaseLine", "Decision", "Flow", "FlowStep", "StandIn", "Task"]
