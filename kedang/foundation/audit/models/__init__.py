"""Tables of the trail: the entries, and what seals them."""

from kedang.foundation.audit.models.event import Event
from kedang.foundation.audit.models.seal import CheckpointPlace, Redaction, Seal, SealData

__all__ = ["CheckpointPlace", "Event", "Redaction", "Seal", "SealData"]
