"""What the rooms say of their health, as a figure."""

from kedang.foundation.kernel import health
from kedang.foundation.kernel.metrics import gauge

WORTH = {"good": 1.0, "plain": 1.0, "warn": 0.5, "bad": 0.0}


def declare() -> None:
    """One number for each check."""
    gauge("kedang_health", "What each room says of its health: 1 good, 0.5 look at it, 0 bad.", judged, label="check")


def judged() -> dict[str, float]:
    """By name of the check."""
    return {answer.check.name: WORTH[answer.health.state] for answer in health.report()}
