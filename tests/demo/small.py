"""The demo company without its archive, for tests of what is loaded round it; the archive's part is looked at in
``test_journey_whole`` and, on PostgreSQL, in ``test_demo``."""

import pytest

from kedang.project.demo import load as loading

PARTS = (
    "custody_acts", "scheme_acts", "item_acts", "handing_acts", "mishap_acts", "volume_acts", "printing_acts", "lending_acts", "use_acts",
)  # fmt: skip


def without_archive(monkeypatch: pytest.MonkeyPatch, *more: str) -> None:
    """Customers, people and their acts alone: a fifth of the time.

    Args:
        more: other parts that are left out too.
    """
    for name in (*PARTS, *more):
        monkeypatch.setattr(loading, name, lambda house, day: [])
    monkeypatch.setattr(loading, "check_files", lambda day: None)
