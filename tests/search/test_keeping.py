"""Records are put into the index as they are written, or together at the end of a block."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from kedang.foundation.search import keeping


class Told:
    """An index that writes down what it is told; of the records only even ones are there."""

    def __init__(self) -> None:
        self.acts: list[tuple[str, list[int]]] = []

    def put(self, _kind: str, documents: Iterable[tuple[int, Any]]) -> None:
        self.acts.append(("put", [key for key, _document in documents]))

    def remove(self, _kind: str, keys: Iterable[int]) -> None:
        self.acts.append(("remove", list(keys)))

    def documents(self, ids: Iterable[int]) -> Iterator[tuple[int, Any]]:
        return ((key, None) for key in ids if key % 2 == 0)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    made = Told()
    monkeypatch.setattr(keeping, "index", made)
    monkeypatch.setattr(keeping, "source_of", lambda _kind: made)
    return made


def test_at_once_and_together(told: Told) -> None:
    keeper = keeping.Keeper("trial")
    keeper.reindex(iter([2, 3]))
    assert told.acts == [("put", [2]), ("remove", [3])]
    told.acts.clear()
    keeper.reindex([])
    with keeper.once():
        keeper.reindex(iter([4]))
        with keeper.once():
            keeper.reindex([6, 4])
        assert told.acts == [], "a block within a block leaves its records to the outer one"
    assert told.acts == [("put", [4, 6])]


def test_an_error_leaves_nothing_behind(told: Told) -> None:
    keeper = keeping.Keeper("trial-error")
    with pytest.raises(RuntimeError), keeper.once():
        keeper.reindex([2])
        raise RuntimeError
    assert told.acts == []
    keeper.reindex([8])
    assert told.acts == [("put", [8])]


def test_kinds_do_not_know_of_each_other(told: Told) -> None:
    one, other = keeping.Keeper("trial-one"), keeping.Keeper("trial-other")
    with one.once():
        other.reindex([2])
        assert told.acts == [("put", [2])]
