"""The demo company without its archive, for tests of what is loaded round it; the archive's part is looked at in ``test_demo``."""

import pytest

from kedang.project.demo import load as loading

PARTS = ("custody_acts", "scheme_acts", "item_acts", "handing_acts", "volume_acts", "printing_acts")


def without_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    """Customers, people and their acts alone: a fifth of the time."""
    for name in PARTS:
        monkeypatch.setattr(loading, name, lambda house, day: [])
    monkeypatch.setattr(loading, "check_files", lambda day: None)
