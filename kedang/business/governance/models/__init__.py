"""Tables of this room."""

from kedang.business.governance.models.agreement import Agreement, AgreementText
from kedang.business.governance.models.alert import Alert, AlertMark
from kedang.business.governance.models.handover import Handover, HandoverLine, HandoverPart
from kedang.business.governance.models.rights import ReviewLine, RightsRequest, RightsReview
from kedang.business.governance.models.rules import GovernanceRules

__all__ = [
    "Agreement",
    "AgreementText",
    "Alert",
    "AlertMark",
    "GovernanceRules",
    "Handover",
    "HandoverLine",
    "HandoverPart",
    "ReviewLine",
    "RightsRequest",
    "RightsReview",
]
