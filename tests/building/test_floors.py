"""The import contract refuses what it should: each case is one arrow added to a lawful graph."""

import pytest
from grimp import ImportGraph

from tools.floors import FloorsContract

LAWFUL = [
    ("house.rooms.lower.services", "house.rooms.lower.models"),
    ("house.rooms.lower.views", "house.rooms.lower.services"),
    ("house.rooms.lower.views", "house.rooms.web.pages"),
    ("house.rooms.lower.apps", "house.rooms.lower.views"),
    ("house.rooms.web.pages", "house.rooms.lower.models"),
    ("house.rooms.web.pages", "house.rooms.web.views"),
    ("house.rooms.higher.services", "house.rooms.lower.services"),
    ("house.rooms.higher.views.parts", "house.rooms.web.pages"),
    ("house.rooms.higher.views", "house.rooms.lower.models"),
]


def check(*arrows: tuple[str, str]) -> dict[str, str]:
    graph = ImportGraph()
    for importer, imported in [*LAWFUL, *arrows]:
        graph.add_import(importer=importer, imported=imported, line_number=3, line_contents=f"import {imported}")
    contract = FloorsContract(
        name="floors",
        session_options={"root_packages": ["house"]},
        contract_options={
            "rooms": ["house.rooms.lower", "house.rooms.web", "house.rooms.higher"],
            "upper": ["views", "urls"],
            "furniture": "house.rooms.web",
        },
    )
    return dict(contract.check(graph, verbose=False).metadata["broken"])


def test_lawful_graph_is_kept() -> None:
    assert check() == {}


@pytest.mark.parametrize(
    ("importer", "imported", "reason"),
    [
        ("house.rooms.lower.services", "house.rooms.higher.models", "comes later"),
        ("house.rooms.web.pages", "house.rooms.higher.models", "comes later"),
        ("house.rooms.lower.services", "house.rooms.lower.views", "imports its upper floor"),
        ("house.rooms.higher.services", "house.rooms.web.pages", "only pages"),
        ("house.rooms.lower.models", "house.rooms.web.pages", "only pages"),
        ("house.rooms.higher.views", "house.rooms.lower.views.parts", "reached by URL name"),
        ("house.rooms.attic.models", "house.rooms.lower.models", "does not list"),
    ],
)
def test_arrow_is_refused(importer: str, imported: str, reason: str) -> None:
    broken = (
        check((importer, imported), ("house.rooms.attic", "house.elsewhere"))
        if "attic" in importer
        else check((importer, imported))
    )
    assert len(broken) == 1
    arrow, said = broken.popitem()
    assert reason in said
    assert importer.startswith(arrow.split(" ")[0])
