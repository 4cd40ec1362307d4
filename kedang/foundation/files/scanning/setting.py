"""What ``KEDANG_CLAMD`` says."""

from django.conf import settings

OFF = "off"


def is_on() -> bool:
    """Whether files wait for the scanner before anybody may open them. Only the word ``off`` switches that off."""
    return bool(settings.CLAMD != OFF)
