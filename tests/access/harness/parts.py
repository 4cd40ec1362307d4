"""Parts of a run: what each does for one person."""

from typing import Any

from tests.access.harness import alike, bulk, commands, denial, outbox, workbooks
from tests.access.harness.cast import BY_KEY, EVERYBODY
from tests.access.harness.choice import SHORT, Size
from tests.access.harness.ear import Ear
from tests.access.harness.exits import Walker
from tests.access.harness.house import House
from tests.access.harness.oracles import Oracle
from tests.access.harness.verdict import Judge, Tally
from tests.cast import make_department

PARTS = ("walk", "oracles", "alike", "workbooks", "commands", "bulk", "denial", "outbox", "timing")


GUESSERS = (
    "reader",
    "auditor",
    "clerk",
    "desk",
    "two_hats",
    "analyst",
    "archivist",
    "watcher",
    "low",
    "far",
    "system_admin",
    "field_agent",
    "acting",
)
PICKERS = ("acting", "department_head", "archivist", "general_manager", "security_admin", "reader", "far")
SHORT_GUESSERS = ("reader", "auditor")


def tasks(size: Size, parts: tuple[str, ...]) -> list[tuple[str, str]]:
    """What a run consists of: part and person."""
    is_short = size is SHORT
    found = [("walk", who.key) for who in EVERYBODY]
    found += [("oracles", key) for key in (SHORT_GUESSERS if is_short else GUESSERS)]
    found += [("alike", who.key) for who in EVERYBODY if not is_short or who.key in {"reader", "far"}]
    found += [("workbooks", who.key) for who in EVERYBODY]
    found += [("commands", key) for key in (("clerk",) if is_short else GUESSERS)]
    found += [("bulk", key) for key in (("acting",) if is_short else PICKERS)]
    found += [("denial", ""), ("outbox", ""), *([("timing", "reader")] if size.pairs else [])]
    return [task for task in found if task[0] in parts]


def do(
    part: str, key: str, house: House, ear: Ear, size: Size, tally: Tally, channels: frozenset[str] = frozenset(),
    only: tuple[str, ...] = (),
) -> None:  # fmt: skip
    """One part as one person."""
    if part == "denial":
        apart = make_department(house.fonds["A"], "新设部", house.departments["head_office"])
        denied = denial.run(house.fonds["A"], house.fonds["B"], apart, size.cases, house.seed)
        tally.notes["denied"] = denied
        tally.count("default deny", "generated", denied, denied)
        return
    if part == "outbox":
        tally.notes["messages"] = outbox.run(house, ear, tally)
        return
    walker = Walker(house, Judge(house, ear, BY_KEY[key], tally), size)
    steps: dict[str, Any] = {
        "walk": lambda: walker.walk(channels, only),
        "oracles": lambda: Oracle(walker).ask_all(),
        "alike": lambda: alike.compare_all(walker, only),
        "workbooks": lambda: workbooks.open_all(walker),
        "commands": lambda: commands.run_all(walker),
        "bulk": lambda: bulk.Bulk(walker).run(size.selections),
        "timing": lambda: tally.notes.update(timing=alike.time_pairs(walker, size.pairs)),
    }
    steps[part]()
