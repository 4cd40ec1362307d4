"""Virus scanning by ClamAV: whether it is on, the question to its daemon, the queue of waiting files."""

from kedang.foundation.files.scanning.queueing import hand_in as hand_in
from kedang.foundation.files.scanning.setting import is_on as is_on
