"""Handing in the scan of waiting files."""


def hand_in() -> None:
    """See to it that waiting files are scanned soon."""
