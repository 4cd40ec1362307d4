"""What a company begins with: the flows that come with every kind of request, and the numbers of requests."""

from kedang.foundation.access.models import Fonds
from kedang.foundation.approvals.services.flows import ensure_flows


def ensure_defaults(fonds: Fonds) -> int:
    """Lay down flows of kinds that have none yet. Returns how many were made."""
    return ensure_flows(fonds)
