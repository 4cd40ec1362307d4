"""Ways out of the house: what a message says, and how each channel takes it."""

from kedang.foundation.notices.channels.message import Message, Undelivered
from kedang.foundation.notices.channels.sending import send

__all__ = ["Message", "Undelivered", "send"]
