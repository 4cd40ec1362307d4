"""What a form said and where, kept in ``golden/``: size of each page, its text, and where the key words stand. No pixels.

``KEDANG_TEST_GOLDEN=write`` writes the present forms; look at the difference, and at the pictures, before committing it.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pypdfium2

from tests.holdings.printed import place_of, size_of, text_of

FOLDER = Path(__file__).parent / "golden"
CODE = re.compile(r"(FM|JB|JM|BK|AM|GM|GD|HJ|HF|HM|HB|BQ|YJ)-[VBTF]\d+-[A-Z2-7]{12}")
TOLERANCE = 1.0
"""Millimetres."""


def drawn(pdf: bytes, keys: list[str]) -> dict[str, Any]:
    """Pages of a form, its own code apart (which depends on keys of the base), and where each key word first stands on which page."""
    document = pypdfium2.PdfDocument(pdf)
    told: dict[str, Any] = {"pages": [], "places": {}}
    for number, page in enumerate(document, 1):
        told["pages"].append({"size": list(size_of(page)), "text": CODE.sub("CODE", text_of(page))})
        for key in keys:
            if key not in told["places"] and page.get_textpage().search(key).get_next():
                told["places"][key] = [number, *place_of(page, key)]
    return told


def compare(name: str, pdf: bytes, keys: list[str]) -> None:
    """The form must be the one that is kept: same pages and words, key words within a millimetre of their place."""
    found = drawn(pdf, keys)
    missing = set(keys) - set(found["places"])
    assert not missing, f"{name}: {missing} stands nowhere"
    place = FOLDER / f"{name}.json"
    if os.environ.get("KEDANG_TEST_GOLDEN") == "write":
        FOLDER.mkdir(exist_ok=True)
        place.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return
    kept = json.loads(place.read_text(encoding="utf-8"))
    assert [page["size"] for page in found["pages"]] == [page["size"] for page in kept["pages"]], name
    for now, then in zip(found["pages"], kept["pages"], strict=True):
        assert now["text"] == then["text"], name
    for key, (number, left, top) in kept["places"].items():
        here = found["places"][key]
        assert here[0] == number and abs(here[1] - left) <= TOLERANCE and abs(here[2] - top) <= TOLERANCE, (
            name,
            key,
            here,
        )
