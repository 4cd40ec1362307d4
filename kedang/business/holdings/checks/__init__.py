"""四性检测: the points of DA/T 70-2018, one function a point, and what they are asked of (AR-14).

``registry`` names the points of a stage, ``subject`` holds what is tested, the other modules hold the points by property.
Which rows of the standard there are was taken from its published tables of contents (research/records-management.md 2.10).
"""

from kedang.business.holdings.checks import authenticity, integrity, security, usability
from kedang.business.holdings.checks.registry import RULES_VERSION as RULES_VERSION
from kedang.business.holdings.checks.registry import Check as Check
from kedang.business.holdings.checks.registry import Finding as Finding
from kedang.business.holdings.checks.registry import checks_of as checks_of
from kedang.business.holdings.checks.subject import Subject as Subject

POINTS = (authenticity, integrity, usability, security)
"""Modules whose points are registered when this package is imported, in the order of their codes."""
