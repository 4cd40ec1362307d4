"""Tables of notices."""

from kedang.foundation.notices.models.channel import Channel, Preference
from kedang.foundation.notices.models.notice import Delivery, Notice

__all__ = ["Channel", "Delivery", "Notice", "Preference"]
